// Zeroes what physical layouts add around the elements of a tensor: halos, and
// the filling of last blocks.

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/stage/KernelFrame.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

namespace {

/// One dimension of an output: what the tile covers of it, and what lies
/// around.
struct Surrounded {
  TileRange1D range;
  int64_t low = 0;
  int64_t high = 0;
};

} // namespace

/// How far the storage of each dimension reaches beyond the logical extent.
static void addSurroundings(kernel::LayoutAttr layout,
                            MutableArrayRef<Surrounded> dims) {
  for (auto [i, low] : llvm::enumerate(layout.getHaloLow()))
    dims[i].low = low;
  for (auto [i, high] : llvm::enumerate(layout.getHaloHigh()))
    dims[i].high = high;
  for (auto [dim, block] :
       llvm::zip_equal(layout.getDims(), layout.getBlocks()))
    if (block > 0) {
      int64_t extent = dims[dim].range.extent;
      dims[dim].high = llvm::alignTo(extent, block) - extent;
    }
}

/// The tile's range together with what lies next to it.
static TileRange1D extended(EmitContext &c, const Surrounded &dim) {
  TileRange1D range = dim.range;
  range.extent = dim.range.extent + dim.low + dim.high;
  range.maxCount = dim.range.maxCount + dim.low + dim.high;
  if (!range.split) {
    range.begin = c.index(-dim.low);
    range.end = c.index(dim.range.extent + dim.high);
    range.beginExpr = c.space.constant(-dim.low);
    return range;
  }
  if (dim.low == 0 && dim.high == 0)
    return range;
  auto widen = [&](Value bound, int64_t atValue, int64_t by) -> Value {
    Value isEdge = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::eq,
                                         bound, c.index(atValue));
    Value step =
        arith::SelectOp::create(c.b, c.loc, isEdge, c.index(by), c.index(0));
    return arith::AddIOp::create(c.b, c.loc, bound, step);
  };
  range.begin = widen(range.begin, 0, -dim.low);
  range.end = widen(range.end, dim.range.extent, dim.high);
  range.exact = false;
  // Only its divisor is asked for.
  range.beginExpr = c.space.add(
      {LaneKind::Uniform, range.begin, -dim.low, dim.range.extent, 1});
  return range;
}

void KernelFrame::zeroSurroundings(const StageTarget &target,
                                   const TileBox &box) {
  for (auto [output, storage] :
       llvm::zip_equal(target.outputs, target.storages)) {
    kernel::LayoutAttr layout = kernel.getOutputLayout(output);
    auto type = cast<RankedTensorType>(target.result.getType());
    SmallVector<Surrounded> dims(type.getRank());
    for (auto [dim, extent] : llvm::zip_equal(dims, type.getShape()))
      dim.range = {context.index(0), context.index(extent),
                   context.space.constant(0), extent, extent};
    addSurroundings(layout, dims);
    if (llvm::all_of(dims, [](auto &dim) { return !dim.low && !dim.high; }))
      continue;

    // Which part of the output's dimensions is the tile's.
    IndexMap root;
    SmallVector<int64_t> position;
    for (int64_t dim : target.dims)
      root.push_back(context.space.add(
          {LaneKind::Uniform, {}, 0, box[dim].extent - 1, 1}));
    IndexMap indices = toValueIndices(context.space, target.path, root);
    bool isCut = true;
    SmallVector<Surrounded> whole = dims;
    for (auto [i, index] : llvm::enumerate(indices)) {
      index = context.space.simplify(index);
      for (auto [variable, dim] : llvm::zip_equal(root, target.dims)) {
        if (index == variable)
          dims[i].range = box[dim];
        else if (box[dim].split &&
                 index.isFunctionOfDim(
                     cast<AffineDimExpr>(variable).getPosition()))
          isCut = false;
      }
    }
    // Tiles along a dimension that is reshaped or reversed have no edges there:
    // the first one zeroes all.
    OpBuilder &b = context.b;
    OpBuilder::InsertionGuard whereItStood(b);
    if (!isCut) {
      dims = whole;
      Value isFirst;
      for (const TileRange1D &range : box) {
        if (!range.split)
          continue;
        Value atStart =
            arith::CmpIOp::create(b, context.loc, arith::CmpIPredicate::eq,
                                  range.begin, context.index(0));
        isFirst = isFirst
                      ? arith::AndIOp::create(b, context.loc, isFirst, atStart)
                            .getResult()
                      : atStart;
      }
      auto ifOp = scf::IfOp::create(b, context.loc, isFirst);
      b.setInsertionPoint(ifOp.thenBlock()->getTerminator());
    }
    EmitContext::Scope onlyThere(context);

    // The order of loops: as stored, a blocked dimension where it is innermost.
    SmallVector<int64_t> order;
    for (int64_t dim : llvm::reverse(layout.getDims()))
      if (!llvm::is_contained(order, dim))
        order.insert(order.begin(), dim);
    SmallVector<TileRange1D> ranges;
    int64_t bound = 0;
    for (Surrounded &dim : dims) {
      ranges.push_back(extended(context, dim));
      bound = std::max({bound, dim.low, dim.high});
    }
    Type elementType = type.getElementType();
    for (auto [i, dim] : llvm::enumerate(dims)) {
      auto side = [&](bool isLow, int64_t count) {
        if (count == 0)
          return;
        int64_t extent = dim.range.extent;
        int64_t first = isLow ? -count : extent;
        TileRange1D slab{context.index(first), context.index(first + count),
                         context.space.constant(first), extent, count};
        SmallVector<TileRange1D> slabs = ranges;
        slabs[i] = slab;
        auto fill = [&] {
          EmitContext::Scope scope(context);
          zeroBox(elementType, storage, slabs, order, bound);
        };
        if (!dim.range.split)
          return fill();
        Value isEdge =
            arith::CmpIOp::create(b, context.loc, arith::CmpIPredicate::eq,
                                  isLow ? dim.range.begin : dim.range.end,
                                  context.index(isLow ? 0 : extent));
        auto ifOp = scf::IfOp::create(b, context.loc, isEdge);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(ifOp.thenBlock()->getTerminator());
        fill();
      };
      side(true, dim.low);
      side(false, dim.high);
      // Later slabs leave out what this dimension's have covered.
      ranges[i] = dim.range;
    }
  }
}
