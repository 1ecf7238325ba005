#include "compiler/driver/CodeGeneration.h"

#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/emit/KernelEmitter.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/report/Error.h"
#include "ir/plan/PlanOps.h"

#include "llvm/ADT/SetVector.h"

namespace tenon::driver {
namespace {

using report::ErrorCode;

/// The kernels that entries of the kind launch, in the order of first use.
llvm::SetVector<llvm::StringRef> usedKernels(mlir::ModuleOp plan,
                                             bool prepare) {
  llvm::SetVector<llvm::StringRef> used;
  for (plan::EntryOp entry : plan.getOps<plan::EntryOp>())
    if (entry.getPrepare() == prepare)
      for (plan::LaunchOp launch : entry.getBody().getOps<plan::LaunchOp>())
        used.insert(launch.getKernel());
  return used;
}

/// A copy of `plan` whose kernels are configured for `target` alone.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
configureAnew(mlir::ModuleOp plan, const target::TargetDescription &target) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = plan.clone();
  copy->walk([](kernel::FusedOp fused) {
    fused.removeTileAttr();
    for (kernel::StageOp stage : fused.getStages())
      stage.removeLoweringConfigAttr();
  });
  absl::Status status = runPhase(pipeline::Phase::Configured, *copy,
                                 pipeline::optionsFor(target), PhaseRecords{});
  if (!status.ok())
    return status;
  return copy;
}

void dumpStage(DumpWriter *dumps, const std::string &variant,
               llvm::StringRef stage, llvm::StringRef text) {
  const char *extension = stage == "assembly"       ? "s"
                          : stage == "llvm-dialect" ? "mlir"
                                                    : "ll";
  dumps->write("artifact-" + variant + "-" + stage.str(), extension,
               text.str());
}

} // namespace

absl::StatusOr<VariantCode>
generateCode(mlir::ModuleOp plan, bool prepare,
             const target::TargetDescription &target,
             Configuration configuration, const PhaseRecords &records) {
  mlir::OwningOpRef<mlir::ModuleOp> configured;
  if (configuration == Configuration::Anew) {
    auto copy = configureAnew(plan, target);
    if (!copy.ok())
      return copy.status();
    configured = std::move(*copy);
    plan = *configured;
  }
  VariantCode result;
  result.variant.name = target.name;
  result.variant.features.assign(target.features.begin(),
                                 target.features.end());
  DiagnosticCollector diagnostics(*plan.getContext());
  auto fail = [&](ErrorCode code) {
    std::string reason = diagnostics.errors();
    if (code == ErrorCode::CompilerCrashed)
      reason = "the compiler crashed" + (reason.empty() ? "" : ": " + reason);
    return report::makeError(code, reason + " (code generation for " +
                                       target.name + ")");
  };
  mlir::OwningOpRef<mlir::ModuleOp> code(mlir::ModuleOp::create(plan.getLoc()));
  bool emitted = true;
  auto emit = [&] {
    for (llvm::StringRef symbol : usedKernels(plan, prepare)) {
      TraceScope scope(records.trace, "emit " + symbol.str(), target.name);
      auto op = plan.lookupSymbol<plan::KernelOp>(symbol);
      auto fused = mlir::cast<kernel::FusedOp>(op.getFused());
      auto kernel = cpu::emitKernel(fused, *code, symbol, {target});
      emitted &= succeeded(kernel);
      if (failed(kernel))
        continue;
      artifact::KernelCode &entry = result.kernels[symbol.str()];
      entry.symbol = symbol.str();
      entry.numTiles = fused.getTile() ? fused.getTile()->getNumTiles() : 1;
      entry.scratchSize = static_cast<uint64_t>(kernel->scratchBytes);
    }
  };
  if (!runGuarded(emit))
    return fail(ErrorCode::CompilerCrashed);
  if (!emitted)
    return fail(ErrorCode::CodegenFailed);

  cpu::CodegenOptions options;
  options.target = target;
  if (records.dumps)
    options.dump = [&](llvm::StringRef stage, llvm::StringRef text) {
      dumpStage(records.dumps, target.name, stage, text);
    };
  mlir::FailureOr<cpu::CodeImage> image = mlir::failure();
  TraceScope scope(records.trace, "compile " + target.name, target.name);
  if (!runGuarded([&] { image = cpu::compileToImage(*code, options); }))
    return fail(ErrorCode::CompilerCrashed);
  if (failed(image))
    return fail(ErrorCode::CodegenFailed);
  result.variant.image.assign(image->bytes.begin(), image->bytes.end());
  return result;
}

} // namespace tenon::driver
