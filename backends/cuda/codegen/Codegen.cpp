#include "backends/cuda/codegen/Codegen.h"

#include "backends/cuda/codegen/Assembler.h"
#include "backends/cuda/codegen/LowerToNvvm.h"
#include "backends/cuda/codegen/PtxEmitter.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace tenon::cuda;

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

/// The memory that a launch adds to a block's is declared, not defined: a
/// definition of no bytes would be given an address of its own, and the memory
/// would begin behind it.
static void declareSharedMemory(llvm::Module &module) {
  for (llvm::GlobalVariable &global : module.globals()) {
    if (!global.getName().starts_with("__dynamic_shmem__"))
      continue;
    global.setInitializer(nullptr);
    global.setLinkage(llvm::GlobalValue::ExternalLinkage);
  }
}

/// 32-bit index arithmetic takes half the instructions; offsets of all buffers
/// must fit.
static unsigned chooseIndexBits(ModuleOp module) {
  unsigned bits = 32;
  module.walk([&](gpu::GPUFuncOp function) {
    for (Type type : function.getArgumentTypes())
      if (auto memref = dyn_cast<MemRefType>(type))
        if (memref.getNumElements() > std::numeric_limits<int32_t>::max() / 2)
          bits = 64;
  });
  return bits;
}

FailureOr<DeviceCode>
tenon::cuda::compileToDevice(ModuleOp module, const CodegenOptions &options) {
  auto fail = [&](llvm::Error error) -> FailureOr<DeviceCode> {
    return module.emitError(llvm::toString(std::move(error)));
  };
  PassManager lowering(module.getContext());
  addLoweringPasses(lowering, chooseIndexBits(module));
  if (failed(lowering.run(module)))
    return failure();
  dumpStage(options, "nvvm", [&](raw_ostream &os) { module.print(os); });
  auto modules = module.getOps<gpu::GPUModuleOp>();
  if (!llvm::hasSingleElement(modules))
    return module.emitError("needs exactly one gpu.module");

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(*modules.begin(), context, "kernels");
  if (!code)
    return module.emitError("translation to LLVM IR failed");
  declareSharedMemory(*code);
  dumpStage(options, "llvm-ir", [&](raw_ostream &os) { code->print(os, {}); });
  auto machine = createTargetMachine(options.target);
  if (!machine)
    return fail(machine.takeError());
  optimizeModule(*code, **machine);
  dumpStage(options, "llvm-ir-opt",
            [&](raw_ostream &os) { code->print(os, {}); });
  auto ptx = emitPtx(*code, **machine);
  if (!ptx)
    return fail(ptx.takeError());
  dumpStage(options, "ptx", [&](raw_ostream &os) { os << *ptx; });
  DeviceCode result{std::move(*ptx), {}};
  if (options.assembler.empty())
    return result;
  std::string report;
  auto cubin =
      assemble(options.assembler, result.ptx, options.target.cpu, &report);
  if (!cubin)
    return fail(cubin.takeError());
  dumpStage(options, "ptxas", [&](raw_ostream &os) { os << report; });
  result.cubin = std::move(*cubin);
  return result;
}
