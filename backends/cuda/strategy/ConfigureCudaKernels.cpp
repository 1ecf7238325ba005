//===- ConfigureCudaKernels.cpp - Choose tiles and threads for a GPU --===//

#include "backends/cuda/strategy/Strategy.h"

#include "mlir/IR/BuiltinOps.h"

namespace tenon::cuda {
#define GEN_PASS_DEF_CONFIGURECUDAKERNELS
#include "backends/cuda/strategy/Passes.h.inc"
} // namespace tenon::cuda

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;

namespace {
struct ConfigureCudaKernelsPass
    : public tenon::cuda::impl::ConfigureCudaKernelsBase<
          ConfigureCudaKernelsPass> {
  using ConfigureCudaKernelsBase::ConfigureCudaKernelsBase;
  explicit ConfigureCudaKernelsPass(const target::TargetDescription &target)
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

std::unique_ptr<Pass> tenon::cuda::createConfigureCudaKernels(
    const target::TargetDescription &target) {
  return std::make_unique<ConfigureCudaKernelsPass>(target);
}
