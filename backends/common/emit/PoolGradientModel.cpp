// Emission of select_and_scatter: each element of the result asks the windows
// that hold it whether they chose it. No two elements write to one place, so
// that any order and any number of workers give the same bits.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ReductionOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

namespace {

/// One dimension of the windows.
struct PoolDim {
  /// The operand's extent, the number of windows, and the window.
  int64_t extent, windows, size, stride, paddingLow;
  /// Counts the windows that may hold an element, and the elements of a window.
  AffineExpr candidate, inside;
  /// The window at hand, the element's place in it, and the place of the
  /// window's element that is looked at.
  AffineExpr window, place, other;
};

/// Emits the element at one index map.
class PoolGradient {
public:
  PoolGradient(EmitContext &c, graph::SelectAndScatterOp op,
               const IndexMap &map, Value mask)
      : c(c), op(op), map(map), mask(mask), lanes(c.variesOver(map)) {
    for (auto [i, index] : llvm::enumerate(map)) {
      PoolDim dim{shapeOf(op.getOperand())[i],
                  shapeOf(op.getSource())[i],
                  op.getWindowDimensions()[i],
                  op.getWindowStrides()[i],
                  op.getPaddingLow()[i],
                  {},
                  {},
                  {},
                  {},
                  {}};
      dim.candidate = counter(std::min(mostWindowsPerElement(dim),
                                       std::max<int64_t>(dim.windows, 1)));
      dim.inside = counter(dim.size);
      dims.push_back(dim);
    }
  }

  Value emit() {
    Value initial = spread(c.emit(op.getInitValue(), {}));
    if (op.getSource().getType().getNumElements() == 0)
      return initial;
    return nestWindows(0, {}, initial);
  }

private:
  static int64_t mostWindowsPerElement(const PoolDim &dim) {
    return llvm::divideCeil(dim.size, dim.stride);
  }
  AffineExpr counter(int64_t count) {
    return c.space.add({LaneKind::Uniform, {}, 0, count - 1, 1});
  }
  Value spread(Value value) { return lanes ? c.toLanes(value) : value; }
  Type numberType() {
    return lanes ? Type(c.lanesOf(c.b.getI32Type())) : Type(c.b.getI32Type());
  }

  /// An expression as i32, in lanes where the element's indices are.
  Value number(AffineExpr expr) {
    expr = c.space.simplify(expr);
    Value value =
        c.space.isUniform(expr) ? c.evaluate(expr) : c.evaluateLanes(expr);
    Type type = c.b.getI32Type();
    if (c.isLanes(value))
      type = c.lanesOf(type);
    if (value.getType() != type)
      value = arith::IndexCastOp::create(c.b, c.loc, type, value);
    return spread(value);
  }

  /// An index that a condition has shown to be in range.
  AffineExpr known(AffineExpr index, int64_t extent, unsigned key) {
    index = c.space.simplify(index);
    if (!c.space.isUniform(index) ||
        c.space.getRange(index).within(0, extent - 1))
      return index;
    return c.dynamicIndex(
        op.getResult(), key, map,
        {LaneKind::Uniform, c.evaluate(index), 0, extent - 1, 1});
  }

  /// Splits a condition by whether it differs between lanes.
  static void require(EmitContext &c, Value condition, Value &perLane,
                      Value &uniform) {
    if (!condition)
      return;
    Value &all = c.isLanes(condition) ? perLane : uniform;
    all = c.andMasks(all, condition);
  }

  /// The windows that hold the element, in row-major order.
  Value nestWindows(size_t depth, Value valid, Value sum) {
    if (depth == dims.size())
      return addWindow(valid, sum);
    PoolDim &dim = dims[depth];
    int64_t count = c.space.getRange(dim.candidate).upper + 1;
    AffineExpr padded = map[depth] + dim.paddingLow;
    return c.loop(
        dim.candidate, c.index(0), c.index(count), 1, ValueRange(sum),
        [&](ValueRange carried) -> SmallVector<Value> {
          // Where there are few windows, each of them. Otherwise the last that
          // would begin at or before the element, which may be past the last
          // there is, and those before it. The first of them comes first.
          AffineExpr window = dim.candidate;
          if (count == mostWindowsPerElement(dim))
            window = window + padded.floorDiv(dim.stride) - (count - 1);
          window = c.space.simplify(window);
          AffineExpr place = c.space.simplify(padded - window * dim.stride);
          bool outside = false, beyond = false;
          Value perLane, uniform;
          require(c, c.isWithin(window, 0, dim.windows, outside), perLane,
                  uniform);
          require(c, c.isWithin(place, 0, dim.size, beyond), perLane, uniform);
          if (outside || beyond)
            return {carried[0]};
          auto inner = [&]() -> SmallVector<Value> {
            dim.window = known(window, dim.windows, 2 * depth);
            dim.place = known(place, dim.size, 2 * depth + 1);
            return {
                nestWindows(depth + 1, c.andMasks(valid, perLane), carried[0])};
          };
          return uniform ? c.branchOver(uniform, carried, inner) : inner();
        })[0];
  }

