//===- Constant.cpp - ONNX ops that make tensors --------------------------===//
#include "compiler/import/onnx/Evaluator.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ops/Random.h"

#include <algorithm>
#include <cmath>

using namespace tenon;
using namespace tenon::onnx;

static absl::Status constant(NodeContext &n) {
  const Attributes &attrs = n.attrs();
  if (const TensorProto *tensor = attrs.getTensor("value"))
    return n.setStored(0, *tensor);
  HostTensor value;
  if (attrs.has("value_int")) {
    value = HostTensor::scalar(attrs.getInt("value_int", 0));
  } else if (auto ints = attrs.getInts("value_ints")) {
    value = HostTensor::vector(*ints);
  } else if (attrs.has("value_float")) {
    value = HostTensor::zeros(TensorProto::FLOAT, {});
    value.floats = {attrs.getFloat("value_float", 0)};
  } else if (auto floats = attrs.getFloats("value_floats")) {
    value = HostTensor::zeros(TensorProto::FLOAT,
                              {static_cast<int64_t>(floats->size())});
    value.floats.assign(floats->begin(), floats->end());
  } else if (attrs.has("value_string") || attrs.has("value_strings")) {
    return n.unsupported("strings");
  } else if (attrs.has("sparse_value")) {
    return n.unsupported("sparse tensors");
  } else {
    return n.invalid("it has no value");
  }
  n.set(0, std::move(value));
  return absl::OkStatus();
}

static absl::Status constantOfShape(NodeContext &n) {
  Dims dims;
  if (n.known(0) || n.dims(0) == llvm::ArrayRef<int64_t>(0)) {
    TENON_ASSIGN_OR_RETURN(dims, n.knownInts(0));
  } else {
    TENON_ASSIGN_OR_RETURN(dims, n.declaredDims(0));
    TENON_RETURN_IF_ERROR(n.requireNumbers(0, {dims}));
  }
  auto count = elementCount(dims);
  if (!count.ok())
    return n.invalid(count.status().message());
  HostTensor fill = HostTensor::zeros(TensorProto::FLOAT, {1});
  if (const TensorProto *tensor = n.attrs().getTensor("value")) {
    TENON_RETURN_IF_ERROR(n.setStored(0, *tensor));
    auto contents = HostTensor::from(*n.result(0).stored);
    if (!contents)
      return n.unsupported(
          absl::StrCat("element type ", typeName(n.result(0).type)));
    if (contents->size() != 1)
      return n.invalid("its value is not one element");
    fill = *contents;
  }
  n.result(0) = {};
  if (*count > kMaxHostElements) {
    fill.dims = {};
    Emitter e = n.emit();
    n.set(0, e.broadcast(e.constant(fill), dims));
    return absl::OkStatus();
  }
  HostTensor value = HostTensor::zeros(fill.type, dims);
  if (fill.isFloat())
    std::fill(value.floats.begin(), value.floats.end(), fill.floats[0]);
  else
    std::fill(value.ints.begin(), value.ints.end(), fill.ints[0]);
  n.set(0, std::move(value));
  return absl::OkStatus();
}

/// Demands that a range has `length` elements.
static void requireLength(NodeContext &n, int64_t length) {
  Emitter e = n.emit();
  bool isWhole = llvm::isa<mlir::IntegerType>(n.element(0));
  mlir::Type wide = n.element(0);
  if (isWhole)
    wide = mlir::Float64Type::get(e.context());
  else if (wide.getIntOrFloatBitWidth() < 32)
    wide = mlir::Float32Type::get(e.context());
  auto scalar = [&](size_t i) {
    return e.convert(e.reshape(n.value(i), {}), wide);
  };
  Value steps = e.div(e.sub(scalar(1), scalar(0)), scalar(2));
  Value count = e.max(e.unary<graph::CeilOp>(steps), e.scalar(steps, 0));
  n.require(e.compare(graph::ComparisonDirection::EQ, count,
                      e.scalar(count, static_cast<double>(length))),
            absl::StrCat("it does not have the ", length,
                         " elements that the model declares"));
}

/// Only ranges that the evaluator left alone: for their length, or because
/// they are only known at run time. Then the model declares how long they are.
static absl::Status range(NodeContext &n) {
  if (n.type(0) != n.type(1) || n.type(0) != n.type(2))
    return n.invalid("inputs of several element types");
  int64_t length = 0;
  if (n.known(0) && n.known(1) && n.known(2)) {
    TENON_ASSIGN_OR_RETURN(double start, n.knownScalar(0));
    TENON_ASSIGN_OR_RETURN(double limit, n.knownScalar(1));
    TENON_ASSIGN_OR_RETURN(double delta, n.knownScalar(2));
    double count = std::max(std::ceil((limit - start) / delta), 0.0);
    if (delta == 0 || !(count < 1e12))
      return n.invalid(
          absl::StrCat("from ", start, " to ", limit, " in steps of ", delta));
    length = static_cast<int64_t>(count);
  } else {
    TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
    if (declared.size() != 1)
      return n.invalid("the shape that the model declares is no vector");
    length = declared[0];
    requireLength(n, length);
  }
  Emitter e = n.emit();
  // Narrow floats count in f32, in which every index is exact.
  mlir::Type element = n.element(0), wide = element;
  if (element.isF16() || element.isBF16())
    wide = mlir::Float32Type::get(e.context());
  Value index = e.iota(wide, {length}, 0);
  auto scalar = [&](size_t i) {
    return e.convert(e.reshape(n.value(i), {}), wide);
  };
  Value places = e.add(e.mul(index, scalar(2)), scalar(0));
  n.set(0, e.convert(places, element));
  return absl::OkStatus();
}

