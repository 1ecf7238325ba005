// Emission of the ops that move elements: they ask for their operands at other
// indices.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ShapeOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

namespace {

/// A model of an op whose element is its operand's at `remap(c, op, map)`.
template <typename OpTy,
          IndexMap (*remap)(EmitContext &, OpTy, ArrayRef<AffineExpr>)>
struct MoveModel
    : EmitOpInterface::ExternalModel<MoveModel<OpTy, remap>, OpTy> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    return c.emit(op->getOperand(0), remap(c, cast<OpTy>(op), map), mask);
  }
  int64_t getEmitCost(Operation *) const { return 0; }
};

IndexMap broadcast(EmitContext &c, graph::BroadcastInDimOp op,
                   ArrayRef<AffineExpr> map) {
  IndexMap indices;
  for (auto [extent, dim] :
       llvm::zip_equal(shapeOf(op.getOperand()), op.getBroadcastDimensions()))
    indices.push_back(extent == 1 ? c.space.constant(0) : map[dim]);
  return indices;
}

IndexMap reshape(EmitContext &c, graph::ReshapeOp op,
                 ArrayRef<AffineExpr> map) {
  return c.space.reshape(map, shapeOf(op.getResult()),
                         shapeOf(op.getOperand()));
}

IndexMap transpose(EmitContext &c, graph::TransposeOp op,
                   ArrayRef<AffineExpr> map) {
  IndexMap indices(map.size());
  for (auto [i, dim] : llvm::enumerate(op.getPermutation()))
    indices[dim] = map[i];
  return indices;
}

IndexMap slice(EmitContext &c, graph::SliceOp op, ArrayRef<AffineExpr> map) {
  IndexMap indices;
  for (auto [index, start, stride] :
       llvm::zip_equal(map, op.getStartIndices(), op.getStrides()))
    indices.push_back(index * stride + start);
  return indices;
}

IndexMap reverse(EmitContext &c, graph::ReverseOp op,
                 ArrayRef<AffineExpr> map) {
  IndexMap indices(map);
  for (int64_t dim : op.getDimensions())
    indices[dim] = map[dim] * -1 + (shapeOf(op.getOperand())[dim] - 1);
  return indices;
}

} // namespace

std::optional<IndexMap> tenon::emit::remapIndices(EmitContext &c, Operation *op,
                                                  const IndexMap &map) {
  return llvm::TypeSwitch<Operation *, std::optional<IndexMap>>(op)
      .Case(
          [&](graph::BroadcastInDimOp move) { return broadcast(c, move, map); })
      .Case([&](graph::ReshapeOp move) { return reshape(c, move, map); })
      .Case([&](graph::TransposeOp move) { return transpose(c, move, map); })
      .Case([&](graph::SliceOp move) { return slice(c, move, map); })
      .Case([&](graph::ReverseOp move) { return reverse(c, move, map); })
      .Default([](Operation *) { return std::nullopt; });
}

namespace {

struct IotaModel : EmitOpInterface::ExternalModel<IotaModel, graph::IotaOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value) const {
    auto iota = cast<graph::IotaOp>(op);
    AffineExpr index = map[iota.getIotaDimension()];
    bool lanes = !c.space.isUniform(index);
    Value number = lanes ? c.evaluateLanes(index) : c.evaluate(index);
    Type elementType = elementOf(iota.getResult());
    Type type = getRegisterType(elementType);
    Type intType = isa<FloatType>(type) ? Type(c.b.getI32Type()) : type;
    Type from = getElementTypeOrSelf(number);
    if (from.isIndex())
      number = arith::IndexCastOp::create(
          c.b, c.loc, withShapeOf(intType, number.getType()), number);
    else if (from.getIntOrFloatBitWidth() < intType.getIntOrFloatBitWidth())
      number = arith::ExtSIOp::create(
          c.b, c.loc, withShapeOf(intType, number.getType()), number);
    else if (from.getIntOrFloatBitWidth() > intType.getIntOrFloatBitWidth())
      number = arith::TruncIOp::create(
          c.b, c.loc, withShapeOf(intType, number.getType()), number);
    if (intType == type)
      return number;
    number = arith::SIToFPOp::create(
        c.b, c.loc, withShapeOf(type, number.getType()), number);
    // Every whole number up to this one is an element.
    int64_t exact = int64_t(1) << llvm::APFloat::semanticsPrecision(
                        cast<FloatType>(elementType).getFloatSemantics());
    if (c.space.getRange(index).within(0, exact))
      return number;
    return roundToElement(c.b, c.loc, elementType, number);
  }
};

//===----------------------------------------------------------------------===//
// Concatenate and pad
//===----------------------------------------------------------------------===//

