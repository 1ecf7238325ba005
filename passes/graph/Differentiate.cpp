//===- Differentiate.cpp - Replace gradients by the backward ops ----------===//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"

#include "ir/graph/GradientOps.h"
#include "ir/graph/ValueBuilder.h"
#include "ir/graph/derivatives/ReverseMode.h"

namespace tenon {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

/// Builds the backward ops before `op` and replaces it by the cotangents of its
/// values.
static LogicalResult expand(GradientOp op) {
  OpBuilder builder(op);
  ReverseMode reverse(builder, op.getWrt());
  ValueBuilder b(builder, op.getLoc());
  reverse.add(op.getLoss(), b.fillLike(1.0, op.getLoss()));
  if (failed(reverse.run()))
    return failure();
  SmallVector<Value> gradients;
  for (Value value : op.getWrt()) {
    Value gradient = reverse.getCotangent(value);
    gradients.push_back(gradient ? gradient : b.fillLike(0.0, value));
  }
  if (auto entry = op->getParentOfType<EntryOp>())
    entry->setAttr(kDifferentiatedAttr, builder.getUnitAttr());
  op.replaceAllUsesWith(gradients);
  op.erase();
  return success();
}

namespace {
struct DifferentiatePass
    : public tenon::impl::DifferentiateBase<DifferentiatePass> {
  void runOnOperation() override {
    // In program order: a gradient may be of a loss that holds earlier ones.
    SmallVector<GradientOp> ops;
    getOperation()->walk([&](GradientOp op) { ops.push_back(op); });
    bool isComplete = true;
    for (GradientOp op : ops) {
      isComplete &= succeeded(expand(op));
      ++replaced;
    }
    if (!isComplete)
      signalPassFailure();
  }
};
} // namespace