static absl::Status shape(NodeContext &n) {
  int64_t rank = n.rank(0);
  auto bound = [&](absl::string_view name, int64_t otherwise) {
    int64_t given = n.attrs().getInt(name, otherwise);
    return std::clamp<int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  int64_t start = bound("start", 0), end = bound("end", rank);
  auto dims = n.dims(0);
  n.set(0, HostTensor::vector(
               start < end ? Dims(dims.begin() + start, dims.begin() + end)
                           : Dims()));
  return absl::OkStatus();
}

static absl::Status size(NodeContext &n) {
  Dims dims(n.dims(0).begin(), n.dims(0).end());
  n.set(0, HostTensor::scalar(*elementCount(dims)));
  return absl::OkStatus();
}

static absl::Status eyeLike(NodeContext &n) {
  if (n.rank(0) != 2)
    return n.invalid("its input is not a matrix");
  auto type =
      static_cast<TensorProto::DataType>(n.attrs().getInt("dtype", n.type(0)));
  if (!TensorProto::DataType_IsValid(type) || !isGraphType(type) ||
      isCarried(type))
    return n.unsupported(absl::StrCat("element type ", typeName(type)));
  Emitter e = n.emit();
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  Value row = e.iota(index, n.dims(0), 0), column = e.iota(index, n.dims(0), 1);
  auto diagonal = static_cast<double>(n.attrs().getInt("k", 0));
  Value isOne = e.compare(graph::ComparisonDirection::EQ,
                          e.add(row, e.scalar(row, diagonal)), column);
  n.set(0, e.convert(isOne, elementType(type, e.context())));
  return absl::OkStatus();
}

/// In training, zeros in the place of elements drawn by input 1's probability,
/// the others scaled up; otherwise the input itself, with a mask that keeps
/// everything.
static absl::Status dropout(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  mlir::Type boolean = mlir::IntegerType::get(e.context(), 1);
  // Before version 10 the mask had the data's type.
  mlir::Type maskType = n.opset() < 10 ? n.element(0) : boolean;
  Value mask = e.splat(mlir::RankedTensorType::get(n.dims(0), boolean), 1);
  const HostTensor *known = n.has(2) ? n.known(2) : nullptr;
  bool isInference =
      !n.has(2) || n.form() == ModelForm::Inference ||
      (known && known->size() == 1 && !known->isFloat() && known->ints[0] == 0);
  // The draw is the same in each run; a training step needs a new one.
  if (!isInference && n.form() == ModelForm::Training)
    return n.unsupported("random numbers in a training step");
  if (!isInference) {
    if (n.type(2) != TensorProto::BOOL || *elementCount(Dims(n.dims(2))) != 1)
      return n.invalid("training_mode is not one bool");
    Value draw = drawUniform(n, n.dims(0));
    mlir::Type wide = elementOf(draw);
    Value ratio = n.has(1) ? e.convert(e.reshape(n.value(1), {}), wide)
                           : e.scalar(draw, 0.5);
    Value training = e.reshape(n.value(2), {});
    Value kept = e.compare(graph::ComparisonDirection::GE, draw, ratio);
    Value scale = e.div(e.scalar(ratio, 1), e.sub(e.scalar(ratio, 1), ratio));
    Value dropped = e.select(kept, e.mul(x, e.convert(scale, elementOf(x))),
                             e.scalar(x, 0));
    x = e.select(training, dropped, x);
    mask = e.select(training, kept, mask);
  }
  n.set(0, x);
  if (n.wants(1))
    n.set(1, e.convert(mask, maskType));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::constantOps() {
  static const OpEntry rows[] = {
      {"Constant", 1, 0, 0, 1, constant, "not strings, not sparse tensors"},
      {"ConstantOfShape", 9, 1, 1, 1, constantOfShape,
       "of a shape known at compile time or declared"},
      {"Dropout", 7, 1, 3, 2, dropout,
       "in training, the same numbers at each run"},
      {"EyeLike", 9, 1, 1, 1, eyeLike},
      {"Range", 11, 3, 3, 1, range,
       "of a length known at compile time or declared"},
      {"Shape", 1, 1, 1, 1, shape},
      {"Size", 1, 1, 1, 1, size},
  };
  return rows;
}
