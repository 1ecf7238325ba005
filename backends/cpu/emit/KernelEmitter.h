// Emits one kernel as a function of the codegen dialects.
// docs/design/kernels.md states what a kernel must look like; this is where
// that contract is kept.

#ifndef TENON_BACKENDS_CPU_EMIT_KERNELEMITTER_H
#define TENON_BACKENDS_CPU_EMIT_KERNELEMITTER_H

#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace tenon::cpu {

/// What code is emitted for.
struct EmitTarget {
  target::TargetDescription description;
};

/// An emitted kernel. `function` has one flat memref per kernel input, one per
/// output, a memref<scratchBytes x i8> if that is not 0, tile_begin and
/// tile_end; setKernelSignature has been called on it.
struct EmittedKernel {
  mlir::func::FuncOp function;
  /// Bytes of scratch that one worker needs.
  int64_t scratchBytes = 0;
};

/// Registers the dialects that emitted kernels use, and the emission of the
/// ops of the graph dialect.
void registerEmission(mlir::DialectRegistry &registry);

/// Emits `kernel` at the end of `destination` as function `symbol`_body,
/// exported as `symbol`. Tile and lowering configs that are not set get plain
/// defaults. Fails with a diagnostic on the kernel or the op that has no
/// lowering; what was emitted by then is erased.
mlir::FailureOr<EmittedKernel> emitKernel(kernel::FusedOp kernel,
                                          mlir::ModuleOp destination,
                                          llvm::StringRef symbol,
                                          const EmitTarget &target);

/// Whether kernels can take and give values of `type`; if not, `reason` says
/// what is missing.
mlir::LogicalResult canHold(mlir::Type type, std::string &reason);

/// Whether the form of the graph op `op` can be emitted. If not, `reason` says
/// in a few words what is missing, without the op's name.
mlir::LogicalResult canEmit(mlir::Operation *op, std::string &reason);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_EMIT_KERNELEMITTER_H
