// Steps of a random graph: reductions over dimensions and windows, sorting.

#include "compiler/check/GraphGrower.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/SortOps.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

/// A standard body that takes the element type.
ReductionKind kindFor(GraphGrower &g, Type element) {
  constexpr ReductionKind any[] = {
      ReductionKind::Add, ReductionKind::Add, ReductionKind::Maximum,
      ReductionKind::Minimum, ReductionKind::Multiply};
  constexpr ReductionKind bitwise[] = {ReductionKind::And, ReductionKind::Or,
                                       ReductionKind::Xor};
  if (isa<IntegerType>(element) && g.rng.chance(40))
    return g.rng.pick(bitwise);
  return g.rng.pick(any);
}

Value neutral(GraphGrower &g, ReductionKind kind, Type element) {
  return g.b.constant(getNeutralElement(kind, element));
}

Values reduce(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) { return type.getRank() >= 1; });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  Type element = type.getElementType();
  ReductionKind kind = kindFor(g, element);
  Shape dims = g.someDims(type.getRank(), 1);
  // Most reductions of models are over the last dimension.
  if (g.rng.chance(40))
    dims = {type.getRank() - 1};
  if (g.rng.chance(10))
    g.rng.shuffle(dims);
  // Sums of narrow floats may be kept in f32.
  Type sum = element;
  if (kind == ReductionKind::Add && g.rng.chance(50) &&
      isPromotable(element, g.b.getBuilder().getF32Type()))
    sum = g.b.getBuilder().getF32Type();
  return {g.b.make<ReduceOp>(x, neutral(g, kind, sum), dims, kind)};
}

/// A reduction with its result repeated and used beside its operand, as every
/// normalization does.
Values normalizeRow(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && isa<FloatType>(type.getElementType());
  });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  int64_t dim =
      g.rng.chance(70) ? type.getRank() - 1 : g.rng.below(type.getRank());
  constexpr ReductionKind kinds[] = {ReductionKind::Add,
                                     ReductionKind::Maximum};
  ReductionKind kind = g.rng.pick(kinds);
  Value row = g.b.reduce(kind, x, {dim});
  Shape kept;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (d != dim)
      kept.push_back(d);
  Value repeated;
  if (g.rng.chance(50)) {
    Shape unit(type.getShape());
    unit[dim] = 1;
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    repeated = g.b.broadcastLike(g.b.reshape(row, unit), x, all);
  } else {
    repeated = g.b.broadcastLike(row, x, kept);
  }
  Value result = g.b.subtract(x, repeated);
  if (g.rng.chance(50))
    return {result, row};
  return {result};
}

/// The largest element of each row and its place: two inputs, a body of its
/// own, ties decided by the place.
Values largestPlace(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && !type.getElementType().isInteger(1) &&
           type.getNumElements() > 0;
  });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  Type element = type.getElementType();
  x = g.withoutNan(x);
  OpBuilder &builder = g.b.getBuilder();
  Location loc = g.b.getLoc();
  Type integer = g.rng.chance(50) ? builder.getI32Type() : builder.getI64Type();
  int64_t dim = g.rng.below(type.getRank());
  Value places =
      g.b.make<IotaOp>(RankedTensorType::get(type.getShape(), integer),
                       static_cast<uint64_t>(dim));
  Values inputs{x, places};
  Values inits{neutral(g, ReductionKind::Maximum, element),
               neutral(g, ReductionKind::Maximum, integer)};
  inits[1] = g.b.scalar(1 << 20, integer);
  int64_t dims[] = {dim};
  auto op = ReduceOp::create(builder, loc, ValueRange(inputs),
                             ValueRange(inits), dims);
  OpBuilder::InsertionGuard guard(builder);
  auto scalar = RankedTensorType::get({}, element);
  auto number = RankedTensorType::get({}, integer);
  Block *body =
      builder.createBlock(&op.getBody(), {}, {scalar, number, scalar, number},
                          {loc, loc, loc, loc});
  Value a = body->getArgument(0), i = body->getArgument(1);
  Value c = body->getArgument(2), j = body->getArgument(3);
  auto total = [&](ComparisonDirection direction) -> Value {
    auto compare = CompareOp::create(builder, loc, direction, a, c);
    if (isa<FloatType>(element))
      compare.setCompareType(ComparisonType::TOTALORDER);
    return compare;
  };
  Value larger = total(ComparisonDirection::GT);
  Value tie = AndOp::create(builder, loc, total(ComparisonDirection::EQ),
                            g.b.compare(ComparisonDirection::LT, i, j));
  Value first = OrOp::create(builder, loc, larger, tie);
  Values chosen{g.b.select(first, a, c), g.b.select(first, i, j)};
  ReturnOp::create(builder, loc, chosen);
  return {op.getResult(0), op.getResult(1)};
}

