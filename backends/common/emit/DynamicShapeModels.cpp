// Emission of the ops that find their elements through computed indices.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ShapeOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

Value tenon::emit::boundedIndex(EmitContext &c, Value tensor, Value number,
                                int64_t lower, int64_t upper) {
  Type type = withShapeOf(c.b.getIndexType(), number.getType());
  bool isUnsigned = elementOf(tensor).isUnsignedInteger();
  unsigned width =
      getElementTypeOrSelf(number.getType()).getIntOrFloatBitWidth();
  auto bound = [&](int64_t limit) {
    return bitsLike(c, number, llvm::APInt(width, limit, /*isSigned=*/true));
  };
  // A device's index may have 32 bits: numbers that these would not hold are
  // limited before they become one.
  if (isUnsigned && width >= 32) {
    if (width == 64 || upper <= std::numeric_limits<uint32_t>::max())
      number = arith::MinUIOp::create(
          c.b, c.loc, number,
          bitsLike(c, number,
                   llvm::APInt(width, static_cast<uint64_t>(upper))));
    return arith::IndexCastUIOp::create(c.b, c.loc, type, number);
  }
  if (width == 64) {
    number = arith::MaxSIOp::create(c.b, c.loc, number, bound(lower));
    number = arith::MinSIOp::create(c.b, c.loc, number, bound(upper));
    return arith::IndexCastOp::create(c.b, c.loc, type, number);
  }
  auto indexBound = [&](int64_t limit) {
    Value value = c.index(limit);
    return c.isLanes(number) ? c.toLanes(value) : value;
  };
  Value index =
      isUnsigned
          ? arith::IndexCastUIOp::create(c.b, c.loc, type, number).getResult()
          : arith::IndexCastOp::create(c.b, c.loc, type, number).getResult();
  index = arith::MaxSIOp::create(c.b, c.loc, index, indexBound(lower));
  return arith::MinSIOp::create(c.b, c.loc, index, indexBound(upper));
}

AffineExpr tenon::emit::clampedIndex(EmitContext &c, Value owner,
                                     unsigned number, const IndexMap &map,
                                     Value tensor, Value element,
                                     int64_t largest) {
  Value index = boundedIndex(c, tensor, element, 0, largest);
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
    result.push_back(clampedIndex(c, op->getResult(0), i, {}, start,
                                  c.emit(start, {}), shape[i] - sizes[i]));
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
