//===- NarrowTypes.cpp - types that a wider one carries -------------------===//
#include "compiler/import/onnx/NarrowTypes.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

namespace {

/// A float of at most 8 bits.
struct Format {
  const llvm::fltSemantics *semantics;
  int mantissaBits;
  int bias;
  /// A zero with a sign; those without have NaN in its place.
  bool hasNegativeZero;
};

Format formatOf(TensorProto::DataType type) {
  const llvm::fltSemantics &semantics = *carriedSemantics(type);
  switch (type) {
  case TensorProto::FLOAT4E2M1:
    return {&semantics, 1, 1, true};
  case TensorProto::FLOAT8E4M3FNUZ:
    return {&semantics, 3, 8, false};
  case TensorProto::FLOAT8E5M2FNUZ:
    return {&semantics, 2, 16, false};
  default:
    return {&semantics, 0, 127, false};
  }
}

bool isInteger(TensorProto::DataType type) {
  return isCarried(type) && !carriedSemantics(type);
}

bool isSigned(TensorProto::DataType type) {
  return type == TensorProto::INT4 || type == TensorProto::INT2;
}

mlir::Type f32(Emitter &e) { return mlir::Float32Type::get(e.context()); }

mlir::Type unsignedType(Emitter &e, unsigned bits) {
  return mlir::IntegerType::get(e.context(), bits, mlir::IntegerType::Unsigned);
}

Value bitsAs(Emitter &e, Value x, mlir::Type element) {
  return e.make<graph::BitcastConvertOp>(
      mlir::RankedTensorType::get(dimsOf(x), element), x);
}

/// The bits of an f32 as a ui32, and back.
Value toBits(Emitter &e, Value x) { return bitsAs(e, x, unsignedType(e, 32)); }
Value fromBits(Emitter &e, Value bits) { return bitsAs(e, bits, f32(e)); }

Value bitAnd(Emitter &e, Value x, uint32_t mask) {
  return e.binary<graph::AndOp>(x, e.scalar(x, mask));
}
Value bitOr(Emitter &e, Value a, Value b) {
  return e.binary<graph::OrOp>(a, b);
}
Value shiftLeft(Emitter &e, Value x, int count) {
  return e.binary<graph::ShiftLeftOp>(x, e.scalar(x, count));
}
Value shiftRight(Emitter &e, Value x, int count) {
  return e.binary<graph::ShiftRightLogicalOp>(x, e.scalar(x, count));
}
Value isNaN(Emitter &e, Value x) {
  return e.compare(ComparisonDirection::NE, x, x);
}
Value nan(Emitter &e, Value like) {
  return e.scalar(like, std::numeric_limits<double>::quiet_NaN());
}

/// The low bits of an 8-bit integer as a number of `type`.
Value wrap(Emitter &e, Value x, TensorProto::DataType type) {
  auto bits = static_cast<int>(elementBits(type));
  if (!isSigned(type))
    return bitAnd(e, x, (1u << bits) - 1);
  Value high = shiftLeft(e, x, 8 - bits);
  return e.binary<graph::ShiftRightArithmeticOp>(high,
                                                 e.scalar(high, 8 - bits));
}

/// The non-negative f32 `x` rounded to a float of `format`, without a limit.
Value roundMagnitude(Emitter &e, Value x, const Format &format) {
  int dropped = 23 - format.mantissaBits;
  Value bits = toBits(e, x);
  Value last = bitAnd(e, shiftRight(e, bits, dropped), 1);
  Value half = e.scalar(bits, (1u << (dropped - 1)) - 1);
  Value normal = fromBits(
      e, bitAnd(e, e.add(e.add(bits, half), last), ~((1u << dropped) - 1)));
  // Below the smallest normal number all steps are equal: the sum with a
  // number whose last bit is worth one step is rounded to steps.
  int smallest = 1 - format.bias;
  Value shift =
      e.scalar(x, std::ldexp(1.5, smallest - format.mantissaBits + 23));
  Value small = e.sub(e.add(x, shift), shift);
  Value isSmall = e.compare(ComparisonDirection::LT, x,
                            e.scalar(x, std::ldexp(1.0, smallest)));
  return e.select(isSmall, small, normal);
}

Value castToFloat(Emitter &e, Value x, TensorProto::DataType type,
                  bool saturates) {
  Format format = formatOf(type);
  Value bits = toBits(e, x);
  Value magnitude = fromBits(e, bitAnd(e, bits, 0x7fffffff));
  Value rounded = roundMagnitude(e, magnitude, format);
  llvm::APFloat largest = llvm::APFloat::getLargest(*format.semantics);
  bool losesInfo;
  largest.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  Value limit = e.scalar(rounded, largest.convertToDouble());
  Value isNegative = e.compare(ComparisonDirection::LT, x, e.scalar(x, 0));
  if (!format.hasNegativeZero) {
    rounded = saturates
                  ? e.min(rounded, limit)
                  : e.select(e.compare(ComparisonDirection::GT, rounded, limit),
                             nan(e, rounded), rounded);
    rounded = e.select(isNegative, e.sub(e.scalar(x, 0), rounded), rounded);
    return e.select(isNaN(e, x), nan(e, x), rounded);
  }
  // The 4-bit float has neither NaN nor infinities.
  rounded = e.select(isNaN(e, x), e.scalar(x, 0), e.min(rounded, limit));
  return fromBits(e, bitOr(e, toBits(e, rounded), bitAnd(e, bits, 1u << 31)));
}

/// To a power of two, by the exponent's bits of the f32 `x`.
Value castToPower(Emitter &e, Value x, bool saturates, PowerRounding rounding) {
  Value bits = bitAnd(e, toBits(e, x), 0x7fffffff);
  Value exponent = shiftRight(e, bits, 23);
  Value fraction = bitAnd(e, bits, 0x7fffff);
  auto test = [&](ComparisonDirection how, Value a, uint32_t b) {
    return e.compare(how, a, e.scalar(a, b));
  };
  Value goesUp;
  if (rounding == PowerRounding::Up) {
    goesUp = test(ComparisonDirection::GT, fraction, 0);
  } else if (rounding == PowerRounding::Nearest) {
    // Ties go up, but for the one between the smallest number and zero.
    Value isHalf = test(ComparisonDirection::GE, fraction, 0x400000);
    Value isMore = test(ComparisonDirection::GT, fraction, 0x400000);
    Value isNormal = test(ComparisonDirection::GT, exponent, 0);
    goesUp =
        e.binary<graph::AndOp>(isHalf, e.binary<graph::OrOp>(isMore, isNormal));
  }
  if (goesUp) {
    uint32_t last = saturates ? 254 : 255;
    goesUp = e.binary<graph::AndOp>(
        goesUp, test(ComparisonDirection::LT, exponent, last));
    exponent = e.add(exponent, e.convert(goesUp, elementOf(exponent)));
  }
  Value power = fromBits(e, shiftLeft(e, exponent, 23));
  power = e.select(test(ComparisonDirection::EQ, exponent, 0),
                   e.scalar(power, std::ldexp(1.0, -127)), power);
  return e.select(test(ComparisonDirection::EQ, exponent, 255), nan(e, power),
                  power);
}

/// All numbers of a small float, by their bits.
Value numbersOf(Emitter &e, TensorProto::DataType type) {
  unsigned bits = elementBits(type);
  HostTensor table = HostTensor::zeros(TensorProto::FLOAT, {1ll << bits});
  for (uint64_t code = 0; code < table.floats.size(); ++code) {
    llvm::APFloat number(*carriedSemantics(type), llvm::APInt(bits, code));
    // A NaN without a mantissa would become infinite.
    bool isNaN = number.isNaN(), losesInfo;
    number.convert(llvm::APFloat::IEEEdouble(),
                   llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    table.floats[code] = isNaN ? std::numeric_limits<double>::quiet_NaN()
                               : number.convertToDouble();
  }
  return e.constant(table);
}

} // namespace

mlir::Type tenon::onnx::edgeElementType(TensorProto::DataType type,
                                        mlir::MLIRContext *context) {
  if (!isCarried(type))
    return elementType(type, context);
  return elementType(isSigned(type) ? TensorProto::INT8 : TensorProto::UINT8,
                     context);
}

Value tenon::onnx::fromEdge(Emitter &e, Value x, TensorProto::DataType type) {
  if (!isCarried(type))
    return x;
  if (isInteger(type))
    return wrap(e, x, type);
  Dims dims(dimsOf(x));
  Value code = bitAnd(e, x, (1u << elementBits(type)) - 1);
  code = e.convert(code, mlir::IntegerType::get(e.context(), 64));
  code = e.reshape(code, {*elementCount(dims)});
  return e.reshape(e.take(numbersOf(e, type), 0, code), dims);
}

Value tenon::onnx::toEdge(Emitter &e, Value x, TensorProto::DataType type) {
  if (!isCarried(type) || isInteger(type))
    return x;
  Format format = formatOf(type);
  auto width = static_cast<int>(elementBits(type));
  Value bits = toBits(e, x);
  Value magnitude = bitAnd(e, bits, 0x7fffffff);
  // With the exponent biased as in the small float, its subnormal numbers are
  // those of f32, and its bits are the highest ones.
  if (format.bias != 127)
    magnitude =
        toBits(e, e.mul(fromBits(e, magnitude),
                        e.scalar(x, std::ldexp(1.0, format.bias - 127))));
  Value code = shiftRight(e, magnitude, 23 - format.mantissaBits);
  if (type != TensorProto::FLOAT8E8M0) {
    Value sign = shiftLeft(e, shiftRight(e, bits, 31), width - 1);
    Value isZero = e.compare(ComparisonDirection::EQ, code, e.scalar(code, 0));
    if (!format.hasNegativeZero)
      sign = e.select(isZero, e.scalar(sign, 0), sign);
    code = bitOr(e, code, sign);
    if (!format.hasNegativeZero)
      code = e.select(isNaN(e, x), e.scalar(code, 1u << (width - 1)), code);
  }
  return e.convert(code, unsignedType(e, 8));
}

Value tenon::onnx::castToCarried(Emitter &e, Value x,
                                 TensorProto::DataType type, bool saturates,
                                 PowerRounding rounding) {
  if (!isInteger(type)) {
    x = e.convert(x, f32(e));
    return type == TensorProto::FLOAT8E8M0
               ? castToPower(e, x, saturates, rounding)
               : castToFloat(e, x, type, saturates);
  }
  if (llvm::isa<mlir::FloatType>(elementOf(x)))
    x = e.convert(x, mlir::IntegerType::get(e.context(), 32));
  return wrap(e, e.convert(x, elementType(type, e.context())), type);
}

Value tenon::onnx::saturateToCarried(Emitter &e, Value x,
                                     TensorProto::DataType type) {
  auto bits = static_cast<int>(elementBits(type));
  double least = isSigned(type) ? -std::ldexp(1.0, bits - 1) : 0;
  double most = std::ldexp(1.0, isSigned(type) ? bits - 1 : bits) - 1;
  return e.convert(e.clamp(x, least, most), elementType(type, e.context()));
}

bool tenon::onnx::movesElements(llvm::StringRef op) {
  return llvm::is_contained(
      {"Concat",    "DepthToSpace",   "Expand",       "Flatten",
       "Gather",    "GatherElements", "GatherND",     "Identity",
       "Pad",       "Reshape",        "Scatter",      "ScatterElements",
       "ScatterND", "Slice",          "SpaceToDepth", "Split",
       "Squeeze",   "Tile",           "Transpose",    "Unsqueeze"},
      op);
}
