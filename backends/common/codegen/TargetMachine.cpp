#include "backends/common/codegen/TargetMachine.h"

#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace llvm;

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
  });
}

bool tenon::knowsFeature(const MCSubtargetInfo &subtarget, StringRef feature) {
  return any_of(
      subtarget.getAllProcessorFeatures(),
      [&](const SubtargetFeatureKV &known) { return feature == known.Key; });
}

Expected<std::unique_ptr<TargetMachine>> tenon::createTargetMachine(
    const target::TargetDescription &target, const MachineOptions &options,
    function_ref<std::string(const Triple &)> checkTriple,
    function_ref<std::string(const MCSubtargetInfo &)> check) {
  initializeTargets();
  Triple triple(target.triple);
  std::string prefix = "target " + target.name + ": ", error;
  const Target *llvmTarget = TargetRegistry::lookupTarget(triple, error);
  if (!llvmTarget)
    return createStringError(prefix + error);
  if (error = checkTriple(triple); !error.empty())
    return createStringError(prefix + error);
  std::unique_ptr<MCSubtargetInfo> subtarget(
      llvmTarget->createMCSubtargetInfo(triple, "", ""));
  if (error = check(*subtarget); !error.empty())
    return createStringError(prefix + error);
  TargetOptions machineOptions;
  // A multiply and an add may become one FMA; nothing else is relaxed.
  machineOptions.AllowFPOpFusion = FPOpFusion::Fast;
  return std::unique_ptr<TargetMachine>(llvmTarget->createTargetMachine(
      triple, target.cpu, options.features, machineOptions, options.relocation,
      std::nullopt, options.level));
}
