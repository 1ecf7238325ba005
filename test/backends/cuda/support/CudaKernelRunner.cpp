#include "test/backends/cuda/support/CudaKernelRunner.h"

#include "backends/cuda/strategy/Strategy.h"
#include "test/backends/cuda/support/EmulatedKernel.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;

CudaKernelRunner::CudaKernelRunner(llvm::StringRef text)
    : KernelRunner(text, registerEmission) {}

std::unique_ptr<Pass>
CudaKernelRunner::createConfigure(const target::TargetDescription &target) {
  return createConfigureCudaKernels(target);
}

std::string CudaKernelRunner::compile(kernel::FusedOp kernel,
                                      llvm::StringRef target,
                                      Compiled &result) {
  auto description = target::lookupTarget(target);
  if (!description)
    return llvm::toString(description.takeError());
  auto module = std::make_shared<EmulatedModule>();
  if (!module->add(kernel, "k", *description))
    return "emission failed: " + diagnostics;
  if (std::string wrong = module->compile(); !wrong.empty())
    return wrong + ": " + diagnostics;
  int64_t tiles = kernel.getTileAttr() ? kernel.getTileAttr().getNumTiles() : 1;
  const EmulatedKernel &emulated = module->get("k");
  // Room for the areas of all blocks.
  result.scratchBytes = emulated.scratchBytes * tiles;
  result.run = [module, tiles](void *const *buffers, void *scratch,
                               int64_t begin, int64_t end) {
    TurnOrder order = end - begin == 1 && tiles > 1 ? TurnOrder::Backward
                                                    : TurnOrder::Forward;
    return module->get("k").run(buffers, scratch, begin, end, tiles, order);
  };
  return "";
}

std::string tenon::cuda::runOnGpu(llvm::StringRef graph,
                                  cpu::Tolerance tolerance,
                                  llvm::StringRef target) {
  CudaKernelRunner runner(graph);
  if (!runner.makeKernels(target))
    return "the passes fail: " + runner.diagnostics;
  return runner.check(tolerance, target);
}
