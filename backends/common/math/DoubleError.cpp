// The error functions in f64. Near 0 erf x = x + x p(x^2); from 3/4
// on erfc x = e^-(x^2) q(t) / (x + 4), where t = (x - 4) / (x + 4).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

#include <limits>

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

/// With w = -log(1 - x^2), the quotient y / x is smooth: a polynomial in w near
/// 0, and ones in sqrt(w) further on, which is at most 6.004 below 1.
Real tenon::math::f64::erfInverse(Real x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Real a = abs(x);
  Real w = -f64::log(fma(-a, a, 1.0));
  Real root = sqrt(w);
  // What the root lost, times dy / droot, which is about 1.
  Real lost = fma(-root, root, w) * (0.5 / root);
  Mask isNear = w < 6.0, isMiddle = root < 3.75;
  Real z = w - 3.0;
  Real rest =
      fma(z, polynomial(z, {0x1.eedbebdce73e6p-3,   -0x1.780def1d3f36cp-8,
                            -0x1.b6666b152b186p-11, 0x1.9912c04a4c5e4p-13,
                            -0x1.aab13d1c5f487p-17, -0x1.d539ca149a1c7p-20,
                            0x1.e32b0d52f2112p-22,  -0x1.96f81f3e9b772p-26,
                            -0x1.77b3a2f3db13bp-28, 0x1.31556fad198cep-30,
                            -0x1.146ba9d5e34dbp-35, -0x1.30d91fc010af4p-36,
                            0x1.7bd6ad13c3af1p-39,  0x1.bf1f330ad1345p-48,
                            -0x1.dca9cfe2a36ddp-45, 0x1.c8a4033dee8a7p-48,
                            0x1.3a9e2f59c3010p-52,  -0x1.76779162b7e3ep-53,
                            0x1.de584f1df4c0ep-57,  0x1.2c37e707b61f7p-59,
                            -0x1.d31c41dfad7a4p-62, -0x1.7c9a6748e5121p-67,
                            0x1.4d8ca57de53acp-68}),
          0x1.975954a7b3655p-54);
  z = root - 3.0;
  Real middle =
      fma(z,
          polynomial(z, {0x1.006dca7a9c230p+0, 0x1.3582c8114df94p-7,
                         -0x1.f4f1c6f0f47ebp-8, 0x1.7495888e66f4ep-8,
                         -0x1.d2754fc0b6db1p-9, 0x1.84f3ed580aceap-10,
                         -0x1.3843248a6fd75p-13, -0x1.28e0937483a01p-12,
                         0x1.af00b073c43c6p-13, -0x1.85c273d797930p-15,
                         -0x1.7fe21a0797129p-16, 0x1.7046f7126cc3dp-16,
                         -0x1.8d9baab8c1b54p-18, -0x1.cbc8de08a26a8p-20,
                         0x1.0952dd9bc33f0p-19, -0x1.1ac9c91671e8dp-21,
                         -0x1.cb40032007a4fp-24, 0x1.354798e71e89ep-24}),
          lost);
  z = root - 5.0;
  Real far = fma(z,
                 polynomial(z, {0x1.02a30d1fba101p+0, -0x1.22ea5df29371bp-13,
                                -0x1.c2f36a9dd162dp-13, 0x1.3ebf4f24e9d53p-14,
                                -0x1.4a3491a9f539bp-16, 0x1.2fbce3a257e58p-18,
                                -0x1.0a8fba0fda863p-20, 0x1.ebf3160a066c4p-23,
                                -0x1.224c90552c4a6p-24, 0x1.f1268d60ead24p-26,
                                -0x1.0501bd5c006c4p-26, 0x1.1148557be30d4p-27,
                                -0x1.e5fa98b10baaep-29, 0x1.46ef721e103b4p-30,
                                -0x1.ba21e7fd1080cp-32, 0x1.29505798e3810p-33,
                                0x1.32b25dc9ad386p-35, -0x1.30648a03f9aebp-35}),
                 lost);
  rest = select(isNear, rest, select(isMiddle, middle, far));
  Real head =
      select(isMiddle, 0x1.6a9efbd66eae6p+1, x.like(0x1.3664ddd1ad7fbp+2));
  head = select(isNear, 0x1.9fa072ed72dbbp+0, head);
  Pair factor = sum(head, rest);
  Real y = fma(x, factor.high, x * factor.low);
  // Beyond 1 the logarithm is NaN, and so is the result.
  return select(equals(a, 1.0), copySign(x.like(infinity), x), y);
}
