#include "backends/cuda/codegen/PtxEmitter.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace llvm;
using tenon::target::TargetDescription;

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
  });
}

/// Refuses what LLVM would only warn of: a description may come from a user.
static Error checkDescription(const TargetDescription &target,
                              const Triple &triple, const Target &llvmTarget) {
  std::string prefix = "target " + target.name + ": ";
  if (!triple.isNVPTX() || !triple.isArch64Bit())
    return createStringError(prefix + "no kernels are generated for " +
                             triple.str() + ", only for nvptx64");
  std::unique_ptr<MCSubtargetInfo> subtarget(
      llvmTarget.createMCSubtargetInfo(triple, "", ""));
  if (!subtarget->isCPUStringValid(target.cpu))
    return createStringError(prefix + "LLVM knows no GPU '" + target.cpu + "'");
  if (none_of(subtarget->getAllProcessorFeatures(),
              [&](const SubtargetFeatureKV &known) {
                return target.ptx == known.Key;
              }))
    return createStringError(prefix + "LLVM knows no PTX version '" +
                             target.ptx + "'");
  return Error::success();
}

Expected<std::unique_ptr<TargetMachine>>
tenon::cuda::createTargetMachine(const TargetDescription &target) {
  initializeTargets();
  Triple triple(target.triple);
  std::string error;
  const Target *llvmTarget = TargetRegistry::lookupTarget(triple, error);
  if (!llvmTarget)
    return createStringError("target " + target.name + ": " + error);
  if (Error wrong = checkDescription(target, triple, *llvmTarget))
    return wrong;
  TargetOptions options;
  // A multiply and an add may become one FMA; nothing else is relaxed.
  options.AllowFPOpFusion = FPOpFusion::Fast;
  return std::unique_ptr<TargetMachine>(llvmTarget->createTargetMachine(
      triple, target.cpu, "+" + target.ptx, options, std::nullopt, std::nullopt,
      CodeGenOptLevel::Aggressive));
}

void tenon::cuda::optimizeModule(Module &module, TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr("no-builtins");
  PassBuilder builder(&machine);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3)
      .run(module, modules);
}

Expected<std::string> tenon::cuda::emitPtx(Module &module,
                                           TargetMachine &machine) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  legacy::PassManager manager;
  if (machine.addPassesToEmitFile(manager, os, nullptr,
                                  CodeGenFileType::AssemblyFile))
    return createStringError("target %s cannot emit assembly",
                             machine.getTargetTriple().str().c_str());
  manager.run(module);
  return std::string(bytes.begin(), bytes.end());
}
