// Modules as text that can be read back: what a dump, `--compile-to` and a
// reproducer write, and what `--compile-from` reads.

#ifndef TENON_COMPILER_DRIVER_MODULETEXT_H
#define TENON_COMPILER_DRIVER_MODULETEXT_H

#include "compiler/report/Error.h"

#include "absl/status/statusor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace tenon::driver {

/// The whole module with locations. Weights are references to files, spelled
/// relative to the module's folder; `fromFolder` is that folder now, and
/// `toFolder` the one that the text will stand in.
std::string printModule(mlir::ModuleOp module, const std::string &fromFolder,
                        const std::string &toFolder);

/// For reading only: without locations, constants of more than a few elements
/// elided.
std::string printForReading(mlir::Operation *op);

/// Reads what printModule wrote, or bytecode. An error carries T0101 for a
/// file that cannot be read, and `malformed` for one that is no valid module.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
parseModule(const std::string &path, mlir::MLIRContext &context,
            report::ErrorCode malformed);

/// Writes `text` to `path`, or to standard output for "-". An error carries
/// T0301.
absl::Status writeText(const std::string &path, const std::string &text);

/// The folder of `path`, "." where it names none.
std::string folderOf(const std::string &path);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_MODULETEXT_H
