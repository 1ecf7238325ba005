// Compiles a module of kernels to a code image: MLIR -> LLVM dialect -> LLVM
// IR -> object -> image, all in this process.

#ifndef TENON_BACKENDS_CPU_CODEGEN_CODEGEN_H
#define TENON_BACKENDS_CPU_CODEGEN_CODEGEN_H

#include "backends/cpu/codegen/ImageLinker.h"
#include "ir/target/TargetDescription.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>

namespace tenon::cpu {

struct CodegenOptions {
  target::TargetDescription target;
  /// 0 to 3, as in -O0 to -O3.
  int optLevel = 3;
  /// Keep line tables for gdb and perf.
  bool debugInfo = false;
  /// Check every load and store against AddressSanitizer's shadow memory, and
  /// trap. The image imports nothing, but may only run in a process that has
  /// the shadow: one built with -fsanitize=address. A compiler that is built so
  /// checks the kernels for its own architecture always.
  bool sanitizeAddress = false;
  /// Called with each stage's name ("llvm-dialect", "llvm-ir", "llvm-ir-opt",
  /// "assembly") and text, where set.
  std::function<void(llvm::StringRef stage, llvm::StringRef text)> dump;
};

/// Compiles `module`, which it lowers in place. Kernels are the functions with
/// a kernel signature (see KernelAbi.h); other functions become internal.
/// The result depends on the module and the options only. Errors are
/// diagnostics on the module.
mlir::FailureOr<CodeImage> compileToImage(mlir::ModuleOp module,
                                          const CodegenOptions &options);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_CODEGEN_H
