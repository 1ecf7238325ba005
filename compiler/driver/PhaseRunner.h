// Runs the passes of one phase over a module.

#ifndef TENON_COMPILER_DRIVER_PHASERUNNER_H
#define TENON_COMPILER_DRIVER_PHASERUNNER_H

#include "compiler/driver/DumpWriter.h"
#include "compiler/driver/PassVerifier.h"
#include "compiler/driver/TraceLog.h"
#include "compiler/pipeline/Pipeline.h"

#include "absl/status/status.h"
#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <string>

namespace tenon::driver {

/// Where a phase leaves its records. Each may be null.
struct PhaseRecords {
  TraceLog *trace = nullptr;
  DumpWriter *dumps = nullptr;
  /// Where given, each pass is checked, and a wrong one fails the phase.
  PassVerification *verification = nullptr;
};

/// Runs `body`, which may crash: then this returns false, and the process goes
/// on. What `body` had locked or left half done stays so; only a reproducer
/// shall be written after it.
bool runGuarded(const std::function<void()> &body);

/// Leads `module` from the end of the phase before to the end of `phase`. An
/// error is one line with the model's node and the pass, and carries T0201,
/// T0202 for a module that the passes left invalid, T0203 for a crash, or T0207
/// for a pass that changes what the model computes.
absl::Status runPhase(pipeline::Phase phase, mlir::ModuleOp module,
                      const pipeline::PipelineOptions &options,
                      const PhaseRecords &records);

/// Proves that `module` is at the end of `phase`, as a dump of it has to be. An
/// error is one line and carries T0105.
absl::Status verifyPhase(pipeline::Phase phase, mlir::ModuleOp module);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PHASERUNNER_H
