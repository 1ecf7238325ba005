//===- Quantization.cpp - ONNX's quantized and integer ops ----------------===//
//
// Quantized values are (x / scale) rounded to even, plus a zero point, and
// saturated. Products of quantized tensors are sums of 32-bit integers.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/NarrowTypes.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/Products.h"
#include "compiler/import/onnx/ops/Saturate.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

mlir::Type f32(Emitter &e) { return mlir::Float32Type::get(e.context()); }
mlir::Type i32(Emitter &e) { return mlir::IntegerType::get(e.context(), 32); }

bool isFloat(mlir::Type type) { return llvm::isa<mlir::FloatType>(type); }

/// Input `i`, a scale or zero point, in the shape of `dims`: one number for
/// all, one per place of the attribute `axis`, or one per block of it.
absl::StatusOr<Value> spread(NodeContext &n, size_t i, ArrayRef<int64_t> dims) {
  Emitter e = n.emit();
  Value value = n.value(i);
  if (*elementCount(Dims(dimsOf(value))) == 1 && rankOf(value) <= 1)
    return e.reshape(value, {});
  TENON_ASSIGN_OR_RETURN(
      int64_t axis,
      n.axis(n.attrs().getInt("axis", 1), static_cast<int64_t>(dims.size())));
  int64_t block = n.attrs().getInt("block_size", 0);
  if (rankOf(value) == 1 && block == 0) {
    if (dimsOf(value)[0] != dims[axis])
      return n.invalid(absl::StrCat(
          "input ", i, " has not one number per place of axis ", axis));
    return e.broadcastInDim(value, dims, {axis});
  }
  Dims blocks(dims.begin(), dims.end());
  if (block > 0)
    blocks[axis] = (dims[axis] + block - 1) / block;
  if (block < 1 || ArrayRef<int64_t>(blocks) != dimsOf(value))
    return n.invalid(
        absl::StrCat("input ", i, " has not one number per block"));
  Dims wide = blocks, map, padded(blocks);
  wide.insert(wide.begin() + axis + 1, block);
  padded[axis] *= block;
  for (int64_t d = 0; d < static_cast<int64_t>(dims.size()); ++d)
    map.push_back(d <= axis ? d : d + 1);
  value = e.reshape(e.broadcastInDim(value, wide, map), padded);
  return e.sliceAxis(value, axis, 0, dims[axis]);
}

/// Rounded, shifted by the zero point (null: none), saturated to `type`.
Value quantize(Emitter &e, Value scaled, Value zeroPoint,
               TensorProto::DataType type) {
  mlir::Type to = elementType(type, e.context());
  if (isFloat(to))
    return isCarried(type) ? castToCarried(e, scaled, type, /*saturates=*/true)
                           : saturate(e, scaled, to);
  Value rounded = e.convert(e.unary<graph::RoundNearestEvenOp>(scaled), f32(e));
  if (zeroPoint)
    rounded = e.add(rounded, e.convert(zeroPoint, f32(e)));
  return isCarried(type) ? saturateToCarried(e, rounded, type)
                         : saturate(e, rounded, to);
}

absl::Status quantizeLinear(NodeContext &n) {
  Emitter e = n.emit();
  auto wanted = static_cast<TensorProto::DataType>(
      n.attrs().getInt("output_dtype", TensorProto::UNDEFINED));
  if (n.has(2))
    wanted = n.type(2);
  if (wanted == TensorProto::UNDEFINED)
    wanted = TensorProto::UINT8;
  if (!TensorProto::DataType_IsValid(wanted) || !isGraphType(wanted))
    return n.unsupported(absl::StrCat("to ", typeName(wanted)));
  TENON_ASSIGN_OR_RETURN(Value scale, spread(n, 1, n.dims(0)));
  // Division is done in the wider of both types, or as `precision` says.
  Value x = n.value(0);
  mlir::Type in = elementOf(scale);
  auto precision = n.attrs().getInt("precision", 0);
  if (precision == TensorProto::FLOAT ||
      (isFloat(elementOf(x)) && elementOf(x) != in))
    in = f32(e);
  Value scaled = e.div(e.convert(x, in), e.convert(scale, in));
  mlir::Type to = elementType(wanted, e.context());
  // The zero point of small floats is zero.
  Value zeroPoint;
  if (n.has(2) && !isFloat(to)) {
    TENON_ASSIGN_OR_RETURN(zeroPoint, spread(n, 2, n.dims(0)));
  }
  bool overflows = isFloat(to) && n.attrs().getInt("saturate", 1) == 0;
  if (!overflows)
    n.set(0, quantize(e, scaled, zeroPoint, wanted), wanted);
  else if (isCarried(wanted))
    n.set(0, castToCarried(e, scaled, wanted, /*saturates=*/false), wanted);
  else
    n.set(0, e.convert(scaled, to));
  return absl::OkStatus();
}

