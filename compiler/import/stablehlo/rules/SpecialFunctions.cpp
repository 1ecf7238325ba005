//===- SpecialFunctions.cpp - Rules of chlo's functions -------------------===//
//
// Functions that StableHLO has no op for, written out in those that it has.
// Types narrower than f32 are computed in f32 and rounded once.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/rules/FloatMath.h"

#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;
using graph::ComparisonDirection;

namespace {
/// A function of one operand, in f32 or f64.
using Function = Value (*)(FloatMath &, Value);
} // namespace

/// The operands are one type of floats, which the result has too.
static LogicalResult checkFloats(OpConversion &conversion) {
  auto type = conversion.operandType(0);
  if (!isa<FloatType>(type.getElementType()))
    return conversion.unsupported("operands that are not floats");
  for (Value operand : conversion.getOperands())
    if (operand.getType() != type)
      return conversion.invalid("needs operands of one type");
  if (conversion.resultType().hasStaticShape() &&
      conversion.resultType() != type)
    return conversion.invalid("needs a result of its operands' type");
  return success();
}

template <Function function>
static LogicalResult convertUnary(OpConversion &conversion) {
  if (failed(checkFloats(conversion)))
    return failure();
  Type element = conversion.operandType(0).getElementType();
  FloatMath math(conversion.build());
  Value wide = math.widen(conversion.operand(0));
  return conversion.replace(
      conversion.build().convert(function(math, wide), element));
}

//===----------------------------------------------------------------------===//
// Inverse trigonometric and hyperbolic functions
//===----------------------------------------------------------------------===//

/// asin(x) = 2 atan2(x, 1 + sqrt((1 - x) (1 + x))).
static Value asin(FloatMath &m, Value x) {
  Value root = m.sqrt(m.mul(m.sub(1.0, x), m.add(1.0, x)));
  return m.mul(2.0, m.atan2(x, m.add(1.0, root)));
}

/// acos(x) = 2 atan2(sqrt((1 - x) (1 + x)), 1 + x), and pi for -1.
static Value acos(FloatMath &m, Value x) {
  Value root = m.sqrt(m.mul(m.sub(1.0, x), m.add(1.0, x)));
  Value angle = m.mul(2.0, m.atan2(root, m.add(1.0, x)));
  return m.select(m.compare(ComparisonDirection::EQ, x, -1.0),
                  m.number(std::numbers::pi), angle);
}

static Value atan(FloatMath &m, Value x) { return m.atan2(x, m.number(1.0)); }

/// e^x / 2, which overflows no earlier than sinh: a product of roots, since
/// x - ln 2 would round.
static Value halfExp(FloatMath &m, Value x) {
  Value root = m.exp(m.mul(0.5, x));
  return m.mul(root, m.mul(0.5, root));
}

/// With e = e^x - 1: (e + e / (e + 1)) / 2 where e is small, and halves of
/// exponentials where it is not.
static Value sinh(FloatMath &m, Value x) {
  Value e = m.expm1(x);
  Value small = m.mul(0.5, m.add(e, m.div(e, m.add(1.0, e))));
  Value large = m.sub(halfExp(m, x), halfExp(m, m.negate(x)));
  return m.select(m.compare(ComparisonDirection::LT, m.abs(x), 1.0), small,
                  large);
}

static Value cosh(FloatMath &m, Value x) {
  return m.add(halfExp(m, x), halfExp(m, m.negate(x)));
}

/// Of complex numbers sinh z = -i sin(i z), and cosh z = cos(i z).
template <bool isSine>
static LogicalResult convertHyperbolic(OpConversion &conversion) {
  RankedTensorType type = conversion.operandType(0);
  auto complex = dyn_cast<ComplexType>(type.getElementType());
  if (!complex)
    return isSine ? convertUnary<sinh>(conversion)
                  : convertUnary<cosh>(conversion);
  graph::ValueBuilder &b = conversion.build();
  auto part = [&](StringRef name, Value of) {
    return conversion.create(name, of, type.clone(complex.getElementType()))
        ->getResult(0);
  };
  Value z = conversion.operand(0);
  Value turned =
      b.make<graph::ComplexOp>(b.negate(part("imag", z)), part("real", z));
  if (!isSine)
    return conversion.replace(b.make<graph::CosineOp>(turned));
  Value sine = b.make<graph::SineOp>(turned);
  return conversion.replace(b.make<graph::ComplexOp>(
      part("imag", sine), b.negate(part("real", sine))));
}

