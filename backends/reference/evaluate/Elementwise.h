//===- Elementwise.h - Loops over elements --------------------------------===//
//
// Applies a function to corresponding elements, a chunk at a time: one
// conversion per element type and one loop per function, instead of one loop
// for each pair of the two.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATE_ELEMENTWISE_H
#define TENON_BACKENDS_REFERENCE_EVALUATE_ELEMENTWISE_H

#include "backends/reference/Tensor.h"

#include <algorithm>
#include <array>

namespace tenon::reference {

inline constexpr int64_t kChunk = 512;

/// Element i of the result is fn(C of element i), stored in `type`.
template <typename C, typename Fn>
Tensor mapElements(const Tensor &operand, ElementType type, Fn fn) {
  using Out = decltype(fn(C()));
  Tensor result(type, operand.getShape());
  std::array<C, kChunk> in;
  std::array<Out, kChunk> out;
  for (int64_t i = 0; i < result.getNumElements(); i += kChunk) {
    size_t count = std::min(kChunk, result.getNumElements() - i);
    operand.read<C>(i, llvm::MutableArrayRef(in.data(), count));
    for (size_t k = 0; k < count; ++k)
      out[k] = fn(in[k]);
    result.write<Out>(i, llvm::ArrayRef(out.data(), count));
  }
  return result;
}

/// The same with two operands of one shape.
template <typename C, typename Fn>
Tensor mapElements(const Tensor &lhs, const Tensor &rhs, ElementType type,
                   Fn fn) {
  using Out = decltype(fn(C(), C()));
  assert(lhs.getShape() == rhs.getShape());
  Tensor result(type, lhs.getShape());
  std::array<C, kChunk> left, right;
  std::array<Out, kChunk> out;
  for (int64_t i = 0; i < result.getNumElements(); i += kChunk) {
    size_t count = std::min(kChunk, result.getNumElements() - i);
    lhs.read<C>(i, llvm::MutableArrayRef(left.data(), count));
    rhs.read<C>(i, llvm::MutableArrayRef(right.data(), count));
    for (size_t k = 0; k < count; ++k)
      out[k] = fn(left[k], right[k]);
    result.write<Out>(i, llvm::ArrayRef(out.data(), count));
  }
  return result;
}

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATE_ELEMENTWISE_H
