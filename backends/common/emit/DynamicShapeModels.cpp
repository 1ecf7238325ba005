// Emission of the ops that find their elements through computed indices.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ShapeOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

Value tenon::emit::toIndex(EmitContext &c, Value tensor, Value number) {
  Type type = withShapeOf(c.b.getIndexType(), number.getType());
  if (elementOf(tensor).isUnsignedInteger()) {
    // Of 64 bits the largest would be negative as an index.
    if (elementOf(tensor).isUnsignedInteger(64))
      number = arith::MinUIOp::create(
          c.b, c.loc, number,
          bitsLike(c, number, llvm::APInt::getSignedMaxValue(64)));
    return arith::IndexCastUIOp::create(c.b, c.loc, type, number);
  }
  return arith::IndexCastOp::create(c.b, c.loc, type, number);
}

AffineExpr tenon::emit::clampedIndex(EmitContext &c, Value owner,
                                     unsigned number, const IndexMap &map,
                                     Value index, int64_t largest) {
  auto bound = [&](int64_t limit) {
    Value value = c.index(limit);
    return c.isLanes(index) ? c.toLanes(value) : value;
  };
  index = arith::MaxSIOp::create(c.b, c.loc, index, bound(0));
  index = arith::MinSIOp::create(c.b, c.loc, index, bound(largest));
  LaneKind kind = c.isLanes(index) ? LaneKind::PerLane : LaneKind::Uniform;
  return c.dynamicIndex(owner, number, map, {kind, index, 0, largest, 1});
}

namespace {

/// The place of the box of `sizes` in a tensor of `shape`, clamped into it.
SmallVector<AffineExpr> startsOf(EmitContext &c, Operation *op,
                                 OperandRange starts, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> sizes) {
  SmallVector<AffineExpr> result;
  for (auto [i, start] : llvm::enumerate(starts)) {
    Value number = toIndex(c, start, c.emit(start, {}));
    result.push_back(
        clampedIndex(c, op->getResult(0), i, {}, number, shape[i] - sizes[i]));
  }
  return result;
}

struct DynamicSliceModel
    : EmitOpInterface::ExternalModel<DynamicSliceModel, graph::DynamicSliceOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto slice = cast<graph::DynamicSliceOp>(op);
    SmallVector<AffineExpr> starts =
        startsOf(c, op, slice.getStartIndices(), shapeOf(slice.getOperand()),
                 slice.getSliceSizes());
    IndexMap indices;
    for (auto [index, start] : llvm::zip_equal(map, starts))
      indices.push_back(index + start);
    return c.emit(slice.getOperand(), indices, mask);
  }
};

struct DynamicUpdateSliceModel
    : EmitOpInterface::ExternalModel<DynamicUpdateSliceModel,
                                     graph::DynamicUpdateSliceOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto update = cast<graph::DynamicUpdateSliceOp>(op);
    ArrayRef<int64_t> sizes = shapeOf(update.getUpdate());
    SmallVector<AffineExpr> starts = startsOf(
        c, op, update.getStartIndices(), shapeOf(update.getOperand()), sizes);
    Value uniform, lanes;
    IndexMap indices;
    for (auto [index, start, size] : llvm::zip_equal(map, starts, sizes)) {
      AffineExpr shifted = c.space.simplify(index - start);
      bool never;
      Value inside = c.isWithin(shifted, 0, size, never);
      if (never)
        return c.emit(update.getOperand(), map, mask);
      if (inside) {
        Value &all = c.isLanes(inside) ? lanes : uniform;
        all = c.andMasks(all, inside);
      }
      indices.push_back(shifted);
    }
    auto updated = [&] {
      IndexMap known = indices;
      for (auto [i, index, size] : llvm::enumerate(known, sizes))
        if (c.space.isUniform(index) &&
            !c.space.getRange(index).within(0, size - 1))
          index = c.dynamicIndex(
              update.getResult(), 100 + i, map,
              {LaneKind::Uniform, c.evaluate(index), 0, size - 1, 1});
      Value value = c.emit(update.getUpdate(), known, c.andMasks(mask, lanes));
      if (!lanes)
        return value;
      Value old = c.emitLanes(update.getOperand(), map, mask);
      return arith::SelectOp::create(c.b, c.loc, lanes, c.toLanes(value), old)
          .getResult();
    };
    if (!uniform)
      return updated();
    Type type = c.typeAt(elementOf(update.getResult()), map);
    return c.branch(uniform, type, updated,
                    [&] { return c.emit(update.getOperand(), map, mask); });
  }
};

} // namespace

void tenon::emit::attachDynamicShapeModels(MLIRContext *context) {
  using namespace graph;
  DynamicSliceOp::attachInterface<DynamicSliceModel>(*context);
  DynamicUpdateSliceOp::attachInterface<DynamicUpdateSliceModel>(*context);
}