/// Two sums at once.
Values twoSums(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getElementType().isF32();
  });
  if (!x)
    return {};
  Value y = g.like(GraphGrower::typeOf(x));
  OpBuilder &builder = g.b.getBuilder();
  Location loc = g.b.getLoc();
  Type element = GraphGrower::elementOf(x);
  Values inits{neutral(g, ReductionKind::Add, element),
               neutral(g, ReductionKind::Add, element)};
  Shape dims = g.someDims(GraphGrower::typeOf(x).getRank(), 1);
  auto op = ReduceOp::create(builder, loc, ValueRange({x, y}),
                             ValueRange(inits), dims);
  OpBuilder::InsertionGuard guard(builder);
  auto scalar = RankedTensorType::get({}, element);
  Block *body =
      builder.createBlock(&op.getBody(), {}, {scalar, scalar, scalar, scalar},
                          {loc, loc, loc, loc});
  Values sums{g.b.add(body->getArgument(0), body->getArgument(2)),
              g.b.add(body->getArgument(1), body->getArgument(3))};
  ReturnOp::create(builder, loc, sums);
  return {op.getResult(0), op.getResult(1)};
}

/// A sliding window, one entry per dimension.
struct Window {
  Shape sizes, strides, baseDilations, windowDilations, low, high, counts;
};

/// A window over `shape`; more than a few dimensions slide only now and then.
Window drawWindow(GraphGrower &g, ArrayRef<int64_t> shape, bool dilates) {
  Window window;
  for (int64_t dim : shape) {
    bool slides = g.rng.chance(60);
    int64_t size = slides ? g.rng.between(1, std::min<int64_t>(dim + 1, 4)) : 1;
    window.sizes.push_back(size);
    window.strides.push_back(slides ? g.rng.between(1, 3) : 1);
    window.baseDilations.push_back(dilates && g.rng.chance(8) ? 2 : 1);
    window.windowDilations.push_back(dilates && slides && g.rng.chance(10) ? 2
                                                                           : 1);
    window.low.push_back(slides && g.rng.chance(40) ? g.rng.below(size) : 0);
    window.high.push_back(slides && g.rng.chance(40) ? g.rng.below(size) : 0);
    int64_t spread = dim == 0 ? 0 : (dim - 1) * window.baseDilations.back() + 1;
    int64_t padded = spread + window.low.back() + window.high.back();
    int64_t reach = (size - 1) * window.windowDilations.back() + 1;
    window.counts.push_back(
        padded < reach ? 0 : (padded - reach) / window.strides.back() + 1);
  }
  return window;
}

Values reduceWindow(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getRank() <= 4;
  });
  if (!x)
    return {};
  Type element = GraphGrower::elementOf(x);
  Window window = drawWindow(g, GraphGrower::typeOf(x).getShape(), true);
  ReductionKind kind = kindFor(g, element);
  Value init = neutral(g, kind, element);
  OpBuilder &builder = g.b.getBuilder();
  auto op = ReduceWindowOp::create(
      builder, g.b.getLoc(), ValueRange(x), ValueRange(init), window.sizes,
      window.strides, window.baseDilations, window.windowDilations, window.low,
      window.high);
  buildReducer(builder, g.b.getLoc(), op.getBody(), kind, element);
  return {op.getResult(0)};
}

