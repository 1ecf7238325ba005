// How an emitted function becomes an exported kernel. Emitters write an inner
// function with one argument per buffer; codegen adds the exported wrapper
//
//   void NAME(void *const *buffers, const int64_t *scalars, void *scratch,
//             int64_t tile_begin, int64_t tile_end)
//
// which unpacks the arrays and calls it. Arguments stay separate in the inner
// function because only arguments can be told not to alias.

#ifndef TENON_BACKENDS_CPU_CODEGEN_KERNELABI_H
#define TENON_BACKENDS_CPU_CODEGEN_KERNELABI_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace tenon::cpu {

/// The arguments of an inner function, in order: `buffers` flat memrefs of
/// static size, `scalars` values of type index or i64, one flat memref of
/// scratch if `scratch`, then tile_begin and tile_end of type index.
struct KernelSignature {
  llvm::StringRef exportedName;
  unsigned buffers = 0;
  unsigned scalars = 0;
  bool scratch = false;
};

/// Argument attribute: an index (i64) of another buffer argument of the same
/// function that may be the same memory. Both lose the noalias promise; all
/// other buffers have it.
inline constexpr llvm::StringLiteral mayAliasAttrName = "tenon.may_alias";

/// Marks `inner` as the body of an exported kernel and makes the noalias
/// promises. Fails with a diagnostic when its arguments differ from
/// `signature`.
mlir::LogicalResult setKernelSignature(mlir::func::FuncOp inner,
                                       const KernelSignature &signature);

/// Adds the exported wrapper of each marked function. Runs on a module that is
/// already in the LLVM dialect, with memrefs lowered to bare pointers.
mlir::LogicalResult wrapKernelAbi(mlir::ModuleOp module);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_KERNELABI_H
