#include "backends/common/math/MathExpansion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace {

/// Expands what LLVM lacks. MLIR's own pass for this would also replace maximum
/// and minimum, by comparisons that lose the order of zeros.
struct ExpandArithPass : PassWrapper<ExpandArithPass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandArithPass)

  StringRef getArgument() const override { return "tenon-expand-arith"; }
  StringRef getDescription() const override {
    return "Expand divisions that round down and conversions of bf16";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, vector::VectorDialect>();
  }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    // Conversions from and to bf16 have no instruction on most targets; LLVM
    // would call its runtime library.
    arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

std::unique_ptr<Pass> tenon::math::createExpandArithPass() {
  return std::make_unique<ExpandArithPass>();
}
