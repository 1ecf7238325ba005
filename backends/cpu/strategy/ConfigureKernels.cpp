//===- ConfigureKernels.cpp - Choose tiles and registers for a CPU --------===//

#include "backends/cpu/strategy/Strategy.h"

#include "backends/common/stage/ConfigurePass.h"

namespace tenon::cpu {
#define GEN_PASS_DEF_CONFIGUREKERNELS
#include "backends/cpu/strategy/Passes.h.inc"
} // namespace tenon::cpu

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;

namespace {
struct ConfigureKernelsPass
    : ConfigurePass<
          tenon::cpu::impl::ConfigureKernelsBase<ConfigureKernelsPass>,
          configureKernel> {
  using ConfigurePass::ConfigurePass;
};
} // namespace

std::unique_ptr<Pass>
tenon::cpu::createConfigureKernels(const target::TargetDescription &target) {
  return std::make_unique<ConfigureKernelsPass>(target);
}
