//===- Shape.cpp - Derivatives of ops that move elements ------------------===//
//
// Each is linear; its transpose moves the elements back and adds up those that
// were repeated.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ShapeOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

LogicalResult broadcastRule(BroadcastInDimOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  Dims from = getDims(op.getOperand()), to = getDims(op.getResult());
  ArrayRef<int64_t> places = op.getBroadcastDimensions();
  SmallVector<int64_t> summed, kept;
  for (int64_t dim = 0, rank = to.size(); dim < rank; ++dim) {
    const int64_t *place = llvm::find(places, dim);
    bool repeated =
        place == places.end() || from[place - places.begin()] != to[dim];
    (repeated ? summed : kept).push_back(dim);
  }
  if (!summed.empty())
    dy = b.sum(dy, summed);
  // The kept dimensions stand in the result's order; the operand may have
  // another, and unit dimensions between them.
  SmallVector<int64_t> order;
  for (int64_t place : places)
    if (const int64_t *it = llvm::find(kept, place); it != kept.end())
      order.push_back(it - kept.begin());
  if (!llvm::is_sorted(order))
    dy = b.transpose(dy, order);
  if (dy.getType() != op.getOperand().getType())
    dy = b.make<ReshapeOp>(op.getOperand().getType(), dy);
  b.give(op.getOperand(), dy);
  return success();
}

LogicalResult reshapeRule(ReshapeOp op, Backward &b) {
  b.give(op.getOperand(), b.make<ReshapeOp>(op.getOperand().getType(),
                                            b.cotangent(op.getResult())));
  return success();
}

LogicalResult transposeRule(TransposeOp op, Backward &b) {
  SmallVector<int64_t> inverse(op.getPermutation().size());
  for (auto [place, dim] : llvm::enumerate(op.getPermutation()))
    inverse[dim] = place;
  b.give(op.getOperand(), b.transpose(b.cotangent(op.getResult()), inverse));
  return success();
}

/// Puts a box back in its place, with zeros around and between.
Value unslice(Backward &b, Value dy, ArrayRef<int64_t> starts,
              ArrayRef<int64_t> strides, Dims sizes) {
  SmallVector<int64_t> high, interior;
  for (auto [count, start, stride, size] :
       llvm::zip_equal(getDims(dy), starts, strides, sizes)) {
    int64_t covered = count.size == 0 ? 0 : (count.size - 1) * stride + 1;
    interior.push_back(stride - 1);
    high.push_back(size.size - start - covered);
  }
  Value zero = b.scalar(0.0, getTensor(dy).getElementType());
  return b.make<PadOp>(dy, zero, starts, high, interior);
}

LogicalResult sliceRule(SliceOp op, Backward &b) {
  b.give(op.getOperand(),
         unslice(b, b.cotangent(op.getResult()), op.getStartIndices(),
                 op.getStrides(), getDims(op.getOperand())));
  return success();
}

/// The operand's elements stand `interior + 1` apart; what a negative padding
/// removed gets zero. The padding value gets all the rest.
LogicalResult padRule(PadOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  Type element = getTensor(dy).getElementType();
  SmallVector<int64_t> low, high, none, starts, limits, strides;
  for (auto [before, after, between, size] :
       llvm::zip_equal(op.getEdgePaddingLow(), op.getEdgePaddingHigh(),
                       op.getInteriorPadding(), getDims(op.getOperand()))) {
    low.push_back(std::max<int64_t>(0, -before));
    high.push_back(std::max<int64_t>(0, -after));
    none.push_back(0);
    starts.push_back(std::max<int64_t>(0, before));
    strides.push_back(between + 1);
    limits.push_back(
        starts.back() +
        (size.size == 0 ? 0 : (size.size - 1) * (between + 1) + 1));
  }
  Value whole = dy;
  if (llvm::any_of(low, [](int64_t n) { return n != 0; }) ||
      llvm::any_of(high, [](int64_t n) { return n != 0; }))
    whole = b.make<PadOp>(dy, b.scalar(0.0, element), low, high, none);
  Value inner = b.slice(whole, starts, limits, strides);
  b.give(op.getOperand(), inner);
  if (b.wants(op.getPaddingValue())) {
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, getTensor(dy).getRank()));
    b.give(op.getPaddingValue(), b.subtract(b.sum(dy, all), b.sum(inner, all)));
  }
  return success();
}

LogicalResult concatenateRule(ConcatenateOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  int64_t dim = op.getDimension(), rank = getTensor(dy).getRank();
  SmallVector<int64_t> starts(rank, 0), limits;
  for (Dim size : getDims(dy))
    limits.push_back(size.size);
  for (Value input : op.getInputs()) {
    limits[dim] = starts[dim] + getDims(input)[dim].size;
    if (b.wants(input))
      b.give(input, b.slice(dy, starts, limits));
    starts[dim] = limits[dim];
  }
  return success();
}

LogicalResult reverseRule(ReverseOp op, Backward &b) {
  b.give(op.getOperand(),
         b.make<ReverseOp>(b.cotangent(op.getResult()), op.getDimensions()));
  return success();
}

LogicalResult dynamicSliceRule(DynamicSliceOp op, Backward &b) {
  b.give(op.getOperand(),
         b.make<DynamicUpdateSliceOp>(b.zerosLike(op.getOperand()),
                                      b.cotangent(op.getResult()),
                                      op.getStartIndices()));
  return success();
}

LogicalResult dynamicUpdateSliceRule(DynamicUpdateSliceOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  if (b.wants(op.getOperand()))
    b.give(op.getOperand(),
           b.make<DynamicUpdateSliceOp>(dy, b.zerosLike(op.getUpdate()),
                                        op.getStartIndices()));
  if (b.wants(op.getUpdate())) {
    SmallVector<int64_t> sizes;
    for (Dim dim : getDims(op.getUpdate()))
      sizes.push_back(dim.size);
    b.give(op.getUpdate(),
           b.make<DynamicSliceOp>(dy, op.getStartIndices(), sizes));
  }
  return success();
}

constexpr llvm::StringLiteral kNoOperand = "it has no operand";

} // namespace

void tenon::graph::attachShapeDerivatives(MLIRContext *c) {
  attachRule<BroadcastInDimOp, broadcastRule>(c);
  attachRule<ReshapeOp, reshapeRule>(c);
  attachRule<TransposeOp, transposeRule>(c);
  attachRule<SliceOp, sliceRule>(c);
  attachRule<PadOp, padRule>(c);
  attachRule<ConcatenateOp, concatenateRule>(c);
  attachRule<ReverseOp, reverseRule>(c);
  attachRule<DynamicSliceOp, dynamicSliceRule>(c);
  attachRule<DynamicUpdateSliceOp, dynamicUpdateSliceRule>(c);
  attachZero<kNoOperand, IotaOp, ConstantOp, GetWeightOp>(c);
}
