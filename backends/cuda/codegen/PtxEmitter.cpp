#include "backends/cuda/codegen/PtxEmitter.h"

#include "backends/common/codegen/TargetMachine.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"

using namespace llvm;
using tenon::target::TargetDescription;

Expected<std::unique_ptr<TargetMachine>>
tenon::cuda::createTargetMachine(const TargetDescription &target) {
  auto checkTriple = [](const Triple &triple) -> std::string {
    if (triple.isNVPTX() && triple.isArch64Bit())
      return "";
    return "no kernels are generated for " + triple.str() +
           ", only for nvptx64";
  };
  auto check = [&](const MCSubtargetInfo &subtarget) -> std::string {
    if (!subtarget.isCPUStringValid(target.cpu))
      return "LLVM knows no GPU '" + target.cpu + "'";
    if (!knowsFeature(subtarget, target.ptx))
      return "LLVM knows no PTX version '" + target.ptx + "'";
    return "";
  };
  MachineOptions options;
  options.features = "+" + target.ptx;
  options.level = CodeGenOptLevel::Aggressive;
  return tenon::createTargetMachine(target, options, checkTriple, check);
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
