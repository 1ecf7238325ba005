//===- ValueBuilder.cpp - Short ways to write graphs in C++ ---------------===//
//
// The helpers that take more than a line.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ValueBuilder.h"
#include "ir/graph/Reducers.h"

using namespace mlir;
using namespace tenon::graph;

/// One element of a type, rounded from a double.
static Attribute getElement(double number, Type element) {
  if (auto complex = dyn_cast<ComplexType>(element)) {
    Type part = complex.getElementType();
    return ArrayAttr::get(element.getContext(),
                          {getElement(number, part), getElement(0.0, part)});
  }
  if (isa<FloatType>(element))
    return FloatAttr::get(element, number);
  auto integer = cast<IntegerType>(element);
  return IntegerAttr::get(
      integer, APInt(integer.getWidth(), static_cast<int64_t>(number),
                     /*isSigned=*/true, /*implicitTrunc=*/true));
}

static DenseElementsAttr getSplatOf(double number, RankedTensorType type) {
  return DenseElementsAttr::get(type,
                                getElement(number, type.getElementType()));
}

Value ValueBuilder::scalar(double number, Type element) {
  return constant(getSplatOf(number, RankedTensorType::get({}, element)));
}

Value ValueBuilder::fill(double number, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  if (tensor.hasStaticShape())
    return constant(getSplatOf(number, tensor));
  return broadcast(scalar(number, tensor.getElementType()), tensor, {});
}

Value ValueBuilder::convert(Value a, Type element) {
  if (getTensor(a).getElementType() == element)
    return a;
  return make<ConvertOp>(a, element);
}

Value ValueBuilder::broadcast(Value a, Type shape, Ints dims) {
  return make<BroadcastInDimOp>(
      withElement(shape, getTensor(a).getElementType()), a, dims);
}

Value ValueBuilder::broadcastLike(Value a, Value like, Ints dims) {
  return broadcast(a, like.getType(), dims);
}

Value ValueBuilder::reshape(Value a, Ints shape) {
  return make<ReshapeOp>(
      RankedTensorType::get(shape, getTensor(a).getElementType()), a);
}

Value ValueBuilder::slice(Value a, Ints starts, Ints limits, Ints strides) {
  SmallVector<int64_t> ones(starts.size(), 1);
  return make<SliceOp>(a, starts, limits, strides.empty() ? ones : strides);
}

Value ValueBuilder::reduce(ReductionKind kind, Value a, Ints dims) {
  Value init = constant(getNeutralElement(kind, getTensor(a).getElementType()));
  return make<ReduceOp>(a, init, dims, kind);
}

Value ValueBuilder::mean(Value a, Ints dims) {
  int64_t count = 1;
  Dims sizes = getDims(a);
  for (int64_t dim : dims)
    count *= sizes[dim].size;
  return divide(sum(a, dims), static_cast<double>(count));
}

Value ValueBuilder::matmul(Value a, Value b, Type element) {
  int64_t rank = getTensor(a).getRank();
  auto batch = llvm::to_vector(llvm::seq<int64_t>(0, rank - 2));
  return dot(a, b, batch, batch, {rank - 1}, {rank - 2}, element);
}
