// What the dimensions of a product or convolution are to the contraction
// emitter, and how its operands lie in memory.

#ifndef TENON_BACKENDS_COMMON_STAGE_CONTRACTIONROLES_H
#define TENON_BACKENDS_COMMON_STAGE_CONTRACTIONROLES_H

#include "backends/common/stage/KernelFrame.h"

namespace tenon::emit {

/// The roles of the dimensions of a contraction's result.
struct ContractionRoles {
  /// The dot_general or convolution's result.
  mlir::Value result;
  /// The operand whose elements are broadcast, and the one read in vectors: lhs
  /// and rhs, or the other way round where rhs has no dimension of its own.
  mlir::Value left;
  mlir::Value right;
  /// Dimensions of the result: in both operands, in `left`, in `right`.
  llvm::SmallVector<int64_t> batch, rows, columns;
  /// Extents of the indices that are summed over.
  llvm::SmallVector<int64_t> depth;
  bool isConvolution = false;

  /// Whether the contraction emitter covers the form: there are rows and
  /// columns, and a convolution has no groups and no dilated input.
  bool isRegular() const { return regular; }
  /// Indices of the operands' elements for indices of the result and of the
  /// sum.
  IndexMap leftIndices(llvm::ArrayRef<mlir::AffineExpr> root,
                       llvm::ArrayRef<mlir::AffineExpr> sum) const;
  IndexMap rightIndices(llvm::ArrayRef<mlir::AffineExpr> root,
                        llvm::ArrayRef<mlir::AffineExpr> sum) const;
  /// Makes the sum's index number order[i] its number i.
  void reorderDepth(llvm::ArrayRef<unsigned> order);

  bool regular = true;
  bool swapped = false;
  /// Number of each index of the sum in the op's own order.
  llvm::SmallVector<unsigned> depthOrder;
};

/// The roles of the stage's one contraction; none if there is not exactly one.
std::optional<ContractionRoles> findContraction(kernel::StageOp stage);

/// An operand that is in memory already, under another view.
struct PlacedOperand {
  mlir::Value buffer;
  mlir::Type elementType;
  mlir::AffineExpr offset;
};

/// Follows `value` at `indices` through ops that only move elements to memory.
/// None if it does not end there, or if the storage, halo included, does not
/// hold every element at `reach`: the same indices, over variables whose ranges
/// are exact.
std::optional<PlacedOperand> placeOperand(KernelFrame &state, mlir::Value value,
                                          IndexMap indices, IndexMap reach);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_STAGE_CONTRACTIONROLES_H
