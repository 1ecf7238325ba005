// Numbers as unevaluated sums of two f64, for what a single one loses.

#ifndef TENON_BACKENDS_COMMON_MATH_DOUBLEPAIR_H
#define TENON_BACKENDS_COMMON_MATH_DOUBLEPAIR_H

#include "backends/common/math/Lanes.h"

namespace tenon::math::f64 {

/// high + low, where low is at most a few units in the last place of high.
struct Pair {
  Real high;
  Real low;
};

/// The exact product, but for underflow.
inline Pair product(Real a, Real b) {
  Real high = a * b;
  return {high, fma(a, b, -high)};
}

/// The exact sum, where |a| >= |b| or a is 0 (T. J. Dekker, Numerische
/// Mathematik 18, 1971).
inline Pair sum(Real a, Real b) {
  Real high = a + b;
  return {high, b - (high - a)};
}

/// The exact sum of any two numbers (D. E. Knuth, The Art of Computer
/// Programming 2, 4.2.2).
inline Pair sumOfAny(Real a, Real b) {
  Real high = a + b;
  Real ofB = high - a;
  return {high, (a - (high - ofB)) + (b - ofB)};
}

/// The quotient to about 2^-100.
inline Pair quotient(const Pair &a, const Pair &b) {
  Real inverse = 1.0 / b.high;
  Real high = a.high * inverse;
  Real rest = fma(-high, b.high, a.high) + fma(-high, b.low, a.low);
  return {high, rest * inverse};
}

/// An integer of up to 51 bits as f64: few targets convert vectors of i64.
inline Real smallToReal(Int n) {
  constexpr int64_t bitsOfShift = 0x4338000000000000;
  return (n + bitsOfShift).asReal() - 0x1.8p52;
}

/// 2^n, for n from -1,022 to 1,023.
inline Real power2(Int n) { return ((n + 1023) << 52).asReal(); }

/// x 2^n with overflow to infinity and gradual underflow, for |x| between 1/4
/// and 4: 2^n itself may be out of range, so that there are two steps, of which
/// only the second one rounds.
inline Real scaleByPower2(Real x, Int n) {
  Int half = shiftRightArithmetic(n, 1);
  return x * power2(half) * power2(n - half);
}

/// e^x = 2^n * fraction.
struct ScaledPair {
  Int n;
  Pair fraction;
};

/// e^x to about 2^-60, for x from -746 to 710.
ScaledPair expPair(const Pair &x);

} // namespace tenon::math::f64

#endif // TENON_BACKENDS_COMMON_MATH_DOUBLEPAIR_H
