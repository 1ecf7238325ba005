//===- VerifyFused.cpp - Prove what layout relies on ----------------------===//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"
#include "passes/analysis/StageForm.h"

namespace tenon {
#define GEN_PASS_DEF_VERIFYFUSED
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using kernel::StageKind;
using kernel::StageOp;

/// Counts the ops of a stage of one category.
static int64_t count(StageOp stage, OpCategory category) {
  return llvm::count_if(
      stage.getBody().front().without_terminator(),
      [&](Operation &op) { return categorize(&op) == category; });
}

static LogicalResult verifyStage(StageOp stage) {
  int64_t contractions = count(stage, OpCategory::Contraction);
  int64_t reductions = count(stage, OpCategory::Reduction);
  switch (stage.getKind()) {
  case StageKind::Contraction:
    if (contractions != 1)
      return stage.emitOpError("of kind contraction holds ")
             << contractions << " products";
    break;
  case StageKind::Row: {
    if (reductions == 0)
      return stage.emitOpError("of kind row holds no reduction");
    ArrayRef<int64_t> shape;
    for (auto reduce : stage.getBody().getOps<graph::ReduceOp>()) {
      auto type = cast<RankedTensorType>(reduce.getInputs().front().getType());
      if (!shape.empty() &&
          ShapedType::getNumElements(shape) != type.getNumElements())
        return reduce.emitOpError("reduces other rows than the stage's first "
                                  "reduction");
      shape = type.getShape();
    }
    break;
  }
  case StageKind::Loop:
    if (contractions || reductions)
      return stage.emitOpError("of kind loop holds a ")
             << (contractions ? "product" : "reduction");
    break;
  case StageKind::Special:
    break;
  }
  for (Operation &op : stage.getBody().front().without_terminator())
    if (isa<graph::GetWeightOp, kernel::GetPreparedOp>(op))
      return op.emitOpError("reads a weight inside of a kernel; it must be an "
                            "input");
  // A special stage's emitter finds its results itself.
  if (stage.getKind() == StageKind::Special)
    return success();
  return LogicalResult(findStageForm(stage));
}

namespace {
struct VerifyFusedPass : public tenon::impl::VerifyFusedBase<VerifyFusedPass> {
  void runOnOperation() override {
    for (auto entry : getOperation().getOps<graph::EntryOp>()) {
      for (Operation &op : entry.getBody().front().without_terminator()) {
        if (auto kernel = dyn_cast<kernel::FusedOp>(op)) {
          for (StageOp stage : kernel.getStages())
            if (failed(verifyStage(stage)))
              return signalPassFailure();
          continue;
        }
        if (categorize(&op) != OpCategory::Source) {
          op.emitOpError("stands outside of a kernel");
          return signalPassFailure();
        }
      }
    }
    markAllAnalysesPreserved();
  }
};
} // namespace
