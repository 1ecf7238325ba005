#include "backends/cpu/codegen/ObjectEmitter.h"

#include "backends/cpu/codegen/AddressTraps.h"
#include "backends/cpu/codegen/BrainFloat.h"
#include "backends/cpu/codegen/MaskedStores.h"

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

static std::string featureString(const TargetDescription &target) {
  std::string text;
  for (const std::string &feature : target.features)
    text += (text.empty() ? "+" : ",+") + feature;
  return text;
}

/// Refuses what LLVM would only warn of: a description may come from a user.
static Error checkDescription(const TargetDescription &target,
                              const Triple &triple, const Target &llvmTarget) {
  std::string prefix = "target " + target.name + ": ";
  std::string arch = triple.getArchName().str();
  if (!triple.isOSBinFormatELF() || !(triple.isX86_64() || triple.isAArch64()))
    return createStringError(prefix + "no code is generated for " +
                             triple.str() +
                             ", only for ELF on x86_64 and aarch64");
  std::unique_ptr<MCSubtargetInfo> subtarget(
      llvmTarget.createMCSubtargetInfo(triple, "", ""));
  if (!target.cpu.empty() && !subtarget->isCPUStringValid(target.cpu))
    return createStringError(prefix + "LLVM knows no CPU '" + target.cpu +
                             "' of " + arch);
  for (const std::string &feature : target.features)
    if (none_of(subtarget->getAllProcessorFeatures(),
                [&](const SubtargetFeatureKV &known) {
                  return feature == known.Key;
                }))
      return createStringError(prefix + "LLVM knows no feature '" + feature +
                               "' of " + arch);
  return Error::success();
}

Expected<std::unique_ptr<TargetMachine>>
tenon::cpu::createTargetMachine(const TargetDescription &target, int optLevel) {
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
  auto level = CodeGenOpt::getLevel(optLevel);
  return std::unique_ptr<TargetMachine>(llvmTarget->createTargetMachine(
      triple, target.cpu, featureString(target), options, Reloc::PIC_,
      std::nullopt, level.value_or(CodeGenOptLevel::Default)));
}

static OptimizationLevel optimizationLevel(int level) {
  switch (level) {
  case 0:
    return OptimizationLevel::O0;
  case 1:
    return OptimizationLevel::O1;
  case 2:
    return OptimizationLevel::O2;
  default:
    return OptimizationLevel::O3;
  }
}

void tenon::cpu::optimizeModule(Module &module, TargetMachine &machine,
                                const TargetDescription &target,
                                const ObjectOptions &options) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("target-features", featureString(target));
    if (!target.tuneCpu.empty())
      function.addFnAttr("tune-cpu", target.tuneCpu);
    // Without it loops that fill or copy become calls of memset and memcpy.
    function.addFnAttr("no-builtins");
    function.addFnAttr(Attribute::NoUnwind);
  }

  // Emitters write vectors themselves; what is left scalar is cold, and the
  // vectorizers would only add code and compile time.
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.LoopInterleaving = false;
  tuning.SLPVectorization = false;
  PassBuilder builder(&machine, tuning);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  if (options.sanitizeAddress) {
    prepareForAddressChecks(module);
    builder.registerOptimizerLastEPCallback(
        [](ModulePassManager &manager, OptimizationLevel, ThinOrFullLTOPhase) {
          addAddressChecks(manager);
        });
  }
  OptimizationLevel level = optimizationLevel(options.optLevel);
  ModulePassManager manager =
      level == OptimizationLevel::O0
          ? builder.buildO0DefaultPipeline(level)
          : builder.buildPerModuleDefaultPipeline(level);
  manager.run(module, modules);
  for (Function &function : module) {
    useIntegersForBrainFloats(function);
    splitSingleLaneStores(function);
  }
  if (options.sanitizeAddress)
    defineAddressReports(module);
}

Expected<SmallVector<char, 0>>
tenon::cpu::emitObject(Module &module, TargetMachine &machine, bool assembly) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  legacy::PassManager manager;
  if (machine.addPassesToEmitFile(manager, os, nullptr,
                                  assembly ? CodeGenFileType::AssemblyFile
                                           : CodeGenFileType::ObjectFile))
    return createStringError("target %s cannot emit objects",
                             machine.getTargetTriple().str().c_str());
  manager.run(module);
  return bytes;
}
