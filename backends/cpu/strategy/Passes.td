//===- Passes.td - The CPU backend's policy --------------------*- tablegen -*-===//

#ifndef TENON_BACKENDS_CPU_STRATEGY_PASSES_TD
#define TENON_BACKENDS_CPU_STRATEGY_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConfigureKernels : Pass<"tenon-configure-kernels", "::mlir::ModuleOp"> {
  let summary = "Choose tiles and registers for a CPU";
  let description = [{
    Writes the parallel tile of every kernel and the lowering configuration of
    its stages, from the kernel and the target description alone. What stands
    there already is kept, so that a choice can be edited in a dump. The
    emitter obeys.

    ```mlir
    %y = kernel.fused "dot_general" (%a = %x, %b = %w) : ...
    ```
    becomes
    ```mlir
    %y = kernel.fused "dot_general" (%a = %x, %b = %w)
        attributes {tile = #kernel.tile<domain = [128, 3072], sizes = [128, 192]>} ...
      kernel.stage contraction config #kernel.contraction_config<vl = 8, mr = 6, ...
    ```
  }];
  let options = [
    Option<"targetName", "target", "std::string", "\"native\"",
           "Name of the target description">
  ];
  let statistics = [Statistic<"configured", "configured", "Kernels configured">];
  let dependentDialects = ["::tenon::kernel::KernelDialect"];
}

def VerifyConfigured : Pass<"tenon-verify-configured", "::mlir::ModuleOp"> {
  let summary = "Prove what the CPU emitter relies on: tiles and registers fit";
  let description = [{
    Read-only. Every planned kernel's tile covers the iteration space of its
    first stage, every product states its registers, whose columns are whole
    vectors and divide the panels of a packed operand or are several whole ones,
    and all counts are in range.

    ```mlir
    error: has a register tile of 17 columns, no multiple of 16 lanes
    ```
  }];
}

#endif // TENON_BACKENDS_CPU_STRATEGY_PASSES_TD
