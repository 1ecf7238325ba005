// What the emitters of one kernel's stages share: the tile they are in, the
// buffers, scratch, and where each stage's results go.

#ifndef TENON_BACKENDS_CPU_EMIT_KERNELSTATE_H
#define TENON_BACKENDS_CPU_EMIT_KERNELSTATE_H

#include "backends/common/emit/EmitContext.h"
#include "backends/cpu/emit/StagePath.h"
#include "ir/graph/IndexingOps.h"
#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

namespace tenon::cpu {

/// The part of one dimension that the current tile covers.
struct TileRange1D {
  /// First index and one past the last, of type index.
  mlir::Value begin;
  mlir::Value end;
  /// `begin` as an expression.
  mlir::AffineExpr beginExpr;
  /// The dimension's full extent, and the most that one tile covers.
  int64_t extent = 0;
  int64_t maxCount = 0;
  /// Whether there is more than one tile along the dimension, and whether each
  /// covers exactly maxCount.
  bool split = false;
  bool exact = true;
};

/// The iteration space of a stage, restricted to the tile.
using TileBox = llvm::SmallVector<TileRange1D, 4>;

/// Where one yielded value of a stage is written.
struct StageTarget {
  /// The value inside the stage, and the stage's result.
  mlir::Value yielded;
  mlir::Value result;
  StagePath path;
  /// The dimensions of the root's iteration space that the value has; all, or
  /// the kept ones of a row stage.
  llvm::SmallVector<int64_t> dims;
  /// Memory to write to: the kernel's outputs that are this value, or scratch.
  llvm::SmallVector<emit::Storage, 1> storages;
  /// The kernel's outputs among them.
  llvm::SmallVector<unsigned, 1> outputs;
};

/// State of one emission; see KernelEmitter.h for what is emitted.
class KernelState {
public:
  KernelState(kernel::FusedOp kernel, const target::TargetDescription &target,
              mlir::OpBuilder &builder);

  kernel::FusedOp kernel;
  const target::TargetDescription &target;
  emit::EmitContext context;

  /// Buffers as function arguments: inputs, then outputs.
  llvm::SmallVector<mlir::Value> buffers;
  /// The scratch argument; its type is set when its size is known.
  mlir::Value scratch;
  int64_t scratchBytes = 0;

  /// Reserves bytes of scratch, 64-byte aligned; returns the offset.
  int64_t reserve(int64_t bytes);
  /// A flat memref of `count` elements of `memoryType` in scratch.
  mlir::Value allocate(mlir::Type memoryType, int64_t count);

  /// Sets the tile that is emitted, from its number (index).
  void enterTile(mlir::Value number);
  /// The tile's part of an iteration space. Fails with a diagnostic on `stage`
  /// if the domain is not a prefix of it.
  mlir::FailureOr<TileBox> getBox(kernel::StageOp stage,
                                  llvm::ArrayRef<int64_t> shape);

  /// Storage of input or output number `i` of the kernel.
  emit::Storage inputStorage(unsigned i);
  emit::Storage outputStorage(unsigned i);

  /// Decides where the value `yielded`, result number `i` of `stage`, goes, and
  /// has later stages find it there.
  StageTarget makeTarget(kernel::StageOp stage, unsigned i, StagePath path,
                         llvm::ArrayRef<int64_t> dims, const TileBox &box);
  /// Emits the values of `targets` at the root's indices, all of them, and then
  /// stores them: a target may stand where another one reads.
  void emitTargets(llvm::ArrayRef<StageTarget> targets,
                   const emit::IndexMap &root, mlir::Value mask);
  /// Zeroes what the layouts of the target's outputs add around the logical
  /// elements of this tile.
  mlir::LogicalResult zeroSurroundings(kernel::StageOp stage,
                                       const StageTarget &target,
                                       const TileBox &box);

private:
  llvm::SmallVector<TileRange1D> tile;
};

/// Emits `for variable in [begin, end)` in vectors: `unroll` per iteration
/// while they last, single ones, and the rest under a mask. `body` gets the
/// mask, null for all lanes. Makes the variable one of lanes; `beginExpr` tells
/// what divides the first index.
void emitVectorLoop(emit::EmitContext &context, mlir::AffineExpr variable,
                    const TileRange1D &range, int64_t unroll,
                    llvm::function_ref<void(mlir::Value mask)> body);

/// Lanes of the target for the widest element type in `stage`, or the config's.
int64_t getLanes(const target::TargetDescription &target,
                 kernel::FusedOp kernel);

/// The emitters of the kinds of stages. Fail with a diagnostic. A loop stage
/// iterates over `root`, by default its first yielded value; any stage can be
/// emitted that way.
mlir::LogicalResult emitLoopStage(KernelState &state, kernel::StageOp stage,
                                  mlir::Value root = {});
mlir::LogicalResult emitRowStage(KernelState &state, kernel::StageOp stage);
mlir::LogicalResult emitSpecialStage(KernelState &state, kernel::StageOp stage);
mlir::LogicalResult emitContractionStage(KernelState &state,
                                         kernel::StageOp stage);
/// Of a special stage: its one scatter.
mlir::LogicalResult emitScatterStage(KernelState &state, kernel::StageOp stage,
                                     graph::ScatterOp op);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_EMIT_KERNELSTATE_H
