//===- FoldScaleIntoContraction.cpp - Scale weights, not results ----------===//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"
#include "passes/analysis/WeightsOnly.h"
#include "passes/fusion/DimMap.h"

#include "mlir/IR/IRMapping.h"

namespace tenon {
#define GEN_PASS_DEF_FOLDSCALEINTOCONTRACTION
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The product's right-hand side, the dimension of it that counts output
/// channels, and the same in the result.
namespace {
struct Channels {
  OpOperand *weights;
  int64_t weightDim, resultDim;
};
} // namespace

static std::optional<Channels> getChannels(Operation *op) {
  if (auto conv = dyn_cast_or_null<ConvolutionOp>(op))
    return Channels{&conv.getRhsMutable(),
                    (int64_t)conv.getKernelOutputFeatureDimension(),
                    (int64_t)conv.getOutputFeatureDimension()};
  if (auto dot = dyn_cast_or_null<DotGeneralOp>(op)) {
    SmallVector<int64_t> free = dot.getRhsFreeDimensions();
    if (free.size() == 1)
      return Channels{&dot.getRhsMutable(), free[0],
                      typeOf(dot.getResult()).getRank() - 1};
  }
  return std::nullopt;
}

/// The vector of one value per channel that `value` repeats over everything
/// else, or null.
static Value getPerChannel(Value value, int64_t channelDim,
                           OpBuilder &builder) {
  Value root = traceMovement(value);
  RankedTensorType type = typeOf(value), rootType = typeOf(root);
  std::optional<fusion::DimMap> map = fusion::mapThroughChain(
      value, root, fusion::getIdentityDimMap(rootType.getRank()));
  if (!map || rootType.getNumElements() != type.getDimSize(channelDim))
    return {};
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if ((*map)[dim] >= 0 && dim != channelDim &&
        rootType.getDimSize((*map)[dim]) != 1)
      return {};
  auto vector =
      RankedTensorType::get({rootType.getNumElements()}, type.getElementType());
  if (vector == rootType)
    return root;
  return ReshapeOp::create(builder, value.getLoc(), vector, root);
}

static Value spread(OpBuilder &builder, Location loc, Value vector,
                    RankedTensorType type, int64_t dim) {
  return BroadcastInDimOp::create(builder, loc, type, vector,
                                  builder.getDenseI64ArrayAttr({dim}));
}

namespace {
struct FoldScaleIntoContractionPass
    : public tenon::impl::FoldScaleIntoContractionBase<
          FoldScaleIntoContractionPass> {
  void runOnOperation() override {
    for (Operation &op : llvm::make_early_inc_range(
             getOperation().getBody().front().without_terminator()))
      if (isa<MultiplyOp, DivideOp>(op) &&
          isa<FloatType>(getElementTypeOrSelf(op.getResult(0).getType())))
        fold(&op);
  }

  /// Matches product * scale and (product +- shift) * scale, where scale and
  /// shift hold one value per output channel and come from weights; likewise
  /// for a division by the scale.
  void fold(Operation *op) {
    for (unsigned i : {0u, 1u}) {
      if (i == 1 && isa<DivideOp>(op))
        return;
      Value scaled = op->getOperand(i), scale = op->getOperand(1 - i);
      Operation *producer = scaled.getDefiningOp();
      if (!producer || !scaled.hasOneUse() || !weightsOnly(scale))
        continue;
      if (std::optional<Channels> channels = getChannels(producer)) {
        if (foldInto(op, *channels, scale, /*shift=*/{}, nullptr))
          return;
        continue;
      }
      if (!isa<AddOp, SubtractOp>(producer))
        continue;
      std::optional<Channels> channels =
          getChannels(producer->getOperand(0).getDefiningOp());
      if (channels && producer->getOperand(0).hasOneUse() &&
          weightsOnly(producer->getOperand(1)) &&
          foldInto(op, *channels, scale, producer->getOperand(1), producer))
        return;
    }
  }

  bool foldInto(Operation *op, const Channels &channels, Value scale,
                Value shift, Operation *shiftOp) {
    OpBuilder builder(op);
    Location loc = op->getLoc();
    Operation *product = channels.weights->getOwner();
    if (!weightsOnly(channels.weights->get()))
      return false;
    Value scales = getPerChannel(scale, channels.resultDim, builder);
    Value shifts =
        shift ? getPerChannel(shift, channels.resultDim, builder) : Value();
    if (!scales || (shift && !shifts))
      return false;
    auto apply = [&](Value value, Value by) {
      OperationState state(loc, op->getName(), {value, by}, {value.getType()});
      return builder.create(state)->getResult(0);
    };
    Value weights = channels.weights->get();
    Value newWeights =
        apply(weights, spread(builder, loc, scales, typeOf(weights),
                              channels.weightDim));
    IRMapping map;
    map.map(weights, newWeights);
    Value result = builder.clone(*product, map)->getResult(0);
    if (shift) {
      Value newShift = spread(builder, loc, apply(shifts, scales),
                              typeOf(result), channels.resultDim);
      OperationState state(loc, shiftOp->getName(), {result, newShift},
                           {result.getType()});
      result = builder.create(state)->getResult(0);
    }
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
    ++folded;
    return true;
  }

  WeightsOnly weightsOnly;
};
} // namespace
