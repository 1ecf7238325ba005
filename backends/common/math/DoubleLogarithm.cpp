// Logarithms in f64. x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). With
// s = f / (2 + f), log(1 + f) = f - f^2 / 2 + s (f^2 / 2 + s^2 r(s^2)), where r
// is (log((1 + s) / (1 - s)) - 2 s) / s^3.

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

#include <limits>

using namespace tenon::math;
using namespace tenon::math::f64;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
/// ln 2 in a part of 32 bits, whose multiples are exact, and the rest.
constexpr double ln2High = 0x1.62e42feep-1;
constexpr double ln2Low = 0x1.a39ef35793c76p-33;

/// e as a number and an integer, and f.
struct Split {
  Real e;
  Int exponent;
  Real f;
};

/// Splits a positive normal number.
Split split(Real x) {
  constexpr int64_t bitsOfRootHalf = 0x3fe6a09e667f3bcd;
  Int bits = x.bits();
  Int exponent = shiftRightArithmetic(bits - bitsOfRootHalf, 52);
  Real mantissa = (bits - (exponent << 52)).asReal();
  return {smallToReal(exponent), exponent, mantissa - 1.0};
}

/// Splits a positive number, denormals too.
Split splitAny(Real x) {
  Mask denormal = x < 0x1p-1022;
  Split parts = split(select(denormal, x * 0x1p54, x));
  parts.e = parts.e + select(denormal, x.like(-54.0), x.like(0.0));
  return parts;
}

/// log(1 + f) - f + small.
Real tail(Real f, Real small) {
  Real s = f / (f + 2.0);
  Real square = s * s;
  Real r = polynomial(square, {0x1.5555555555595p-1, 0x1.999999997f26cp-2,
                               0x1.249249427c47dp-2, 0x1.c71c51a26870dp-3,
                               0x1.746652b1500b2p-3, 0x1.399fd376aebe3p-3,
                               0x1.2f17efa94bb3cp-3});
  Real half = f * f * 0.5;
  return fma(s, fma(square, r, half), small) - half;
}

/// e ln 2 + log(1 + f) + small.
Real combine(const Split &parts, Real small) {
  // e is 0, or e ln 2 outweighs f.
  Real high = fma(parts.e, ln2High, parts.f);
  Real lost = fma(parts.e, ln2High, -high) + parts.f;
  return high + (lost + tail(parts.f, fma(parts.e, ln2Low, small)));
}

/// The logarithm `y` of `x` where that is positive and finite, and what C says
/// elsewhere.
Real withSpecials(Real x, Real y) {
  Real special = select(x < 0.0, notANumber, x);
  special = select(equals(x, 0.0), -infinity, special);
  return select((0.0 < x) & (x < infinity), y, special);
}

/// e * (high + low) + log(1 + f) * (scaleHigh + scaleLow), where multiples of
/// `high` are exact.
Real rebase(const Split &parts, double high, double low, double scaleHigh,
            double scaleLow) {
  Pair y = sum(parts.f, tail(parts.f, parts.f.like(0.0)));
  Real small = fma(y.high, scaleLow, y.low * scaleHigh);
  small = fma(parts.e, low, small);
  // In two parts, so that the sum with e rounds once.
  Pair scaled = product(y.high, y.high.like(scaleHigh));
  Pair whole = sum(parts.e * high, scaled.high);
  return whole.high + (whole.low + (scaled.low + small));
}

} // namespace

Real tenon::math::f64::log(Real x) {
  return withSpecials(x, combine(splitAny(x), x.like(0.0)));
}

Real tenon::math::f64::log2(Real x) {
  return withSpecials(x, rebase(splitAny(x), 1.0, 0.0, 0x1.71547652b82fep+0,
                                0x1.777d0ffda0d24p-56));
}

Real tenon::math::f64::log10(Real x) {
  // The high part of log10(2) has 40 bits, so that its multiples are exact.
  return withSpecials(x, rebase(splitAny(x), 0x1.34413509f4p-2,
                                0x1.cff7988f8959bp-41, 0x1.bcb7b1526e50ep-2,
                                0x1.95355baaafad3p-57));
}

Real tenon::math::f64::log1p(Real x) {
  Real u = x + 1.0;
  // What rounding 1 + x lost, by the larger term first.
  Real lost = select(x < 1.0, x - (u - 1.0), 1.0 - (u - x));
  Split parts = split(u);
  // Above 2^128 what is lost does not matter, and its scale may not exist.
  Int exponent =
      select(parts.exponent < 128, parts.exponent, parts.exponent.like(128));
  Pair f = sumOfAny(parts.f, lost * power2(exponent.like(0) - exponent));
  parts.f = f.high;
  // The derivative is 1 / (1 + f).
  Real y = copySign(combine(parts, fma(-f.low, f.high, f.low)), x);
  Real special = select(x < -1.0, notANumber, x);
  special = select(equals(x, -1.0), -infinity, special);
  return select((x.like(-1.0) < x) & (x < infinity), y, special);
}
