// atan and atan2 in f64. Slopes are brought below tan(pi / 8), where
// atan t = t + t^3 p(t^2):
//   atan(y / x) = pi / 4 + atan((y - x) / (y + x)) = pi / 2 - atan(x / y).

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

#include <limits>

using namespace tenon::math;
using namespace tenon::math::f64;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double tanOfPi8 = 0x1.a827999fcef32p-2;
constexpr double quarterPi = 0x1.921fb54442d18p-1;
constexpr double quarterPiLow = 0x1.1a62633145c07p-55;

/// pi / 4 turns + atan(t high + t low), for |t| <= tan(pi / 8) and turns of 0
/// to 4.
Real evaluate(const Pair &t, Real turns) {
  Real square = t.high * t.high;
  Real p = polynomial(square, {-0x1.5555555555554p-2, 0x1.99999999995b6p-3,
                               -0x1.2492492471b62p-3, 0x1.c71c71b5c012fp-4,
                               -0x1.745d14890619ap-4, 0x1.3b136a54cbda7p-4,
                               -0x1.110c3f38c1081p-4, 0x1.e16e602d2b636p-5,
                               -0x1.ab67e06425b10p-5, 0x1.709b2c177a233p-5,
                               -0x1.118424cee4350p-5, 0x1.ef379f47b8f6ep-7});
  Real small = fma(square * t.high, p, fma(-t.low, square, t.low));
  Pair angle = product(turns, turns.like(quarterPi));
  // `angle` is 0 or outweighs t.
  Pair whole = sum(angle.high, t.high);
  small = (small + angle.low) + fma(turns, quarterPiLow, whole.low);
  return whole.high + small;
}

/// The angle pi / 4 turns + atan(t high + t low).
struct Angle {
  Pair t;
  Real turns;

  /// Where `where`, pi / 4 from - the angle.
  void turnBack(Mask where, double from) {
    turns = select(where, from - turns, turns);
    t = {select(where, -t.high, t.high), select(where, -t.low, t.low)};
  }
  Real value() const { return evaluate(t, turns); }
};

/// The angle between the positive x axis and a point of the first quadrant.
Angle angleOf(Real height, Real width) {
  Mask isSteep = width < height;
  Real less = select(isSteep, width, height);
  Real more = select(isSteep, height, width);
  // Two infinities count as equal ones; the ratio of zeros is 0.
  Mask infinite = equals(less, infinity) & equals(more, infinity);
  less = select(infinite, 1.0, less);
  more = select(infinite, 1.0, more);
  Real ratio = select(equals(more, 0.0), less, less / more);
  // Products of what is far from 1 lose their last places.
  Real scale = select(more < 0x1p-500, 0x1p600,
                      select(0x1p500 < more, 0x1p-600, more.like(1.0)));
  less = less * scale;
  more = more * scale;
  Mask isMiddle = more * tanOfPi8 < less;
  Pair numerator = sumOfAny(less, -more), denominator = sumOfAny(less, more);
  Real zero = less.like(0.0);
  Pair t = quotient({select(isMiddle, numerator.high, less),
                     select(isMiddle, numerator.low, zero)},
                    {select(isMiddle, denominator.high, more),
                     select(isMiddle, denominator.low, zero)});
  // A small slope is its own angle, in its last places too.
  Mask isFlat = ratio < 0x1p-30;
  t = {select(isFlat, ratio, t.high), select(isFlat, zero, t.low)};
  Angle angle{t, select(isMiddle, 1.0, zero)};
  angle.turnBack(isSteep, 2.0);
  return angle;
}

} // namespace

Real tenon::math::f64::atan(Real x) {
  Real a = abs(x);
  // The sums lose the sign of zero.
  return copySign(angleOf(a, a.like(1.0)).value(), x);
}

Real tenon::math::f64::atan2(Real y, Real x) {
  Angle angle = angleOf(abs(y), abs(x));
  // -0 lies on the left too.
  angle.turnBack(x.bits() < 0, 4.0);
  return copySign(angle.value(), y);
}
