//===- Emitter.cpp - build tenon ops with known shapes --------------------===//
#include "compiler/import/onnx/Emitter.h"

#include "compiler/import/onnx/ShapeRules.h"
#include "ir/graph/Reducers.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;
using mlir::RankedTensorType;

ArrayRef<int64_t> tenon::onnx::dimsOf(Value value) {
  return llvm::cast<RankedTensorType>(value.getType()).getShape();
}

mlir::Type tenon::onnx::elementOf(Value value) {
  return llvm::cast<RankedTensorType>(value.getType()).getElementType();
}

int64_t tenon::onnx::rankOf(Value value) {
  return llvm::cast<RankedTensorType>(value.getType()).getRank();
}

RankedTensorType Emitter::typeLike(Value x, ArrayRef<int64_t> dims) {
  return RankedTensorType::get(dims, elementOf(x));
}

bool Emitter::broadcastTogether(Value &a, Value &b) {
  if (!a || !b)
    return false;
  auto dims = broadcastDims(dimsOf(a), dimsOf(b));
  if (!dims)
    return false;
  a = broadcast(a, *dims);
  b = broadcast(b, *dims);
  return true;
}

Value Emitter::splat(RankedTensorType type, double value) {
  mlir::Type element = type.getElementType();
  mlir::Attribute attribute;
  if (auto number = llvm::dyn_cast<mlir::FloatType>(element)) {
    llvm::APFloat rounded(value);
    bool losesInfo;
    rounded.convert(number.getFloatSemantics(),
                    llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    attribute = mlir::FloatAttr::get(element, rounded);
  } else if (auto integer = llvm::dyn_cast<mlir::IntegerType>(element)) {
    attribute = mlir::IntegerAttr::get(
        element,
        llvm::APInt(64, static_cast<uint64_t>(static_cast<int64_t>(value)))
            .trunc(integer.getWidth()));
  } else {
    return {};
  }
  return constant(mlir::DenseElementsAttr::get(type, attribute));
}

Value Emitter::scalar(Value like, double value) {
  return like ? splat(typeLike(like, {}), value) : Value();
}

Value Emitter::constant(mlir::DenseElementsAttr value) {
  return make<graph::ConstantOp>(value.getType(), value);
}

Value Emitter::constant(const HostTensor &value) {
  return constant(value.attribute(context()));
}

Value Emitter::compare(graph::ComparisonDirection direction, Value a, Value b) {
  if (!broadcastTogether(a, b))
    return {};
  auto type = RankedTensorType::get(dimsOf(a), builder.getI1Type());
  return make<graph::CompareOp>(type, a, b, direction,
                                graph::ComparisonTypeAttr());
}

Value Emitter::select(Value condition, Value a, Value b) {
  if (!condition || !broadcastTogether(a, b))
    return {};
  auto dims = broadcastDims(dimsOf(condition), dimsOf(a));
  if (!dims)
    return {};
  a = broadcast(a, *dims);
  b = broadcast(b, *dims);
  // A scalar condition needs no broadcast.
  if (rankOf(condition) != 0)
    condition = broadcast(condition, *dims);
  return make<graph::SelectOp>(a.getType(), condition, a, b);
}

Value Emitter::convert(Value x, mlir::Type element) {
  if (!x || elementOf(x) == element)
    return x;
  return make<graph::ConvertOp>(RankedTensorType::get(dimsOf(x), element), x);
}

Value Emitter::reshape(Value x, ArrayRef<int64_t> dims) {
  if (!x || dimsOf(x) == dims)
    return x;
  return make<graph::ReshapeOp>(typeLike(x, dims), x);
}

Value Emitter::broadcastInDim(Value x, ArrayRef<int64_t> dims,
                              ArrayRef<int64_t> map) {
  return x ? make<graph::BroadcastInDimOp>(typeLike(x, dims), x, map) : Value();
}

Value Emitter::broadcast(Value x, ArrayRef<int64_t> dims) {
  if (!x || dimsOf(x) == dims)
    return x;
  auto skip = static_cast<int64_t>(dims.size()) - rankOf(x);
  Dims map;
  for (int64_t i = 0; i < rankOf(x); ++i)
    map.push_back(skip + i);
  return broadcastInDim(x, dims, map);
}

Value Emitter::transpose(Value x, ArrayRef<int64_t> permutation) {
  if (!x)
    return {};
  // Where only dimensions of one element move, all elements stay.
  int64_t last = -1;
  bool keepsOrder = true;
  Dims dims;
  for (int64_t axis : permutation) {
    dims.push_back(dimsOf(x)[axis]);
    if (dims.back() == 1)
      continue;
    keepsOrder &= axis > last;
    last = axis;
  }
  return keepsOrder
             ? reshape(x, dims)
             : make<graph::TransposeOp>(typeLike(x, dims), x, permutation);
}

Value Emitter::slice(Value x, ArrayRef<int64_t> starts,
                     ArrayRef<int64_t> limits, ArrayRef<int64_t> strides) {
  if (!x)
    return {};
  Dims dims;
  for (size_t i = 0; i < starts.size(); ++i)
    dims.push_back((limits[i] - starts[i] + strides[i] - 1) / strides[i]);
  if (ArrayRef<int64_t>(dims) == dimsOf(x))
    return x;
  return make<graph::SliceOp>(typeLike(x, dims), x, starts, limits, strides);
}

Value Emitter::sliceAxis(Value x, int64_t axis, int64_t start, int64_t count) {
  if (!x)
    return {};
  Dims starts(rankOf(x), 0), limits(dimsOf(x).begin(), dimsOf(x).end()),
      strides(rankOf(x), 1);
  starts[axis] = start;
  limits[axis] = start + count;
  return slice(x, starts, limits, strides);
}

Value Emitter::reverse(Value x, ArrayRef<int64_t> axes) {
  if (!x || axes.empty())
    return x;
  return make<graph::ReverseOp>(x.getType(), x, axes);
}

Value Emitter::pad(Value x, Value value, ArrayRef<int64_t> low,
                   ArrayRef<int64_t> high) {
  if (!x || !value)
    return {};
  Dims dims(dimsOf(x).begin(), dimsOf(x).end());
  for (size_t i = 0; i < dims.size(); ++i)
    dims[i] += low[i] + high[i];
  Dims interior(dims.size(), 0);
  return make<graph::PadOp>(typeLike(x, dims), x, value, low, high,
                            ArrayRef<int64_t>(interior));
}

Value Emitter::concat(ArrayRef<Value> parts, int64_t axis) {
  if (parts.empty() || llvm::is_contained(parts, Value()))
    return {};
  if (parts.size() == 1)
    return parts[0];
  Dims dims(dimsOf(parts[0]).begin(), dimsOf(parts[0]).end());
  for (Value part : parts.drop_front())
    dims[axis] += dimsOf(part)[axis];
  return make<graph::ConcatenateOp>(typeLike(parts[0], dims),
                                    mlir::ValueRange(parts), axis);
}

Value Emitter::iota(mlir::Type element, ArrayRef<int64_t> dims, int64_t axis) {
  return make<graph::IotaOp>(RankedTensorType::get(dims, element), axis);
}

Value Emitter::vector(ArrayRef<int64_t> values) {
  return constant(
      HostTensor::vector(std::vector<int64_t>(values.begin(), values.end())));
}

Value Emitter::count(int64_t count) {
  return iota(builder.getI64Type(), {count}, 0);
}

Value Emitter::take(Value x, int64_t axis, Value indices) {
  if (!x || !indices)
    return {};
  Dims dims(dimsOf(x).begin(), dimsOf(x).end()), slice = dims, offsets;
  dims[axis] = dimsOf(indices)[0];
  slice[axis] = std::min<int64_t>(slice[axis], 1);
  for (int64_t i = 0; i < rankOf(x); ++i)
    if (i != axis)
      offsets.push_back(i);
  ArrayRef<int64_t> none;
  return make<graph::GatherOp>(
      typeLike(x, dims), x, indices, ArrayRef<int64_t>(offsets),
      ArrayRef<int64_t>(axis), none, none, ArrayRef<int64_t>(axis),
      static_cast<uint64_t>(1), ArrayRef<int64_t>(slice), false);
}

Value Emitter::element(Value x, int64_t index) {
  return reshape(sliceAxis(x, 0, index, 1), {});
}

Value Emitter::clamp(Value x, double low, double high) {
  return min(max(x, scalar(x, low)), scalar(x, high));
}

Value Emitter::wrap(Value x, int64_t size) {
  if (!x)
    return {};
  Value divisor = scalar(x, static_cast<double>(size));
  Value rest = binary<graph::RemainderOp>(x, divisor);
  Value isNegative =
      compare(graph::ComparisonDirection::LT, rest, scalar(x, 0));
  return select(isNegative, add(rest, divisor), rest);
}

Value Emitter::dot(Value lhs, Value rhs, ArrayRef<int64_t> lhsBatch,
                   ArrayRef<int64_t> rhsBatch, ArrayRef<int64_t> lhsContract,
                   ArrayRef<int64_t> rhsContract, mlir::Type element) {
  if (!lhs || !rhs)
    return {};
  Dims dims;
  for (int64_t axis : lhsBatch)
    dims.push_back(dimsOf(lhs)[axis]);
  auto addFree = [&](Value side, ArrayRef<int64_t> batch,
                     ArrayRef<int64_t> contract) {
    for (int64_t axis = 0; axis < rankOf(side); ++axis)
      if (!llvm::is_contained(batch, axis) &&
          !llvm::is_contained(contract, axis))
        dims.push_back(dimsOf(side)[axis]);
  };
  addFree(lhs, lhsBatch, lhsContract);
  addFree(rhs, rhsBatch, rhsContract);
  auto type = RankedTensorType::get(dims, element ? element : elementOf(lhs));
  return make<graph::DotGeneralOp>(
      type, lhs, rhs, lhsBatch, rhsBatch, lhsContract, rhsContract,
      graph::Precision::DEFAULT, graph::Precision::DEFAULT);
}

Value Emitter::allOf(Value x) {
  if (!x || rankOf(x) == 0)
    return x;
  Dims axes(rankOf(x));
  std::iota(axes.begin(), axes.end(), 0);
  Value least = reduce(graph::ReductionKind::Minimum,
                       convert(x, builder.getI32Type()), axes, false);
  return isNumber(least, 1);
}

Value Emitter::isNumber(Value x, int64_t value) {
  return compare(graph::ComparisonDirection::EQ, x,
                 scalar(x, static_cast<double>(value)));
}

Value Emitter::neutral(graph::ReductionKind kind, mlir::Type element) {
  mlir::DenseElementsAttr value = graph::getNeutralElement(kind, element);
  return value ? constant(value) : Value();
}

Value Emitter::reduce(graph::ReductionKind kind, Value x,
                      ArrayRef<int64_t> axes, bool keep) {
  if (!x)
    return {};
  mlir::Type element = elementOf(x);
  bool isSum = kind == graph::ReductionKind::Add ||
               kind == graph::ReductionKind::Multiply;
  bool isNarrow = llvm::isa<mlir::FloatType>(element) &&
                  element.getIntOrFloatBitWidth() < 32;
  mlir::Type sumType = isSum && isNarrow ? builder.getF32Type() : element;
  x = convert(x, sumType);
  Value init = neutral(kind, sumType);
  if (!init)
    return {};
  Dims kept(dimsOf(x).begin(), dimsOf(x).end());
  for (int64_t axis : axes)
    kept[axis] = 1;
  // Over no axis at all every element is its own result.
  if (!axes.empty())
    x = graph::ReduceOp::create(builder, loc, x, init, axes, kind)
            ->getResult(0);
  x = convert(x, element);
  return keep ? reshape(x, kept) : x;
}

Value Emitter::reduceWindow(graph::ReductionKind kind, Value x,
                            ArrayRef<int64_t> window, ArrayRef<int64_t> strides,
                            ArrayRef<int64_t> dilations, ArrayRef<int64_t> low,
                            ArrayRef<int64_t> high) {
  if (!x)
    return {};
  Value init = neutral(kind, elementOf(x));
  if (!init)
    return {};
  Dims dims, base(window.size(), 1);
  for (size_t i = 0; i < window.size(); ++i) {
    int64_t padded = low[i] + dimsOf(x)[i] + high[i];
    int64_t span = (window[i] - 1) * dilations[i] + 1;
    dims.push_back(padded < span ? 0 : (padded - span) / strides[i] + 1);
  }
  auto op = graph::ReduceWindowOp::create(
      builder, loc, mlir::TypeRange(typeLike(x, dims)), mlir::ValueRange(x),
      mlir::ValueRange(init), window, strides, ArrayRef<int64_t>(base),
      dilations, low, high);
  graph::buildReducer(builder, loc, op.getBody(), kind, elementOf(x));
  return op->getResult(0);
}
