// Compiles a module of GPU kernels to PTX, and to a cubin where the assembler
// is installed. No GPU is needed.

#ifndef TENON_BACKENDS_CUDA_CODEGEN_CODEGEN_H
#define TENON_BACKENDS_CUDA_CODEGEN_CODEGEN_H

#include "ir/target/TargetDescription.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <string>
#include <vector>

namespace tenon::cuda {

struct CodegenOptions {
  target::TargetDescription target;
  /// The assembler; empty for PTX alone.
  std::string assembler;
  /// Called with each stage's name ("nvvm", "llvm-ir", "llvm-ir-opt", "ptx",
  /// "ptxas") and text, where set.
  std::function<void(llvm::StringRef stage, llvm::StringRef text)> dump;
};

/// The kernels of one target; their names are those of the gpu.func ops.
struct DeviceCode {
  std::string ptx;
  /// Empty without an assembler.
  std::vector<char> cubin;
};

/// Compiles the one gpu.module of `module`, which it lowers in place. The
/// result depends on the module and the options only. Errors are diagnostics on
/// the module.
mlir::FailureOr<DeviceCode> compileToDevice(mlir::ModuleOp module,
                                            const CodegenOptions &options);

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_CODEGEN_CODEGEN_H
