// Plain emission of the ops that slide a window: reduce_window and convolution
// in every form.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ContractionOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/ReductionOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

namespace {

/// One dimension of a window over a padded, spread input.
struct WindowDim {
  /// The input's extent and the window's.
  int64_t extent, window;
  int64_t stride, paddingLow, baseDilation, windowDilation;
  /// Counts back to front.
  bool reversed = false;
  /// Index in the output.
  AffineExpr output;
};

/// The loops over a window's places: those that lie on elements of the input,
/// or all of them.
class WindowLoops {
public:
  /// `owner` is the op's result at `map`, by which indices are known again.
  WindowLoops(EmitContext &c, Value owner, const IndexMap &map,
              ArrayRef<WindowDim> dims, bool everyPlace = false)
      : c(c), owner(owner), map(map), dims(dims), everyPlace(everyPlace) {
    for (const WindowDim &dim : dims)
      variables.push_back(
          c.space.add({LaneKind::Uniform, {}, 0, dim.window - 1, 1}));
  }

  /// Indices of the window and of the input, for which `step` gets the lanes
  /// that are on elements (null: all) and combines one element. Of every place
  /// `onElement`, an i1, says whether any lane is (null: it is).
  struct Place {
    ArrayRef<AffineExpr> window, input;
    Value lanes, onElement;
  };
  using Step = llvm::function_ref<SmallVector<Value>(const Place &place,
                                                     ValueRange carried)>;

  SmallVector<Value> run(ValueRange initial, Step step) {
    return nest(0, {}, {}, {}, {}, initial, step);
  }

private:
  SmallVector<Value> nest(size_t depth, SmallVector<AffineExpr> window,
                          SmallVector<AffineExpr> input, Value mask,
                          Value onElement, ValueRange carried, Step step) {
    if (depth == dims.size())
      return step({window, input, mask, onElement}, carried);
    const WindowDim &dim = dims[depth];
    AffineExpr variable = variables[depth];
    AffineExpr place =
        dim.reversed ? variable * -1 + (dim.window - 1) : variable;
    window.push_back(variable);
    AffineExpr start =
        c.space.simplify(dim.output * dim.stride - dim.paddingLow);
    AffineExpr position = c.space.simplify(start + place * dim.windowDilation);
    int64_t spread = (dim.extent - 1) * dim.baseDilation + 1;
    bool inside = c.space.getRange(position).within(0, spread - 1);
    Value lower = c.index(0), upper = c.index(dim.window);
    bool clamped = false;
    if (!inside && c.space.isUniform(start) && !dim.reversed && !everyPlace) {
      // Only the places that are inside: no test within the loop.
      clampRange(dim, start, spread, lower, upper);
      clamped = true;
    }
    return c.loop(variable, lower, upper, 1, carried, [&](ValueRange sums) {
      AffineExpr index = position;
      Value lanes, uniform;
      bool never = false;
      if (clamped && dim.baseDilation == 1)
        index = knownIndex(depth, index, dim.extent);
      else if (!inside && !clamped)
        addCondition(c.isWithin(index, 0, spread, never), lanes, uniform);
      if (dim.baseDilation > 1) {
        bool misses = false;
        addCondition(c.isWithin(index % dim.baseDilation, 0, 1, misses), lanes,
                     uniform);
        never |= misses;
        index = index.floorDiv(dim.baseDilation);
      }
      if (never && !everyPlace)
        return SmallVector<Value>(sums);
      if (never)
        uniform = c.zero(c.b.getI1Type());
      auto inner = [&]() -> SmallVector<Value> {
        AffineExpr known = c.space.simplify(index);
        if (uniform || (clamped && dim.baseDilation > 1))
          known = knownIndex(depth, known, dim.extent);
        SmallVector<AffineExpr> indices = input;
        indices.push_back(known);
        return nest(depth + 1, window, indices, c.andMasks(mask, lanes),
                    everyPlace ? c.andMasks(onElement, uniform) : Value(), sums,
                    step);
      };
      return uniform && !everyPlace ? c.branchOver(uniform, sums, inner)
                                    : inner();
    });
  }

