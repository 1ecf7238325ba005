//===- Contraction.h - Sums of products -----------------------------------===//
//
// What dot_general and convolution share. Floats are summed in double, in a
// plain order, and rounded once: closer to the exact sum than any order in the
// element type, so that a backend's error is its own. Integers wrap in 64 bits,
// which the result's width then cuts.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATE_CONTRACTION_H
#define TENON_BACKENDS_REFERENCE_EVALUATE_CONTRACTION_H

#include "backends/reference/Scalars.h"
#include "backends/reference/View.h"

namespace tenon::reference {

/// The arithmetic of numbers that are held as C.
template <typename C> struct Arithmetic {
  using Value = C;
  static C add(C a, C b) { return a + b; }
  static C multiply(C a, C b) { return a * b; }
};

/// The arithmetic of `i1`: or, and.
struct LogicalArithmetic {
  using Value = uint64_t;
  static uint64_t add(uint64_t a, uint64_t b) { return a | b; }
  static uint64_t multiply(uint64_t a, uint64_t b) { return a & b; }
};

/// Calls `fn` with the arithmetic in which sums of an element type are kept.
template <typename Fn> void withArithmetic(ElementType type, Fn fn) {
  switch (getElementClass(type)) {
  case ElementClass::Float:
    return fn(Arithmetic<double>());
  case ElementClass::Complex:
    return fn(Arithmetic<Complex>());
  case ElementClass::Bool:
    return fn(LogicalArithmetic());
  case ElementClass::Signed:
    // Two's complement sums do not depend on the sign, and unsigned ones may
    // overflow.
  case ElementClass::Unsigned:
    return fn(Arithmetic<uint64_t>());
  }
}

/// A tensor with its dimensions brought into an order.
Tensor permute(const Tensor &operand, llvm::ArrayRef<int64_t> order);

/// The product of some of a tensor's sizes.
int64_t countElements(const Tensor &operand, llvm::ArrayRef<int64_t> dims);

/// Lists one after the other.
Index join(std::initializer_list<llvm::ArrayRef<int64_t>> lists);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATE_CONTRACTION_H
