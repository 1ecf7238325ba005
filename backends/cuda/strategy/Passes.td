//===- Passes.td - The CUDA backend's policy -------------------*- tablegen -*-===//

#ifndef TENON_BACKENDS_CUDA_STRATEGY_PASSES_TD
#define TENON_BACKENDS_CUDA_STRATEGY_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConfigureCudaKernels
    : Pass<"tenon-configure-cuda-kernels", "::mlir::ModuleOp"> {
  let summary = "Choose tiles and threads for a GPU";
  let description = [{
    Writes the parallel tile of every kernel, which is what one block of threads
    computes, and how its stages are spread over the threads, from the kernel
    and the target description alone. What stands there already is kept, so
    that a choice can be edited in a dump. The emitter obeys.

    ```mlir
    %y = kernel.fused "dot_general" (%a = %x, %b = %w) : ...
    ```
    becomes
    ```mlir
    %y = kernel.fused "dot_general" (%a = %x, %b = %w)
        attributes {tile = #kernel.tile<domain = [128, 3072], sizes = [32, 64]>} ...
      kernel.stage contraction config #kernel.block_contraction_config<threads = 512, rows = 32, ...
    ```
  }];
  let options = [
    Option<"targetName", "target", "std::string", "\"sm_80\"",
           "Name of the target description">
  ];
  let statistics = [Statistic<"configured", "configured", "Kernels configured">];
  let dependentDialects = ["::tenon::kernel::KernelDialect"];
}

#endif // TENON_BACKENDS_CUDA_STRATEGY_PASSES_TD
