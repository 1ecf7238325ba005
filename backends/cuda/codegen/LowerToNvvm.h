// From gpu.func with gpu, nvvm, arith, math, scf, vector and memref to the
// LLVM and NVVM dialects, for kernels: bare pointers, no libdevice.

#ifndef TENON_BACKENDS_CUDA_CODEGEN_LOWERTONVVM_H
#define TENON_BACKENDS_CUDA_CODEGEN_LOWERTONVVM_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

namespace tenon::cuda {

/// Registers the dialects that kernels are lowered to, and their translation to
/// LLVM IR.
void registerCodegenDialects(mlir::DialectRegistry &registry);

/// Adds the passes that lower the gpu.module ops of a module. Index arithmetic
/// is done in `indexBits`, 32 or 64.
void addLoweringPasses(mlir::OpPassManager &manager, unsigned indexBits);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_CODEGEN_LOWERTONVVM_H
