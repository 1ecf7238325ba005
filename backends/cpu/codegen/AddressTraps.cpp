#include "backends/cpu/codegen/AddressTraps.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Instrumentation/AddressSanitizer.h"

#include <limits>

using namespace llvm;

void tenon::cpu::prepareForAddressChecks(Module &module) {
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(Attribute::SanitizeAddress);
  // Tables stay as they are laid out: their surroundings would have to be
  // registered with the runtime library.
  for (GlobalVariable &global : module.globals()) {
    GlobalValue::SanitizerMetadata metadata;
    metadata.NoAddress = true;
    global.setSanitizerMetadata(metadata);
  }
}

void tenon::cpu::addAddressChecks(ModulePassManager &manager) {
  AddressSanitizerOptions options;
  options.UseAfterReturn = AsanDetectStackUseAfterReturnMode::Never;
  options.InsertVersionCheck = false;
  // Checks stand inline, however many there are.
  options.InstrumentationWithCallsThreshold = std::numeric_limits<int>::max();
  options.MaxInlinePoisoningSize = std::numeric_limits<uint32_t>::max();
  manager.addPass(AddressSanitizerPass(options, /*UseGlobalGC=*/false,
                                       /*UseOdrIndicator=*/false,
                                       AsanDtorKind::None, AsanCtorKind::None));
}

void tenon::cpu::defineAddressReports(Module &module) {
  for (Function &function : module) {
    if (!function.isDeclaration())
      continue;
    bool isReport = function.getName().starts_with("__asan_report_");
    // Only for stacks that are unwound, which kernels' never are.
    if (!isReport && function.getName() != "__asan_handle_no_return")
      continue;
    function.setLinkage(GlobalValue::InternalLinkage);
    function.setDSOLocal(true);
    function.addFnAttr(Attribute::NoInline);
    IRBuilder<> b(BasicBlock::Create(module.getContext(), "", &function));
    if (!isReport) {
      b.CreateRetVoid();
      continue;
    }
    b.CreateIntrinsic(Intrinsic::trap, {});
    b.CreateUnreachable();
  }
}