  /// What a window has found so far: the chosen value, its number within the
  /// window, and whether there is one.
  using Choice = SmallVector<Value>;

  Choice nestElements(size_t depth, Value inside, Choice choice) {
    if (depth == dims.size())
      return look(inside, choice);
    PoolDim &dim = dims[depth];
    return c.loop(
        dim.inside, c.index(0), c.index(dim.size), 1, choice,
        [&](ValueRange carried) -> SmallVector<Value> {
          AffineExpr index = c.space.simplify(dim.window * dim.stride -
                                              dim.paddingLow + dim.inside);
          bool never = false;
          Value perLane, uniform;
          require(c, c.isWithin(index, 0, dim.extent, never), perLane, uniform);
          if (never)
            return carried;
          auto inner = [&] {
            dim.other = known(index, dim.extent, 100 + depth);
            return nestElements(depth + 1, c.andMasks(inside, perLane),
                                Choice(carried));
          };
          return uniform ? c.branchOver(uniform, carried, inner) : inner();
        });
  }

  /// Compares one element of the window with the one chosen so far.
  Choice look(Value inside, const Choice &choice) {
    IndexMap indices;
    SmallVector<AffineExpr> within;
    for (const PoolDim &dim : dims) {
      indices.push_back(dim.other);
      within.push_back(dim.inside);
    }
    Value next =
        spread(c.emit(op.getOperand(), indices, c.andMasks(mask, inside)));
    Value keep = applyReducer(c, op.getSelect(), {choice[0]}, {next})[0];
    keep = arith::AndIOp::create(c.b, c.loc, keep, choice[2]);
    if (inside) {
      Value all = c.constant(c.b.getI1Type(), c.b.getBoolAttr(true));
      Value out =
          arith::XOrIOp::create(c.b, c.loc, c.toLanes(inside), c.toLanes(all));
      keep = arith::OrIOp::create(c.b, c.loc, keep, out);
    }
    Value here = number(c.space.linearize(within, op.getWindowDimensions()));
    auto choose = [&](Value a, Value b) -> Value {
      return arith::SelectOp::create(c.b, c.loc, keep, a, b);
    };
    Value found = spread(c.constant(c.b.getI1Type(), c.b.getBoolAttr(true)));
    return {choose(choice[0], next), choose(choice[1], here),
            inside ? choose(choice[2], found) : found};
  }

  /// Adds the window's source element if the window has chosen this element.
  Value addWindow(Value valid, Value sum) {
    Type element = getRegisterType(elementOf(op.getOperand()));
    Value nothing = spread(c.zero(element));
    Value none = spread(c.zero(c.b.getI32Type()));
    Value notFound =
        spread(c.constant(c.b.getI1Type(), c.b.getBoolAttr(false)));
    Choice choice = nestElements(0, {}, {nothing, none, notFound});
    SmallVector<AffineExpr> places;
    IndexMap windows;
    for (const PoolDim &dim : dims) {
      places.push_back(dim.place);
      windows.push_back(dim.window);
    }
    Value mine = number(c.space.linearize(places, op.getWindowDimensions()));
    Value chosen = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::eq,
                                         choice[1], mine);
    chosen =
        c.andMasks(arith::AndIOp::create(c.b, c.loc, chosen, choice[2]), valid);
    Value source =
        spread(c.emit(op.getSource(), windows, c.andMasks(mask, valid)));
    Value added = applyReducer(c, op.getScatter(), {sum}, {source})[0];
    return arith::SelectOp::create(c.b, c.loc, chosen, added, sum);
  }

  EmitContext &c;
  graph::SelectAndScatterOp op;
  const IndexMap &map;
  Value mask;
  bool lanes;
  SmallVector<PoolDim> dims;
};

struct SelectAndScatterModel
    : EmitOpInterface::ExternalModel<SelectAndScatterModel,
                                     graph::SelectAndScatterOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    return PoolGradient(c, cast<graph::SelectAndScatterOp>(op), map, mask)
        .emit();
  }
  LogicalResult canEmit(Operation *op, std::string &reason) const {
    if (failed(canEmitReducer(op->getRegion(0), reason)))
      return failure();
    return canEmitReducer(op->getRegion(1), reason);
  }
  int64_t getEmitCost(Operation *) const { return 100; }
};

} // namespace

void tenon::emit::attachPoolGradientModel(MLIRContext *context) {
  graph::SelectAndScatterOp::attachInterface<SelectAndScatterModel>(*context);
}
