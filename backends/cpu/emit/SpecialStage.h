// Stages of one op that no element of its result tells how to compute: the op
// writes where its data say.

#ifndef TENON_BACKENDS_CPU_EMIT_SPECIALSTAGE_H
#define TENON_BACKENDS_CPU_EMIT_SPECIALSTAGE_H

#include "backends/cpu/emit/KernelState.h"

#include "ir/graph/GraphOps.h"
#include "ir/graph/SortOps.h"

namespace tenon::cpu {

/// The memory of all results of the op that a special stage holds: where the
/// kernel or later stages want them, scratch for a result that nobody reads.
class SpecialResults {
public:
  /// Fails with a diagnostic if the stage is split into tiles.
  static mlir::FailureOr<SpecialResults>
  make(KernelState &state, kernel::StageOp stage, mlir::Operation *op);

  /// For an op inside of a region: all results stand in scratch.
  static SpecialResults inScratch(KernelState &state, mlir::Operation *op);

  /// Reads and writes of result `i` while the stage is at work.
  const emit::Storage &getStorage(unsigned i) const { return storages[i]; }
  /// Copies the results to further outputs that are the same value, and zeroes
  /// what layouts add.
  mlir::LogicalResult finish();

private:
  SpecialResults(KernelState &state, kernel::StageOp stage, mlir::Operation *op)
      : state(state), stage(stage), op(op) {}

  void allocateMissing();

  KernelState &state;
  kernel::StageOp stage;
  mlir::Operation *op;
  llvm::SmallVector<emit::Storage> storages;
  llvm::SmallVector<TileBox> boxes;
  /// The targets of the yielded results, with the result's number.
  llvm::SmallVector<std::pair<unsigned, StageTarget>> targets;
};

/// Emits loops over a box of `shape`, the innermost one in vectors. `body` gets
/// the indices and the mask of the lanes that count, null for all.
void emitBox(
    emit::EmitContext &context, llvm::ArrayRef<int64_t> shape,
    llvm::function_ref<void(const emit::IndexMap &, mlir::Value)> body);

/// Emits a special op whose results stand in `results`. Fails with a
/// diagnostic.
mlir::LogicalResult emitSpecialOp(KernelState &state, mlir::Operation *op,
                                  const SpecialResults &results);

/// The emitters of the special ops.
void emitSort(KernelState &state, graph::SortOp op,
              const SpecialResults &results);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_EMIT_SPECIALSTAGE_H
