// How a module becomes an artifact, read from top to bottom. Before each pass
// stands what is true at that point, why the pass is there, and which order
// would break. Each phase ends with verify passes that change nothing; a dump
// that is entered again has to pass those of its phase.

#include "compiler/pipeline/Pipeline.h"

#include "backends/cpu/strategy/Strategy.h"
#include "backends/cuda/strategy/Strategy.h"
#include "passes/Passes.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

namespace tenon::pipeline {
namespace {

using mlir::OpPassManager;

//===----------------------------------------------------------------------===//
// input: what a front end wrote, in the graph dialect
//===----------------------------------------------------------------------===//

// Front ends have checked shapes and types. Nothing is changed here, so that a
// dump of this phase shows the import alone.
void addInputPasses(OpPassManager &pm, const PipelineOptions &options) {}

//===----------------------------------------------------------------------===//
// graph: fewer and simpler ops, still one tensor op per line
//===----------------------------------------------------------------------===//

} // namespace

void addPrimitivePasses(OpPassManager &pm) {
  // Exporters repeat shape arithmetic and constants; folding them first keeps
  // later patterns from having to see through them.
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());

  // Gradients become backward ops before composites fall apart: the rules of
  // softmax, the norms and gelu are shorter and steadier than what follows from
  // their primitives, which would differentiate through a row's maximum. A
  // composite without a rule is taken apart by the pass itself. What forward
  // and backward both compute (a norm's mean, say) is one value after the next
  // CSE.
  pm.addPass(createDifferentiate());

  // From here on there are primitives only: fusion knows no composite, so a
  // spelled-out softmax and the op end in the same kernels.
  pm.addPass(createDecompose());
  // The derivative of cross entropy scatters one number into each row: as a
  // selection it joins the softmax's kernel.
  pm.addPass(createScatterToSelect());
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());
}

namespace {

void addGraphPasses(OpPassManager &pm, const PipelineOptions &options) {
  // The part that other compilers can read as well.
  addPrimitivePasses(pm);

  // Kernels hold real numbers only. After the folds, which know complex
  // constants, and before hoisting, so that prepared tensors are real as well.
  pm.addNestedPass<graph::EntryOp>(createSplitComplex());
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());

  // What a decomposed batch normalization multiplies a convolution with moves
  // into the weights. Before hoisting, which takes the product away.
  pm.addNestedPass<graph::EntryOp>(createFoldScaleIntoContraction());
  pm.addPass(mlir::createCanonicalizerPass());

  // Work on weights leaves the entries; what it leaves behind is dead.
  pm.addPass(createHoistWeights());
  pm.addPass(mlir::createCSEPass());

  // What is kept from the forward to the backward pass is decided on the final
  // ops: before fusion, which would store a mask where it is cheapest to make,
  // and after the last CSE, which could merge what is to be computed twice.
  pm.addNestedPass<graph::EntryOp>(createRematerialize());
}

//===----------------------------------------------------------------------===//
// fused: every op belongs to a kernel
//===----------------------------------------------------------------------===//

void addFusedPasses(OpPassManager &pm, const PipelineOptions &options) {
  // Prepare entries are entries like others: their work becomes kernels too.
  pm.addNestedPass<graph::EntryOp>(createFuse());
}

void verifyFused(OpPassManager &pm) { pm.addPass(createVerifyFused()); }

//===----------------------------------------------------------------------===//
// layout: every value between kernels has a physical layout
//===----------------------------------------------------------------------===//

void addLayoutPasses(OpPassManager &pm, const PipelineOptions &options) {
  // After fusion, because a layout is a matter between kernels only; before
  // scheduling, because halos and copies change what is live.
  pm.addPass(createAssignLayouts(AssignLayoutsOptions{options.panelWidth}));
}

// Copies that change a layout are kernels as well.
void verifyLayouts(OpPassManager &pm) {
  pm.addPass(createVerifyFused());
  pm.addPass(createVerifyLayouts());
}

//===----------------------------------------------------------------------===//
// scheduled: kernels stand in the order in which they will run
//===----------------------------------------------------------------------===//

void addScheduledPasses(OpPassManager &pm, const PipelineOptions &options) {
  // Sizes and ties are known, offsets are not: the order decides the peak.
  pm.addNestedPass<graph::EntryOp>(createSchedule());
}

//===----------------------------------------------------------------------===//
// plan: buffers at offsets, launches in order
//===----------------------------------------------------------------------===//

