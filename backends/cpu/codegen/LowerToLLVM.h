// From func, arith, math, scf, cf, vector, memref and index to the LLVM
// dialect, for kernels: bare pointers, no library calls.

#ifndef TENON_BACKENDS_CPU_CODEGEN_LOWERTOLLVM_H
#define TENON_BACKENDS_CPU_CODEGEN_LOWERTOLLVM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

namespace tenon::cpu {

/// Registers the dialects that kernels are written in, and their translation
/// to LLVM IR.
void registerCodegenDialects(mlir::DialectRegistry &registry);

/// Adds the passes that lower a module of kernels to the LLVM dialect.
void addLoweringPasses(mlir::OpPassManager &manager);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_LOWERTOLLVM_H
