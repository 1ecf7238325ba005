//===- Strategy.h - The CUDA backend's policy -----------------------------===//
//
// Which tile a block of threads gets and how stages are spread over threads.
// Policy writes attributes, the emitter reads them: a choice is tested by
// printing IR and overridden by editing it.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_CUDA_STRATEGY_STRATEGY_H
#define TENON_BACKENDS_CUDA_STRATEGY_STRATEGY_H

#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

#include "mlir/Pass/Pass.h"

namespace tenon::cuda {

/// Sets the tile of `kernel` and the configs of its stages for `target`, where
/// they are not set.
void configureKernel(kernel::FusedOp kernel,
                     const target::TargetDescription &target);

#define GEN_PASS_DECL
#include "backends/cuda/strategy/Passes.h.inc"

/// The pass for a description that has no name of its own.
std::unique_ptr<mlir::Pass>
createConfigureCudaKernels(const target::TargetDescription &target);

#define GEN_PASS_REGISTRATION
#include "backends/cuda/strategy/Passes.h.inc"

} // namespace tenon::cuda

#endif // TENON_BACKENDS_CUDA_STRATEGY_STRATEGY_H
