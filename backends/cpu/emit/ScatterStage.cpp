// Scatter stages: the inputs are copied, then the updates are combined into
// them one after the other, in the order that the op states. A tile holds whole
// rows of places, cut along dimensions that no index chooses: every tile walks
// all updates for its part of each slice, so that the bits do not depend on the
// number of workers.

#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/emit/ModelUtils.h"
#include "backends/cpu/emit/KernelState.h"

#include "ir/graph/IndexingOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;

namespace {

class ScatterStage {
public:
  ScatterStage(KernelState &state, graph::ScatterOp op, const TileBox &box,
               ArrayRef<StageTarget> targets)
      : c(state.context), op(op), box(box), targets(targets) {
    auto updates = emit::shapeOf(op.getUpdates().front());
    auto windows = op.getUpdateWindowDims();
    for (auto [dim, extent] : llvm::enumerate(updates)) {
      variables.push_back(c.space.add(
          {LaneKind::Uniform, {}, 0, std::max<int64_t>(extent - 1, 0), 1}));
      ranges.push_back(
          {c.index(0), c.index(extent), c.space.constant(0), extent, extent});
      if (!llvm::is_contained(windows, (int64_t)dim))
        lastBatch = dim + 1;
    }
    // Which operand dimension each window dimension counts in.
    size_t next = 0;
    for (size_t dim = 0; dim < box.size(); ++dim) {
      bool isUnit =
          llvm::is_contained(op.getInsertedWindowDims(), (int64_t)dim) ||
          llvm::is_contained(op.getInputBatchingDims(), (int64_t)dim);
      windowOf.push_back(isUnit ? -1 : windows[next++]);
      if (!isUnit && isFree(dim))
        ranges[windowOf.back()] = box[dim];
    }
  }

  /// Whether no index chooses a place along an operand dimension.
  bool isFree(int64_t dim) {
    return !llvm::is_contained(op.getScatterDimsToOperandDims(), dim) &&
           !llvm::is_contained(op.getInputBatchingDims(), dim) &&
           !llvm::is_contained(op.getInsertedWindowDims(), dim) &&
           emit::shapeOf(op.getUpdates().front())[windowOf[dim]] ==
               box[dim].extent;
  }

  void emitAll() {
    IndexMap root;
    copyInputs(root);
    if (emit::tensorOf(op.getUpdates().front()).getNumElements() != 0)
      nest(0);
  }

private:
  void copyInputs(IndexMap &root);
  void nest(size_t depth);
  void findStarts();
  void combine(Value mask);

  EmitContext &c;
  graph::ScatterOp op;
  const TileBox &box;
  ArrayRef<StageTarget> targets;
  /// Of the updates' dimensions.
  IndexMap variables;
  SmallVector<TileRange1D> ranges;
  /// Updates' dimensions from here on are all window dimensions.
  size_t lastBatch = 0;
  SmallVector<int64_t> windowOf;
  /// Where the slice at hand begins, per operand dimension.
  SmallVector<AffineExpr> starts;
};

} // namespace

void ScatterStage::copyInputs(IndexMap &root) {
  size_t depth = root.size();
  auto copy = [&](Value mask) {
    for (auto [input, target] : llvm::zip_equal(op.getInputs(), targets)) {
      Value value = c.emit(input, root, mask);
      for (const emit::Storage &storage : target.storages)
        c.store(emit::elementOf(input), storage, root, value, mask);
    }
  };
  if (box.empty())
    return copy({});
  const TileRange1D &range = box[depth];
  AffineExpr variable = c.space.add(
      {LaneKind::Uniform, {}, 0, std::max<int64_t>(range.extent - 1, 0), 1});
  root.push_back(variable);
  if (depth + 1 == box.size())
    emitVectorLoop(c, variable, range, 2, copy);
  else
    c.loop(variable, range.begin, range.end, 1, [&] { copyInputs(root); });
  root.pop_back();
}

