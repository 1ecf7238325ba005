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

Value ValueBuilder::reduceWindow(ReductionKind kind, Value a, Ints window,
                                 Ints strides, Ints paddingLow,
                                 Ints paddingHigh) {
  Value init = constant(getNeutralElement(kind, getTensor(a).getElementType()));
  return make<ReduceWindowOp>(a, init, window, strides, paddingLow, paddingHigh,
                              kind);
}

Value ValueBuilder::averagePool(Value a, Ints window, Ints strides,
                                Ints paddingLow, Ints paddingHigh,
                                bool countPadding) {
  auto addUp = [&](Value value) {
    return reduceWindow(ReductionKind::Add, value, window, strides, paddingLow,
                        paddingHigh);
  };
  Value total = addUp(a);
  if (!countPadding)
    return divide(total, addUp(fillLike(1.0, a)));
  int64_t count = 1;
  for (int64_t size : window)
    count *= size;
  return divide(total, static_cast<double>(count));
}

Value ValueBuilder::takeRows(Value table, Value ids) {
  const int64_t first[] = {0};
  int64_t idsRank = getTensor(ids).getRank();
  int64_t rank = getTensor(table).getRank();
  SmallVector<int64_t> sizes;
  for (Dim dim : getDims(table))
    sizes.push_back(dim.size);
  sizes.front() = 1;
  auto window =
      llvm::to_vector(llvm::seq<int64_t>(idsRank, idsRank + rank - 1));
  return make<GatherOp>(table, ids, window, /*collapsed_slice_dims=*/first,
                        /*operand_batching_dims=*/Ints(),
                        /*start_indices_batching_dims=*/Ints(),
                        /*start_index_map=*/first,
                        /*index_vector_dim=*/idsRank, sizes,
                        /*indices_are_sorted=*/false);
}

Value ValueBuilder::matmul(Value a, Value b, Type element) {
  int64_t rank = getTensor(a).getRank();
  auto batch = llvm::to_vector(llvm::seq<int64_t>(0, rank - 2));
  return dot(a, b, batch, batch, {rank - 1}, {rank - 2}, element);
}
