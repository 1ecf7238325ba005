// The kernel runner over emulated GPU kernels.

#ifndef TENON_TEST_BACKENDS_CUDA_SUPPORT_CUDAKERNELRUNNER_H
#define TENON_TEST_BACKENDS_CUDA_SUPPORT_CUDAKERNELRUNNER_H

#include "test/backends/cpu/support/KernelRunner.h"

namespace tenon::cuda {

/// Runs kernels as a GPU would, for targets such as "sm_80". A range of tiles
/// runs as blocks of a whole grid with threads in order; a single tile with
/// threads in the reverse order, so that a missing barrier shows as a
/// difference of bits.
class CudaKernelRunner : public cpu::KernelRunner {
public:
  explicit CudaKernelRunner(llvm::StringRef text);

protected:
  std::string compile(kernel::FusedOp kernel, llvm::StringRef target,
                      Compiled &result) override;
  std::unique_ptr<mlir::Pass>
  createConfigure(const target::TargetDescription &target) override;
};

/// Makes kernels of a graph and checks all of them; "" or what is wrong.
std::string runOnGpu(llvm::StringRef graph, cpu::Tolerance tolerance,
                     llvm::StringRef target = "sm_80");

} // namespace tenon::cuda

#endif // TENON_TEST_BACKENDS_CUDA_SUPPORT_CUDAKERNELRUNNER_H