  /// The window's places within the input: start + place * dilation in
  /// [0, spread).
  void clampRange(const WindowDim &dim, AffineExpr start, int64_t spread,
                  Value &lower, Value &upper) {
    OpBuilder &b = c.b;
    Location loc = c.loc;
    Value first = c.evaluate(start);
    Value dilation = c.index(dim.windowDilation);
    auto places = [&](int64_t bound) -> Value {
      // How many places lie before `bound`.
      Value distance = arith::SubIOp::create(b, loc, c.index(bound), first);
      distance = arith::MaxSIOp::create(b, loc, distance, c.index(0));
      if (dim.windowDilation > 1) {
        distance = arith::AddIOp::create(b, loc, distance,
                                         c.index(dim.windowDilation - 1));
        distance = arith::DivUIOp::create(b, loc, distance, dilation);
      }
      return arith::MinSIOp::create(b, loc, distance, c.index(dim.window));
    };
    lower = places(0);
    upper = places(spread);
  }

  /// The index, of which control flow has shown that it is in range. One that
  /// differs between lanes stays as it is: their mask tells where it is.
  AffineExpr knownIndex(size_t depth, AffineExpr index, int64_t extent) {
    if (!c.space.isUniform(index))
      return index;
    return c.dynamicIndex(
        owner, 1000 + depth, map,
        {LaneKind::Uniform, c.evaluate(index), 0, extent - 1, 1});
  }

  void addCondition(Value condition, Value &lanes, Value &uniform) {
    if (!condition)
      return;
    Value &all = c.isLanes(condition) ? lanes : uniform;
    all = c.andMasks(all, condition);
  }

  EmitContext &c;
  Value owner;
  const IndexMap &map;
  ArrayRef<WindowDim> dims;
  bool everyPlace;
  SmallVector<AffineExpr> variables;
};

/// Whether combining an initial value again, for a place in the padding,
/// changes nothing: because the body does not care how often, or because the
/// value is neutral.
bool ignoresPadding(graph::ReduceWindowOp op) {
  graph::ReductionKind kind = graph::getReductionKind(op.getBody());
  switch (kind) {
  case graph::ReductionKind::Maximum:
  case graph::ReductionKind::Minimum:
  case graph::ReductionKind::And:
  case graph::ReductionKind::Or:
    return true;
  default:
    break;
  }
  Value init = op.getInitValues().front();
  DenseElementsAttr value;
  if (!matchPattern(init, m_Constant(&value)))
    return false;
  // A sum that began with +0 is no longer changed by it.
  return (kind == graph::ReductionKind::Add &&
          matchPattern(init, m_AnyZeroFloat())) ||
         value == graph::getNeutralElement(kind, value.getElementType());
}

struct ReduceWindowModel
    : EmitOpInterface::ExternalModel<ReduceWindowModel, graph::ReduceWindowOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned number,
               const IndexMap &map, Value mask) const {
    auto reduce = cast<graph::ReduceWindowOp>(op);
    ArrayRef<int64_t> shape = shapeOf(reduce.getInputs()[0]);
    SmallVector<WindowDim> dims;
    for (auto [i, extent] : llvm::enumerate(shape))
      dims.push_back({extent, reduce.getWindowDimensions()[i],
                      reduce.getWindowStrides()[i], reduce.getPaddingLow()[i],
                      reduce.getBaseDilations()[i],
                      reduce.getWindowDilations()[i], false, map[i]});
    bool lanes = c.variesOver(map);
    SmallVector<Value> initial;
    for (Value value : reduce.getInitValues()) {
      initial.push_back(c.emit(value, {}));
      if (lanes)
        initial.back() = c.toLanes(initial.back());
    }
    bool everyPlace = !ignoresPadding(reduce);
    WindowLoops loops(c, reduce.getResult(0), map, dims, everyPlace);
    SmallVector<Value> sums = loops.run(
        initial, [&](const WindowLoops::Place &place, ValueRange carried) {
          SmallVector<Value> values;
          for (auto [i, operand] : llvm::enumerate(reduce.getInputs())) {
            Type type = elementOf(reduce.getResult(i));
            auto load = [&]() -> Value {
              Value value = c.emit(operand, IndexMap(place.input),
                                   c.andMasks(mask, place.lanes));
              value = widenElement(c, elementOf(operand), type, value);
              return lanes ? c.toLanes(value) : value;
            };
            Value value = place.onElement
                              ? c.branch(place.onElement, c.typeAt(type, map),
                                         load, [&] { return initial[i]; })
                              : load();
            if (everyPlace && place.lanes)
              value = arith::SelectOp::create(c.b, c.loc, place.lanes, value,
                                              initial[i]);
            values.push_back(value);
          }
          SmallVector<Value> combined =
              applyReducer(c, reduce.getBody(), carried, values);
          for (auto [value, old] : llvm::zip_equal(combined, carried))
            if (place.lanes && !everyPlace)
              value =
                  arith::SelectOp::create(c.b, c.loc, place.lanes, value, old);
          return combined;
        });
    for (auto [i, result] : llvm::enumerate(reduce.getResults()))
      if (i != number && !mask)
        c.bindValue(result, map, sums[i]);
    return sums[number];
  }
  LogicalResult canEmit(Operation *op, std::string &reason) const {
    return canEmitReducer(op->getRegion(0), reason);
  }
  int64_t getEmitCost(Operation *) const { return 100; }
};

