#include "compiler/driver/CodeGeneration.h"

#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/emit/KernelEmitter.h"
#include "backends/cuda/codegen/Assembler.h"
#include "backends/cuda/codegen/Codegen.h"
#include "backends/cuda/emit/KernelEmitter.h"
#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/report/Error.h"
#include "ir/plan/PlanOps.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSwitch.h"

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
  llvm::StringRef extension = llvm::StringSwitch<llvm::StringRef>(stage)
                                  .Case("assembly", "s")
                                  .Cases({"llvm-dialect", "nvvm"}, "mlir")
                                  .Case("ptx", "ptx")
                                  .Case("ptxas", "txt")
                                  .Default("ll");
  dumps->write("artifact-" + variant + "-" + stage.str(), extension.str(),
               text.str());
}

/// One variant being made. Both halves report errors as diagnostics.
class Generator {
public:
  Generator(mlir::ModuleOp plan, bool prepare,
            const target::TargetDescription &target,
            const PhaseRecords &records)
      : plan(plan), prepare(prepare), target(target), records(records) {}
  virtual ~Generator() = default;

  /// Emits all kernels, and reports all that cannot be.
  bool emit() {
    code = mlir::ModuleOp::create(plan.getLoc());
    begin();
    bool emitted = true;
    for (llvm::StringRef symbol : usedKernels(plan, prepare)) {
      TraceScope scope(records.trace, "emit " + symbol.str(), target.name);
      auto op = plan.lookupSymbol<plan::KernelOp>(symbol);
      auto fused = mlir::cast<kernel::FusedOp>(op.getFused());
      artifact::KernelCode &entry = result.kernels[symbol.str()];
      entry.symbol = symbol.str();
      entry.numTiles = fused.getTile() ? fused.getTile()->getNumTiles() : 1;
      emitted &= emitOne(fused, symbol, entry);
    }
    return emitted;
  }
  /// Turns what was emitted into the variant's image.
  virtual bool compile() = 0;

  VariantCode result;

protected:
  virtual void begin() {}
  virtual bool emitOne(kernel::FusedOp fused, llvm::StringRef symbol,
                       artifact::KernelCode &entry) = 0;
  std::function<void(llvm::StringRef, llvm::StringRef)> dumper() {
    if (!records.dumps)
      return nullptr;
    return [this](llvm::StringRef stage, llvm::StringRef text) {
      dumpStage(records.dumps, target.name, stage, text);
    };
  }

  mlir::ModuleOp plan;
  bool prepare;
  const target::TargetDescription &target;
  const PhaseRecords &records;
  mlir::OwningOpRef<mlir::ModuleOp> code;
};

class CpuGenerator : public Generator {
public:
  using Generator::Generator;

  bool compile() override {
    cpu::CodegenOptions options;
    options.target = target;
    options.dump = dumper();
    auto image = cpu::compileToImage(*code, options);
    if (failed(image))
      return false;
    result.variant.features.assign(target.features.begin(),
                                   target.features.end());
    result.variant.image.assign(image->bytes.begin(), image->bytes.end());
    return true;
  }

private:
  bool emitOne(kernel::FusedOp fused, llvm::StringRef symbol,
               artifact::KernelCode &entry) override {
    auto kernel = cpu::emitKernel(fused, *code, symbol, {target});
    if (failed(kernel))
      return false;
    entry.scratchSize = static_cast<uint64_t>(kernel->scratchBytes);
    return true;
  }
};

class CudaGenerator : public Generator {
public:
  using Generator::Generator;

  bool compile() override {
    cuda::CodegenOptions options;
    options.target = target;
    options.assembler = cuda::findAssembler();
    options.dump = dumper();
    auto device = cuda::compileToDevice(*code, options);
    if (failed(device))
      return false;
    artifact::Variant &variant = result.variant;
    variant.features = {target.cpu};
    variant.ptx.assign(device->ptx.begin(), device->ptx.end());
    variant.image.assign(device->cubin.begin(), device->cubin.end());
    // Without an assembler the PTX is all there is.
    if (variant.image.empty())
      variant.image.swap(variant.ptx);
    return true;
  }

private:
  void begin() override {
    mlir::OpBuilder b(code->getContext());
    b.setInsertionPointToEnd(code->getBody());
    kernels = mlir::gpu::GPUModuleOp::create(b, code->getLoc(), "kernels");
  }
  bool emitOne(kernel::FusedOp fused, llvm::StringRef symbol,
               artifact::KernelCode &entry) override {
    auto kernel = cuda::emitKernel(fused, kernels, symbol, target);
    if (failed(kernel))
      return false;
    entry.scratchSize = static_cast<uint64_t>(kernel->scratchBytes);
    entry.threads = static_cast<uint32_t>(kernel->threads);
    entry.sharedSize = static_cast<uint32_t>(kernel->sharedBytes);
    return true;
  }

  mlir::gpu::GPUModuleOp kernels;
};

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
  DiagnosticCollector diagnostics(*plan.getContext());
  auto fail = [&](ErrorCode code) {
    std::string reason = diagnostics.errors();
    if (code == ErrorCode::CompilerCrashed)
      reason = "the compiler crashed" + (reason.empty() ? "" : ": " + reason);
    return report::makeError(code, reason + " (code generation for " +
                                       target.name + ")");
  };
  std::unique_ptr<Generator> generator;
  if (target.kind == target::TargetKind::Cuda)
    generator = std::make_unique<CudaGenerator>(plan, prepare, target, records);
  else
    generator = std::make_unique<CpuGenerator>(plan, prepare, target, records);
  bool done = false;
  if (!runGuarded([&] { done = generator->emit(); }))
    return fail(ErrorCode::CompilerCrashed);
  if (!done)
    return fail(ErrorCode::CodegenFailed);
  TraceScope scope(records.trace, "compile " + target.name, target.name);
  if (!runGuarded([&] { done = generator->compile(); }))
    return fail(ErrorCode::CompilerCrashed);
  if (!done)
    return fail(ErrorCode::CodegenFailed);
  generator->result.variant.name = target.name;
  return std::move(generator->result);
}

} // namespace tenon::driver
