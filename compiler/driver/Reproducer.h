// What a failing compilation leaves behind, so that somebody else can see it
// fail.

#ifndef TENON_COMPILER_DRIVER_REPRODUCER_H
#define TENON_COMPILER_DRIVER_REPRODUCER_H

#include "compiler/driver/Compile.h"

#include "mlir/IR/BuiltinOps.h"

namespace tenon::driver {

/// Writes `start`, the module as `failed` found it, beside the output, as
/// NAME.PHASE.repro.mlir, and attaches the command that replays the phase to
/// `failure`. `folder` is where the module's weight references start from. A
/// failure of the first phase gets none: its input is the model itself. Where
/// the file cannot be written, `failure` is returned as it was.
absl::Status leaveReproducer(absl::Status failure, pipeline::Phase failed,
                             mlir::ModuleOp start, const std::string &folder,
                             const CompileOptions &options);

/// The path of a reproducer of that phase or pass, beside the output.
std::string reproducerPath(const std::string &what,
                           const CompileOptions &options);

/// `failure` with the command that replays it.
absl::Status withReplay(absl::Status failure, const std::string &command);

/// `text` as one word of a POSIX shell.
std::string shellQuote(const std::string &text);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_REPRODUCER_H
