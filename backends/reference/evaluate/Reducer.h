//===- Reducer.h - Combining scalars by a region --------------------------===//
//
// A body of one standard op runs as a loop over numbers, with float sums and
// products in double and rounded once; any other body is interpreted element by
// element, and rounds wherever its ops do.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATE_REDUCER_H
#define TENON_BACKENDS_REFERENCE_EVALUATE_REDUCER_H

#include "backends/reference/Evaluator.h"
#include "backends/reference/Scalars.h"
#include "ir/graph/Reducers.h"

namespace tenon::reference {

/// The element types of a body's first half of arguments, in which it computes.
llvm::SmallVector<ElementType> getBodyTypes(mlir::Region &body);

/// Element `index` as a scalar.
Tensor getElement(const Tensor &tensor, int64_t index);

/// Stores a scalar of the same element type as element `index`.
void setElement(Tensor &tensor, int64_t index, const Tensor &scalar);

/// `body(current, next)`, in place.
llvm::LogicalResult combine(mlir::Region &body, Evaluator &evaluator,
                            llvm::MutableArrayRef<Tensor> current,
                            llvm::ArrayRef<Tensor> next);

/// a `kind` b, for numbers held as C; `kind` is not Generic.
template <typename C> C combine(graph::ReductionKind kind, C a, C b);

/// Whether a kind is a loop over numbers of an element type.
bool isStandard(graph::ReductionKind kind, ElementType type);

/// Calls `fn` with a value of the C++ type that a standard kind computes in.
template <typename Fn> void withValueType(ElementType type, Fn fn) {
  switch (getElementClass(type)) {
  case ElementClass::Float:
    return fn(double());
  case ElementClass::Complex:
    return fn(Complex());
  case ElementClass::Signed:
    return fn(int64_t());
  case ElementClass::Bool:
  case ElementClass::Unsigned:
    return fn(uint64_t());
  }
}

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATE_REDUCER_H
