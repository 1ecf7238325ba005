// How the values that a stage yields hang on its root: element by element,
// through ops that only permute elements. See docs/design/kernels.md.

#ifndef TENON_BACKENDS_COMMON_STAGE_STAGEPATH_H
#define TENON_BACKENDS_COMMON_STAGE_STAGEPATH_H

#include "backends/common/emit/IndexSpace.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>

namespace tenon::emit {

/// The transposes, reshapes and reverses between a root and a value, in that
/// order. Element-wise ops on the way leave no trace.
class StagePath {
public:
  /// The path from a value for which `isRoot` holds to `value`; none if there
  /// is none. Where there are several, all mean the same.
  static std::optional<StagePath>
  find(mlir::Value value, llvm::function_ref<bool(mlir::Value)> isRoot);

  /// Whether value and root have the same indices.
  bool isIdentity() const { return steps.empty(); }
  /// Indices of the value from those of the root.
  IndexMap forward(const IndexSpace &space, IndexMap root) const;
  /// Indices of the root from those of the value.
  IndexMap backward(const IndexSpace &space, IndexMap value) const;

private:
  llvm::SmallVector<mlir::Operation *, 4> steps;
};

/// Whether `op` computes its results element by element.
bool isElementwise(mlir::Operation *op);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_STAGE_STAGEPATH_H