/// sign(x) log(|x| + sqrt(x^2 + 1)), without squaring large numbers and without
/// losing small ones.
static Value asinh(FloatMath &m, Value x) {
  Value a = m.abs(x);
  Value root = m.sqrt(m.add(1.0, m.mul(a, a)));
  Value small = m.log1p(m.add(a, m.div(m.mul(a, a), m.add(1.0, root))));
  Value large = m.add(m.log(a), m.number(std::numbers::ln2));
  Value isLarge =
      m.compare(ComparisonDirection::GE, a, 1.0 / std::sqrt(m.epsilon()));
  return m.copySign(m.select(isLarge, large, small), x);
}

/// log(x + sqrt((x + 1) (x - 1))), of the difference from 1, which is small
/// next to 1.
static Value acosh(FloatMath &m, Value x) {
  Value below = m.add(-1.0, x);
  Value root = m.sqrt(m.mul(m.add(1.0, x), below));
  Value plain = m.log1p(m.add(below, root));
  Value large = m.add(m.log(x), m.number(std::numbers::ln2));
  Value isLarge = m.compare(ComparisonDirection::GE, x, std::sqrt(m.largest()));
  Value inside = m.select(isLarge, large, plain);
  return m.select(m.compare(ComparisonDirection::LT, x, 1.0), m.nan(), inside);
}

static Value atanh(FloatMath &m, Value x) {
  return m.mul(0.5, m.sub(m.log1p(x), m.log1p(m.negate(x))));
}

static Value square(FloatMath &m, Value x) { return m.mul(x, x); }

//===----------------------------------------------------------------------===//
// Bessel
//===----------------------------------------------------------------------===//

/// e^-|x| times the modified Bessel function of order 1, by Chebyshev series of
/// i1e(x) / x on [0, 8] and of i1e(x) sqrt(x) beyond, fitted to f64.
static Value besselI1e(FloatMath &m, Value x) {
  static constexpr double kNear[] = {
      -2.1114212143581661e-17, 1.5536319577362005e-16,  -1.1055969477353863e-15,
      7.6006842947354069e-15,  -5.0421855047279117e-14, 3.2237933659455747e-13,
      -1.9839743977649437e-12, 1.1736186298890902e-11,  -6.6634897235020277e-11,
      3.6255902815521170e-10,  -1.8872497517228293e-9,  9.3815373864957718e-9,
      -4.4450591287963281e-8,  2.0032947535521353e-7,   -8.5687202646954547e-7,
      3.4702513081376785e-6,   -1.3273163656039436e-5,  4.7815651075500542e-5,
      -0.00016176081582589675, 0.00051228595616857577,  -0.0015135724506312531,
      0.0041564229443128882,   -0.010564084894626198,   0.024726449030626517,
      -0.052945981208094991,   0.10264365868984710,     -0.17641651835783406,
      0.25258718644363365};
  static constexpr double kFar[] = {
      -4.6503053684893583e-17, -3.2095259219934240e-17, 2.9626289976459501e-16,
      3.3082023109209283e-16,  -1.8803547755107824e-15, -3.8144030724370078e-15,
      1.0420276984128803e-14,  4.2724400167119514e-14,  -2.1015418427726643e-14,
      -4.0835511110921973e-13, -7.1985517762459085e-13, 2.0356285441470895e-12,
      1.4125807436613781e-11,  3.2526035830154882e-11,  -1.8974958123505412e-11,
      -5.5897434621965838e-10, -3.8353803859642370e-9,  -2.6314688468895195e-8,
      -2.5122362378702089e-7,  -3.8825648088776904e-6,  -0.00011058893876262372,
      -0.0097610974913614684,  0.77857623501828012};
  Value a = m.abs(x);
  Value near = m.mul(m.chebyshev(m.add(-2.0, m.mul(0.5, a)), kNear), a);
  Value far = m.div(m.chebyshev(m.add(-2.0, m.div(m.number(32.0), a)), kFar),
                    m.sqrt(a));
  Value isNear = m.compare(ComparisonDirection::LE, a, 8.0);
  return m.copySign(m.select(isNear, near, far), x);
}

//===----------------------------------------------------------------------===//
// next_after and mulhi
//===----------------------------------------------------------------------===//

