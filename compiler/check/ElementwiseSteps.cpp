// Steps of a random graph: ops that work element by element.

#include "compiler/check/GraphGrower.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

template <typename... Ops> struct OpList {};

/// Applies one of several ops to the same operands.
template <typename... Ops, typename... Args>
Value oneOf(OpList<Ops...>, GraphGrower &g, Args... args) {
  using Make = Value (*)(GraphGrower &, Args...);
  static constexpr Make makes[] = {[](GraphGrower &grower, Args... operands) {
    return grower.b.make<Ops>(operands...);
  }...};
  return g.rng.pick(makes)(g, args...);
}

/// Ops whose results stay in the range of their operands or below.
Values calmFunction(GraphGrower &g) {
  return {oneOf(OpList<NegateOp, AbsOp, SignOp, LogisticOp, TanhOp, SineOp,
                       CosineOp, CbrtOp, CeilOp, FloorOp, RoundNearestAfzOp,
                       RoundNearestEvenOp, ErfOp, ErfcOp>(),
                g, g.pickFloat())};
}

/// Ops with poles or growth, of a value that is often put in a safe range.
Values wildFunction(GraphGrower &g) {
  Value x = g.pickFloat();
  if (g.rng.chance(40))
    return {oneOf(OpList<ExponentialOp, ExponentialMinusOneOp, TanOp>(), g,
                  g.rng.chance(70) ? g.b.make<TanhOp>(x) : x)};
  if (g.rng.chance(70))
    x = g.b.add(g.b.make<AbsOp>(x), 0.5);
  return {oneOf(OpList<LogOp, LogPlusOneOp, SqrtOp, RsqrtOp>(), g, x)};
}

Values integerFunction(GraphGrower &g) {
  Value x = g.pickInteger();
  bool isSigned = GraphGrower::elementOf(x).isSignlessInteger();
  if (isSigned && g.rng.chance(50))
    return {oneOf(OpList<AbsOp, SignOp, NegateOp>(), g, x)};
  return {
      oneOf(OpList<NotOp, PopcntOp, CountLeadingZerosOp, NegateOp>(), g, x)};
}

Values arithmetic(GraphGrower &g) {
  Value x = g.pick();
  Value y = g.like(GraphGrower::typeOf(x));
  if (g.rng.chance(50))
    std::swap(x, y);
  if (GraphGrower::elementOf(x).isInteger(1))
    return {oneOf(
        OpList<AddOp, MultiplyOp, MaximumOp, MinimumOp, AndOp, OrOp, XorOp>(),
        g, x, y)};
  return {oneOf(OpList<AddOp, AddOp, SubtractOp, MultiplyOp, MultiplyOp,
                       MaximumOp, MinimumOp>(),
                g, x, y)};
}

Values quotient(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return !type.getElementType().isInteger(1);
  });
  if (!x)
    return {};
  Value y = g.like(GraphGrower::typeOf(x));
  bool isFloat = isa<FloatType>(GraphGrower::elementOf(x));
  if (isFloat && g.rng.chance(70))
    y = g.b.add(g.b.make<AbsOp>(y), 0.25);
  if (isFloat && g.rng.chance(20))
    return {g.b.make<Atan2Op>(x, y)};
  if (isFloat && g.rng.chance(20))
    return {g.b.make<PowerOp>(g.b.add(g.b.make<AbsOp>(x), 0.25),
                              g.b.make<TanhOp>(y))};
  return {oneOf(OpList<DivideOp, DivideOp, RemainderOp>(), g, x, y)};
}

Values bits(GraphGrower &g) {
  Value x = g.pickInteger();
  Value y = g.like(GraphGrower::typeOf(x));
  if (g.rng.chance(50))
    return {oneOf(OpList<AndOp, OrOp, XorOp>(), g, x, y)};
  // Most shifts by less than the width, some beyond it.
  if (g.rng.chance(70))
    y = g.b.make<AndOp>(y, g.b.fillLike(7, y));
  return {
      oneOf(OpList<ShiftLeftOp, ShiftRightArithmeticOp, ShiftRightLogicalOp>(),
            g, x, y)};
}

