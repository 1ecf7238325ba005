// exp and what is built on it: exp2, expm1, tanh, sigmoid, erf.
//
// x = n ln 2 + r with |r| <= ln 2 / 2, and e^x = 2^n (1 + r + r^2 q(r)).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

using namespace tenon::math;

namespace {

constexpr double log2OfE = 0x1.715476p+0;
constexpr double ln2High = 0x1.62e43p-1;
constexpr double ln2Low = -0x1.05c61p-29;
/// Adding it rounds a small number to the nearest integer, which then stands in
/// the low bits of the sum.
constexpr double roundingShift = 0x1.8p23;

/// n, r, and q(r).
struct Reduced {
  Int n;
  Real r;
  Real q;

  /// e^r - 1.
  Real fraction() const { return fma(r * r, q, r); }
  /// (e^r - 1) / r: 1 + r times it loses less than 1 + fraction().
  Real slope() const { return fma(r, q, 1.0); }
};

Reduced withPolynomial(Int n, Real r) {
  return {n, r,
          polynomial(r, {0x1.fffffcp-2, 0x1.555488p-3, 0x1.555842p-5,
                         0x1.1240ep-7, 0x1.6ae84p-10})};
}

Reduced reduce(Real x) {
  Real shifted = fma(x, log2OfE, roundingShift);
  Real n = shifted - roundingShift;
  Real r = fma(n, -ln2High, x);
  r = fma(n, -ln2Low, r);
  return withPolynomial(shifted.bits() - x.like(roundingShift).bits(), r);
}

/// e^r 2^n with overflow to infinity and gradual underflow. Two steps, since
/// 2^n itself may be out of range; only the second rounds.
Real scale(const Reduced &parts) {
  Int half = shiftRightArithmetic(parts.n, 1);
  Real y = fma(parts.r, parts.slope(), 1.0);
  return y * powerOfTwo(half) * powerOfTwo(parts.n - half);
}

} // namespace

Real tenon::math::exp(Real x) {
  if (x.element().isF64())
    return f64::exp(x);
  // Beyond these results are 0 and infinity.
  return scale(reduce(clampKeepNan(x, -104.0, 89.0)));
}

Real tenon::math::expBounded(Real x) {
  Reduced parts = reduce(x);
  Real power = powerOfTwo(parts.n);
  return fma(power * parts.r, parts.slope(), power);
}

Real tenon::math::exp2(Real x) {
  if (x.element().isF64())
    return f64::exp2(x);
  x = clampKeepNan(x, -151.0, 129.0);
  Real shifted = x + roundingShift;
  Real r = x - (shifted - roundingShift);
  constexpr double ln2 = ln2High;
  // r ln 2, with what its rounding and that of ln 2 lost.
  Real product = r * ln2;
  Real lost = fma(r, ln2, -product);
  product = product + fma(r, ln2Low, lost);
  Int n = shifted.bits() - x.like(roundingShift).bits();
  return scale(withPolynomial(n, product));
}

Real tenon::math::expm1(Real x) {
  if (x.element().isF64())
    return f64::expm1(x);
  Real bounded = clampKeepNan(x, -18.0, 89.0);
  Reduced parts = reduce(bounded);
  // Half of 2^n, because 2^128 is out of range.
  Real power = powerOfTwo(parts.n - 1);
  Real half = fma(power, parts.fraction(), power - 0.5);
  // Halves of the least numbers round to nothing.
  Real y = select(abs(x) < 0x1p-25, x, half + half);
  return copySign(y, x);
}

Real tenon::math::tanh(Real x) {
  if (x.element().isF64())
    return f64::tanh(x);
  Real a = abs(x);
  Real square = a * a;
  Real p = polynomial(square, {-0x1.555532p-2, 0x1.1106f6p-3, -0x1.b835a4p-5,
                               0x1.51f8cep-6, -0x1.750ce2p-8});
  Real nearZero = fma(a * square, p, a);
  // tanh is 1 to the last place from 9.02 on.
  Real bounded = clampKeepNan(a, 0.0, 10.0);
  Real far = 1.0 - 2.0 / (expBounded(bounded + bounded) + 1.0);
  return copySign(select(a < 0.625, nearZero, far), x);
}

Real tenon::math::sigmoid(Real x) {
  if (x.element().isF64())
    return f64::sigmoid(x);
  // Only e^-|x| keeps its last places, down to denormals, on both sides.
  Real e = exp(-abs(x));
  Real numerator = select(x < 0.0, e, 1.0);
  return numerator / (e + 1.0);
}

Real tenon::math::erf(Real x) {
  if (x.element().isF64())
    return f64::erf(x);
  Real a = abs(x);
  Real square = a * a;
  Real p = polynomial(square, {0x1.06eba8p-3, -0x1.812740p-2, 0x1.ce2d64p-4,
                               -0x1.b8012p-6, 0x1.544aa8p-8, -0x1.a6126ep-11,
                               0x1.4f8e5ap-14});
  Real nearZero = fma(a, p, a);
  // erf is 1 to the last place from 3.92 on.
  Real bounded = clampKeepNan(a, 0.0, 4.0);
  Real q = polynomial(bounded, {0x1.20ef94p+0, 0x1.45306ep-1, 0x1.b31f0cp-4,
                                -0x1.8479cap-6, 0x1.d52004p-9, -0x1.2cd59ap-12,
                                0x1.59ee4cp-20, 0x1.2371f6p-20});
  Real far = 1.0 - expBounded(-(bounded * q));
  return copySign(select(a < 0.9375, nearZero, far), x);
}

mlir::Value tenon::math::emitSigmoid(mlir::OpBuilder &b, mlir::Location loc,
                                     mlir::Value x) {
  LaneBuilder lanes{b, loc, dyn_cast<mlir::VectorType>(x.getType())};
  return sigmoid(Real(lanes, x)).value;
}