/// The neighbour of x towards y, by steps of its bit pattern.
static LogicalResult convertNextAfter(OpConversion &conversion) {
  if (failed(checkFloats(conversion)))
    return failure();
  graph::ValueBuilder &b = conversion.build();
  Value x = conversion.operand(0), y = conversion.operand(1);
  RankedTensorType type = conversion.operandType(0);
  unsigned width = type.getElementTypeBitWidth();
  if (width < 16)
    return conversion.unsupported("floats of fewer than 16 bits");
  auto bitsType = RankedTensorType::get(
      type.getShape(), conversion.getBuilder().getIntegerType(width));
  auto bits = [&](Value value) {
    return graph::BitcastConvertOp::create(conversion.getBuilder(),
                                           conversion.getLoc(), bitsType, value)
        .getResult();
  };
  auto constant = [&](const APInt &value) {
    return b.constant(DenseElementsAttr::get(bitsType, value));
  };
  APInt signMask = APInt::getSignMask(width);
  Value sign = constant(signMask), magnitude = constant(~signMask);
  Value one = constant(APInt(width, 1));
  Value minusOne = constant(APInt::getAllOnes(width));
  Value xBits = bits(x), yBits = bits(y);
  auto masked = [&](Value value, Value mask) {
    return b.make<graph::AndOp>(value, mask);
  };
  Value xSize = masked(xBits, magnitude), ySize = masked(yBits, magnitude);
  Value xSign = masked(xBits, sign), ySign = masked(yBits, sign);
  Value shrinks =
      b.make<graph::OrOp>(b.compare(ComparisonDirection::NE, xSign, ySign),
                          b.compare(ComparisonDirection::GT, xSize, ySize));
  Value stepped = b.add(xBits, b.select(shrinks, minusOne, one));
  // From zero the step is the least number of y's sign.
  Value isZero = b.compare(ComparisonDirection::EQ, xSize,
                           constant(APInt::getZero(width)));
  Value least = b.make<graph::OrOp>(ySign, one);
  Value result = b.select(isZero, least, stepped);
  Value next = graph::BitcastConvertOp::create(
      conversion.getBuilder(), conversion.getLoc(), type, result);
  next = b.select(b.compare(ComparisonDirection::EQ, x, y), y, next);
  Value sum = b.add(x, y);
  Value isNan = b.compare(ComparisonDirection::NE, sum, sum);
  // Opposite infinities add up to NaN and have a neighbour all the same.
  Value anyNan = b.make<graph::OrOp>(b.compare(ComparisonDirection::NE, x, x),
                                     b.compare(ComparisonDirection::NE, y, y));
  isNan = b.make<graph::AndOp>(isNan, anyNan);
  return conversion.replace(b.select(isNan, sum, next));
}

/// The upper half of a product, in a type of twice the width.
static LogicalResult convertMulhi(OpConversion &conversion) {
  graph::ValueBuilder &b = conversion.build();
  auto element =
      dyn_cast<IntegerType>(conversion.operandType(0).getElementType());
  if (!element || element.getWidth() > 32 || element.getWidth() < 8 ||
      conversion.operand(0).getType() != conversion.operand(1).getType())
    return conversion.unsupported(
        "operands other than integers of 8 to 32 bits");
  auto wide = IntegerType::get(element.getContext(), 2 * element.getWidth(),
                               element.getSignedness());
  Value product = b.multiply(b.convert(conversion.operand(0), wide),
                             b.convert(conversion.operand(1), wide));
  Value shift = b.fillLike(element.getWidth(), product);
  Value high = element.isUnsigned()
                   ? b.make<graph::ShiftRightLogicalOp>(product, shift)
                   : b.make<graph::ShiftRightArithmeticOp>(product, shift);
  return conversion.replace(b.convert(high, element));
}

//===----------------------------------------------------------------------===//
// Tests, complex numbers, constants
//===----------------------------------------------------------------------===//

template <int Sign>
static LogicalResult convertIsInf(OpConversion &conversion) {
  if (!isa<FloatType>(conversion.operandType(0).getElementType()))
    return conversion.unsupported("operands that are not floats");
  graph::ValueBuilder &b = conversion.build();
  Value x = conversion.operand(0);
  if (Sign == 0)
    x = graph::AbsOp::create(conversion.getBuilder(), conversion.getLoc(),
                             x.getType(), x);
  double infinity = std::numeric_limits<double>::infinity();
  return conversion.replace(
      b.compare(ComparisonDirection::EQ, x,
                b.fillLike(Sign < 0 ? -infinity : infinity, x)));
}

static LogicalResult convertConj(OpConversion &conversion) {
  RankedTensorType type = conversion.operandType(0);
  auto element = dyn_cast<ComplexType>(type.getElementType());
  if (!element)
    return conversion.replace(conversion.operand(0));
  Type part = type.clone(element.getElementType());
  Operation *real = conversion.create("real", conversion.operand(0), part);
  Operation *imag = conversion.create("imag", conversion.operand(0), part);
  Operation *negated = conversion.create("negate", imag->getResults(), part);
  return conversion.replaceWith("complex",
                                {real->getResult(0), negated->getResult(0)});
}

