#include "backends/cpu/codegen/Codegen.h"

#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/codegen/LowerToLLVM.h"
#include "backends/cpu/codegen/ObjectEmitter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/Cloning.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif

using namespace mlir;
using namespace tenon::cpu;

/// Whether this process has AddressSanitizer's shadow memory, and code for
/// `target` may run in it.
static bool
hostChecksAddresses(const tenon::target::TargetDescription &target) {
#if __has_feature(address_sanitizer)
  llvm::Triple host(llvm::sys::getProcessTriple());
  return llvm::Triple(target.triple).getArch() == host.getArch();
#else
  return false;
#endif
}

template <typename Printable>
static void dumpStage(const CodegenOptions &options, StringRef stage,
                      Printable print) {
  if (!options.dump)
    return;
  std::string text;
  llvm::raw_string_ostream os(text);
  print(os);
  options.dump(stage, text);
}

FailureOr<CodeImage> tenon::cpu::compileToImage(ModuleOp module,
                                                const CodegenOptions &options) {
  auto fail = [&](llvm::Error error) -> FailureOr<CodeImage> {
    return module.emitError(llvm::toString(std::move(error)));
  };
  PassManager lowering(module.getContext());
  addLoweringPasses(lowering);
  if (failed(lowering.run(module)) || failed(wrapKernelAbi(module)))
    return failure();
  if (options.debugInfo) {
    // After the wrappers, which need scopes of their own.
    PassManager scopes(module.getContext());
    scopes.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
    if (failed(scopes.run(module)))
      return failure();
  }
  dumpStage(options, "llvm-dialect",
            [&](raw_ostream &os) { module.print(os); });

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(module, context, "kernels");
  if (!code)
    return module.emitError("translation to LLVM IR failed");
  dumpStage(options, "llvm-ir", [&](raw_ostream &os) { code->print(os, {}); });

  auto machine = createTargetMachine(options.target, options.optLevel);
  if (!machine)
    return fail(machine.takeError());
  optimizeModule(*code, **machine, options.target,
                 {options.optLevel, options.sanitizeAddress ||
                                        hostChecksAddresses(options.target)});
  dumpStage(options, "llvm-ir-opt",
            [&](raw_ostream &os) { code->print(os, {}); });
  if (options.dump) {
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*code);
    auto assembly = emitObject(*copy, **machine, /*assembly=*/true);
    if (!assembly)
      return fail(assembly.takeError());
    options.dump("assembly", StringRef(assembly->data(), assembly->size()));
  }

  auto object = emitObject(*code, **machine);
  if (!object)
    return fail(object.takeError());
  auto image = linkImage(*object, {options.debugInfo});
  if (!image)
    return fail(image.takeError());
  return std::move(*image);
}
