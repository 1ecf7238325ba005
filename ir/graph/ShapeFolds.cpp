//===- ShapeFolds.cpp - Folders and canonicalizers of the shape ops -------===//
//
// A chain of moves becomes one move, and a move that does nothing goes away.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Folding.h"
#include "ir/graph/ShapeOps.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/StructureOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tenon::graph;

/// Whether the list counts 0, 1, 2, ...
static bool isCounting(ArrayRef<int64_t> values) {
  for (auto [index, value] : llvm::enumerate(values))
    if (value != static_cast<int64_t>(index))
      return false;
  return true;
}

static bool isAllZero(ArrayRef<int64_t> values) {
  return llvm::all_of(values, [](int64_t value) { return value == 0; });
}

//===----------------------------------------------------------------------===//
// broadcast_in_dim
//===----------------------------------------------------------------------===//

OpFoldResult BroadcastInDimOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getType() &&
      isCounting(getBroadcastDimensions()))
    return getOperand();
  return reshapeSplat(adaptor.getOperand(), getType());
}

namespace {

/// broadcast(broadcast(x)) -> broadcast(x).
struct MergeBroadcasts : OpRewritePattern<BroadcastInDimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BroadcastInDimOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().getDefiningOp<BroadcastInDimOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no broadcast");
    SmallVector<int64_t> mapped;
    for (int64_t dim : inner.getBroadcastDimensions())
      mapped.push_back(op.getBroadcastDimensions()[dim]);
    rewriter.replaceOpWithNewOp<BroadcastInDimOp>(op, op.getType(),
                                                  inner.getOperand(), mapped);
    return success();
  }
};

/// A broadcast that only adds dimensions of one element is a reshape.
struct BroadcastToReshape : OpRewritePattern<BroadcastInDimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BroadcastInDimOp op,
                                PatternRewriter &rewriter) const override {
    auto from = cast<RankedTensorType>(op.getOperand().getType());
    auto to = cast<RankedTensorType>(op.getType());
    if (!from.hasStaticShape() || !to.hasStaticShape() || from.getRank() == 0 ||
        from.getNumElements() != to.getNumElements() ||
        !llvm::is_sorted(op.getBroadcastDimensions()))
      return rewriter.notifyMatchFailure(op, "repeats or moves elements");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, to, op.getOperand());
    return success();
  }
};

/// broadcast(reshape(x)) -> broadcast(x) where the reshape only adds dimensions
/// of one element.
struct BroadcastPastReshape : OpRewritePattern<BroadcastInDimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BroadcastInDimOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no reshape");
    auto from = cast<RankedTensorType>(inner.getOperand().getType());
    auto to = cast<RankedTensorType>(inner.getType());
    if (!from.hasStaticShape() || !to.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "sizes are not known");
    SmallVector<int64_t> dims;
    for (auto [dim, size] : llvm::enumerate(to.getShape())) {
      size_t next = dims.size();
      if (next < from.getShape().size() && from.getDimSize(next) == size)
        dims.push_back(op.getBroadcastDimensions()[dim]);
      else if (size != 1)
        return rewriter.notifyMatchFailure(op, "reshape changes dimensions");
    }
    if (dims.size() != from.getShape().size())
      return rewriter.notifyMatchFailure(op, "reshape drops dimensions");
    rewriter.replaceOpWithNewOp<BroadcastInDimOp>(op, op.getType(),
                                                  inner.getOperand(), dims);
    return success();
  }
};

/// reshape(reshape(x)) -> reshape(x).
struct MergeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no reshape");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(),
                                           inner.getOperand());
    return success();
  }
};

/// transpose(transpose(x)) -> transpose(x).
struct MergeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no transpose");
    SmallVector<int64_t> permutation;
    for (int64_t dim : op.getPermutation())
      permutation.push_back(inner.getPermutation()[dim]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, inner.getOperand(),
                                             permutation);
    return success();
  }
};

