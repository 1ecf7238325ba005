//===- BatchNorm.cpp - Derivative of batch normalization ------------------===//
//
// Of the training form. The inference form, which is linear in most of its
// operands, and the gradient's own derivative follow from their primitives.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/CompositeOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// What the statistics themselves add to the operand: mean' / n and
/// variance' * 2 * (operand - mean) / n, repeated over the batch.
void giveStatistics(BatchNormTrainingOp op, Backward &b) {
  Value x = op.getOperand();
  Value ofMean = b.cotangent(op.getBatchMean());
  Value ofVariance = b.cotangent(op.getBatchVar());
  const int64_t feature[] = {static_cast<int64_t>(op.getFeatureIndex())};
  double count = 1;
  for (auto [dim, size] : llvm::enumerate(getDims(x)))
    count *= static_cast<int64_t>(dim) == feature[0] ? 1 : size.size;
  if (ofMean)
    b.give(x, b.broadcastLike(b.divide(ofMean, count), x, feature));
  if (ofVariance) {
    Value centered =
        b.subtract(x, b.broadcastLike(op.getBatchMean(), x, feature));
    Value share = b.divide(b.multiply(ofVariance, 2.0), count);
    b.give(x, b.multiply(centered, b.broadcastLike(share, x, feature)));
  }
}

LogicalResult batchNormTrainingRule(BatchNormTrainingOp op, Backward &b) {
  if (Value dy = b.cotangent(op.getOutput())) {
    auto grad = BatchNormGradOp::create(
        b.getBuilder(), b.getLoc(), op.getOperand(), op.getScale(),
        op.getBatchMean(), op.getBatchVar(), dy, op.getEpsilonAttr(),
        op.getFeatureIndexAttr());
    b.give(op.getOperand(), grad.getGradOperand());
    b.give(op.getScale(), grad.getGradScale());
    b.give(op.getOffset(), grad.getGradOffset());
  }
  if (b.wants(op.getOperand()))
    giveStatistics(op, b);
  return success();
}

} // namespace

void tenon::graph::attachBatchNormDerivatives(MLIRContext *c) {
  attachRule<BatchNormTrainingOp, batchNormTrainingRule>(c);
}
