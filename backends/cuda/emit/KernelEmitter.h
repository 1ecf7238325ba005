// Emits one kernel as a gpu.func: one block of threads per tile.
// docs/design/kernels.md states what a kernel must look like, docs/cuda.md how
// its stages are spread over threads.

#ifndef TENON_BACKENDS_CUDA_EMIT_KERNELEMITTER_H
#define TENON_BACKENDS_CUDA_EMIT_KERNELEMITTER_H

#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace tenon::cuda {

/// An emitted kernel. `function` has one flat memref per kernel input, one per
/// output, and a memref<? x i8> for the scratch of all blocks if scratchBytes
/// is not 0. Block b runs tiles b, b + gridDim.x, ...
struct EmittedKernel {
  mlir::gpu::GPUFuncOp function;
  /// Threads of a block, all along x.
  int64_t threads = 0;
  /// Bytes of dynamic shared memory of a block.
  int64_t sharedBytes = 0;
  /// Bytes of global scratch of a block: block b uses those from b *
  /// scratchBytes on.
  int64_t scratchBytes = 0;
};

/// Registers the dialects that emitted kernels use, and the emission of the
/// ops of the graph dialect.
void registerEmission(mlir::DialectRegistry &registry);

/// Whether kernels for GPUs can compute `op`; otherwise `reason` says why not.
mlir::LogicalResult canEmit(mlir::Operation *op, std::string &reason);

/// Emits `kernel` at the end of `destination` as kernel `symbol`. Tile and
/// lowering configs that are not set get plain defaults. Fails with a
/// diagnostic on the kernel or the op that has no lowering; what was emitted by
/// then is erased.
mlir::FailureOr<EmittedKernel>
emitKernel(kernel::FusedOp kernel, mlir::gpu::GPUModuleOp destination,
           llvm::StringRef symbol, const target::TargetDescription &target);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_EMIT_KERNELEMITTER_H
