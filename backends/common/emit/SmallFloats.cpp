#include "backends/common/emit/SmallFloats.h"

#include "backends/common/math/Lanes.h"

using namespace mlir;
using tenon::math::Int;
using tenon::math::LaneBuilder;
using tenon::math::Mask;
using tenon::math::Real;

namespace {

/// How a type of 8 bits divides them.
struct Format {
  int mantissa;
  int bias;
  /// The largest finite number's pattern; the next one is what overflows.
  int64_t largest;
  int64_t notANumber;

  int64_t signBit() const { return 0x80; }
  /// Of the f32 whose last place is the type's least number.
  double shifter() const { return std::ldexp(1.0, 1 - bias - mantissa + 23); }
  double leastNormal() const { return std::ldexp(1.0, 1 - bias); }
};

Format getFormat(Type type) {
  if (isa<Float8E5M2Type>(type))
    return {2, 15, 0x7b, 0x7e};
  return {3, 7, 0x7e, 0x7f};
}

LaneBuilder getLanes(OpBuilder &b, Location loc, Value value) {
  return {b, loc, dyn_cast<VectorType>(value.getType())};
}

/// The upper half of an f32.
Value narrowToBf16(OpBuilder &b, Location loc, Value value) {
  LaneBuilder lanes = getLanes(b, loc, value);
  Real x(lanes, value);
  Int word = x.bits();
  Int odd = shiftRightLogical(word, 16) & 1;
  Int rounded = word + (odd + 0x7fff);
  // A NaN whose payload lies in the lower half would round to infinity.
  Int quiet = word | 0x400000;
  word = select(differs(x, x), quiet, rounded);
  return shiftRightLogical(word, 16).truncate(b.getI16Type()).value;
}

} // namespace

bool tenon::emit::isSmallFloat(Type type) {
  return isa<BFloat16Type, Float8E4M3FNType, Float8E5M2Type>(type);
}

Value tenon::emit::widenSmallFloat(OpBuilder &b, Location loc, Type type,
                                   Value bits) {
  LaneBuilder lanes = getLanes(b, loc, bits);
  Int word = Int(lanes, bits).extendUnsigned(b.getI32Type());
  if (type.isBF16())
    return (word << 16).asReal().value;
  Format format = getFormat(type);
  // As an f32 with too small an exponent, least numbers included, which a
  // product puts right.
  Int magnitude = word & (format.signBit() - 1);
  Real x = (magnitude << (23 - format.mantissa)).asReal() *
           std::ldexp(1.0, 127 - format.bias);
  // Patterns from here on are NaN, or infinity before it.
  Real special = x.like(std::numeric_limits<double>::quiet_NaN());
  if (format.largest + 1 != format.notANumber)
    special = select(equals(magnitude, format.largest + 1),
                     std::numeric_limits<double>::infinity(), special);
  x = select(magnitude < format.largest + 1, x, special);
  Int sign = (word & format.signBit()) << 24;
  return (x.bits() | sign).asReal().value;
}

Value tenon::emit::narrowToSmallFloat(OpBuilder &b, Location loc, Type type,
                                      Value value) {
  if (type.isBF16())
    return narrowToBf16(b, loc, value);
  LaneBuilder lanes = getLanes(b, loc, value);
  Real x(lanes, value), a = abs(x);
  Format format = getFormat(type);
  int shift = 23 - format.mantissa;
  Int word = a.bits();
  Int odd = shiftRightLogical(word, shift) & 1;
  Int rounded = shiftRightLogical(
      word + (odd + ((int64_t(1) << (shift - 1)) - 1)), shift);
  Int normal = rounded - (int64_t(127 - format.bias) << format.mantissa);
  // The addition rounds to multiples of the least number.
  Real shifter = a.like(format.shifter());
  Int subnormal = (a + shifter).bits() - shifter.bits();
  Int result = select(a < format.leastNormal(), subnormal, normal);
  result = select(result < format.largest + 1, result,
                  result.like(format.largest + 1));
  result = select(differs(x, x), result.like(format.notANumber), result);
  Int sign = shiftRightLogical(x.bits(), 24) & format.signBit();
  return (result | sign).truncate(b.getI8Type()).value;
}