struct ConvolutionModel
    : EmitOpInterface::ExternalModel<ConvolutionModel, graph::ConvolutionOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto conv = cast<graph::ConvolutionOp>(op);
    Type type = elementOf(conv.getResult());
    ArrayRef<int64_t> lhsShape = shapeOf(conv.getLhs());
    ArrayRef<int64_t> rhsShape = shapeOf(conv.getRhs());
    SmallVector<WindowDim> dims;
    for (int64_t i = 0; i < conv.getSpatialRank(); ++i)
      dims.push_back({lhsShape[conv.getInputSpatialDimensions()[i]],
                      rhsShape[conv.getKernelSpatialDimensions()[i]],
                      conv.getWindowStrides()[i], conv.getPaddingLow()[i],
                      conv.getLhsDilation()[i], conv.getRhsDilation()[i],
                      conv.getWindowReversal()[i],
                      map[conv.getOutputSpatialDimensions()[i]]});
    AffineExpr feature = map[conv.getOutputFeatureDimension()];
    AffineExpr batch = map[conv.getOutputBatchDimension()];
    int64_t features = rhsShape[conv.getKernelOutputFeatureDimension()];
    int64_t inputs = rhsShape[conv.getKernelInputFeatureDimension()];
    AffineExpr input = c.space.add({LaneKind::Uniform, {}, 0, inputs - 1, 1});
    IndexMap lhs(lhsShape.size()), rhs(rhsShape.size());
    int64_t batchGroups = conv.getBatchGroupCount();
    int64_t batchesPerGroup =
        lhsShape[conv.getInputBatchDimension()] / batchGroups;
    lhs[conv.getInputBatchDimension()] =
        feature.floorDiv(features / batchGroups) * batchesPerGroup + batch;
    lhs[conv.getInputFeatureDimension()] =
        feature.floorDiv(features / conv.getFeatureGroupCount()) * inputs +
        input;
    rhs[conv.getKernelInputFeatureDimension()] = input;
    rhs[conv.getKernelOutputFeatureDimension()] = feature;

    Value zero = c.zero(c.typeAt(type, map));
    WindowLoops loops(c, conv.getResult(), map, dims);
    return loops.run(
        zero,
        [&](const WindowLoops::Place &place,
            ValueRange carried) -> SmallVector<Value> {
          Value inside = place.lanes;
          for (auto [i, dim] :
               llvm::enumerate(conv.getInputSpatialDimensions()))
            lhs[dim] = place.input[i];
          for (auto [i, dim] :
               llvm::enumerate(conv.getKernelSpatialDimensions()))
            rhs[dim] = place.window[i];
          Value sum = sumOver(c, input, carried[0], [&](Value partial) {
            Value a = widenElement(
                c, elementOf(conv.getLhs()), type,
                c.emit(conv.getLhs(), lhs, c.andMasks(mask, inside)));
            Value b = widenElement(c, elementOf(conv.getRhs()), type,
                                   c.emit(conv.getRhs(), rhs, mask));
            return multiplyAdd(c, type, a, b, partial);
          });
          if (inside)
            sum = arith::SelectOp::create(c.b, c.loc, inside, sum, carried[0]);
          return {sum};
        })[0];
  }
  int64_t getEmitCost(Operation *) const { return 1000; }
};

} // namespace

void tenon::emit::attachWindowModels(MLIRContext *context) {
  graph::ReduceWindowOp::attachInterface<ReduceWindowModel>(*context);
  graph::ConvolutionOp::attachInterface<ConvolutionModel>(*context);
}
