// How the right-hand side of a contraction lies in memory, as the contraction
// emitter reads it.

#ifndef TENON_BACKENDS_CPU_EMIT_RIGHTPLACEMENT_H
#define TENON_BACKENDS_CPU_EMIT_RIGHTPLACEMENT_H

#include "backends/common/emit/IndexSpace.h"
#include "backends/cpu/contraction/Contraction.h"

namespace tenon::cpu {

/// How B lies.
struct RightPlacement {
  RightForm form = RightForm::RowMajor;
  int64_t width = 0;
  int64_t stride = 0;
  /// Offset of column 0, step 0.
  mlir::AffineExpr base;
  /// The indices of the sum, outermost in B first.
  llvm::SmallVector<unsigned> order;
};

/// Recognizes the forms that the contraction emitter reads, from the offset as
/// a function of `column` and the sum's indices.
std::optional<RightPlacement>
classifyRight(const emit::IndexSpace &space, mlir::AffineExpr offset,
              mlir::AffineExpr column, int64_t columns,
              llvm::ArrayRef<mlir::AffineExpr> sum,
              llvm::ArrayRef<int64_t> extents);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_EMIT_RIGHTPLACEMENT_H