/// chlo's square takes complex numbers too.
static LogicalResult convertSquare(OpConversion &conversion) {
  if (isa<ComplexType>(conversion.operandType(0).getElementType()))
    return conversion.replaceWith(
        "multiply", {conversion.operand(0), conversion.operand(0)});
  return convertUnary<square>(conversion);
}

static LogicalResult convertConstantLike(OpConversion &conversion) {
  auto value = conversion.attr<TypedAttr>("value");
  RankedTensorType type = conversion.operandType(0).clone(value.getType());
  if (!type.hasStaticShape() || !isa<FloatAttr, IntegerAttr>(value))
    return conversion.unsupported("a value that is not one number");
  return conversion.replace(conversion.build().constant(
      DenseElementsAttr::get(type, Attribute(value))));
}

//===----------------------------------------------------------------------===//
// top_k
//===----------------------------------------------------------------------===//

/// The first k of a sort in descending order; floats by their total order, so
/// that NaNs have a place.
static LogicalResult convertTopK(OpConversion &conversion) {
  graph::ValueBuilder &b = conversion.build();
  OpBuilder &builder = conversion.getBuilder();
  Value operand = conversion.operand(0);
  RankedTensorType type = conversion.operandType(0);
  int64_t k = conversion.attr<IntegerAttr>("k").getInt();
  if (type.getRank() < 1 || k < 0 || k > type.getShape().back())
    return conversion.invalid("needs a last dimension of at least k elements");
  if (isa<ComplexType>(type.getElementType()))
    return conversion.unsupported("complex numbers");
  int64_t last = type.getRank() - 1;
  Type indexElement = conversion.resultType(1).getElementType();
  Value iota = graph::IotaOp::create(builder, conversion.getLoc(),
                                     type.clone(indexElement), last);
  OperationState state(conversion.getLoc(), "tenon.sort");
  state.addOperands({operand, iota});
  state.addAttributes(conversion.named("dimension", last));
  state.addTypes({operand.getType(), iota.getType()});
  state.addRegion();
  Operation *sort = builder.create(state);
  {
    OpBuilder::InsertionGuard guard(builder);
    auto scalar = RankedTensorType::get({}, type.getElementType());
    auto place = RankedTensorType::get({}, indexElement);
    Location loc = conversion.getLoc();
    Block *block = builder.createBlock(&sort->getRegion(0), {},
                                       {scalar, scalar, place, place},
                                       {loc, loc, loc, loc});
    auto compare =
        graph::CompareOp::create(builder, loc, ComparisonDirection::GT,
                                 block->getArgument(0), block->getArgument(1));
    if (isa<FloatType>(type.getElementType()))
      compare.setCompareType(graph::ComparisonType::TOTALORDER);
    graph::ReturnOp::create(builder, loc, compare.getResult());
  }
  SmallVector<int64_t> starts(type.getRank(), 0);
  SmallVector<int64_t> limits(type.getShape());
  limits.back() = k;
  return conversion.replace({b.slice(sort->getResult(0), starts, limits),
                             b.slice(sort->getResult(1), starts, limits)});
}

void stablehlo::addSpecialFunctionRules(RuleTable &table) {
  for (StringRef name : {"erf", "erfc", "erf_inv", "tan"})
    table.add(("chlo." + name).str(), convertRenamed);
  constexpr StringRef real = "no complex numbers";
  table.add("chlo.asin", convertUnary<asin>, real);
  table.add("chlo.acos", convertUnary<acos>, real);
  table.add("chlo.atan", convertUnary<atan>, real);
  table.add("chlo.sinh", convertHyperbolic<true>);
  table.add("chlo.cosh", convertHyperbolic<false>);
  table.add("chlo.asinh", convertUnary<asinh>, real);
  table.add("chlo.acosh", convertUnary<acosh>, real);
  table.add("chlo.atanh", convertUnary<atanh>, real);
  table.add("chlo.square", convertSquare);
  table.add("chlo.lgamma", convertUnary<lgamma>);
  table.add("chlo.digamma", convertUnary<digamma>);
  table.add("chlo.bessel_i1e", convertUnary<besselI1e>);
  table.add("chlo.next_after", convertNextAfter);
  table.add("chlo.mulhi", convertMulhi, "up to 32 bits");
  table.add("chlo.is_inf", convertIsInf<0>);
  table.add("chlo.is_pos_inf", convertIsInf<1>);
  table.add("chlo.is_neg_inf", convertIsInf<-1>);
  table.add("chlo.conj", convertConj);
  table.add("chlo.constant_like", convertConstantLike);
  table.add("chlo.top_k", convertTopK);
}
