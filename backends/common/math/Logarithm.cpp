// Logarithms. x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and
// log(1 + f) = f - f^2 / 2 + f^3 q(f).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

using namespace tenon::math;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

/// e as a number and an integer, and f.
struct Split {
  Real e;
  Int exponent;
  Real f;
};

/// Splits a positive normal number.
Split split(Real x) {
  constexpr int64_t bitsOfRootHalf = 0x3f3504f3;
  Int bits = x.bits();
  Int exponent = shiftRightArithmetic(bits - bitsOfRootHalf, 23);
  Real mantissa = (bits - (exponent << 23)).asReal();
  return {exponent.toReal(x.element()), exponent, mantissa - 1.0};
}

/// Splits a positive number, denormals too.
Split splitAny(Real x) {
  Mask denormal = x < 0x1p-126;
  Split parts = split(select(denormal, x * 0x1p23, x));
  parts.e = parts.e + select(denormal, x.like(-23.0), x.like(0.0));
  return parts;
}

/// log(1 + f) - f + small.
Real tail(Real f, Real small) {
  Real q = polynomial(f, {0x1.555548p-2, -0x1.00007p-2, 0x1.99a542p-3,
                          -0x1.552f1p-3, 0x1.230410p-3, -0x1.0100b2p-3,
                          0x1.efad14p-4, -0x1.becafcp-4, 0x1.b5fbccp-5});
  Real square = f * f;
  return fma(square, -0.5, fma(f * square, q, small));
}

/// The logarithm `y` of `x` where that is positive and finite, and what C says
/// elsewhere.
Real withSpecials(Real x, Real y) {
  Real special = select(x < 0.0, notANumber, x);
  special = select(equals(x, 0.0), -infinity, special);
  return select((0.0 < x) & (x < infinity), y, special);
}

/// e * (high + low) + (f + tail) * scale, for logarithms to other bases.
Real rebase(const Split &parts, double high, double low, double scaleHigh,
            double scaleLow) {
  Real rest = tail(parts.f, parts.f.like(0.0));
  Real y = parts.f + rest;
  Real lost = rest - (y - parts.f);
  Real small = fma(y, scaleLow, lost * scaleHigh);
  small = fma(parts.e, low, small);
  // y * scaleHigh in two parts, so that the sum with e rounds once.
  Real product = y * scaleHigh;
  small = fma(y, scaleHigh, -product) + small;
  Real sum = fma(parts.e, high, product);
  Real error = product - (sum - parts.e * high);
  return sum + (error + small);
}

} // namespace

Real tenon::math::log(Real x) {
  if (x.element().isF64())
    return f64::log(x);
  constexpr double ln2High = 0x1.62e43p-1, ln2Low = -0x1.05c61p-29;
  Split parts = splitAny(x);
  Real y = parts.f + tail(parts.f, parts.e * ln2Low);
  return withSpecials(x, fma(parts.e, ln2High, y));
}

Real tenon::math::log2(Real x) {
  if (x.element().isF64())
    return f64::log2(x);
  return withSpecials(
      x, rebase(splitAny(x), 1.0, 0.0, 0x1.715476p+0, 0x1.4ae0cp-26));
}

Real tenon::math::log10(Real x) {
  if (x.element().isF64())
    return f64::log10(x);
  // The high part of log10(2) has 12 bits, so that its multiples are exact.
  constexpr double high = 0x1.344p-2, low = 0x1.3509f8p-18;
  return withSpecials(
      x, rebase(splitAny(x), high, low, 0x1.bcb7b2p-2, -0x1.5b235ep-27));
}

Real tenon::math::log1p(Real x) {
  if (x.element().isF64())
    return f64::log1p(x);
  constexpr double ln2High = 0x1.62e43p-1, ln2Low = -0x1.05c61p-29;
  Real u = x + 1.0;
  // What rounding 1 + x lost, by the larger term first.
  Real lost = select(x < 1.0, x - (u - 1.0), 1.0 - (u - x));
  Split parts = split(u);
  // Above 2^64 what is lost does not matter, and its scale would not exist.
  Int exponent =
      select(parts.exponent < 64, parts.exponent, parts.exponent.like(64));
  Real scale = powerOfTwo(parts.exponent.like(0) - exponent);
  Real f = fma(lost, scale, parts.f);
  Real y = f + tail(f, parts.e * ln2Low);
  y = copySign(fma(parts.e, ln2High, y), x);
  Real special = select(x < -1.0, notANumber, x);
  special = select(equals(x, -1.0), -infinity, special);
  return select((x.like(-1.0) < x) & (x < infinity), y, special);
}
