// Kernels that apply math expansions to arrays, for measuring their errors.

#ifndef TENON_TEST_BACKENDS_COMMON_MATH_MATHKERNEL_H
#define TENON_TEST_BACKENDS_COMMON_MATH_MATHKERNEL_H

#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/codegen/LowerToLLVM.h"
#include "test/backends/cpu/support/LoadedImage.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <memory>

namespace tenon::cpu {

/// Elements of the arrays that a kernel goes through.
constexpr int64_t blockSize = 4096;

/// One kernel at a time, for this machine.
class MathKernel {
public:
  /// An expansion of what is no op of the math dialect.
  using Emit = mlir::Value (*)(mlir::OpBuilder &, mlir::Location, mlir::Value);

  MathKernel() {
    mlir::DialectRegistry registry;
    registerCodegenDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// A kernel that stores the %y that `body` makes of %x and %z, vectors of
  /// eight of the element type `type`; negf stands for `emit`. Null if it does
  /// not compile.
  KernelFunction compile(llvm::StringRef type, llvm::StringRef body,
                         Emit emit) {
    std::string text = llvm::formatv(R"(
func.func @body(%a: memref<{0}x{1}>, %b: memref<{0}x{1}>, %o: memref<{0}x{1}>,
                %begin: index, %end: index) {{
  %c8 = arith.constant 8 : index
  scf.for %i = %begin to %end step %c8 {{
    %x = vector.load %a[%i] : memref<{0}x{1}>, vector<8x{1}>
    %z = vector.load %b[%i] : memref<{0}x{1}>, vector<8x{1}>
    {2}
    vector.store %y, %o[%i] : memref<{0}x{1}>, vector<8x{1}>
  }
  return
})",
                                     blockSize, type, body);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return nullptr;
    auto function = module->lookupSymbol<mlir::func::FuncOp>("body");
    function.walk([&](mlir::arith::NegFOp op) {
      mlir::OpBuilder b(op);
      op.replaceAllUsesWith(emit(b, op.getLoc(), op.getOperand()));
    });
    CodegenOptions options;
    options.target = llvm::cantFail(target::lookupTarget("native"));
    if (failed(setKernelSignature(function, {"k", 3, 0, false})))
      return nullptr;
    auto image = compileToImage(*module, options);
    if (failed(image))
      return nullptr;
    loaded = std::make_unique<LoadedImage>(*image);
    return loaded->kernel("k");
  }

  mlir::MLIRContext context;

private:
  std::unique_ptr<LoadedImage> loaded;
};

} // namespace tenon::cpu

#endif // TENON_TEST_BACKENDS_COMMON_MATH_MATHKERNEL_H
