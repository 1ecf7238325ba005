#include "backends/common/math/MathExpansion.h"

#include "backends/common/math/DoubleFunctions.h"
#include "backends/common/math/MathFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace {

/// Whether ops on `type` are expanded: on f32, what is narrower, and f64.
bool isExpanded(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (auto vector = dyn_cast<VectorType>(type); vector && vector.isScalable())
    return false;
  return element.isF32() || element.isF16() || element.isBF16() ||
         element.isF64();
}

tenon::math::Real widened(const tenon::math::LaneBuilder &lanes, Value value) {
  tenon::math::Real x(lanes, value);
  return x.element().isF64() ? x : x.convert(lanes.b.getF32Type());
}

/// Replaces op(x) by `function`, which is computed in f32 or f64.
template <typename Op, tenon::math::Real (*function)(tenon::math::Real)>
struct ExpandUnary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isExpanded(op.getType()))
      return rewriter.notifyMatchFailure(op, "not f64 or narrower");
    tenon::math::LaneBuilder lanes{rewriter, op.getLoc(),
                                   dyn_cast<VectorType>(op.getType())};
    tenon::math::Real y = function(widened(lanes, op.getOperand()));
    rewriter.replaceOp(op, y.convert(getElementTypeOrSelf(op.getType())).value);
    return success();
  }
};

/// The same for op(x, y).
template <typename Op,
          tenon::math::Real (*function)(tenon::math::Real, tenon::math::Real)>
struct ExpandBinary : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isExpanded(op.getType()))
      return rewriter.notifyMatchFailure(op, "not f64 or narrower");
    tenon::math::LaneBuilder lanes{rewriter, op.getLoc(),
                                   dyn_cast<VectorType>(op.getType())};
    tenon::math::Real y =
        function(widened(lanes, op.getLhs()), widened(lanes, op.getRhs()));
    rewriter.replaceOp(op, y.convert(getElementTypeOrSelf(op.getType())).value);
    return success();
  }
};

/// Replaces op(x) on f64 alone.
template <typename Op, tenon::math::Real (*function)(tenon::math::Real)>
struct ExpandDouble : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isExpanded(op.getType()) ||
        !getElementTypeOrSelf(op.getType()).isF64())
      return rewriter.notifyMatchFailure(op, "not f64");
    tenon::math::LaneBuilder lanes{rewriter, op.getLoc(),
                                   dyn_cast<VectorType>(op.getType())};
    rewriter.replaceOp(
        op, function(tenon::math::Real(lanes, op.getOperand())).value);
    return success();
  }
};

/// rsqrt(x) = 1 / sqrt(x): two correctly rounded steps, within 1 ulp.
struct ExpandRsqrt : OpRewritePattern<mlir::math::RsqrtOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(mlir::math::RsqrtOp op,
                                PatternRewriter &rewriter) const override {
    if (!isExpanded(op.getType()))
      return rewriter.notifyMatchFailure(op, "unknown type");
    tenon::math::LaneBuilder lanes{rewriter, op.getLoc(),
                                   dyn_cast<VectorType>(op.getType())};
    tenon::math::Real x(lanes, op.getOperand());
    if (!x.element().isF64())
      x = x.convert(rewriter.getF32Type());
    tenon::math::Real y = 1.0 / tenon::math::sqrt(x);
    rewriter.replaceOp(op, y.convert(getElementTypeOrSelf(op.getType())).value);
    return success();
  }
};

/// Whether LLVM would lower `op` to a call.
bool needsLibrary(Operation *op) {
  namespace ops = mlir::math;
  if (isa<arith::RemFOp>(op))
    return true;
  if (!isa_and_nonnull<ops::MathDialect>(op->getDialect()))
    return false;
  return !isa<ops::AbsFOp, ops::AbsIOp, ops::CeilOp, ops::ClampFOp,
              ops::CopySignOp, ops::CountLeadingZerosOp,
              ops::CountTrailingZerosOp, ops::CtPopOp, ops::FloorOp, ops::FmaOp,
              ops::IPowIOp, ops::IsFiniteOp, ops::IsInfOp, ops::IsNaNOp,
              ops::IsNormalOp, ops::RoundEvenOp, ops::RoundOp, ops::SqrtOp,
              ops::TruncOp>(op);
}

struct ExpandMathPass : PassWrapper<ExpandMathPass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandMathPass)

  StringRef getArgument() const override { return "tenon-expand-math"; }
  StringRef getDescription() const override {
    return "Replace math ops by arithmetic, so that no kernel calls libm";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, mlir::math::MathDialect,
                    scf::SCFDialect, vector::VectorDialect>();
  }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    tenon::math::populateMathExpansionPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    // What is left would be a call of libm, which no kernel may make.
    getOperation()->walk([&](Operation *op) {
      if (!needsLibrary(op))
        return;
      op->emitError("has no expansion for ") << op->getResult(0).getType();
      signalPassFailure();
    });
  }
};

} // namespace

void tenon::math::populateMathExpansionPatterns(RewritePatternSet &patterns) {
  namespace ops = mlir::math;
  patterns
      .add<ExpandUnary<ops::ExpOp, exp>, ExpandUnary<ops::Exp2Op, exp2>,
           ExpandUnary<ops::ExpM1Op, expm1>, ExpandUnary<ops::LogOp, log>,
           ExpandUnary<ops::Log2Op, log2>, ExpandUnary<ops::Log10Op, log10>,
           ExpandUnary<ops::Log1pOp, log1p>, ExpandUnary<ops::TanhOp, tanh>,
           ExpandUnary<ops::ErfOp, erf>, ExpandUnary<ops::SinOp, sin>,
           ExpandUnary<ops::CosOp, cos>, ExpandUnary<ops::TanOp, tan>,
           ExpandUnary<ops::CbrtOp, cbrt>, ExpandDouble<ops::ErfcOp, f64::erfc>,
           ExpandUnary<ops::AtanOp, atan>, ExpandBinary<ops::PowFOp, pow>,
           ExpandBinary<ops::Atan2Op, atan2>,
           ExpandBinary<arith::RemFOp, remainder>, ExpandRsqrt>(
          patterns.getContext());
  // Rarer functions, by MLIR's own formulas in terms of those above.
  mlir::math::populateExpansionPatterns(
      patterns, {"sinh", "cosh", "asinh", "acosh", "atanh", "fpowi"});
  populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
    return llvm::is_contained({"math.asin", "math.acos", "math.erfc"}, name);
  });
}

std::unique_ptr<Pass> tenon::math::createExpandMathPass() {
  return std::make_unique<ExpandMathPass>();
}