absl::Status dequantizeLinear(NodeContext &n) {
  Emitter e = n.emit();
  TENON_ASSIGN_OR_RETURN(Value scale, spread(n, 1, n.dims(0)));
  auto wanted = static_cast<TensorProto::DataType>(
      n.attrs().getInt("output_dtype", n.type(1)));
  if (!TensorProto::DataType_IsValid(wanted) || !isHostFloat(wanted))
    return n.invalid(absl::StrCat("its result is ", typeName(wanted)));
  Value x = n.value(0);
  bool isSmallFloat = isFloat(elementOf(x));
  x = e.convert(x, f32(e));
  if (n.has(2) && !isSmallFloat) {
    TENON_ASSIGN_OR_RETURN(Value zeroPoint, spread(n, 2, n.dims(0)));
    x = e.sub(x, e.convert(zeroPoint, f32(e)));
  }
  Value y = e.mul(x, e.convert(scale, f32(e)));
  n.set(0, e.convert(y, elementType(wanted, e.context())));
  return absl::OkStatus();
}

/// To 8 bits, with the scale and zero point of the values at hand.
absl::Status dynamicQuantizeLinear(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  Dims all(n.rank(0));
  std::iota(all.begin(), all.end(), 0);
  Value zero = e.scalar(x, 0), top = e.scalar(x, 255);
  Value most = e.max(e.reduce(ReductionKind::Maximum, x, all, false), zero);
  Value least = e.min(e.reduce(ReductionKind::Minimum, x, all, false), zero);
  Value range = e.sub(most, least);
  Value isFlat = e.compare(graph::ComparisonDirection::EQ, range, zero);
  Value scale = e.div(e.select(isFlat, e.scalar(x, 1), range), top);
  Value shift = e.clamp(e.neg(e.div(least, scale)), 0, 255);
  Value zeroPoint = e.unary<graph::RoundNearestEvenOp>(shift);
  n.set(0, quantize(e, e.div(x, scale), zeroPoint, TensorProto::UINT8));
  if (n.wants(1))
    n.set(1, scale);
  if (n.wants(2))
    n.set(2,
          e.convert(zeroPoint, elementType(TensorProto::UINT8, e.context())));
  return absl::OkStatus();
}

/// Input `i` as a factor or shift of a product's operand or result: a scalar,
/// one number per row of a matrix, one per column, or whatever broadcasts.
Value perRow(NodeContext &n, size_t i) {
  Emitter e = n.emit();
  Value value = n.value(i);
  if (rankOf(value) > 1)
    return value;
  if (*elementCount(Dims(dimsOf(value))) == 1)
    return e.reshape(value, {});
  return e.reshape(value, {dimsOf(value)[0], 1});
}

Value perColumn(NodeContext &n, size_t i) {
  Emitter e = n.emit();
  Value value = n.value(i);
  return *elementCount(Dims(dimsOf(value))) == 1 ? e.reshape(value, {}) : value;
}

/// x - zero point as 32-bit integers; null where they do not broadcast.
Value shifted(Emitter &e, Value x, Value zeroPoint) {
  x = e.convert(x, i32(e));
  if (!zeroPoint)
    return x;
  auto dims = broadcastDims(dimsOf(x), dimsOf(zeroPoint));
  if (!dims || ArrayRef<int64_t>(*dims) != dimsOf(x))
    return {};
  return e.sub(x, e.convert(zeroPoint, i32(e)));
}

absl::Status matMulInteger(NodeContext &n) {
  Emitter e = n.emit();
  Value a = shifted(e, n.value(0), n.has(2) ? perRow(n, 2) : Value());
  Value b = shifted(e, n.value(1), n.has(3) ? perColumn(n, 3) : Value());
  Value product = a && b ? numpyProduct(e, a, b, i32(e)) : Value();
  if (!product)
    return n.invalid("its inputs do not multiply");
  n.set(0, product);
  return absl::OkStatus();
}

