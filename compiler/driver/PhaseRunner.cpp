#include "compiler/driver/PhaseRunner.h"

#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/PassRecorder.h"
#include "compiler/report/Error.h"
#include "ir/graph/GraphOps.h"
#include "ir/plan/PlanOps.h"

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
  if (info.addVerifyPasses)
    info.addVerifyPasses(pm);
  // Layouts and sizes are not the interpreter's business: what has kernels is
  // checked up to their order. Around the recorder, whose times are the
  // passes'.
  if (records.verification && phase <= pipeline::Phase::Scheduled)
    pm.addInstrumentation(
        std::make_unique<PassVerifier>(*records.verification));
  auto owned =
      std::make_unique<PassRecorder>(name, records.trace, records.dumps);
  PassRecorder *recorder = owned.get();
  pm.addInstrumentation(std::move(owned));

  DiagnosticCollector diagnostics(*module.getContext());
  mlir::LogicalResult result = mlir::success();
  bool survived = runGuarded([&] { result = pm.run(module); });
  if (records.verification && records.verification->wrongPass()) {
    const WrongPass &wrong = *records.verification->wrongPass();
    return report::makeError(
        ErrorCode::PassChangesResult,
        "pass " + wrong.flag + " in phase " + name +
            " changes what the model computes: " + wrong.difference.describe());
  }
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

absl::Status verifyPhase(pipeline::Phase phase, mlir::ModuleOp module) {
  const pipeline::PhaseInfo &info = pipeline::getPhase(phase);
  auto fail = [&](const std::string &reason) {
    return report::makeError(ErrorCode::DumpMismatch,
                             "this is no module at the end of phase " +
                                 info.name.str() + ": " + reason);
  };
  bool isPlanned = phase >= pipeline::Phase::Plan;
  if (isPlanned && !module.getOps<graph::EntryOp>().empty())
    return fail("it holds entries that are not planned");
  if (!isPlanned && !module.getOps<plan::EntryOp>().empty())
    return fail("it holds a plan");
  bool isFused = phase >= pipeline::Phase::Fused;
  if (!isFused &&
      module.walk([](kernel::FusedOp) { return mlir::WalkResult::interrupt(); })
          .wasInterrupted())
    return fail("it holds kernels");
  if (!info.addVerifyPasses)
    return absl::OkStatus();
  mlir::PassManager pm(module.getContext(), mlir::ModuleOp::getOperationName());
  info.addVerifyPasses(pm);
  DiagnosticCollector diagnostics(*module.getContext());
  mlir::LogicalResult result = mlir::success();
  if (!runGuarded([&] { result = pm.run(module); }))
    return fail("verifying it crashed");
  return failed(result) ? fail(diagnostics.errors()) : absl::OkStatus();
}

} // namespace tenon::driver
