// atan and atan2. Arguments are brought below tan(pi / 8), where
// atan t = t + t^3 p(t^2):
//   atan a = pi / 2 + atan(-1 / a) = pi / 4 + atan((a - 1) / (a + 1)).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

using namespace tenon::math;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double tanOfPi8 = 0x1.a8279ap-2;
constexpr double tanOf3Pi8 = 0x1.3504f4p+1;
/// pi / 4 as the sum of two f32.
constexpr double quarterPi = 0x1.921fb6p-1;
constexpr double quarterPiLow = -0x1.777a5cp-26;

/// pi / 4 * turns + (t + t^3 p(t^2)), where |t| <= tan(pi / 8).
Real evaluate(Real t, Real turns) {
  Real square = t * t;
  Real p = polynomial(square, {-0x1.55554ap-2, 0x1.9991e0p-3, -0x1.23b964p-3,
                               0x1.b21fbap-4, -0x1.f2ca24p-5});
  Real small = fma(turns, quarterPiLow, fma(square * t, p, t));
  return fma(turns, quarterPi, small);
}

/// Of an argument that is not negative.
Real atanPositive(Real a) {
  Mask isMiddle = tanOfPi8 < a, isLarge = tanOf3Pi8 < a;
  // One division for all three cases, by 1 for the smallest.
  Real numerator = select(isMiddle, a - 1.0, a);
  numerator = select(isLarge, -1.0, numerator);
  Real denominator = select(isMiddle, a + 1.0, a.like(1.0));
  denominator = select(isLarge, a, denominator);
  Real turns = select(isMiddle, 1.0, a.like(0.0));
  turns = select(isLarge, 2.0, turns);
  return evaluate(numerator / denominator, turns);
}

/// pi / 4 * turns - y.
Real subtractFrom(double turns, Real y) {
  return (turns * quarterPi - y) + turns * quarterPiLow;
}

} // namespace

Real tenon::math::atan(Real x) {
  if (x.element().isF64())
    return f64::atan(x);
  // The sums lose the sign of zero.
  return copySign(atanPositive(abs(x)), x);
}

Real tenon::math::atan2(Real y, Real x) {
  if (x.element().isF64())
    return f64::atan2(y, x);
  Real height = abs(y), width = abs(x);
  Mask isFlat = height < width;
  Real less = select(isFlat, height, width);
  Real more = select(isFlat, width, height);
  // The lesser of nothing and NaN is what the result depends on.
  Real ratio = select(equals(more, 0.0), less, less / more);
  ratio = select(equals(less, infinity) & equals(more, infinity), 1.0, ratio);
  Real angle = atanPositive(ratio);
  angle = select(width < height, subtractFrom(2.0, angle), angle);
  // -0 lies on the left too.
  angle = select(x.bits() < 0, subtractFrom(4.0, angle), angle);
  return copySign(angle, y);
}
