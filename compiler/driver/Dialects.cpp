#include "compiler/driver/Dialects.h"

#include "backends/cpu/emit/KernelEmitter.h"
#include "backends/cpu/strategy/Strategy.h"
#include "backends/cuda/codegen/LowerToNvvm.h"
#include "backends/cuda/emit/KernelEmitter.h"
#include "backends/cuda/strategy/Strategy.h"
#include "compiler/import/stablehlo/StablehloImport.h"
#include "compiler/pipeline/Pipeline.h"
#include "ir/graph/GraphDialect.h"
#include "ir/kernel/KernelOps.h"
#include "ir/plan/PlanOps.h"
#include "passes/Passes.h"

#include "mlir/Transforms/Passes.h"

namespace tenon::driver {

void registerDialects(mlir::DialectRegistry &registry) {
  registry
      .insert<graph::TenonDialect, kernel::KernelDialect, plan::PlanDialect>();
  registerStablehlo(registry);
  cpu::registerEmission(registry);
  cuda::registerEmission(registry);
  cuda::registerCodegenDialects(registry);
}

void registerPasses() {
  registerTenonPasses();
  cpu::registerTenonCpuPasses();
  cuda::registerTenonCudaPasses();
  pipeline::registerPhasePipelines();
}

} // namespace tenon::driver
