// Combines what the threads of a block hold, in a fixed tree.

#ifndef TENON_BACKENDS_CUDA_EMIT_WARPREDUCE_H
#define TENON_BACKENDS_CUDA_EMIT_WARPREDUCE_H

#include "backends/cuda/emit/BlockState.h"

namespace tenon::cuda {

/// How threads share rows; see #kernel.thread_config.
struct RowThreads {
  int64_t group = 1;
  bool alongRow = true;
  /// Rows that a block works on at once.
  int64_t slots = 1;
  /// The thread's part of its row, and the number of its row; of type index.
  mlir::Value part;
  mlir::Value slot;
};

/// The value of the thread whose number in the warp differs in the bits of
/// `mask`. Any scalar of up to 64 bits. All threads of the warp must come here.
mlir::Value shuffleXor(BlockState &state, mlir::Value value, int64_t mask);

/// Combines the values that the threads of one row hold; every one of them
/// gets the result. `combine` must be associative up to rounding and
/// commutative. All threads of the block must come here.
mlir::Value
reduceGroup(BlockState &state, const RowThreads &threads, mlir::Value value,
            llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_EMIT_WARPREDUCE_H
