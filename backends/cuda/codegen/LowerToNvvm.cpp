#include "backends/cuda/codegen/LowerToNvvm.h"

#include "backends/common/math/MathExpansion.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMInterface.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void tenon::cuda::registerCodegenDialects(DialectRegistry &registry) {
  registry.insert<NVVM::NVVMDialect, LLVM::LLVMDialect, gpu::GPUDialect>();
  // The pass asks the dialects themselves for their patterns.
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertFuncToLLVMInterface(registry);
  index::registerConvertIndexToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  ub::registerConvertUBToLLVMInterface(registry);
  vector::registerConvertVectorToLLVMInterface(registry);
  registerBuiltinDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

namespace {

/// Everything that is left in a gpu.module to LLVM and NVVM at once. MLIR's own
/// pass for this refuses LLVM's intrinsics for math, in favour of libdevice;
/// those that are left when math is expanded have instructions.
struct ConvertKernelsPass
    : PassWrapper<ConvertKernelsPass, OperationPass<gpu::GPUModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ConvertKernelsPass)
  explicit ConvertKernelsPass(unsigned indexBits) : indexBits(indexBits) {}

  StringRef getArgument() const override { return "tenon-kernels-to-nvvm"; }
  StringRef getDescription() const override {
    return "Convert GPU kernels to the LLVM and NVVM dialects";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect, NVVM::NVVMDialect>();
  }
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    LowerToLLVMOptions options(context, DataLayout(getOperation()));
    options.overrideIndexBitwidth(indexBits);
    options.useBarePtrCallConv = true;
    LLVMTypeConverter converter(context, options);
    configureGpuToNVVMTypeConverter(converter);
    LLVMConversionTarget target(*context);
    RewritePatternSet patterns(context);
    // Last in turn: among them are some that would call libdevice for what
    // the dialects' own patterns have instructions for.
    populateGpuToNVVMConversionPatterns(converter, patterns, /*benefit=*/0);
    for (Dialect *dialect : context->getLoadedDialects())
      if (auto *convertible = dyn_cast<ConvertToLLVMPatternInterface>(dialect))
        convertible->populateConvertToLLVMConversionPatterns(target, converter,
                                                             patterns);
    target.addLegalDialect<LLVM::LLVMDialect, NVVM::NVVMDialect>();
    target.addIllegalDialect<gpu::GPUDialect>();
    target.addLegalOp<gpu::GPUModuleOp>();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }

private:
  unsigned indexBits;
};

} // namespace

void tenon::cuda::addLoweringPasses(OpPassManager &manager,
                                    unsigned indexBits) {
  OpPassManager &module = manager.nest<gpu::GPUModuleOp>();
  OpPassManager &functions = module.nest<gpu::GPUFuncOp>();
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createLoopInvariantCodeMotionPass());

  // Before any conversion of math: what is left of it then has instructions,
  // and the conversion to NVVM would call libdevice for it.
  functions.addPass(tenon::math::createExpandMathPass());
  functions.addPass(tenon::math::createExpandArithPass());
  functions.addPass(createConvertVectorToSCFPass());
  module.addPass(createSCFToControlFlowPass());
  module.addPass(memref::createExpandStridedMetadataPass());
  module.addPass(createLowerAffinePass());
  module.addPass(std::make_unique<ConvertKernelsPass>(indexBits));
  module.addPass(createReconcileUnrealizedCastsPass());
  module.addPass(createCanonicalizerPass());
  module.addPass(createCSEPass());
}
