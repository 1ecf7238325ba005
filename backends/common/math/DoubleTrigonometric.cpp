// sin, cos and tan in f64. x = q pi / 2 + r with |r| <= pi / 4, r as the sum of
// two numbers; the quadrant q picks the polynomial and the sign.

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/DoublePair.h"

#include <limits>

using namespace mlir;
using namespace tenon::math;
using namespace tenon::math::f64;

namespace {

constexpr double halfPi = 0x1.921fb54442d18p+0;
constexpr double halfPiLow = 0x1.1a62633145c07p-54;
constexpr double halfPiLowest = -0x1.f1976b7ed8fbcp-110;

/// The quadrant (i64, modulo 4) and r.
struct Quadrant {
  Int quadrant;
  Pair r;
};

/// For |x| <= 2^30, where x - q pi / 2 is exact in the first part of pi / 2.
Quadrant reduceNear(Real x) {
  constexpr double roundingShift = 0x1.8p52;
  Real shifted = fma(x, 0x1.45f306dc9c883p-1, roundingShift);
  Real n = shifted - roundingShift;
  Real first = fma(n, -halfPi, x);
  Pair second = product(n, n.like(halfPiLow));
  Pair r = sumOfAny(first, -second.high);
  r.low = (r.low - second.low) - n * halfPiLowest;
  return {shifted.bits(), r};
}

/// 2 / pi from weight 2^31 on, a word of 32 bits each.
constexpr uint32_t bitsOfTwoOverPi[] = {
    0x00000000, 0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599,
    0x3C439041, 0xFE5163AB, 0xDEBBC561, 0xB7246E3A, 0x424DD2E0, 0x06492EEA,
    0x09D1921C, 0xFE1DEB1C, 0xB129A73E, 0xE88235F5, 0x2EBB4484, 0xE99C7026,
    0xB45F7E41, 0x3991D639, 0x835339F4, 0x9C845F8B, 0xBDF9283B, 0x1FF897FF,
    0xDE05980F, 0xEF2F118B, 0x5A0A6D1F, 0x6D367ECF, 0x27CB09B7, 0x4F463F66,
    0x9E5FEA2D, 0x7527BAC7, 0xEBE5F17B, 0x3D0739F7, 0x8A5292EA, 0x6BFB5FB1,
    0x1F8D5D08, 0x56033046, 0xFC7B6BAB};

constexpr int64_t lowWord = 0xffffffff;

/// Words of 2 / pi from the `first`th on, in each lane. Each bit of the number
/// halves the words that may still be meant.
SmallVector<Int> wordsOfTwoOverPi(Int first, unsigned count) {
  SmallVector<Int> words;
  for (uint32_t word : bitsOfTwoOverPi)
    words.push_back(first.like(word));
  for (unsigned step = 16; step != 0; step /= 2) {
    Mask stays = equals(first & step, 0);
    SmallVector<Int> chosen;
    for (unsigned i = 0; i < count + step - 1 && i < words.size(); ++i)
      chosen.push_back(i + step < words.size()
                           ? select(stays, words[i], words[i + step])
                           : words[i]);
    words = chosen;
  }
  return words;
}

/// Payne and Hanek's reduction with integers, for |x| from 2^30 on: x = m 2^E
/// with m of 53 bits, so of 2 / pi only the 192 bits below weight 2^(2 - E)
/// matter modulo 4.
Quadrant reduceFar(Real x) {
  constexpr unsigned numWords = 6;
  Int bits = x.bits();
  Int mantissa = (bits & 0xfffffffffffff) | 0x10000000000000;
  Int mantissaLow = mantissa & lowWord;
  Int mantissaHigh = shiftRightLogical(mantissa, 32);
  // E is the exponent less 1,075.
  Int skip = (shiftRightLogical(bits, 52) & 2047) - (1077 - 32);
  skip = select(skip < 0, skip.like(0), skip);
  Int shift = skip & 31;
  SmallVector<Int> words =
      wordsOfTwoOverPi(shiftRightLogical(skip, 5), numWords + 1);
  // The product modulo 2^192, its words from the lowest on.
  SmallVector<Int> sums(numWords + 1, skip.like(0));
  for (unsigned i = 0; i < numWords; ++i) {
    Int both = (words[i] << 32) | words[i + 1];
    Int window = shiftRightLogical(both << shift, 32);
    unsigned place = numWords - 1 - i;
    Int low = window * mantissaLow, high = window * mantissaHigh;
    sums[place] = sums[place] + (low & lowWord);
    sums[place + 1] =
        sums[place + 1] + shiftRightLogical(low, 32) + (high & lowWord);
    if (place + 2 <= numWords)
      sums[place + 2] = sums[place + 2] + shiftRightLogical(high, 32);
  }
  for (unsigned i = 0; i < numWords; ++i) {
    sums[i + 1] = sums[i + 1] + shiftRightLogical(sums[i], 32);
    sums[i] = sums[i] & lowWord;
  }
  // In units of 2^-62; the words that follow have units of 2^-94 and 2^-126.
  Int fraction = (sums[5] << 32) | sums[4];
  Int quadrant = shiftRightLogical(fraction + (int64_t(1) << 61), 62);
  Int rest = fraction - (quadrant << 62);
  // A word at a time, so that nothing rounds but the last one's tail.
  Real part0 = smallToReal(shiftRightArithmetic(rest, 32)) * 0x1p-30;
  Real part1 = smallToReal(rest & lowWord) * 0x1p-62;
  Real part2 = smallToReal(sums[3]) * 0x1p-94;
  Real part3 = smallToReal(sums[2]) * 0x1p-126;
  Pair turns = sum(part0, part1);
  turns = sum(turns.high, turns.low + (part2 + part3));
  Pair r = product(turns.high, turns.high.like(halfPi));
  r.low = r.low + fma(turns.high, halfPiLow, turns.low * halfPi);
  // The sign was left out.
  Mask negative = x < 0.0;
  return {select(negative, quadrant.like(0) - quadrant, quadrant),
          {select(negative, -r.high, r.high), select(negative, -r.low, r.low)}};
}

Quadrant reduce(Real x) {
  const LaneBuilder &lanes = *x.lanes;
  Quadrant near = reduceNear(x);
  // Infinities and NaN go the near way, which makes them NaN.
  Real size = abs(x);
  Mask far = (size.like(0x1p30) < size) &
             (size < std::numeric_limits<double>::infinity());
  SmallVector<Value> chosen = ifAny(
      far, {near.quadrant.value, near.r.high.value, near.r.low.value},
      [&](const LaneBuilder &at) -> SmallVector<Value> {
        Quadrant reduced = reduceFar(Real(at, x.value));
        Mask isFar(at, far.value);
        Int quadrant =
            select(isFar, reduced.quadrant, Int(at, near.quadrant.value));
        Real high = select(isFar, reduced.r.high, Real(at, near.r.high.value));
        Real low = select(isFar, reduced.r.low, Real(at, near.r.low.value));
        return {quadrant.value, high.value, low.value};
      });
  return {Int(lanes, chosen[0]),
          {Real(lanes, chosen[1]), Real(lanes, chosen[2])}};
}

/// sin r.
Pair sineOf(const Pair &r) {
  Real square = r.high * r.high;
  Real p = polynomial(square, {-0x1.5555555555548p-3, 0x1.111111110f74bp-7,
                               -0x1.a01a019bee91cp-13, 0x1.71de355b25330p-19,
                               -0x1.ae5e50f2facc0p-26, 0x1.5d8d16251620fp-33});
  // sin(high + low) = sin high + low cos high; 1 - high^2 / 2 is enough of the
  // cosine.
  Real low = fma(r.low * square, -0.5, r.low);
  return sum(r.high, fma(r.high * square, p, low));
}

Pair cosineOf(const Pair &r) {
  Real square = r.high * r.high;
  Real p = polynomial(square, {0x1.555555555554ap-5, -0x1.6c16c16c14e3dp-10,
                               0x1.a01a019c666fap-16, -0x1.27e4f7d6eb822p-22,
                               0x1.1ee9cb18b1596p-29, -0x1.8f9e6ce6e6e00p-37});
  Pair head = sum(square.like(1.0), square * -0.5);
  return sum(head.high, fma(square * square, p, fma(-r.high, r.low, head.low)));
}

/// sin of r that is `turn` quadrants on.
Real evaluate(const Quadrant &reduced, int64_t turn) {
  Pair sine = sineOf(reduced.r), cosine = cosineOf(reduced.r);
  Int quadrant = reduced.quadrant + turn;
  Mask isSine = equals(quadrant & 1, 0);
  Real y = select(isSine, sine.high, cosine.high);
  return select(equals(quadrant & 2, 0), y, -y);
}

/// Below it sin and tan are their arguments, of which products lose zero's sign
/// and the last places of denormals.
constexpr double least = 0x1p-30;

} // namespace

Real tenon::math::f64::sin(Real x) {
  return select(abs(x) < least, x, evaluate(reduce(x), 0));
}

Real tenon::math::f64::cos(Real x) { return evaluate(reduce(x), 1); }

Real tenon::math::f64::tan(Real x) {
  Quadrant reduced = reduce(x);
  Pair sine = sineOf(reduced.r), cosine = cosineOf(reduced.r);
  // sin / cos, and -cos / sin in odd quadrants.
  Mask isEven = equals(reduced.quadrant & 1, 0);
  Pair ratio = quotient({select(isEven, sine.high, -cosine.high),
                         select(isEven, sine.low, -cosine.low)},
                        {select(isEven, cosine.high, sine.high),
                         select(isEven, cosine.low, sine.low)});
  return select(abs(x) < least, x, ratio.high + ratio.low);
}
