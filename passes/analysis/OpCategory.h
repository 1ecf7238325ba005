//===- OpCategory.h - What fusion needs to know of an op ------------------===//
//
// Sorts graph ops by how a kernel computes them. Fusion, layout and the
// strategies ask here; none of them lists op names of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_ANALYSIS_OPCATEGORY_H
#define TENON_PASSES_ANALYSIS_OPCATEGORY_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"

namespace tenon {

/// On an op that every kernel which reads its result computes again, as if it
/// only moved elements: what that saves in bytes, and why
/// (tenon-rematerialize).
inline constexpr llvm::StringLiteral kRecomputeAttr = "tenon.recompute";

/// On an entry in which tenon-differentiate has built a backward pass.
inline constexpr llvm::StringLiteral kDifferentiatedAttr =
    "tenon.differentiated";

enum class OpCategory {
  /// Reads a weight, a prepared tensor or a constant: no work at run time.
  Source,
  /// Only renames indices (reshape, transpose, broadcast, slice, iota, splat
  /// constants): costs nothing inside a kernel and is repeated in each.
  Movement,
  /// Element i of the result depends on element i of the operands alone.
  Elementwise,
  /// Pulls its operands through an index map that is no renaming
  /// (concatenate, pad, gather): emitted like an element-wise op, but worth
  /// storing.
  Gather,
  /// `tenon.reduce`.
  Reduction,
  /// Reads a window of its operand per element (reduce_window, and products
  /// of forms that have no contraction emitter).
  Window,
  /// A product that the contraction emitter takes.
  Contraction,
  /// Has an emitter of its own and shares its kernel with nothing.
  Special,
};

/// The category of a graph op other than entries and terminators.
OpCategory categorize(mlir::Operation *op);

/// The kind in words, for remarks.
llvm::StringRef stringify(OpCategory category);

/// Walks back over movement ops: the value whose elements `value` renames.
/// Movement ops without operands (iota, splats) end the walk.
mlir::Value traceMovement(mlir::Value value);

/// True for movement ops that keep every element exactly once (reshape,
/// transpose, reverse).
bool isBijectiveMovement(mlir::Operation *op);

/// Bytes of one element in memory, at least one.
int64_t getElementBytes(mlir::Type element);

/// Bytes of a value, dense and without layout.
int64_t getLogicalBytes(mlir::Value value);

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_OPCATEGORY_H
