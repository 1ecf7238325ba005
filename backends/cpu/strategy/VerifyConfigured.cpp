//===- VerifyConfigured.cpp - Prove what the CPU emitter relies on --------===//

#include "backends/cpu/strategy/Strategy.h"

#include "ir/graph/GraphOps.h"
#include "ir/plan/PlanOps.h"
#include "passes/analysis/StageForm.h"
#include "passes/layout/LayoutRules.h"

#include "mlir/IR/BuiltinOps.h"

namespace tenon::cpu {
#define GEN_PASS_DEF_VERIFYCONFIGURED
#include "backends/cpu/strategy/Passes.h.inc"
} // namespace tenon::cpu

using namespace mlir;
using namespace tenon;
using kernel::FusedOp;
using kernel::LayoutAttr;
using kernel::StageKind;
using kernel::StageOp;

/// No register file has more lanes, and no loop nest more steps.
static constexpr int64_t kMostLanes = 64;
static constexpr int64_t kMostSteps = int64_t(1) << 20;

/// The extents that the tile of a kernel divides: those of its first stage.
/// Nothing for a stage that is one tile.
static std::optional<ArrayRef<int64_t>> getSpace(StageOp first) {
  if (first.getKind() == StageKind::Special)
    return std::nullopt;
  Value root = getStageRoot(first);
  if (!root)
    return std::nullopt;
  return cast<RankedTensorType>(root.getType()).getShape();
}

/// The columns of one panel of the product's right operand where it is stored
/// in panels, or 0.
static int64_t getPanelWidth(FusedOp kernel, Operation *contraction) {
  auto argument = dyn_cast<BlockArgument>(contraction->getOperand(1));
  if (!argument || argument.getOwner()->getParentOp() != kernel)
    return 0;
  LayoutAttr layout = kernel.getInputLayout(argument.getArgNumber());
  int64_t width = 0;
  for (int64_t block : layout.getBlocks())
    width = std::max(width, block);
  return width;
}

static LogicalResult verifyContraction(FusedOp kernel, StageOp stage) {
  auto config = dyn_cast_or_null<kernel::ContractionConfigAttr>(
      stage.getLoweringConfigAttr());
  if (!config)
    return stage.emitOpError("of kind contraction states no registers");
  if (config.getVl() < 1 || config.getVl() > kMostLanes)
    return stage.emitOpError("has vectors of ") << config.getVl() << " lanes";
  if (config.getMr() < 1 || config.getMr() > kMostSteps)
    return stage.emitOpError("has a register tile of ")
           << config.getMr() << " rows";
  if (config.getNr() < 1 || config.getNr() > kMostSteps ||
      config.getNr() % config.getVl())
    return stage.emitOpError("has a register tile of ")
           << config.getNr() << " columns, no multiple of " << config.getVl()
           << " lanes";
  for (int64_t count :
       {config.getKc(), config.getUnroll() - 1, config.getPrefetch()})
    if (count < 0 || count > kMostSteps)
      return stage.emitOpError("has a depth, unrolling or prefetch distance "
                               "that is out of range");
  int64_t panel = getPanelWidth(kernel, layout::getContraction(stage));
  if (panel && panel % config.getNr() && config.getNr() % panel)
    return stage.emitOpError("has a register tile of ")
           << config.getNr() << " columns, which do not divide panels of "
           << panel << " and are not several whole ones";
  return success();
}

/// Whether tiles and configs were chosen for a GPU, whose emitter takes any.
static bool isForGpu(ArrayRef<StageOp> stages) {
  return llvm::any_of(stages, [](StageOp stage) {
    return isa_and_nonnull<kernel::ThreadConfigAttr,
                           kernel::BlockContractionConfigAttr>(
        stage.getLoweringConfigAttr());
  });
}

static LogicalResult verifyKernel(FusedOp kernel) {
  SmallVector<StageOp, 4> stages = kernel.getStages();
  for (StageOp stage : stages)
    if (stage.getKind() != StageKind::Special && failed(findStageForm(stage)))
      return failure();
  if (isForGpu(stages))
    return success();
  std::optional<ArrayRef<int64_t>> space = getSpace(stages.front());
  if (auto tile = kernel.getTile(); tile && space) {
    ArrayRef<int64_t> domain = tile->getDomain();
    if (domain.size() > space->size() ||
        domain != space->take_front(domain.size()))
      return kernel.emitOpError("has a tile over [")
             << domain << "] where its first stage runs over [" << *space
             << "]";
  }
  for (StageOp stage : stages)
    if (stage.getKind() == StageKind::Contraction &&
        failed(verifyContraction(kernel, stage)))
      return failure();
  return success();
}

namespace {
struct VerifyConfiguredPass
    : public tenon::cpu::impl::VerifyConfiguredBase<VerifyConfiguredPass> {
  void runOnOperation() override {
    for (auto op : getOperation().getOps<plan::KernelOp>())
      if (failed(verifyKernel(cast<FusedOp>(op.getFused()))))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
