// One compilation in progress: the context, the module, and what is recorded
// on the way. Compile.h is the way in; preparing weights compiles through a
// session too.

#ifndef TENON_COMPILER_DRIVER_COMPILESESSION_H
#define TENON_COMPILER_DRIVER_COMPILESESSION_H

#include "compiler/driver/Compile.h"
#include "compiler/driver/DumpWriter.h"
#include "compiler/driver/LoadModel.h"
#include "compiler/driver/PassVerifier.h"
#include "compiler/driver/TraceLog.h"

#include "mlir/IR/MLIRContext.h"

namespace tenon::driver {

class CompileSession {
public:
  /// `options` outlives the session.
  explicit CompileSession(const CompileOptions &options);

  /// From the model to what the options ask for.
  absl::StatusOr<report::CompileSummary> run();

private:
  absl::Status load();
  /// Runs the passes of `phase` on the module, with dumps and times.
  absl::Status advance(pipeline::Phase phase);
  void startVerification();
  void emitRemarks(pipeline::Phase phase);
  absl::Status writeArtifact();
  absl::Status finish(absl::Status status);

  const CompileOptions &options;
  TraceLog trace;
  std::optional<DumpWriter> dumps;
  mlir::MLIRContext context;
  LoadedModel model;
  std::optional<PassVerification> verification; // holds modules of the context
  report::CompileSummary summary;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_COMPILESESSION_H