Values integerPower(GraphGrower &g) {
  Value x = g.pickInteger();
  Value y = g.b.make<AndOp>(g.like(GraphGrower::typeOf(x)), g.b.fillLike(3, x));
  return {g.b.make<PowerOp>(x, y)};
}

Values comparison(GraphGrower &g) {
  Value x = g.pick();
  Value y = g.like(GraphGrower::typeOf(x));
  constexpr ComparisonDirection directions[] = {
      ComparisonDirection::EQ, ComparisonDirection::NE,
      ComparisonDirection::GE, ComparisonDirection::GT,
      ComparisonDirection::LE, ComparisonDirection::LT};
  bool isTotal = isa<FloatType>(GraphGrower::elementOf(x)) && g.rng.chance(15);
  if (isTotal) {
    x = g.withoutNan(x);
    y = g.withoutNan(y);
  }
  auto compare = CompareOp::create(g.b.getBuilder(), g.b.getLoc(),
                                   g.rng.pick(directions), x, y);
  if (isTotal)
    compare.setCompareType(ComparisonType::TOTALORDER);
  return {compare.getResult()};
}

Values selection(GraphGrower &g) {
  Value x = g.pick();
  Value y = g.like(GraphGrower::typeOf(x));
  Value predicate = g.rng.chance(85)
                        ? g.predicate(GraphGrower::typeOf(x).getShape())
                        : g.predicate({});
  return {g.b.select(predicate, x, y)};
}

Values clamp(GraphGrower &g) {
  Value x = g.pick();
  RankedTensorType type = GraphGrower::typeOf(x);
  auto scalar = RankedTensorType::get({}, type.getElementType());
  Value low = g.like(g.rng.chance(60) ? scalar : type);
  Value high = g.like(g.rng.chance(60) ? scalar : type);
  return {g.b.make<ClampOp>(low, x, high)};
}

Values conversion(GraphGrower &g) {
  Value x = g.pick();
  Type element = g.element();
  if (element == GraphGrower::elementOf(x))
    return {};
  return {g.b.convert(x, element)};
}

Values bitcast(GraphGrower &g) {
  Value x = g.pick(
      [](RankedTensorType type) { return type.getElementTypeBitWidth() >= 8; });
  if (!x)
    return {};
  OpBuilder &builder = g.b.getBuilder();
  unsigned width = GraphGrower::typeOf(x).getElementTypeBitWidth();
  Type element = GraphGrower::elementOf(x);
  if (isa<FloatType>(element))
    element = builder.getIntegerType(width);
  else if (width >= 32)
    element = width == 32 ? Type(builder.getF32Type()) : builder.getF64Type();
  else if (width == 16)
    element =
        g.rng.chance(50) ? Type(builder.getF16Type()) : builder.getBF16Type();
  else
    element = builder.getIntegerType(8, /*isSigned=*/false);
  if (element == GraphGrower::elementOf(x))
    return {};
  return {g.b.make<BitcastConvertOp>(
      RankedTensorType::get(GraphGrower::typeOf(x).getShape(), element), x)};
}

Values precision(GraphGrower &g) {
  Value x = g.pickFloat();
  return {
      g.b.make<ReducePrecisionOp>(x, static_cast<uint32_t>(g.rng.between(4, 8)),
                                  static_cast<uint32_t>(g.rng.between(2, 12)))};
}

Values finite(GraphGrower &g) { return {g.b.make<IsFiniteOp>(g.pickFloat())}; }

} // namespace

ArrayRef<WeightedStep> elementwiseSteps() {
  static constexpr WeightedStep steps[] = {
      {calmFunction, 10}, {wildFunction, 8}, {integerFunction, 4},
      {arithmetic, 24},   {quotient, 6},     {bits, 3},
      {integerPower, 1},  {comparison, 6},   {selection, 7},
      {clamp, 3},         {conversion, 8},   {bitcast, 2},
      {precision, 1},     {finite, 1}};
  return steps;
}

} // namespace tenon::check
