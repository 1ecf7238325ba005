//===- ScatterToSelect.cpp - Write scatters of one place a row as selections =//

#include "passes/Passes.h"

#include "ir/graph/Reducers.h"
#include "ir/graph/ValueBuilder.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tenon {
#define GEN_PASS_DEF_SCATTERTOSELECT
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

namespace {

/// How the updates' dimensions stand in the input.
struct Correspondence {
  /// The updates' dimension of an input dimension, or -1 where every update of
  /// a row has its place chosen by an index.
  SmallVector<int64_t> updateDim;
};

/// Matches a scatter whose index vectors number at most one per element of the
/// batching dimensions, and whose slices take one element along each dimension
/// that an index chooses: the place of an element then decides which update it
/// may get.
FailureOr<Correspondence> match(ScatterOp op) {
  if (op.getInputs().size() != 1)
    return failure();
  auto input = cast<RankedTensorType>(op.getInputs().front().getType());
  auto updates = cast<RankedTensorType>(op.getUpdates().front().getType());
  if (!input.hasStaticShape() || !updates.hasStaticShape() ||
      updates.getNumElements() == 0)
    return failure();
  int64_t vectorDim = op.getIndexVectorDim();
  SmallVector<int64_t> batchDims =
      getComplement(updates.getRank(), {op.getUpdateWindowDims()});
  Correspondence result;
  result.updateDim.assign(input.getRank(), -1);
  SmallVector<int64_t> matched;
  for (auto [dim, from] : llvm::zip_equal(op.getInputBatchingDims(),
                                          op.getScatterIndicesBatchingDims())) {
    int64_t batch = batchDims[from < vectorDim ? from : from - 1];
    result.updateDim[dim] = batch;
    matched.push_back(batch);
  }
  for (int64_t dim : batchDims)
    if (!llvm::is_contained(matched, dim) && updates.getDimSize(dim) != 1)
      return failure();
  size_t next = 0;
  for (int64_t dim = 0; dim < input.getRank(); ++dim) {
    if (llvm::is_contained(op.getInsertedWindowDims(), dim) ||
        llvm::is_contained(op.getInputBatchingDims(), dim))
      continue;
    int64_t window = op.getUpdateWindowDims()[next++];
    bool isChosen = llvm::is_contained(op.getScatterDimsToOperandDims(), dim);
    int64_t size = updates.getDimSize(window);
    if (isChosen ? size != 1 : size != input.getDimSize(dim))
      return failure();
    if (!isChosen)
      result.updateDim[dim] = window;
  }
  // An inserted dimension that no index chooses stands at 0.
  for (int64_t dim : op.getInsertedWindowDims())
    if (!llvm::is_contained(op.getScatterDimsToOperandDims(), dim) &&
        input.getDimSize(dim) != 1)
      return failure();
  return result;
}

/// A value with the updates' or the indices' dimensions in the input's shape:
/// dimension `from[d]` becomes d, those that no d names have size 1 and go.
Value spread(ValueBuilder &b, Value value, ArrayRef<int64_t> from, Type like) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> kept, shape, places;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (const int64_t *it = llvm::find(from, dim); it != from.end()) {
      shape.push_back(type.getDimSize(dim));
      places.push_back(it - from.begin());
    }
  if ((int64_t)shape.size() != type.getRank())
    value = b.reshape(value, shape);
  return b.broadcast(value, like, places);
}

/// Applies a scatter's body to whole tensors; null if it holds anything but
/// element-wise ops and constants.
Value apply(ValueBuilder &b, Region &body, Value current, Value update) {
  Block &block = body.front();
  auto shape = cast<RankedTensorType>(current.getType());
  IRMapping map;
  map.map(block.getArgument(0), current);
  map.map(block.getArgument(1), update);
  for (Operation &op : block.without_terminator()) {
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      map.map(constant.getResult(),
              b.broadcast(b.constant(constant.getValue()), shape, {}));
      continue;
    }
    Operation *copy = b.getBuilder().clone(op, map);
    for (Value result : copy->getResults())
      result.setType(withElement(
          shape, cast<RankedTensorType>(result.getType()).getElementType()));
  }
  return map.lookupOrDefault(block.getTerminator()->getOperand(0));
}

struct RewriteScatter : OpRewritePattern<ScatterOp> {
  RewriteScatter(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(ScatterOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Correspondence> match = ::match(op);
    if (failed(match))
      return rewriter.notifyMatchFailure(
          op, "several updates may go to one place, or slices are partial");
    Block &block = op.getBody().front();
    if (llvm::any_of(block.without_terminator(), [](Operation &inner) {
          return !isa<ConstantOp>(inner) && !inner.hasTrait<Elementwise>();
        }))
      return rewriter.notifyMatchFailure(op, "its body is not element-wise");
    ValueBuilder b(rewriter, op.getLoc());
    Value input = op.getInputs().front(), update = op.getUpdates().front();
    Type like = input.getType();
    Value hit;
    for (auto [i, dim] : llvm::enumerate(op.getScatterDimsToOperandDims())) {
      Value index = component(b, op, i, match->updateDim, like);
      Value place = b.make<IotaOp>(index.getType(), dim);
      Value equal = b.compare(ComparisonDirection::EQ, place, index);
      hit = hit ? b.make<AndOp>(hit, equal) : equal;
    }
    Value combined = apply(b, op.getBody(), input,
                           spread(b, update, match->updateDim, like));
    rewriter.replaceOp(op, hit ? b.select(hit, combined, input) : combined);
    ++count;
    return success();
  }

  /// Component i of the index vectors, in the input's shape.
  static Value component(ValueBuilder &b, ScatterOp op, int64_t i,
                         ArrayRef<int64_t> updateDim, Type like) {
    Value indices = op.getScatterIndices();
    auto type = getTensor(indices);
    int64_t vectorDim = op.getIndexVectorDim();
    if (vectorDim < type.getRank()) {
      SmallVector<int64_t> starts(type.getRank(), 0);
      SmallVector<int64_t> limits = llvm::to_vector(type.getShape());
      starts[vectorDim] = i;
      limits[vectorDim] = i + 1;
      if (type.getDimSize(vectorDim) != 1)
        indices = b.slice(indices, starts, limits);
    }
    // The indices' dimension of each input dimension.
    SmallVector<int64_t> from(updateDim.size(), -1);
    for (auto [dim, batch] : llvm::zip_equal(
             op.getInputBatchingDims(), op.getScatterIndicesBatchingDims()))
      from[dim] = batch;
    // A narrow type may not hold all places.
    Type element = type.getElementType();
    if (element.getIntOrFloatBitWidth() < 32)
      indices = b.convert(indices, b.getBuilder().getI32Type());
    return spread(b, indices, from, like);
  }

  Pass::Statistic &count;
};

struct ScatterToSelectPass
    : public tenon::impl::ScatterToSelectBase<ScatterToSelectPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RewriteScatter>(&getContext(), rewritten);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