absl::Status qLinearMatMul(NodeContext &n) {
  Emitter e = n.emit();
  Value a = shifted(e, n.value(0), perRow(n, 2));
  Value b = shifted(e, n.value(3), perColumn(n, 5));
  Value product = a && b ? numpyProduct(e, a, b, i32(e)) : Value();
  if (!product)
    return n.invalid("its inputs do not multiply");
  auto scale = [&](Value value) { return e.convert(value, f32(e)); };
  Value factor = e.mul(scale(perRow(n, 1)), scale(perColumn(n, 4)));
  factor = e.div(factor, scale(perRow(n, 6)));
  auto dims = broadcastDims(dimsOf(factor), dimsOf(product));
  if (!dims || ArrayRef<int64_t>(*dims) != dimsOf(product))
    return n.invalid("its scales do not fit the product");
  Value scaled = e.mul(e.convert(product, f32(e)), factor);
  n.set(0, quantize(e, scaled, perRow(n, 7), n.type(7)));
  return absl::OkStatus();
}

/// Input `i`, one number per output channel or one for all, in front of the
/// `rank - 1` dimensions that follow the channel.
absl::StatusOr<Value> perChannel(NodeContext &n, size_t i, int64_t channels,
                                 int64_t rank) {
  Emitter e = n.emit();
  Value value = n.value(i);
  if (*elementCount(Dims(dimsOf(value))) == 1)
    return e.reshape(value, {});
  if (rankOf(value) != 1 || dimsOf(value)[0] != channels)
    return n.invalid(
        absl::StrCat("input ", i, " has not one number per channel"));
  Dims dims(rank, 1);
  dims[0] = channels;
  return e.reshape(value, dims);
}

absl::Status convInteger(NodeContext &n) {
  if (n.rank(1) < 3)
    return n.invalid("its kernel is not [out, in, spatial...]");
  Emitter e = n.emit();
  Value kernelZero;
  if (n.has(3)) {
    TENON_ASSIGN_OR_RETURN(kernelZero,
                           perChannel(n, 3, n.dims(1)[0], n.rank(1)));
  }
  Value x = shifted(e, n.value(0), n.has(2) ? perColumn(n, 2) : Value());
  Value kernel = shifted(e, n.value(1), kernelZero);
  if (!x || !kernel)
    return n.invalid("its zero points do not fit");
  TENON_ASSIGN_OR_RETURN(Value y, convolution(n, x, kernel));
  n.set(0, y);
  return absl::OkStatus();
}

absl::Status qLinearConv(NodeContext &n) {
  if (n.rank(3) < 3)
    return n.invalid("its kernel is not [out, in, spatial...]");
  Emitter e = n.emit();
  int64_t channels = n.dims(3)[0], rank = n.rank(3);
  TENON_ASSIGN_OR_RETURN(Value kernelZero, perChannel(n, 5, channels, rank));
  Value x = shifted(e, n.value(0), perColumn(n, 2));
  Value kernel = shifted(e, n.value(3), kernelZero);
  if (!x || !kernel)
    return n.invalid("its zero points do not fit");
  TENON_ASSIGN_OR_RETURN(Value y, convolution(n, x, kernel));
  if (n.has(8)) {
    TENON_ASSIGN_OR_RETURN(Value bias, perChannel(n, 8, channels, rank - 1));
    y = e.add(y, e.convert(bias, i32(e)));
  }
  auto scale = [&](Value value) { return e.convert(value, f32(e)); };
  TENON_ASSIGN_OR_RETURN(Value kernelScale,
                         perChannel(n, 4, channels, rank - 1));
  Value factor = e.mul(scale(perColumn(n, 1)), scale(kernelScale));
  factor = e.div(factor, scale(perColumn(n, 6)));
  Value scaled = e.mul(e.convert(y, f32(e)), factor);
  n.set(0, quantize(e, scaled, perColumn(n, 7), n.type(7)));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::quantizationOps() {
  static const OpEntry rows[] = {
      {"ConvInteger", 10, 2, 4, 1, convInteger},
      {"DequantizeLinear", 10, 2, 3, 1, dequantizeLinear},
      {"DynamicQuantizeLinear", 11, 1, 1, 3, dynamicQuantizeLinear},
      {"MatMulInteger", 10, 2, 4, 1, matMulInteger},
      {"QLinearConv", 10, 8, 9, 1, qLinearConv},
      {"QLinearMatMul", 10, 8, 8, 1, qLinearMatMul},
      {"QuantizeLinear", 10, 2, 3, 1, quantizeLinear},
  };
  return rows;
}
