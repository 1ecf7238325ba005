#include "backends/cpu/codegen/ObjectEmitter.h"

#include "backends/common/codegen/TargetMachine.h"
#include "backends/cpu/codegen/AddressTraps.h"
#include "backends/cpu/codegen/BrainFloat.h"
#include "backends/cpu/codegen/MaskedStores.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"

using namespace llvm;
using tenon::target::TargetDescription;

static std::string featureString(const TargetDescription &target) {
  std::string text;
  for (const std::string &feature : target.features)
    text += (text.empty() ? "+" : ",+") + feature;
  return text;
}

Expected<std::unique_ptr<TargetMachine>>
tenon::cpu::createTargetMachine(const TargetDescription &target, int optLevel) {
  auto checkTriple = [](const Triple &triple) -> std::string {
    if (triple.isOSBinFormatELF() && (triple.isX86_64() || triple.isAArch64()))
      return "";
    return "no code is generated for " + triple.str() +
           ", only for ELF on x86_64 and aarch64";
  };
  auto check = [&](const MCSubtargetInfo &subtarget) -> std::string {
    std::string of = "' of " + subtarget.getTargetTriple().getArchName().str();
    if (!target.cpu.empty() && !subtarget.isCPUStringValid(target.cpu))
      return "LLVM knows no CPU '" + target.cpu + of;
    for (const std::string &feature : target.features)
      if (!knowsFeature(subtarget, feature))
        return "LLVM knows no feature '" + feature + of;
    return "";
  };
  MachineOptions options;
  options.features = featureString(target);
  options.relocation = Reloc::PIC_;
  options.level =
      CodeGenOpt::getLevel(optLevel).value_or(CodeGenOptLevel::Default);
  return tenon::createTargetMachine(target, options, checkTriple, check);
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