void addPlanPasses(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(createPlanMemory());
}

void verifyPlan(OpPassManager &pm) { pm.addPass(createVerifyPlan()); }

//===----------------------------------------------------------------------===//
// configured: every kernel has its tile grid, every stage its registers
//===----------------------------------------------------------------------===//

// Last, because it is the first phase of which every variant has its own:
// variants share all that stands above, and differ in tiles and code.
void addConfiguredPasses(OpPassManager &pm, const PipelineOptions &options) {
  // Policy only: it writes what the emitter will obey, and keeps what a person
  // wrote into a dump. Which policy is the one thing that depends on the kind
  // of target; a GPU's kernels are the CPU's up to here.
  if (options.target.kind == target::TargetKind::Cuda)
    pm.addPass(cuda::createConfigureCudaKernels(options.target));
  else
    pm.addPass(cpu::createConfigureKernels(options.target));
}

void verifyConfigured(OpPassManager &pm) {
  pm.addPass(createVerifyPlan());
  pm.addPass(cpu::createVerifyConfigured());
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

constexpr PhaseInfo phaseTable[] = {
    {Phase::Input, "input", "the imported graph, as the front end wrote it",
     addInputPasses, nullptr},
    {Phase::Graph, "graph",
     "simplified and decomposed; what depends on weights alone is hoisted",
     addGraphPasses, nullptr},
    {Phase::Fused, "fused", "every op belongs to a kernel", addFusedPasses,
     verifyFused},
    {Phase::Layout, "layout",
     "every value between kernels has a physical layout", addLayoutPasses,
     verifyLayouts},
    {Phase::Scheduled, "scheduled", "kernels stand in the order they run in",
     addScheduledPasses, verifyLayouts},
    {Phase::Plan, "plan", "buffers have offsets, launches are in order",
     addPlanPasses, verifyPlan},
    {Phase::Configured, "configured",
     "every kernel has its tiles, every stage its registers",
     addConfiguredPasses, verifyConfigured},
    {Phase::Artifact, "artifact", "code is generated, the file is written",
     nullptr, nullptr},
};

struct PhasePipelineOptions : mlir::PassPipelineOptions<PhasePipelineOptions> {
  Option<std::string> target{*this, "target",
                             llvm::cl::desc("Name of a target description"),
                             llvm::cl::init("native")};
};

} // namespace

PipelineOptions optionsFor(llvm::ArrayRef<target::TargetDescription> targets) {
  PipelineOptions options{targets.front()};
  // What divides the register tile of each, the first that its description
  // lists, in whole vectors of each. A tile that is several panels wide reads
  // them side by side and loses nothing; one that is a part of a panel uses a
  // part of the cache lines' sets.
  int64_t width = 0, lanes = 1;
  for (const target::TargetDescription &target : targets) {
    lanes = std::lcm(lanes, std::max<int64_t>(1, target.lanes(32)));
    for (const target::RegisterTileSeed &seed : target.contraction)
      if (seed.dtype == "f32") {
        width = std::gcd(width, seed.columns);
        break;
      }
  }
  if (width)
    options.panelWidth = llvm::alignTo(width, lanes);
  return options;
}

llvm::ArrayRef<PhaseInfo> phases() { return phaseTable; }

const PhaseInfo &getPhase(Phase phase) {
  return phaseTable[static_cast<unsigned>(phase)];
}

std::optional<Phase> parsePhase(llvm::StringRef name) {
  for (const PhaseInfo &info : phaseTable)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}

void registerPhasePipelines() {
  for (const PhaseInfo &info : phaseTable) {
    if (!info.addPasses)
      continue;
    auto build =
        [&info](OpPassManager &pm, llvm::StringRef text,
                llvm::function_ref<mlir::LogicalResult(const llvm::Twine &)>
                    error) {
          PhasePipelineOptions flags;
          if (failed(flags.parseFromString(text)))
            return mlir::failure();
          auto target = target::lookupTarget(flags.target);
          if (!target)
            return error(llvm::toString(target.takeError()));
          info.addPasses(pm, optionsFor(*target));
          if (info.addVerifyPasses)
            info.addVerifyPasses(pm);
          return mlir::success();
        };
    auto listOptions =
        [](llvm::function_ref<void(const mlir::detail::PassOptions &)> list) {
          list(PhasePipelineOptions());
        };
    mlir::registerPassPipeline(("tenon-phase-" + info.name).str(),
                               info.description, build, listOptions);
  }
}

} // namespace tenon::pipeline