/// Reads the index vector of the batch indices at hand. An index far outside is
/// moved to just outside, so that sums of indices cannot overflow.
void ScatterStage::findStarts() {
  Value indices = op.getScatterIndices();
  int64_t vectorDim = op.getIndexVectorDim();
  IndexMap batch;
  for (size_t dim = 0; dim < variables.size(); ++dim)
    if (!llvm::is_contained(op.getUpdateWindowDims(), (int64_t)dim))
      batch.push_back(variables[dim]);
  starts.assign(box.size(), c.space.constant(0));
  for (auto [dim, from] : llvm::zip_equal(op.getInputBatchingDims(),
                                          op.getScatterIndicesBatchingDims()))
    starts[dim] = batch[from < vectorDim ? from : from - 1];
  bool isScalar = vectorDim == (int64_t)emit::shapeOf(indices).size();
  for (auto [i, dim] : llvm::enumerate(op.getScatterDimsToOperandDims())) {
    IndexMap place(batch);
    if (!isScalar)
      place.insert(place.begin() + vectorDim, c.space.constant(i));
    int64_t extent = box[dim].extent;
    int64_t window =
        windowOf[dim] < 0
            ? 1
            : emit::shapeOf(op.getUpdates().front())[windowOf[dim]];
    Value start =
        emit::boundedIndex(c, indices, c.emit(indices, place), -window, extent);
    starts[dim] = c.dynamicIndex(
        op.getResult(0), i, {}, {LaneKind::Uniform, start, -window, extent, 1});
  }
}

void ScatterStage::nest(size_t depth) {
  if (depth == lastBatch)
    findStarts();
  if (depth == variables.size())
    return combine({});
  // Elements of a slice go to different places: lanes run along its last
  // dimension. Two slices may go to one place, and are taken in turn.
  if (depth + 1 == variables.size() && depth >= lastBatch) {
    emitVectorLoop(c, variables[depth], ranges[depth], 1,
                   [&](Value mask) { combine(mask); });
    c.space.get(variables[depth]).kind = LaneKind::Uniform;
    return;
  }
  c.loop(variables[depth], ranges[depth].begin, ranges[depth].end, 1,
         [&] { nest(depth + 1); });
}

void ScatterStage::combine(Value mask) {
  IndexMap place;
  Value uniform, perLane;
  for (size_t dim = 0; dim < box.size(); ++dim) {
    AffineExpr index = starts[dim];
    if (windowOf[dim] >= 0)
      index = index + variables[windowOf[dim]];
    index = c.space.simplify(index);
    bool never = false;
    Value inside = c.isWithin(index, 0, box[dim].extent, never);
    if (never)
      return;
    if (inside) {
      Value &all = c.isLanes(inside) ? perLane : uniform;
      all = c.andMasks(all, inside);
    }
    place.push_back(index);
  }
  auto add = [&] {
    for (auto [dim, index] : llvm::enumerate(place))
      if (c.space.isUniform(index) &&
          !c.space.getRange(index).within(0, box[dim].extent - 1))
        index = c.dynamicIndex(
            op.getResult(0), 100 + dim, {},
            {LaneKind::Uniform, c.evaluate(index), 0, box[dim].extent - 1, 1});
    Value on = c.andMasks(mask, perLane);
    SmallVector<Value> current, updates;
    for (auto [update, target] : llvm::zip_equal(op.getUpdates(), targets)) {
      current.push_back(c.load(emit::elementOf(target.yielded),
                               target.storages.front(), place, on));
      updates.push_back(c.emit(update, variables, on));
    }
    c.unify(current);
    SmallVector<Value> combined =
        emit::applyReducer(c, op.getBody(), current, updates);
    for (auto [value, target] : llvm::zip_equal(combined, targets))
      for (const emit::Storage &storage : target.storages)
        c.store(emit::elementOf(target.yielded), storage, place, value, on);
  };
  if (!uniform)
    return add();
  auto branch =
      scf::IfOp::create(c.b, c.loc, uniform, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(c.b);
  EmitContext::Scope scope(c);
  c.b.setInsertionPointToStart(branch.thenBlock());
  add();
}

LogicalResult tenon::cpu::emitScatterStage(KernelState &state,
                                           kernel::StageOp stage,
                                           graph::ScatterOp op) {
  ArrayRef<int64_t> shape = emit::shapeOf(op.getInputs().front());
  FailureOr<TileBox> box = state.getBox(stage, shape);
  if (failed(box))
    return failure();
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  SmallVector<StageTarget> targets(op.getNumResults());
  for (auto [i, value] : llvm::enumerate(stage.getYieldedValues())) {
    if (value.getDefiningOp() != op)
      return stage.emitOpError("yields value #")
             << i << ", which is not a result of its scatter";
    targets[cast<OpResult>(value).getResultNumber()] =
        state.makeTarget(stage, i, StagePath(), dims, *box);
  }
  for (const StageTarget &target : targets)
    if (target.storages.empty())
      return stage.emitOpError("leaves out a result of its scatter");
  if (llvm::is_contained(shape, 0))
    return success();
  ScatterStage(state, op, *box, targets).emitAll();
  for (const StageTarget &target : targets)
    state.zeroSurroundings(target, *box);
  return success(!state.context.hasFailed());
}
