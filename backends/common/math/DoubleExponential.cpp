// exp and what is built on it in f64.
//
// x = n ln 2 + r with |r| <= ln 2 / 2, and e^x = 2^n (1 + r + r^2 q(r)).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

using namespace tenon::math;
using namespace tenon::math::f64;

namespace {

/// ln 2 in a part of 32 bits, whose multiples are exact, and the rest.
constexpr double ln2High = 0x1.62e42feep-1;
constexpr double ln2Low = 0x1.a39ef35793c76p-33;
/// Adding it rounds to the nearest integer, which stands in the low bits.
constexpr double roundingShift = 0x1.8p52;

/// n, and r as the sum of two.
struct Reduced {
  Int n;
  Pair r;

  /// (e^r - 1 - r) / r^2.
  Real series() const {
    return polynomial(r.high, {0x1.0000000000000p-1, 0x1.555555555555cp-3,
                               0x1.555555555553fp-5, 0x1.111111110e9d6p-7,
                               0x1.6c16c16c2085ap-10, 0x1.a01a01b45cdfcp-13,
                               0x1.a01a0172dec7dp-16, 0x1.71ddee2373d3cp-19,
                               0x1.27e548a532151p-22, 0x1.af6f2528ca7c6p-26,
                               0x1.1ecea4c17c0cep-29});
  }
  /// e^r - 1 - r.high.
  Real rest() const {
    return fma(r.high * r.high, series(), fma(r.low, r.high, r.low));
  }
};

Reduced reduce(Real x) {
  Real shifted = fma(x, 0x1.71547652b82fep+0, roundingShift);
  Real n = shifted - roundingShift;
  Real first = fma(n, -ln2High, x);
  Real r = fma(n, -ln2Low, first);
  Real low = fma(n, -ln2Low, first - r);
  return {shifted.bits() - x.like(roundingShift).bits(), {r, low}};
}

/// (e^x - 1) / 2, for |x| from 2^-54 on and at most 710. Halves, because 2^1024
/// is out of range.
Pair halfOfExpm1(Real x) {
  Reduced parts = reduce(x);
  Real power = power2(parts.n - 1);
  Real base = power - 0.5;
  Real lostOfBase = (power - base) - 0.5;
  // `base` is 0 or outweighs the product.
  Real high = fma(power, parts.r.high, base);
  Real lost = fma(power, parts.r.high, base - high);
  return sum(high, fma(power, parts.rest(), lost + lostOfBase));
}

} // namespace

ScaledPair tenon::math::f64::expPair(const Pair &x) {
  Reduced parts = reduce(x.high);
  parts.r = sum(parts.r.high, parts.r.low + x.low);
  Pair head = sum(x.high.like(1.0), parts.r.high);
  return {parts.n, {head.high, head.low + parts.rest()}};
}

Real tenon::math::f64::exp(Real x) {
  // Beyond these results are 0 and infinity.
  Reduced parts = reduce(clampKeepNan(x, -746.0, 710.0));
  Real r = parts.r.high;
  Real slope = fma(r, parts.series(), 1.0);
  return scaleByPower2(fma(r, slope, 1.0), parts.n);
}

Real tenon::math::f64::exp2(Real x) {
  x = clampKeepNan(x, -1076.0, 1025.0);
  Real shifted = x + roundingShift;
  Real r = x - (shifted - roundingShift);
  // (2^r - 1) / r.
  Real slope = polynomial(
      r, {0x1.62e42fefa39efp-1, 0x1.ebfbdff82c5a5p-3, 0x1.c6b08d704a11fp-5,
          0x1.3b2ab6fb9ff86p-7, 0x1.5d87fe78a1c43p-10, 0x1.4309130f22cc5p-13,
          0x1.ffcbfc55e5e99p-17, 0x1.62bfc6ec81944p-20, 0x1.b525466519baep-24,
          0x1.e61c77e9b3d79p-28, 0x1.e93d1a71620e4p-32});
  Int n = shifted.bits() - x.like(roundingShift).bits();
  return scaleByPower2(fma(r, slope, 1.0), n);
}

Real tenon::math::f64::expm1(Real x) {
  Real half = halfOfExpm1(clampKeepNan(x, -40.0, 710.0)).high;
  // Halves of the least numbers round to nothing.
  return copySign(select(abs(x) < 0x1p-54, x, half + half), x);
}

Real tenon::math::f64::tanh(Real x) {
  Real a = abs(x);
  // 1 to the last place from 19.1 on.
  Real bounded = clampKeepNan(a, 0.0, 22.0);
  // With h = (e^2a - 1) / 2 it is h / (h + 1).
  Pair half = halfOfExpm1(bounded + bounded);
  Pair more = sumOfAny(half.high, half.high.like(1.0));
  more.low = more.low + half.low;
  Pair result = quotient(half, more);
  return copySign(select(a < 0x1p-28, a, result.high + result.low), x);
}

Real tenon::math::f64::sigmoid(Real x) {
  // Only e^-|x| keeps its last places, down to denormals, on both sides.
  Real e = f64::exp(-abs(x));
  Real zero = e.like(0.0), one = e.like(1.0);
  Pair y = quotient({select(x < 0.0, e, one), zero}, sum(one, e));
  return y.high + y.low;
}
