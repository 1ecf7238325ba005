// What the emitters of one kernel's stages share on a GPU: the frame that all
// targets have, the threads of a block, and the memory that they share.
//
// A block of threads computes a tile. Code is scalar, one thread's; what all
// threads of a block do together is told apart by the thread's number. Control
// flow around barriers and shuffles is the same in all threads that meet there.

#ifndef TENON_BACKENDS_CUDA_EMIT_BLOCKSTATE_H
#define TENON_BACKENDS_CUDA_EMIT_BLOCKSTATE_H

#include "backends/common/stage/KernelFrame.h"
#include "ir/target/TargetDescription.h"

namespace tenon::cuda {

using emit::StageTarget;
using emit::TileBox;
using emit::TileRange1D;

/// Threads of a warp.
inline constexpr int64_t warpSize = 32;

/// State of one emission; see KernelEmitter.h for what is emitted.
class BlockState : public emit::KernelFrame {
public:
  BlockState(kernel::FusedOp kernel, const target::TargetDescription &target,
             mlir::OpBuilder &builder);

  const target::TargetDescription &target;
  /// Threads of a block, from the stages' configs.
  int64_t threads;
  /// The thread's number in its block, of type index.
  mlir::Value thread;

  /// The scratch argument, the first byte of all blocks' areas, and the
  /// offset of this block's; set before stages are emitted.
  mlir::Value scratch;
  mlir::Value scratchBase;
  /// Bytes of shared memory, and of scratch in global memory, of one block.
  int64_t sharedBytes = 0;
  int64_t scratchBytes = 0;

  /// In shared memory while it lasts, else in global scratch.
  mlir::Value allocate(mlir::Type memoryType, int64_t count) override;
  /// A flat memref of `count` elements in shared memory.
  mlir::Value allocateShared(mlir::Type memoryType, int64_t count);
  /// Bytes of shared memory that several stages use one after another, each
  /// from the first byte on. Contents are lost at the next use.
  mlir::Value stagingArea(mlir::Type memoryType, int64_t count,
                          int64_t byteOffset);
  /// Makes room for `bytes` of the staging area.
  void reserveStaging(int64_t bytes);

  /// Waits until all threads of the block have come here.
  void barrier();

  /// Emits `for number = thread; number < count; number += threads` with
  /// `variable` bound to the number.
  void forEachElement(mlir::AffineExpr variable, int64_t count,
                      llvm::function_ref<void()> body);
  /// Emits `if (condition) body()`; just `body()` if the condition is null.
  void guarded(mlir::Value condition, llvm::function_ref<void()> body);

protected:
  void zeroBox(mlir::Type elementType, const emit::Storage &storage,
               llvm::ArrayRef<TileRange1D> ranges,
               llvm::ArrayRef<int64_t> order, int64_t margin) override;

private:
  mlir::Value viewShared(mlir::Type memoryType, int64_t count, int64_t offset);

  int64_t stagingOffset = -1;
  int64_t stagingBytes = 0;
};

/// Indices of a box by the number of an element in it.
struct BoxIndices {
  /// One per dimension of the box.
  emit::IndexMap indices;
  /// i1: whether the element lies in the tile; null if all do.
  mlir::Value inside;
};

/// The indices of element `number` of the part of `box` that `dims` list,
/// counted in their order, the last one fastest. Elements beyond a ragged edge
/// are told by `inside`. Entries of dimensions that are not listed stay as they
/// are in `indices`.
BoxIndices boxIndices(BlockState &state, const TileBox &box,
                      llvm::ArrayRef<int64_t> dims, mlir::AffineExpr number,
                      emit::IndexMap indices);
/// The most elements of that part.
int64_t boxCount(const TileBox &box, llvm::ArrayRef<int64_t> dims);

/// The emitters of the kinds of stages. Fail with a diagnostic. A loop over the
/// root's elements does for a contraction as well.
mlir::LogicalResult emitLoopStage(BlockState &state, kernel::StageOp stage,
                                  const StageForm &form);
mlir::LogicalResult emitRowStage(BlockState &state, kernel::StageOp stage,
                                 const StageForm &form);
mlir::LogicalResult emitContractionStage(BlockState &state,
                                         kernel::StageOp stage,
                                         const StageForm &form);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_EMIT_BLOCKSTATE_H
