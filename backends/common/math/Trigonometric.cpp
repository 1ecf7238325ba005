// sin and cos. x = q pi / 2 + r with |r| <= pi / 4; the quadrant q picks the
// polynomial and the sign.

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

using namespace mlir;
using namespace tenon::math;

namespace {

/// The quadrant (i32, modulo 4) and r (f32).
struct Quadrant {
  Int quadrant;
  Real r;
};

/// In double, where 53 bits of pi / 2 and 53 more leave r exact far beyond f32
/// as long as q fits: |x| < 2^30.
Quadrant reduceNear(Real x) {
  OpBuilder &b = x.lanes->b;
  constexpr double twoOverPi = 0x1.45f306dc9c883p-1;
  constexpr double halfPi = 0x1.921fb54442d18p+0;
  constexpr double halfPiLow = 0x1.1a62633145c07p-54;
  constexpr double roundingShift = 0x1.8p52;
  Real wide = x.convert(b.getF64Type());
  Real shifted = fma(wide, twoOverPi, roundingShift);
  Real n = shifted - roundingShift;
  Real r = fma(n, -halfPiLow, fma(n, -halfPi, wide));
  return {shifted.bits().truncate(b.getI32Type()), r.convert(x.element())};
}

/// Payne and Hanek's reduction with integers: x = m 2^E with m of 24 bits, so
/// of 2 / pi only the 96 bits below weight 2^(2 - E) matter modulo 4.
Quadrant reduceFar(Real x) {
  OpBuilder &b = x.lanes->b;
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  constexpr uint32_t bitsOfTwoOverPi[] = {0xA2F9836E, 0x4E441529, 0xFC2757D1,
                                          0xF534DDC0, 0xDB629599, 0x3C439041,
                                          0xFE5163AB};
  Int bits = x.bits();
  Int exponent = shiftRightLogical(bits, 23) & 255;
  Int mantissa = ((bits & 0x7fffff) | 0x800000).extendUnsigned(i64);
  // E - 2, where E = exponent - 150; at least 0 for the arguments used.
  Int skip = exponent - 152;
  skip = select(skip < 0, skip.like(0), skip);
  Int word = shiftRightLogical(skip, 5);
  Int shift = (skip & 31).extendUnsigned(i64);
  SmallVector<Int> words;
  for (unsigned i = 0; i < 4; ++i) {
    Int chosen = word.like(int32_t(bitsOfTwoOverPi[i]));
    for (unsigned k = 1; k < 4; ++k)
      chosen = select(equals(word, k),
                      word.like(int32_t(bitsOfTwoOverPi[i + k])), chosen);
    words.push_back(chosen.extendUnsigned(i64));
  }
  // Three words from bit `shift` on.
  auto window = [&](unsigned i) {
    Int both = (words[i] << 32) | words[i + 1];
    return shiftRightLogical(both << shift, 32);
  };
  constexpr int64_t lowWord = 0xffffffff;
  Int product2 = shiftRightLogical(mantissa * window(2), 32);
  Int product1 = mantissa * window(1) + product2;
  Int product0 = mantissa * window(0) + shiftRightLogical(product1, 32);
  // The product modulo 4, in units of 2^-62.
  Int fraction = (product0 << 32) | (product1 & lowWord);
  Int quadrant = shiftRightLogical(fraction + (int64_t(1) << 61), 62);
  Int rest = fraction - (quadrant << 62);
  Real r = rest.toReal(b.getF64Type()) * 0x1.921fb54442d18p-62;
  Int narrow = quadrant.truncate(i32);
  // The sign was left out.
  Mask negative = x < 0.0;
  Real small = r.convert(x.element());
  return {select(negative, narrow.like(0) - narrow, narrow),
          select(negative, -small, small)};
}

Quadrant reduce(Real x) {
  const LaneBuilder &lanes = *x.lanes;
  Quadrant near = reduceNear(x);
  // Infinities and NaN go the near way, which makes them NaN.
  Real size = abs(x);
  Mask far = (size.like(0x1p30) < size) &
             (size < std::numeric_limits<double>::infinity());
  SmallVector<Value> chosen =
      ifAny(far, {near.quadrant.value, near.r.value},
            [&](const LaneBuilder &at) -> SmallVector<Value> {
              Quadrant reduced = reduceFar(Real(at, x.value));
              Mask isFar(at, far.value);
              Int quadrant =
                  select(isFar, reduced.quadrant, Int(at, near.quadrant.value));
              Real r = select(isFar, reduced.r, Real(at, near.r.value));
              return {quadrant.value, r.value};
            });
  return {Int(lanes, chosen[0]), Real(lanes, chosen[1])};
}

/// sin(r) of the quadrant, `turn` quadrants on.
Real evaluate(const Quadrant &reduced, int64_t turn) {
  Real r = reduced.r;
  Real square = r * r;
  Real sine = polynomial(
      square, {-0x1.555556p-3, 0x1.111174p-7, -0x1.a05954p-13, 0x1.7c2c4ep-19});
  sine = fma(r * square, sine, r);
  Real cosine =
      polynomial(square, {0x1.55554ap-5, -0x1.6c0c28p-10, 0x1.99e80cp-16});
  cosine = fma(square * square, cosine, fma(square, -0.5, 1.0));
  Int quadrant = reduced.quadrant + turn;
  Real y = select(equals(quadrant & 1, 0), sine, cosine);
  return select(equals(quadrant & 2, 0), y, -y);
}

} // namespace

Real tenon::math::sin(Real x) {
  if (x.element().isF64())
    return f64::sin(x);
  // The polynomial loses the sign of zero.
  return select(equals(x, 0.0), x, evaluate(reduce(x), 0));
}

Real tenon::math::cos(Real x) {
  return x.element().isF64() ? f64::cos(x) : evaluate(reduce(x), 1);
}

Real tenon::math::tan(Real x) {
  if (x.element().isF64())
    return f64::tan(x);
  Quadrant reduced = reduce(x);
  Real y = evaluate(reduced, 0) / evaluate(reduced, 1);
  return select(equals(x, 0.0), x, y);
}
