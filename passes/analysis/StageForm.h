//===- StageForm.h - What a stage runs over and what it can store ---------===//
//
// A stage runs over the dimensions of its root. What it yields is stored from
// there: each value has an element per element of the root, or one per row of a
// row stage, and is found from it through ops that only permute elements. See
// docs/design/kernels.md.
//
// One predicate for all: fusion asks it before a stage is built, the verifier
// afterwards, and the emitters of every target take loops and stores from its
// answer.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_ANALYSIS_STAGEFORM_H
#define TENON_PASSES_ANALYSIS_STAGEFORM_H

#include "ir/kernel/KernelOps.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>
#include <string>

namespace tenon {

/// True for ops whose result holds each element of the first operand exactly
/// once, at another place: transposes, reshapes, reverses, and broadcasts that
/// only permute and insert unit dimensions.
bool isRenaming(mlir::Operation *op);

/// How the elements of a value hang on those of a root: both are made, element
/// by element, of one value, most often the root itself. Holds the renamings on
/// the way, in order; element-wise ops leave no trace.
struct StagePath {
  /// From the common value to the root, and to the value.
  llvm::SmallVector<mlir::Operation *, 2> toRoot, toValue;

  /// Whether value and root have the same indices.
  bool isIdentity() const { return toRoot.empty() && toValue.empty(); }
};

/// The path from a value for which `isRoot` holds down to `value`; none if
/// there is none. Where there are several, each stores every element once. Ops
/// for which `isInside` does not hold are not looked through.
std::optional<StagePath>
findStagePath(mlir::Value value, llvm::function_ref<bool(mlir::Value)> isRoot,
              llvm::function_ref<bool(mlir::Operation *)> isInside);
/// The same inside of a stage.
std::optional<StagePath>
findStagePath(mlir::Value value, llvm::function_ref<bool(mlir::Value)> isRoot);

/// A stage, built or planned.
struct StageContents {
  kernel::StageKind kind;
  /// Its ops in order; those that only move elements may be left out.
  llvm::ArrayRef<mlir::Operation *> ops;
  llvm::ArrayRef<mlir::Value> yielded;
  /// Whether an op stands, or would stand, in it.
  llvm::function_ref<bool(mlir::Operation *)> isInside;
};

/// One yielded value.
struct StoredValue {
  StagePath path;
  /// One element per row instead of one per element of the root.
  bool perRow = false;
};

/// How a stage runs.
struct StageForm {
  /// The loops: a row stage that has no rows, or rows of nothing, is a loop.
  kernel::StageKind kind;
  /// Its dimensions are the iteration space. Null if nothing is yielded.
  mlir::Value root;
  /// Of a row stage: the dimensions of the root that are reduced, ascending.
  llvm::SmallVector<int64_t> rowDims;
  /// One per yielded value.
  llvm::SmallVector<StoredValue> stored;
};

/// The form of a stage; none, and the reason why, if something that it yields
/// cannot be stored. Every stage of one op has a form.
std::optional<StageForm> findStageForm(const StageContents &contents,
                                       std::string &reason);
/// The form of a built stage, or a diagnostic on it.
mlir::FailureOr<StageForm> findStageForm(kernel::StageOp stage);

/// The form of a stage of any kind as a contraction: none if it does not hold
/// just one product or convolution, or yields what is not made of it.
std::optional<StageForm> findContractionForm(kernel::StageOp stage);

/// The value whose dimensions are a stage's iteration space, which need not
/// have a form; null if it yields nothing.
mlir::Value getStageRoot(kernel::StageOp stage);

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_STAGEFORM_H