/// slice(slice(x)) -> slice(x).
struct MergeSlices : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().getDefiningOp<SliceOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no slice");
    SmallVector<int64_t> starts, limits, strides;
    for (auto [index, dim, size] :
         llvm::enumerate(getDims(op), getDims(inner.getOperand()))) {
      int64_t step = inner.getStrides()[index];
      int64_t start =
          inner.getStartIndices()[index] + op.getStartIndices()[index] * step;
      // One element or none has no stride, and the product might overflow; an
      // empty slice may start past the end.
      int64_t stride = dim.size > 1 ? step * op.getStrides()[index] : 1;
      starts.push_back(std::min(start, size.size));
      limits.push_back(dim.size == 0 ? starts.back()
                                     : start + (dim.size - 1) * stride + 1);
      strides.push_back(stride);
    }
    rewriter.replaceOpWithNewOp<SliceOp>(op, inner.getOperand(), starts, limits,
                                         strides);
    return success();
  }
};

/// dynamic_slice at constant places -> slice.
struct FixDynamicSlice : OpRewritePattern<DynamicSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DynamicSliceOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> starts, limits;
    for (auto [start, dim, size] :
         llvm::zip(op.getStartIndices(), getDims(op.getOperand()),
                   op.getSliceSizes())) {
      DenseIntElementsAttr value;
      if (dim.bounded || !matchPattern(start, m_Constant(&value)))
        return rewriter.notifyMatchFailure(op, "a start is not constant");
      APInt number = value.getSplatValue<APInt>();
      APInt last(number.getBitWidth() + 64, dim.size - size);
      bool isUnsigned = value.getElementType().isUnsignedInteger();
      APInt wide = isUnsigned ? number.zext(last.getBitWidth())
                              : number.sext(last.getBitWidth());
      if (wide.isNegative())
        wide = APInt(last.getBitWidth(), 0);
      starts.push_back((wide.ugt(last) ? last : wide).getSExtValue());
      limits.push_back(starts.back() + size);
    }
    rewriter.replaceOpWithNewOp<SliceOp>(
        op, op.getOperand(), starts, limits,
        SmallVector<int64_t>(starts.size(), 1));
    return success();
  }
};

} // namespace

void BroadcastInDimOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                   MLIRContext *context) {
  patterns.add<MergeBroadcasts, BroadcastToReshape, BroadcastPastReshape>(
      context);
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<MergeReshapes>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<MergeTransposes>(context);
}

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<MergeSlices>(context);
}

void DynamicSliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<FixDynamicSlice>(context);
}

//===----------------------------------------------------------------------===//
// Folders
//===----------------------------------------------------------------------===//

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getType())
    return getOperand();
  if (auto dense = dyn_cast_if_present<DenseElementsAttr>(adaptor.getOperand()))
    return dense.reshape(getType());
  return {};
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isCounting(getPermutation()))
    return getOperand();
  return reshapeSplat(adaptor.getOperand(), getType());
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  // A slice of the operand's own type takes all of it.
  if (getOperand().getType() == getType())
    return getOperand();
  return reshapeSplat(adaptor.getOperand(), getType());
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  bool nothing = isAllZero(getEdgePaddingLow()) &&
                 isAllZero(getEdgePaddingHigh()) &&
                 isAllZero(getInteriorPadding());
  return nothing ? getOperand() : Value();
}

/// Short lists of numbers are sizes, which front ends put together.
static constexpr int64_t kLongestFoldedList = 64;

OpFoldResult ConcatenateOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  auto type = getTensor(getResult());
  if (type.getRank() != 1 || !type.hasStaticShape() ||
      type.getNumElements() > kLongestFoldedList ||
      !type.getElementType().isIntOrFloat())
    return {};
  SmallVector<Attribute> elements;
  for (Attribute input : adaptor.getInputs()) {
    auto list = llvm::dyn_cast_if_present<DenseElementsAttr>(input);
    if (!list)
      return {};
    llvm::append_range(elements, list.getValues<Attribute>());
  }
  return DenseElementsAttr::get(type, elements);
}

OpFoldResult ReverseOp::fold(FoldAdaptor adaptor) {
  Dims dims = getDims(getOperand());
  if (llvm::all_of(getDimensions(),
                   [&](int64_t dim) { return dims[dim] == Dim{1}; }))
    return getOperand();
  return getSplat(adaptor.getOperand());
}

OpFoldResult DynamicUpdateSliceOp::fold(FoldAdaptor) {
  // An update of the operand's own type overwrites all of it.
  return getUpdate().getType() == getOperand().getType() ? getUpdate()
                                                         : Value();
}
