// Emission of gather and, plainly, scatter.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/IndexingOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

namespace {

/// Indices of component `component` of the index vector for batch indices
/// `batch`.
IndexMap vectorIndices(ArrayRef<AffineExpr> batch, int64_t vectorDim,
                       int64_t rank, AffineExpr component) {
  IndexMap indices(batch);
  if (vectorDim < rank)
    indices.insert(indices.begin() + vectorDim, component);
  return indices;
}

struct GatherModel
    : EmitOpInterface::ExternalModel<GatherModel, graph::GatherOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto gather = cast<graph::GatherOp>(op);
    ArrayRef<int64_t> shape = shapeOf(gather.getOperand());
    int64_t vectorDim = gather.getIndexVectorDim();
    int64_t rank = shapeOf(gather.getStartIndices()).size();
    IndexMap batch, offsets;
    for (auto [dim, index] : llvm::enumerate(map))
      (llvm::is_contained(gather.getOffsetDims(), (int64_t)dim) ? offsets
                                                                : batch)
          .push_back(index);

    IndexMap indices(shape.size(), c.space.constant(0));
    size_t next = 0;
    for (size_t dim = 0; dim < shape.size(); ++dim)
      if (!llvm::is_contained(gather.getCollapsedSliceDims(), (int64_t)dim) &&
          !llvm::is_contained(gather.getOperandBatchingDims(), (int64_t)dim))
        indices[dim] = offsets[next++];
    for (auto [dim, from] :
         llvm::zip_equal(gather.getOperandBatchingDims(),
                         gather.getStartIndicesBatchingDims()))
      indices[dim] = batch[from < vectorDim ? from : from - 1];
    for (auto [i, dim] : llvm::enumerate(gather.getStartIndexMap())) {
      Value number = c.emit(
          gather.getStartIndices(),
          vectorIndices(batch, vectorDim, rank, c.space.constant(i)), mask);
      AffineExpr start =
          clampedIndex(c, gather.getResult(), i, batch,
                       toIndex(c, gather.getStartIndices(), number),
                       shape[dim] - gather.getSliceSizes()[dim]);
      indices[dim] = indices[dim] + start;
    }
    return c.emit(gather.getOperand(), indices, mask);
  }
  int64_t getEmitCost(Operation *) const { return 4; }
};

} // namespace

void tenon::emit::attachIndexingModels(MLIRContext *context) {
  graph::GatherOp::attachInterface<GatherModel>(*context);
}
