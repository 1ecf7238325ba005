// pow and cbrt; of f32 through log2 and exp2 in double: 2^(y log2|x|) rounds to
// f32 once, and every f32 is a normal double.

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

using namespace tenon::math;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

/// log2 of a positive normal double: e + s q(s^2), s = (m - 1) / (m + 1).
Real log2Wide(Real x) {
  constexpr int64_t bitsOfRootHalf = 0x3fe6a09e667f3bcd;
  constexpr int64_t bitsOfOne = 0x3ff0000000000000;
  constexpr int64_t mantissaBits = 0x000fffffffffffff;
  Int shifted = x.bits() + (bitsOfOne - bitsOfRootHalf);
  // The biased exponent, placed in the mantissa of 2^52: few targets convert
  // vectors of 64-bit integers.
  constexpr int64_t bitsOf2To52 = 0x4330000000000000;
  Int exponent = shiftRightLogical(shifted, 52) | bitsOf2To52;
  Real e = exponent.asReal() - (0x1p52 + 1023);
  Real m = ((shifted & mantissaBits) + bitsOfRootHalf).asReal();
  Real s = (m - 1.0) / (m + 1.0);
  Real q = polynomial(s * s, {0x1.71547652b824fp+1, 0x1.ec709dc5402c0p-1,
                              0x1.2776c28ed63c4p-1, 0x1.a61a325d67d56p-2,
                              0x1.4794bfa8b62bbp-2, 0x1.21b986dab1c64p-2});
  return fma(s, q, e);
}

/// 2^x in double, from a clamped range.
Real exp2Wide(Real x) {
  constexpr double roundingShift = 0x1.8p52;
  x = clampKeepNan(x, -200.0, 200.0);
  Real shifted = x + roundingShift;
  Real r = x - (shifted - roundingShift);
  Real q = polynomial(r, {0x1.62e42fef7a17ep-1, 0x1.ebfbe07de2d9bp-3,
                          0x1.c6b08df790a9cp-5, 0x1.3b29edcd75e7bp-7,
                          0x1.5d872021df03bp-10, 0x1.44612816d02f6p-13,
                          0x1.00f35961c63c8p-16});
  Int n = shifted.bits() - x.like(roundingShift).bits();
  Real power = ((n + 1023) << 52).asReal();
  return fma(r * q, power, power);
}

} // namespace

Real tenon::math::cbrt(Real x) {
  if (x.element().isF64())
    return f64::cbrt(x);
  Real a = abs(x);
  Real wide = a.convert(x.lanes->b.getF64Type());
  Real root = exp2Wide(log2Wide(wide) * (1.0 / 3.0)).convert(x.element());
  // Zero, infinity and NaN are their own roots.
  Mask isNumber = (0.0 < a) & (a < infinity);
  return copySign(select(isNumber, root, a), x);
}

/// a^y for a that is not negative, and NaN.
static Real powOfSize(Real a, Real y) {
  Mask isNumber = a < infinity;
  if (a.element().isF64()) {
    // What is no positive number has the logarithm -infinity, infinity or NaN.
    Mask isPositive = (0.0 < a) & isNumber;
    Real special = select(equals(a, 0.0), -infinity, a) * y;
    special =
        select(0.0 < special, infinity, select(special < 0.0, 0.0, special));
    // 0 times infinity: y is 0, which the caller sees to.
    Mask isPlain = isPositive & (abs(y) < infinity);
    Real result =
        f64::powPositive(select(isPositive, a, 1.0), select(isPlain, y, 1.0));
    // To an infinite power: the side of 1 decides.
    Real sides = (a - 1.0) * y;
    Real far = select(0.0 < sides, infinity, select(sides < 0.0, 0.0, sides));
    return select(isPlain, result, select(isPositive, far, special));
  }
  mlir::Type f32 = a.element();
  mlir::Type f64 = a.lanes->b.getF64Type();
  Real logarithm = log2Wide(a.convert(f64));
  logarithm = select(equals(a.convert(f64), 0.0), -infinity, logarithm);
  // Infinity and NaN are their own logarithms.
  logarithm = select(isNumber, logarithm, a.convert(f64));
  return exp2Wide(logarithm * y.convert(f64)).convert(f32);
}

Real tenon::math::pow(Real x, Real y) {
  Real a = abs(x);
  Mask isNumber = a < infinity;
  Real result = powOfSize(a, y);

  // Negative bases: integers only, and odd ones keep the sign.
  Real halfY = y * 0.5;
  Mask isInteger = equals(trunc(y), y);
  Mask isOdd = isInteger & differs(trunc(halfY), halfY);
  result = select(isOdd, copySign(result, x), result);
  Mask isUndefined = (x < 0.0) & differs(trunc(y), y) & isNumber;
  result = select(isUndefined, notANumber, result);
  // 1^y and x^0 are 1 even for NaN, and so is -1 to an infinite power.
  Mask isOne = equals(x, 1.0) | equals(y, 0.0) |
               (equals(a, 1.0) & equals(abs(y), infinity));
  return select(isOne, 1.0, result);
}
