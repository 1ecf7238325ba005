//===- View.h - Strided copies --------------------------------------------===//
//
// Ops that move elements without changing them are copies from or to a strided
// box: broadcast has stride 0, reverse a negative one.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_VIEW_H
#define TENON_BACKENDS_REFERENCE_VIEW_H

#include "backends/reference/Tensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace tenon::reference {

using Index = llvm::SmallVector<int64_t, 6>;

/// Elements between neighbours along each dimension of a row-major tensor.
Index getStrides(llvm::ArrayRef<int64_t> shape);

/// The element offset of an index.
int64_t getOffset(llvm::ArrayRef<int64_t> index,
                  llvm::ArrayRef<int64_t> strides);

/// Calls `fn` with each index of a shape in row-major order; not at all where
/// one size is 0, once where there is no dimension.
void forEachIndex(llvm::ArrayRef<int64_t> shape,
                  llvm::function_ref<void(llvm::ArrayRef<int64_t>)> fn);

/// A tensor of `shape` whose element i is element offset + sum(i * strides) of
/// `source`.
Tensor readView(const Tensor &source, llvm::ArrayRef<int64_t> shape,
                int64_t offset, llvm::ArrayRef<int64_t> strides);

/// Copies element i of `source` to element offset + sum(i * strides) of
/// `target`, which has the same element type.
void writeView(Tensor &target, int64_t offset, llvm::ArrayRef<int64_t> strides,
               const Tensor &source);

/// A copy that owns its data.
Tensor copy(const Tensor &source);

/// `shape` filled with a tensor's only element.
Tensor splat(const Tensor &scalar, llvm::ArrayRef<int64_t> shape);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_VIEW_H
