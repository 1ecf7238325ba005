// Emission of gather and of scatter, here as a question to all updates; a
// target's own stage walks the updates instead.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ControlFlowOps.h"
#include "ir/graph/IndexingOps.h"
#include "ir/graph/SortOps.h"

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
      AffineExpr start = clampedIndex(c, gather.getResult(), i, batch,
                                      gather.getStartIndices(), number,
                                      shape[dim] - gather.getSliceSizes()[dim]);
      indices[dim] = indices[dim] + start;
    }
    return c.emit(gather.getOperand(), indices, mask);
  }
  int64_t getEmitCost(Operation *) const { return 4; }
};

/// The updates that reach one element of a scatter's result, in their order.
class ScatterQuestion {
public:
  ScatterQuestion(EmitContext &c, graph::ScatterOp op, const IndexMap &map,
                  Value mask)
      : c(c), op(op), map(map), mask(mask), lanes(c.variesOver(map)) {
    ArrayRef<int64_t> updates = shapeOf(op.getUpdates().front());
    place.resize(updates.size());
    int64_t vectorDim = op.getIndexVectorDim();
    SmallVector<int64_t> batchDims;
    for (auto [dim, extent] : llvm::enumerate(updates))
      if (!llvm::is_contained(op.getUpdateWindowDims(), (int64_t)dim))
        batchDims.push_back(dim);
    // A batching dimension's index is the element's own.
    for (auto [dim, from] : llvm::zip_equal(op.getInputBatchingDims(),
                                            op.getScatterIndicesBatchingDims()))
      place[batchDims[from < vectorDim ? from : from - 1]] = map[dim];
    for (int64_t dim : batchDims)
      if (!place[dim])
        loops.push_back(place[dim] = c.space.add(
                            {LaneKind::Uniform, {}, 0, updates[dim] - 1, 1}));
    for (int64_t dim : batchDims)
      batch.push_back(place[dim]);
  }

  SmallVector<Value> emit() {
    SmallVector<Value> initial;
    for (Value input : op.getInputs()) {
      initial.push_back(c.emit(input, map, mask));
      if (lanes)
        initial.back() = c.toLanes(initial.back());
    }
    if (tensorOf(op.getUpdates().front()).getNumElements() == 0)
      return initial;
    return accumulateOver(c, loops, initial,
                          [&](ValueRange sums) { return ask(sums); });
  }

private:
  /// Where the slice of the index vector at hand begins along a dimension; not
  /// further outside than sums of indices allow.
  AffineExpr startOf(unsigned component, int64_t extent, int64_t window) {
    Value indices = op.getScatterIndices();
    Value number = c.emit(indices,
                          vectorIndices(batch, op.getIndexVectorDim(),
                                        shapeOf(indices).size(),
                                        c.space.constant(component)),
                          mask);
    Value start = boundedIndex(c, indices, number, -window, extent);
    LaneKind kind = c.isLanes(start) ? LaneKind::PerLane : LaneKind::Uniform;
    return c.dynamicIndex(op.getResult(0), component, map,
                          {kind, start, -window, extent, 1});
  }

  SmallVector<Value> ask(ValueRange sums) {
    ArrayRef<int64_t> shape = shapeOf(op.getInputs().front());
    ArrayRef<int64_t> updates = shapeOf(op.getUpdates().front());
    Value uniform, perLane;
    size_t next = 0;
    for (auto [dim, index] : llvm::enumerate(map)) {
      if (llvm::is_contained(op.getInputBatchingDims(), (int64_t)dim))
        continue;
      bool isInserted =
          llvm::is_contained(op.getInsertedWindowDims(), (int64_t)dim);
      int64_t windowDim = isInserted ? -1 : op.getUpdateWindowDims()[next++];
      int64_t window = isInserted ? 1 : updates[windowDim];
      AffineExpr offset = index;
      for (auto [i, chosen] : llvm::enumerate(op.getScatterDimsToOperandDims()))
        if (chosen == (int64_t)dim)
          offset = index - startOf(i, shape[dim], window);
      offset = c.space.simplify(offset);
      bool never = false;
      Value hit = c.isWithin(offset, 0, window, never);
      if (never)
        return sums;
      if (hit) {
        Value &all = c.isLanes(hit) ? perLane : uniform;
        all = c.andMasks(all, hit);
      }
      if (!isInserted)
        place[windowDim] = offset;
    }
    auto combine = [&]() -> SmallVector<Value> {
      IndexMap known(place);
      for (auto [dim, index] : llvm::enumerate(known))
        if (c.space.isUniform(index) &&
            !c.space.getRange(index).within(0, updates[dim] - 1))
          index = c.dynamicIndex(
              op.getResult(0), 100 + dim, map,
              {LaneKind::Uniform, c.evaluate(index), 0, updates[dim] - 1, 1});
      SmallVector<Value> values;
      for (Value update : op.getUpdates()) {
        values.push_back(c.emit(update, known, c.andMasks(mask, perLane)));
        if (lanes)
          values.back() = c.toLanes(values.back());
      }
      SmallVector<Value> combined = applyReducer(c, op.getBody(), sums, values);
      for (auto [value, old] : llvm::zip_equal(combined, sums))
        if (perLane)
          value = arith::SelectOp::create(c.b, c.loc, perLane, value, old);
      return combined;
    };
    return uniform ? c.branchOver(uniform, sums, combine) : combine();
  }

  EmitContext &c;
  graph::ScatterOp op;
  const IndexMap &map;
  Value mask;
  bool lanes;
  /// Indices of the update, the batch ones of which are known before its place.
  IndexMap place, batch;
  SmallVector<AffineExpr> loops;
};

struct ScatterModel
    : EmitOpInterface::ExternalModel<ScatterModel, graph::ScatterOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned number,
               const IndexMap &map, Value mask) const {
    SmallVector<Value> values =
        ScatterQuestion(c, cast<graph::ScatterOp>(op), map, mask).emit();
    for (auto [i, result] : llvm::enumerate(op->getResults()))
      if (i != number && !mask)
        c.bindValue(result, map, values[i]);
    return values[number];
  }
  LogicalResult canEmit(Operation *op, std::string &reason) const {
    return canEmitReducer(op->getRegion(0), reason);
  }
  int64_t getEmitCost(Operation *) const { return 1000; }
};

/// An op that writes where its data say: a kernel holds it as a stage of its
/// own, and no element can be asked for.
template <typename OpTy>
struct SpecialModel : EmitOpInterface::ExternalModel<SpecialModel<OpTy>, OpTy> {
  Value emitAt(Operation *op, EmitContext &c, unsigned number, const IndexMap &,
               Value) const {
    return c.fail(op->getResult(number), "is computed by a stage of its own");
  }
  LogicalResult canEmit(Operation *op, std::string &reason) const {
    for (Region &region : op->getRegions())
      if (failed(canEmitReducer(region, reason)))
        return failure();
    return success();
  }
  int64_t getEmitCost(Operation *) const { return 1000; }
};

} // namespace

void tenon::emit::attachIndexingModels(MLIRContext *context) {
  graph::SortOp::attachInterface<SpecialModel<graph::SortOp>>(*context);
  graph::WhileOp::attachInterface<SpecialModel<graph::WhileOp>>(*context);
  graph::IfOp::attachInterface<SpecialModel<graph::IfOp>>(*context);
  graph::CaseOp::attachInterface<SpecialModel<graph::CaseOp>>(*context);
  graph::ScatterOp::attachInterface<ScatterModel>(*context);
  graph::GatherOp::attachInterface<GatherModel>(*context);
}
