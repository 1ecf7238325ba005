// GPU kernels as code of this machine: the gpu.func before it is lowered to
// NVVM, with its thread's numbers as arguments.

#ifndef TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATEDKERNEL_H
#define TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATEDKERNEL_H

#include "backends/cuda/emit/KernelEmitter.h"
#include "test/backends/cpu/support/LoadedImage.h"
#include "test/backends/cuda/support/Emulator.h"

#include <map>
#include <memory>

namespace tenon::cuda {

/// A kernel that can be run block by block.
struct EmulatedKernel {
  cpu::KernelFunction thread = nullptr;
  unsigned buffers = 0;
  int64_t threads = 0;
  int64_t sharedBytes = 0;
  int64_t scratchBytes = 0;

  /// Runs blocks [begin, end) of a grid of `grid`. `scratch` has room for one
  /// area of scratchBytes per block of the grid. Returns what went wrong, or
  /// "".
  std::string run(void *const *buffers, void *scratch, int64_t begin,
                  int64_t end, int64_t grid,
                  TurnOrder order = TurnOrder::Forward) const;
};

/// The kernels of one module.
class EmulatedModule {
public:
  /// Emits the kernel for `target`; a diagnostic and false if that fails.
  bool add(kernel::FusedOp kernel, llvm::StringRef symbol,
           const target::TargetDescription &target);
  /// Compiles what was added. Returns what went wrong, or "".
  std::string compile();

  const EmulatedKernel &get(const std::string &symbol) const {
    return kernels.at(symbol);
  }
  /// The module of gpu.func ops, before compile.
  mlir::ModuleOp module() { return *code; }

private:
  mlir::OwningOpRef<mlir::ModuleOp> code;
  mlir::gpu::GPUModuleOp gpuModule;
  std::map<std::string, EmulatedKernel> kernels;
  std::unique_ptr<cpu::LoadedImage> image;
};

} // namespace tenon::cuda

#endif // TENON_TEST_BACKENDS_CUDA_SUPPORT_EMULATEDKERNEL_H
