//===- ConfigureCudaKernels.cpp - Choose tiles and threads for a GPU --===//

#include "backends/cuda/strategy/Strategy.h"

#include "backends/common/stage/ConfigurePass.h"

namespace tenon::cuda {
#define GEN_PASS_DEF_CONFIGURECUDAKERNELS
#include "backends/cuda/strategy/Passes.h.inc"
} // namespace tenon::cuda

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;

namespace {
struct ConfigureCudaKernelsPass
    : ConfigurePass<
          tenon::cuda::impl::ConfigureCudaKernelsBase<ConfigureCudaKernelsPass>,
          configureKernel> {
  using ConfigurePass::ConfigurePass;
};
} // namespace

std::unique_ptr<Pass> tenon::cuda::createConfigureCudaKernels(
    const target::TargetDescription &target) {
  return std::make_unique<ConfigureCudaKernelsPass>(target);
}
