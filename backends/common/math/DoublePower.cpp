// pow and cbrt in f64.

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

#include <limits>

using namespace tenon::math;
using namespace tenon::math::f64;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double ln2High = 0x1.62e42feep-1;
constexpr double ln2Low = 0x1.a39ef35793c76p-33;

/// log of a positive finite number to about 2^-65 relative: with
/// s = (m - 1) / (m + 1) it is e ln 2 + 2 s (1 + s^2 / 3 + s^4 r(s^2)).
Pair logPair(Real x) {
  constexpr int64_t bitsOfRootHalf = 0x3fe6a09e667f3bcd;
  Mask denormal = x < 0x1p-1022;
  Int bits = select(denormal, x * 0x1p54, x).bits();
  Int exponent = shiftRightArithmetic(bits - bitsOfRootHalf, 52);
  Real m = (bits - (exponent << 52)).asReal();
  Real e = smallToReal(exponent) + select(denormal, x.like(-54.0), x.like(0.0));
  Pair s = quotient({m - 1.0, m.like(0.0)}, sumOfAny(m, m.like(1.0)));
  s = sum(s.high, s.low);
  Pair square = product(s.high, s.high);
  square.low = fma(s.high + s.high, s.low, square.low);
  Real series =
      polynomial(square.high, {0x1.9999999999995p-3, 0x1.2492492493153p-3,
                               0x1.c71c71c563a8ep-4, 0x1.745d183e4e87ap-4,
                               0x1.3b135fe084404p-4, 0x1.112117e6e98e1p-4,
                               0x1.de25389d2da68p-5, 0x1.eb7e3f7d17bbdp-5});
  // s^2 / 3 + s^4 r(s^2).
  constexpr double third = 0x1.5555555555555p-2;
  constexpr double thirdRest = 0x1.5555555555555p-56;
  Pair head = product(square.high, square.high.like(third));
  Real small = fma(square.high, thirdRest, fma(square.low, third, head.low));
  small = fma(square.high * square.high, series, small);
  Pair factor = sum(head.high, small);
  // s (1 + factor).
  Pair tail = product(s.high, factor.high);
  tail.low = fma(s.high, factor.low, fma(s.low, factor.high, tail.low));
  Pair half = sum(s.high, tail.high);
  half.low = half.low + (tail.low + s.low);
  // e is 0, or e ln 2 outweighs the logarithm of m.
  Pair whole = sum(e * ln2High, half.high + half.high);
  Real low = fma(e, ln2Low, half.low + half.low);
  return sum(whole.high, whole.low + low);
}

} // namespace

Real tenon::math::f64::powPositive(Real a, Real y) {
  Pair logarithm = logPair(a);
  Pair exponent = product(logarithm.high, y);
  Real low = fma(logarithm.low, y, exponent.low);
  // Beyond these bounds the result is 0 or infinity.
  Real high = clampKeepNan(exponent.high, -746.0, 710.0);
  low = select(equals(high, exponent.high), low, 0.0);
  ScaledPair power = expPair({high, low});
  return scaleByPower2(power.fraction.high + power.fraction.low, power.n);
}

Real tenon::math::f64::cbrt(Real x) {
  Real a = abs(x);
  Mask isNumber = (0.0 < a) & (a < infinity);
  // Denormals are brought up by 2^54, their roots back by 2^18.
  Mask denormal = a < 0x1p-1022;
  Int bits = select(denormal, a * 0x1p54, a).bits();
  // a = m 2^3k with m from 1 to 8.
  constexpr double roundingShift = 0x1.8p52;
  Real exponent = smallToReal(shiftRightLogical(bits, 52)) - 1024.0;
  Real shifted = fma(exponent, 1.0 / 3, roundingShift);
  Int k = shifted.bits() - x.like(roundingShift).bits();
  Real m = (bits - ((k + (k << 1)) << 52)).asReal();
  // The inverse root to 9 bits, and a step by the series of (1 - e)^(-1/3).
  Real y = polynomial(m, {0x1.7bd915b6f3898p+0, -0x1.730a311f2cd7dp-1,
                          0x1.398ec2d97639dp-2, -0x1.3e104dfdb8080p-4,
                          0x1.72b86aff4cd8cp-7, -0x1.c94e950f0bb7cp-11,
                          0x1.cdd84d4abd96dp-16});
  Real error = fma(-(m * y), y * y, 1.0);
  Real series = polynomial(error, {1.0 / 3, 2.0 / 9, 14.0 / 81});
  y = fma(y * error, series, y);
  // The root, and Newton's step by the exact difference of its cube.
  Real square = y * y;
  Real root = m * square;
  Pair rootSquare = product(root, root);
  Real rest = fma(-rootSquare.high, root, m) - rootSquare.low * root;
  root = fma(rest, square * (1.0 / 3), root);
  root = (root.bits() + (k << 52)).asReal();
  root = select(denormal, root * 0x1p-18, root);
  return copySign(select(isNumber, root, a), x);
}
