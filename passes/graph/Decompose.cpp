//===- Decompose.cpp - Replace composite ops by their primitives ----------===//

#include "passes/Passes.h"

#include "ir/interfaces/DecomposableOpInterface.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tenon {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;

namespace {

/// Matches any composite, gives its primitives.
struct DecomposeComposite
    : public OpInterfaceRewritePattern<DecomposableOpInterface> {
  DecomposeComposite(MLIRContext *context, Pass::Statistic &count)
      : OpInterfaceRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(DecomposableOpInterface op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> values = op.decompose(rewriter);
    if (failed(values))
      return rewriter.notifyMatchFailure(op, "it has no primitives");
    rewriter.replaceOp(op, *values);
    ++count;
    return success();
  }

  Pass::Statistic &count;
};

struct DecomposePass : public tenon::impl::DecomposeBase<DecomposePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DecomposeComposite>(&getContext(), decomposed);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