struct ConcatenateModel
    : EmitOpInterface::ExternalModel<ConcatenateModel, graph::ConcatenateOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    return emitFrom(cast<graph::ConcatenateOp>(op), 0, 0, c, map, mask);
  }

  /// The element, given that it is in no input before number `first`, which
  /// begins at `start`.
  Value emitFrom(graph::ConcatenateOp op, unsigned first, int64_t start,
                 EmitContext &c, const IndexMap &map, Value mask) const {
    int64_t dim = op.getDimension();
    Value input = op.getInputs()[first];
    int64_t end = start + shapeOf(input)[dim];
    auto here = [&](Value inputMask) {
      IndexMap indices = map;
      AffineExpr shifted = c.space.simplify(map[dim] - start);
      bool outside = !c.space.getRange(shifted).within(0, end - start - 1);
      if (outside && c.space.isUniform(shifted)) {
        // The branch has told what the range does not.
        shifted = c.dynamicIndex(
            op.getResult(), first, map,
            {LaneKind::Uniform, c.evaluate(shifted), 0, end - start - 1, 1});
      }
      indices[dim] = shifted;
      return c.emit(input, indices, inputMask);
    };
    if (first + 1 == op.getInputs().size())
      return here(mask);
    bool never;
    Value inside = c.isWithin(map[dim], start, end, never);
    auto later = [&](Value laterMask) {
      return emitFrom(op, first + 1, end, c, map, laterMask);
    };
    if (never)
      return later(mask);
    // Inputs before this one were excluded, so the lower bound always holds.
    IndexRange range = c.space.getRange(c.space.simplify(map[dim]));
    if (!inside || range.upper < end)
      return here(mask);
    Type type = c.typeAt(elementOf(op.getResult()), map);
    if (!c.isLanes(inside))
      return c.branch(
          inside, type, [&] { return here(mask); },
          [&] { return later(mask); });
    Value ones = c.toLanes(c.constant(c.b.getI1Type(), c.b.getBoolAttr(true)));
    Value outside = arith::XOrIOp::create(c.b, c.loc, inside, ones);
    Value a = c.toLanes(here(c.andMasks(inside, mask)));
    Value b = c.toLanes(later(c.andMasks(outside, mask)));
    return arith::SelectOp::create(c.b, c.loc, inside, a, b);
  }
};

struct PadModel : EmitOpInterface::ExternalModel<PadModel, graph::PadOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto pad = cast<graph::PadOp>(op);
    IndexMap indices;
    Value uniform, lanes;
    for (auto [i, index, low, interior, extent] :
         llvm::enumerate(map, pad.getEdgePaddingLow(), pad.getInteriorPadding(),
                         shapeOf(pad.getOperand()))) {
      int64_t step = interior + 1;
      AffineExpr shifted = c.space.simplify(index - low);
      bool never;
      Value inside = c.isWithin(shifted, 0, (extent - 1) * step + 1, never);
      if (never || extent == 0)
        return c.emit(pad.getPaddingValue(), {}, mask);
      addCondition(c, inside, uniform, lanes);
      if (step > 1) {
        Value onElement = c.isWithin(shifted % step, 0, 1, never);
        if (never)
          return c.emit(pad.getPaddingValue(), {}, mask);
        addCondition(c, onElement, uniform, lanes);
      }
      indices.push_back(c.space.simplify(shifted.floorDiv(step)));
    }
    auto operand = [&] {
      // The branch has told what the ranges do not.
      IndexMap known = indices;
      for (auto [i, index, extent] :
           llvm::enumerate(known, shapeOf(pad.getOperand())))
        if (c.space.isUniform(index) &&
            !c.space.getRange(index).within(0, extent - 1))
          index = c.dynamicIndex(
              pad.getResult(), i, map,
              {LaneKind::Uniform, c.evaluate(index), 0, extent - 1, 1});
      Value value = c.emit(pad.getOperand(), known, c.andMasks(mask, lanes));
      if (!lanes)
        return value;
      Value padding = c.emitLanes(pad.getPaddingValue(), {}, mask);
      return arith::SelectOp::create(c.b, c.loc, lanes, c.toLanes(value),
                                     padding)
          .getResult();
    };
    if (!uniform)
      return operand();
    Type type = c.typeAt(elementOf(pad.getResult()), map);
    return c.branch(uniform, type, operand,
                    [&] { return c.emit(pad.getPaddingValue(), {}, mask); });
  }

  static void addCondition(EmitContext &c, Value condition, Value &uniform,
                           Value &lanes) {
    if (!condition)
      return;
    Value &all = c.isLanes(condition) ? lanes : uniform;
    all = c.andMasks(all, condition);
  }
};

} // namespace

void tenon::emit::attachShapeModels(MLIRContext *context) {
  using namespace graph;
  BroadcastInDimOp::attachInterface<MoveModel<BroadcastInDimOp, broadcast>>(
      *context);
  ReshapeOp::attachInterface<MoveModel<ReshapeOp, reshape>>(*context);
  TransposeOp::attachInterface<MoveModel<TransposeOp, transpose>>(*context);
  SliceOp::attachInterface<MoveModel<SliceOp, slice>>(*context);
  ReverseOp::attachInterface<MoveModel<ReverseOp, reverse>>(*context);
  IotaOp::attachInterface<IotaModel>(*context);
  ConcatenateOp::attachInterface<ConcatenateModel>(*context);
  PadOp::attachInterface<PadModel>(*context);
}
