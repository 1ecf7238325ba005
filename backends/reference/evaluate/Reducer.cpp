//===- Reducer.cpp - Combining scalars by a region ------------------------===//

#include "backends/reference/evaluate/Reducer.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

SmallVector<ElementType> getBodyTypes(Region &body) {
  SmallVector<ElementType> types;
  unsigned count = body.getNumArguments() / 2;
  for (unsigned i = 0; i < count; ++i)
    types.push_back(
        *getElementType(cast<RankedTensorType>(body.getArgument(i).getType())
                            .getElementType()));
  return types;
}

Tensor getElement(const Tensor &tensor, int64_t index) {
  Tensor scalar(tensor.getElementType(), {});
  int64_t width = getByteWidth(tensor.getElementType());
  std::memcpy(scalar.getMutableData(), tensor.getDataAs<char>() + index * width,
              width);
  return scalar;
}

void setElement(Tensor &tensor, int64_t index, const Tensor &scalar) {
  assert(tensor.getElementType() == scalar.getElementType());
  int64_t width = getByteWidth(tensor.getElementType());
  std::memcpy(tensor.getMutableDataAs<char>() + index * width, scalar.getData(),
              width);
}

LogicalResult combine(Region &body, Evaluator &evaluator,
                      MutableArrayRef<Tensor> current, ArrayRef<Tensor> next) {
  Tensors arguments(current);
  llvm::append_range(arguments, next);
  FailureOr<Tensors> results = evaluator.evaluateRegion(body, arguments);
  if (failed(results))
    return failure();
  llvm::copy(*results, current.begin());
  return success();
}

bool isStandard(graph::ReductionKind kind, ElementType type) {
  using graph::ReductionKind;
  bool isNumber = isFloat(type) || isComplex(type);
  switch (kind) {
  case ReductionKind::Generic:
    return false;
  case ReductionKind::And:
  case ReductionKind::Or:
  case ReductionKind::Xor:
    return !isNumber;
  default:
    return true;
  }
}

template <typename C> C combine(graph::ReductionKind kind, C a, C b) {
  using graph::ReductionKind;
  constexpr bool isInt = std::is_integral_v<C>;
  switch (kind) {
  case ReductionKind::Add:
    if constexpr (isInt)
      return static_cast<C>(addWrapped(a, b));
    else
      return a + b;
  case ReductionKind::Multiply:
    if constexpr (isInt)
      return static_cast<C>(multiplyWrapped(a, b));
    else
      return a * b;
  case ReductionKind::Maximum:
    if constexpr (isInt)
      return std::max(a, b);
    else
      return maximum(a, b);
  case ReductionKind::Minimum:
    if constexpr (isInt)
      return std::min(a, b);
    else
      return minimum(a, b);
  case ReductionKind::And:
    if constexpr (isInt)
      return a & b;
    break;
  case ReductionKind::Or:
    if constexpr (isInt)
      return a | b;
    break;
  case ReductionKind::Xor:
    if constexpr (isInt)
      return a ^ b;
    break;
  case ReductionKind::Generic:
    break;
  }
  llvm_unreachable("isStandard was not asked");
}

template double combine(graph::ReductionKind, double, double);
template int64_t combine(graph::ReductionKind, int64_t, int64_t);
template uint64_t combine(graph::ReductionKind, uint64_t, uint64_t);
template Complex combine(graph::ReductionKind, Complex, Complex);

} // namespace tenon::reference
