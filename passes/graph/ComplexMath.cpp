//===- ComplexMath.cpp - Complex functions of real parts ------------------===//

#include "passes/graph/ComplexMath.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;
using Parts = ComplexParts;

static constexpr double infinity = std::numeric_limits<double>::infinity();

Value ComplexMath::absolute(Value x) {
  return AbsOp::create(b.getBuilder(), b.getLoc(), x.getType(), x);
}

Value ComplexMath::isZero(Value x) {
  return b.compare(ComparisonDirection::EQ, x, number(0.0, x));
}

Value ComplexMath::isInfinite(Value x) {
  return b.compare(ComparisonDirection::EQ, absolute(x), number(infinity, x));
}

Parts ComplexMath::select(Value condition, Parts x, Parts y) {
  return {b.select(condition, x.real, y.real),
          b.select(condition, x.imag, y.imag)};
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Parts ComplexMath::add(Parts x, Parts y) {
  return {b.add(x.real, y.real), b.add(x.imag, y.imag)};
}

Parts ComplexMath::subtract(Parts x, Parts y) {
  return {b.subtract(x.real, y.real), b.subtract(x.imag, y.imag)};
}

Parts ComplexMath::negate(Parts x) {
  return {b.negate(x.real), b.negate(x.imag)};
}

Parts ComplexMath::multiply(Parts x, Parts y) {
  return {b.subtract(b.multiply(x.real, y.real), b.multiply(x.imag, y.imag)),
          b.add(b.multiply(x.real, y.imag), b.multiply(x.imag, y.real))};
}

/// By Smith's rule: divisor and dividend are scaled by the divisor's larger
/// part (R. L. Smith, Comm. ACM 5, 1962).
Parts ComplexMath::divide(Parts x, Parts y) {
  Value realIsLarge =
      b.compare(ComparisonDirection::GE, absolute(y.real), absolute(y.imag));
  Value large = b.select(realIsLarge, y.real, y.imag);
  Value small = b.select(realIsLarge, y.imag, y.real);
  // By zero, both parts are divided by it.
  Value ratio =
      b.select(isZero(large), number(0.0, large), b.divide(small, large));
  Value scale = b.add(large, b.multiply(small, ratio));
  Value sumReal = b.add(x.real, b.multiply(x.imag, ratio));
  Value sumImag = b.subtract(x.imag, b.multiply(x.real, ratio));
  Value otherReal = b.add(b.multiply(x.real, ratio), x.imag);
  Value otherImag = b.subtract(b.multiply(x.imag, ratio), x.real);
  return {b.divide(b.select(realIsLarge, sumReal, otherReal), scale),
          b.divide(b.select(realIsLarge, sumImag, otherImag), scale)};
}

Value ComplexMath::compare(ComparisonDirection direction, Parts x, Parts y) {
  auto test = [&](ComparisonDirection way, Value p, Value q) {
    return b.compare(way, p, q);
  };
  auto both = [&](Value p, Value q) { return b.make<AndOp>(p, q); };
  auto either = [&](Value p, Value q) { return b.make<OrOp>(p, q); };
  ComparisonDirection strict = direction;
  switch (direction) {
  case ComparisonDirection::EQ:
    return both(test(direction, x.real, y.real),
                test(direction, x.imag, y.imag));
  case ComparisonDirection::NE:
    return either(test(direction, x.real, y.real),
                  test(direction, x.imag, y.imag));
  case ComparisonDirection::GE:
    strict = ComparisonDirection::GT;
    break;
  case ComparisonDirection::LE:
    strict = ComparisonDirection::LT;
    break;
  default:
    break;
  }
  return either(test(strict, x.real, y.real),
                both(test(ComparisonDirection::EQ, x.real, y.real),
                     test(direction, x.imag, y.imag)));
}

//===----------------------------------------------------------------------===//
// Size
//===----------------------------------------------------------------------===//

/// The larger part is taken out, so that no square overflows.
Value ComplexMath::abs(Parts x) {
  Value p = absolute(x.real), q = absolute(x.imag);
  Value large = b.maximum(p, q), small = b.minimum(p, q);
  Value ratio = b.divide(small, large);
  Value size = b.multiply(large, b.sqrt(b.add(b.multiply(ratio, ratio), 1.0)));
  size = b.select(isZero(large), large, size);
  // An infinite part decides, whatever the other one is.
  Value infinite = b.make<OrOp>(isInfinite(x.real), isInfinite(x.imag));
  return b.select(infinite, number(infinity, size), size);
}

Parts ComplexMath::sign(Parts x) {
  Value size = abs(x);
  Value zero = isZero(size);
  return select(zero, x, {b.divide(x.real, size), b.divide(x.imag, size)});
}

/// log sqrt(re^2 + im^2). Near size 1 the logarithm is small: it is taken of
/// the difference from 1, which loses nothing there.
Value ComplexMath::logOfSize(Value real, Value imag) {
  Value p = absolute(real), q = absolute(imag);
  Value large = b.maximum(p, q), small = b.minimum(p, q);
  Value more = b.add(b.multiply(b.add(large, -1.0), b.add(large, 1.0)),
                     b.multiply(small, small));
  Value near = b.multiply(b.make<LogPlusOneOp>(more), 0.5);
  Value isNear = b.make<AndOp>(
      b.compare(ComparisonDirection::GT, large, number(0.5, large)),
      b.compare(ComparisonDirection::LT, large, number(2.0, large)));
  return b.select(isNear, near, b.log(abs({real, imag})));
}

//===----------------------------------------------------------------------===//
// Exponentials and logarithms
//===----------------------------------------------------------------------===//

Parts ComplexMath::exp(Parts x) {
  Value size = b.exponential(x.real);
  Value cosine = b.make<CosineOp>(x.imag), sine = b.make<SineOp>(x.imag);
  // An infinite size has no part where the angle has none.
  Value isReal = isZero(x.imag);
  return {b.select(isReal, size, b.multiply(size, cosine)),
          b.select(isReal, x.imag, b.multiply(size, sine))};
}

/// e^re cos im - 1 = expm1(re) cos im - 2 sin(im / 2)^2.
Parts ComplexMath::expm1(Parts x) {
  Value cosine = b.make<CosineOp>(x.imag);
  Value half = b.make<SineOp>(b.multiply(x.imag, 0.5));
  Value small = b.multiply(b.multiply(half, half), 2.0);
  return {b.subtract(b.multiply(b.make<ExponentialMinusOneOp>(x.real), cosine),
                     small),
          exp(x).imag};
}

Parts ComplexMath::log(Parts x) {
  return {logOfSize(x.real, x.imag), b.make<Atan2Op>(x.imag, x.real)};
}

/// |1 + x|^2 = 1 + re (2 + re) + im^2 where that is near 1.
Parts ComplexMath::log1p(Parts x) {
  Value shifted = b.add(x.real, 1.0);
  Value more =
      b.add(b.multiply(x.real, b.add(x.real, 2.0)), b.multiply(x.imag, x.imag));
  Value near = b.multiply(b.make<LogPlusOneOp>(more), 0.5);
  Value isNear =
      b.compare(ComparisonDirection::LT, absolute(more), number(0.5, more));
  return {b.select(isNear, near, logOfSize(shifted, x.imag)),
          b.make<Atan2Op>(x.imag, shifted)};
}

Parts ComplexMath::logistic(Parts x) {
  Parts e = exp(negate(x));
  Value one = number(1.0, x.real), zero = number(0.0, x.real);
  return divide({one, zero}, {b.add(e.real, 1.0), e.imag});
}

Parts ComplexMath::power(Parts x, Parts y) {
  Parts result = exp(multiply(y, log(x)));
  Value zero = number(0.0, x.real), one = number(1.0, x.real);
  Value toZero = b.make<AndOp>(isZero(y.real), isZero(y.imag));
  Parts ofZero = {b.select(toZero, one, zero), zero};
  Value isNothing = b.make<AndOp>(isZero(x.real), isZero(x.imag));
  return select(isNothing, ofZero, result);
}

Parts ComplexMath::atan2(Parts y, Parts x) {
  Parts sum = {b.subtract(x.real, y.imag), b.add(x.imag, y.real)};
  Parts size = sqrt(add(multiply(x, x), multiply(y, y)));
  Parts angle = log(divide(sum, size));
  return {angle.imag, b.negate(angle.real)};
}

//===----------------------------------------------------------------------===//
// Roots
//===----------------------------------------------------------------------===//

/// With t = sqrt((|re| + |x|) / 2): t and im / 2t, the other way round to the
/// left of the imaginary axis.
Parts ComplexMath::sqrt(Parts x) {
  Value half =
      b.add(b.multiply(absolute(x.real), 0.5), b.multiply(abs(x), 0.5));
  Value t = b.sqrt(half);
  Value other = b.divide(x.imag, b.add(t, t));
  other = b.select(isZero(t), x.imag, other);
  other = b.select(isInfinite(x.imag), x.imag, other);
  Value isRight =
      b.compare(ComparisonDirection::GE, x.real, number(0.0, x.real));
  // Of a zero, its reciprocal has the sign: the cut along the negative axis has
  // two sides.
  Value signedImag =
      b.select(isZero(x.imag), b.divide(number(1.0, x.imag), x.imag), x.imag);
  Value isBelow =
      b.compare(ComparisonDirection::LT, signedImag, number(0.0, x.imag));
  Value signedT = b.select(isBelow, b.negate(t), t);
  return {b.select(isRight, t, absolute(other)),
          b.select(isRight, other, signedT)};
}

Parts ComplexMath::rsqrt(Parts x) {
  Value one = number(1.0, x.real), zero = number(0.0, x.real);
  return divide({one, zero}, sqrt(x));
}

/// The root of the third of the angle.
Parts ComplexMath::cbrt(Parts x) {
  Value angle = b.divide(b.make<Atan2Op>(x.imag, x.real), 3.0);
  Value size = b.make<CbrtOp>(abs(x));
  return {b.multiply(size, b.make<CosineOp>(angle)),
          b.multiply(size, b.make<SineOp>(angle))};
}

//===----------------------------------------------------------------------===//
// Circular and hyperbolic functions
//===----------------------------------------------------------------------===//

/// sinh = (e^x - 1 + (e^x - 1) / e^x) / 2; cosh = (e^x + e^-x) / 2, of halves
/// that do not overflow before the result does.
Parts ComplexMath::hyperbolic(Value x) {
  Value size = absolute(x);
  Value more = b.make<ExponentialMinusOneOp>(size);
  Value small = b.multiply(b.add(more, b.divide(more, b.add(more, 1.0))), 0.5);
  Value halfRoot = b.exponential(b.multiply(size, 0.5));
  Value large = b.multiply(b.multiply(halfRoot, 0.5), halfRoot);
  Value isLarge = b.compare(ComparisonDirection::GT, size, number(20.0, size));
  Value sine = b.select(isLarge, large, small);
  Value isNegative = b.compare(ComparisonDirection::LT, x, number(0.0, x));
  Value cosine = b.add(large, b.multiply(b.exponential(b.negate(size)), 0.5));
  return {cosine, b.select(isNegative, b.negate(sine), sine)};
}

Parts ComplexMath::sine(Parts x) {
  Parts h = hyperbolic(x.imag);
  return {b.multiply(b.make<SineOp>(x.real), h.real),
          b.multiply(b.make<CosineOp>(x.real), h.imag)};
}

Parts ComplexMath::cosine(Parts x) {
  Parts h = hyperbolic(x.imag);
  return {b.multiply(b.make<CosineOp>(x.real), h.real),
          b.negate(b.multiply(b.make<SineOp>(x.real), h.imag))};
}

/// With e = e^(-2 |re|) and d = (1 - e)^2 + 4 e cos(im)^2: (1 - e^2) / d with
/// the sign of re, and 4 e sin im cos im / d.
Parts ComplexMath::tanh(Parts x) {
  Value size = absolute(x.real);
  Value less = b.negate(b.make<ExponentialMinusOneOp>(b.multiply(size, -2.0)));
  Value e = b.exponential(b.multiply(size, -2.0));
  Value cosine = b.make<CosineOp>(x.imag), sine = b.make<SineOp>(x.imag);
  Value fourE = b.multiply(e, 4.0);
  Value divisor = b.add(b.multiply(less, less),
                        b.multiply(fourE, b.multiply(cosine, cosine)));
  Value real = b.divide(b.multiply(less, b.add(e, 1.0)), divisor);
  Value isNegative =
      b.compare(ComparisonDirection::LT, x.real, number(0.0, x.real));
  return {b.select(isNegative, b.negate(real), real),
          b.divide(b.multiply(fourE, b.multiply(sine, cosine)), divisor)};
}

/// tan x = -i tanh(i x).
Parts ComplexMath::tan(Parts x) {
  Parts turned = tanh({b.negate(x.imag), x.real});
  return {turned.imag, b.negate(turned.real)};
}