/// A running sum or maximum along a dimension, as cumulative ops are written.
Values cumulate(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getRank() <= 3 &&
           llvm::all_of(type.getShape(),
                        [](int64_t size) { return size > 0 && size <= 64; });
  });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  int64_t dim = g.rng.below(type.getRank());
  Shape sizes(type.getRank(), 1), strides(type.getRank(), 1);
  Shape low(type.getRank(), 0), high(type.getRank(), 0);
  sizes[dim] = type.getDimSize(dim);
  (g.rng.chance(80) ? low : high)[dim] = sizes[dim] - 1;
  constexpr ReductionKind kinds[] = {ReductionKind::Add,
                                     ReductionKind::Maximum};
  return {g.b.reduceWindow(g.rng.pick(kinds), x, sizes, strides, low, high)};
}

Values poolGradient(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getRank() <= 4 &&
           isa<FloatType>(type.getElementType()) && type.getNumElements() > 0;
  });
  if (!x)
    return {};
  Type element = GraphGrower::elementOf(x);
  Window window = drawWindow(g, GraphGrower::typeOf(x).getShape(), false);
  // A window of padding alone has nothing to select.
  if (llvm::any_of(window.low, [](int64_t pad) { return pad > 0; }) ||
      llvm::any_of(window.high, [](int64_t pad) { return pad > 0; }))
    for (size_t d = 0; d < window.sizes.size(); ++d)
      if (window.low[d] >= window.sizes[d] || window.high[d] >= window.sizes[d])
        return {};
  Value source = g.like(RankedTensorType::get(window.counts, element));
  return {g.b.make<SelectAndScatterOp>(
      x, source, neutral(g, ReductionKind::Add, element), window.sizes,
      window.strides, window.low, window.high, ComparisonDirection::GE,
      ReductionKind::Add)};
}

Values sort(GraphGrower &g) {
  Value keys = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && !type.getElementType().isInteger(1);
  });
  if (!keys)
    return {};
  OpBuilder &builder = g.b.getBuilder();
  Location loc = g.b.getLoc();
  RankedTensorType type = GraphGrower::typeOf(keys);
  Values inputs{g.withoutNan(keys)};
  if (g.rng.chance(60))
    inputs.push_back(
        g.like(RankedTensorType::get(type.getShape(), g.element())));
  auto op = SortOp::create(builder, loc, ValueRange(inputs),
                           static_cast<uint64_t>(g.rng.below(type.getRank())));
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Type> arguments;
  for (Value input : inputs)
    arguments.append(2,
                     RankedTensorType::get({}, GraphGrower::elementOf(input)));
  Block *body =
      builder.createBlock(&op.getComparator(), {}, arguments,
                          SmallVector<Location>(arguments.size(), loc));
  auto compare = CompareOp::create(builder, loc,
                                   g.rng.chance(70) ? ComparisonDirection::LT
                                                    : ComparisonDirection::GT,
                                   body->getArgument(0), body->getArgument(1));
  // The plain order of floats is none with NaN among them.
  if (isa<FloatType>(type.getElementType()))
    compare.setCompareType(ComparisonType::TOTALORDER);
  ReturnOp::create(builder, loc, ValueRange(compare.getResult()));
  return Values(op.result_begin(), op.result_end());
}

} // namespace

ArrayRef<WeightedStep> reductionSteps() {
  static constexpr WeightedStep steps[] = {
      {reduce, 12},      {normalizeRow, 5}, {largestPlace, 2}, {twoSums, 2},
      {reduceWindow, 4}, {cumulate, 2},     {poolGradient, 1}, {sort, 2}};
  return steps;
}

} // namespace tenon::check
