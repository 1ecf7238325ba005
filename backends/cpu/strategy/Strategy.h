//===- Strategy.h - The CPU backend's policy ------------------------------===//
//
// Which tile a kernel gets and how its stages use registers. Policy writes
// attributes, the emitter reads them: a choice is tested by printing IR and
// overridden by editing it.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_CPU_STRATEGY_STRATEGY_H
#define TENON_BACKENDS_CPU_STRATEGY_STRATEGY_H

#include "ir/kernel/KernelOps.h"
#include "ir/target/TargetDescription.h"

#include "mlir/Pass/Pass.h"

namespace tenon::cpu {

/// Sets the tile of `kernel` and the configs of its stages for `target`, where
/// they are not set.
void configureKernel(kernel::FusedOp kernel,
                     const target::TargetDescription &target);

#define GEN_PASS_DECL
#include "backends/cpu/strategy/Passes.h.inc"

/// The pass for a description that has no name of its own.
std::unique_ptr<mlir::Pass>
createConfigureKernels(const target::TargetDescription &target);

#define GEN_PASS_REGISTRATION
#include "backends/cpu/strategy/Passes.h.inc"

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_STRATEGY_STRATEGY_H
