// The exact remainder of a truncated division, C's fmod, in double. Each round
// of the loop takes up to 50 bits off the quotient; six rounds reach the
// farthest pair of f32, each of which is normal there, and 42 that of f64.

#include "backends/common/math/MathFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon::math;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr int64_t bitsPerRound = 50;

/// The biased exponent, of denormals one below 1.
Int exponentOf(Real x) {
  Mask denormal = x < 0x1p-1022;
  Int field = shiftRightLogical(select(denormal, x * 0x1p54, x).bits(), 52);
  return select(denormal, field - 54, field);
}

/// y 2^k, at most 2^52 times smaller than r and never larger; of any f64.
Real scaleAnyTowards(Real r, Real y) {
  Int gap = exponentOf(r) - exponentOf(y) - bitsPerRound;
  gap = select(gap < 0, gap.like(0), gap);
  // The gap is up to 2,047, and no power of two beyond 2^1023 exists.
  for (int i = 0; i < 3; ++i) {
    Int part = select(gap < 1000, gap, gap.like(1000));
    y = y * ((part + 1023) << 52).asReal();
    gap = gap - part;
  }
  return y;
}

/// The same of normal numbers that are not far apart.
Real scaleTowards(Real r, Real y) {
  Int gap = shiftRightLogical(r.bits(), 52) - shiftRightLogical(y.bits(), 52) -
            bitsPerRound;
  gap = select(gap < 0, gap.like(0), gap);
  return y * ((gap + 1023) << 52).asReal();
}

/// One round: r modulo a multiple of y. The quotient is below 2^52 and the
/// remainder is a multiple of the divisor's last place and smaller than it, so
/// it is exact, even where the rounded quotient is one too large.
Real reduceOnce(Real r, Real y, bool isWide) {
  Real divisor = isWide ? scaleAnyTowards(r, y) : scaleTowards(r, y);
  Real quotient = trunc(r / divisor);
  Real rest = fma(-quotient, divisor, r);
  return select(rest < 0.0, rest + divisor, rest);
}

} // namespace

Real tenon::math::remainder(Real x, Real y) {
  const LaneBuilder &lanes = *x.lanes;
  OpBuilder &b = lanes.b;
  Type f64 = b.getF64Type();
  // What has no remainder, or needs no division, takes part with 0 and 1.
  // Comparisons with NaN are false.
  Mask defined = (abs(x) < infinity) & (0.0 < abs(y));
  Mask finite = defined & (abs(y) < infinity);
  Real first = select(finite, abs(x), 0.0).convert(f64);
  Real divisor = select(finite, abs(y), 1.0).convert(f64);

  auto loop = scf::WhileOp::create(
      b, lanes.loc, TypeRange(first.value.getType()), ValueRange(first.value),
      [&](OpBuilder &inner, Location loc, ValueRange state) {
        LaneBuilder at{inner, loc, lanes.shape};
        Real r(at, state[0]);
        Value open = arith::CmpFOp::create(
            inner, loc, arith::CmpFPredicate::OGE, r.value, divisor.value);
        if (lanes.shape)
          open = vector::ReductionOp::create(inner, loc,
                                             vector::CombiningKind::OR, open);
        scf::ConditionOp::create(inner, loc, open, state);
      },
      [&](OpBuilder &inner, Location loc, ValueRange state) {
        LaneBuilder at{inner, loc, lanes.shape};
        Real r(at, state[0]);
        Real y(at, divisor.value);
        Real next = select(r < y, r, reduceOnce(r, y, x.element().isF64()));
        scf::YieldOp::create(inner, loc, next.value);
      });
  Real rest = Real(lanes, loop.getResult(0)).convert(x.element());
  // By an infinite number nothing is divided.
  Real result = select(finite, copySign(rest, x), x);
  return select(defined, result, std::numeric_limits<double>::quiet_NaN());
}
