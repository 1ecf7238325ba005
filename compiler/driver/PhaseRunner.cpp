#include "compiler/driver/PhaseRunner.h"

#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/PassRecorder.h"
#include "compiler/report/Error.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CrashRecoveryContext.h"

#include <limits>

namespace tenon::driver {

using report::ErrorCode;

bool runGuarded(const std::function<void()> &body) {
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext context;
  return context.RunSafely([&] { body(); });
}

absl::Status runPhase(pipeline::Phase phase, mlir::ModuleOp module,
                      const pipeline::PipelineOptions &options,
                      const PhaseRecords &records) {
  const pipeline::PhaseInfo &info = pipeline::getPhase(phase);
  std::string name = info.name.str();
  mlir::PassManager pm(module.getContext(), mlir::ModuleOp::getOperationName());
  info.addPasses(pm, options);
  auto owned =
      std::make_unique<PassRecorder>(name, records.trace, records.dumps);
  PassRecorder *recorder = owned.get();
  pm.addInstrumentation(std::move(owned));

  DiagnosticCollector diagnostics(*module.getContext());
  mlir::LogicalResult result = mlir::success();
  bool survived = runGuarded([&] { result = pm.run(module); });
  std::string where = "phase " + name;
  if (std::string pass = recorder->unfinishedPass(); !pass.empty())
    where += ", pass " + pass;
  std::string reason = diagnostics.errors();
  if (!survived)
    return report::makeError(ErrorCode::CompilerCrashed,
                             "the compiler crashed in " + where +
                                 (reason.empty() ? "" : ": " + reason));
  if (failed(result) && diagnostics.isUnsupported())
    // All of them, however many.
    return report::makeError(
        ErrorCode::ModelUnsupported,
        diagnostics.errors(std::numeric_limits<unsigned>::max()) + " (" +
            where + ")");
  if (failed(result)) {
    // The pass manager verifies between passes; a module that no longer
    // verifies is our mistake, not the model's.
    bool broken = failed(mlir::verify(module));
    return report::makeError(broken ? ErrorCode::VerificationFailed
                                    : ErrorCode::PhaseFailed,
                             reason + " (" + where + ")");
  }
  return absl::OkStatus();
}

} // namespace tenon::driver
