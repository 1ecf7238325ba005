// The error functions in f64. Near 0 erf x = x + x p(x^2); from 3/4
// on erfc x = e^-(x^2) q(t) / (x + 4), where t = (x - 4) / (x + 4).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

using namespace tenon::math;
using namespace tenon::math::f64;

namespace {

/// erf x / x - 1, for |x| <= 3/4.
Real nearSeries(Real x) {
  return polynomial(x * x, {0x1.06eba8214db69p-3, -0x1.812746b0379ffp-2,
                            0x1.ce2f21a0436dcp-4, -0x1.b82ce312a5c9ap-6,
                            0x1.565bcd0f1f77bp-8, -0x1.c02db33dbffb6p-11,
                            0x1.f9a2ec8844396p-14, -0x1.f4ca368948842p-17,
                            0x1.b93f7675a8132p-20, -0x1.5780d5cbe862ep-23,
                            0x1.909d1c657e99ap-27});
}

/// erfc x for x of 3/4 and more.
Real tail(Real x) {
  x = clampKeepNan(x, 0.75, 28.0);
  Real one = x.like(1.0);
  Pair inverse = quotient({one, x.like(0.0)}, sumOfAny(x, x.like(4.0)));
  // t = 1 - 8 / (x + 4).
  Pair t = sumOfAny(one, inverse.high * -8.0);
  t = sumOfAny(t.high, fma(inverse.low, -8.0, t.low));
  Real p = polynomial(
      t.high,
      {-0x1.f3fe31ecb49bfp-1,  0x1.8be202d26c700p-1,   -0x1.14eacb1ad035bp-1,
       0x1.52cac23710503p-2,   -0x1.645fd8a4bae26p-3,  0x1.38dbd2c8c772ep-4,
       -0x1.b00c052cd90ecp-6,  0x1.908f473c36fcbp-8,   -0x1.269b50aaf33a1p-12,
       -0x1.dd285162a8c77p-12, 0x1.72cd97e7f34e1p-13,  -0x1.e7cb0b00f788ep-19,
       -0x1.3c6d3820e9a97p-16, 0x1.3adb23d8a36f4p-18,  0x1.7e1d8292e0da8p-20,
       -0x1.c35ebe0e93377p-21, -0x1.41ba994b50495p-24, 0x1.f90e66d91f5cap-24,
       0x1.a415a0a9ca62bp-31,  -0x1.84c8ccf41bcbfp-27});
  constexpr double q0 = 0x1.18932bf08e154p+0, q0Rest = 0x1.0981aa12747cep-54;
  Pair rest = product(t.high, p);
  Pair q = sum(x.like(q0), rest.high);
  q.low = (q.low + rest.low) + fma(t.low, p, q0Rest);
  Pair square = product(x, x);
  ScaledPair power = expPair({-square.high, -square.low});
  Pair ratio = product(q.high, inverse.high);
  ratio.low = fma(q.high, inverse.low, fma(q.low, inverse.high, ratio.low));
  const Pair &e = power.fraction;
  Pair y = product(e.high, ratio.high);
  y.low = fma(e.high, ratio.low, fma(e.low, ratio.high, y.low));
  return scaleByPower2(y.high + y.low, power.n);
}

} // namespace

Real tenon::math::f64::erf(Real x) {
  Real a = abs(x);
  Real near = fma(a, nearSeries(a), a);
  return copySign(select(a < 0.75, near, 1.0 - tail(a)), x);
}

Real tenon::math::f64::erfc(Real x) {
  Real a = abs(x);
  Pair difference = sum(x.like(1.0), -x);
  Real near = difference.high + fma(-x, nearSeries(x), difference.low);
  Real far = tail(a);
  far = select(x < 0.0, 2.0 - far, far);
  return select(a < 0.75, near, far);
}
