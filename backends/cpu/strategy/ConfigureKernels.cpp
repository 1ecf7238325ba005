//===- ConfigureKernels.cpp - Choose tiles and registers for a CPU --------===//

#include "backends/cpu/strategy/Strategy.h"

#include "mlir/IR/BuiltinOps.h"

namespace tenon::cpu {
#define GEN_PASS_DEF_CONFIGUREKERNELS
#include "backends/cpu/strategy/Passes.h.inc"
} // namespace tenon::cpu

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;

namespace {
struct ConfigureKernelsPass
    : public tenon::cpu::impl::ConfigureKernelsBase<ConfigureKernelsPass> {
  using ConfigureKernelsBase::ConfigureKernelsBase;
  explicit ConfigureKernelsPass(const target::TargetDescription &target)
      : target(target) {}

  void runOnOperation() override {
    if (!target) {
      llvm::Expected<target::TargetDescription> found =
          target::lookupTarget(targetName);
      if (!found) {
        getOperation().emitError(llvm::toString(found.takeError()));
        return signalPassFailure();
      }
      target = *found;
    }
    getOperation().walk([&](kernel::FusedOp kernel) {
      configureKernel(kernel, *target);
      ++configured;
    });
  }

  std::optional<target::TargetDescription> target;
};
} // namespace

std::unique_ptr<Pass>
tenon::cpu::createConfigureKernels(const target::TargetDescription &target) {
  return std::make_unique<ConfigureKernelsPass>(target);
}
