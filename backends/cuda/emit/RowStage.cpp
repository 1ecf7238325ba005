// Row stages: a group of threads works on one row; its reductions run in
// rounds, each in a loop over the row and a fixed tree over the group.

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/stage/RowPlan.h"
#include "backends/cuda/emit/BlockState.h"
#include "backends/cuda/emit/WarpReduce.h"
#include "ir/graph/Reducers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::RowReduction;

namespace {

/// Emits one row stage.
class RowStage {
public:
  RowStage(BlockState &state, const RowThreads &threads, const TileBox &box,
           ArrayRef<int64_t> rowDims, ArrayRef<StageTarget> wide,
           ArrayRef<StageTarget> narrow)
      : state(state), c(state.context), threads(threads), box(box),
        rowDims(rowDims), wide(wide), narrow(narrow) {}

  void emitAll();

private:
  void makeVariables();
  void makeKept();
  void emitRows();
  void emitRow();
  void emitRound(unsigned round);
  Value neutral(const RowReduction &reduction);
  SmallVector<Value>
  overRow(ValueRange initial,
          llvm::function_ref<SmallVector<Value>(ValueRange)> step);

  BlockState &state;
  EmitContext &c;
  RowThreads threads;
  const TileBox &box;
  ArrayRef<int64_t> rowDims;
  ArrayRef<StageTarget> wide, narrow;

  IndexMap root;
  SmallVector<int64_t> keptDims, rowExtents;
  /// The number of the row in the tile; of the element in the row; and the
  /// thread's slot.
  AffineExpr kept, element, slot;
  /// Kept indices cut at a ragged edge, and those of the row.
  SmallVector<std::pair<int64_t, AffineExpr>> cut;
  SmallVector<AffineExpr> row;
  int64_t keptCount = 1, rowCount = 1;
  /// i1: whether the thread's row exists; null if all do.
  Value active;
  emit::RowPlan plan;
};

} // namespace

void RowStage::makeVariables() {
  root.assign(box.size(), c.space.constant(0));
  for (int64_t dim = 0; dim < (int64_t)box.size(); ++dim)
    if (!llvm::is_contained(rowDims, dim))
      keptDims.push_back(dim);
  for (int64_t dim : rowDims) {
    int64_t extent = box[dim].extent;
    root[dim] = c.space.add({LaneKind::Uniform, {}, 0, extent - 1, 1});
    row.push_back(root[dim]);
    rowExtents.push_back(extent);
    rowCount *= extent;
  }
  element = row[0];
  if (row.size() > 1)
    element = c.space.add({LaneKind::Uniform, {}, 0, rowCount - 1, 1});
  keptCount = boxCount(box, keptDims);
  kept = c.space.add({LaneKind::Uniform, {}, 0, keptCount - 1, 1});
  slot =
      c.space.add({LaneKind::Uniform, threads.slot, 0, threads.slots - 1, 1});
  SmallVector<int64_t> counts;
  for (int64_t dim : keptDims)
    counts.push_back(box[dim].maxCount);
  for (auto [dim, local] :
       llvm::zip_equal(keptDims, c.space.delinearize(kept, counts))) {
    root[dim] = c.space.simplify(local + box[dim].beginExpr);
    if (box[dim].exact)
      continue;
    cut.push_back({dim, root[dim]});
    root[dim] = c.space.add({LaneKind::Uniform, {}, 0, box[dim].extent - 1, 1});
  }
}

/// Loops over the thread's elements of its row.
SmallVector<Value>
RowStage::overRow(ValueRange initial,
                  llvm::function_ref<SmallVector<Value>(ValueRange)> step) {
  return c.loop(element, threads.part, c.index(rowCount), threads.group,
                initial, [&](ValueRange carried) {
                  if (row.size() == 1)
                    return step(carried);
                  for (auto [variable, index] : llvm::zip_equal(
                           row, c.space.delinearize(element, rowExtents)))
                    c.space.get(variable).value = c.evaluate(index);
                  SmallVector<Value> results = step(carried);
                  for (AffineExpr variable : row)
                    c.space.get(variable).value = {};
                  return results;
                });
}

Value RowStage::neutral(const RowReduction &reduction) {
  graph::ReduceOp op = reduction.op;
  Type type = getElementTypeOrSelf(op.getResult(0));
  DenseElementsAttr value =
      graph::getNeutralElement(graph::getReductionKind(op.getBody()), type);
  return c.constant(type, value.getSplatValue<Attribute>());
}

void RowStage::emitRound(unsigned round) {
  SmallVector<const RowReduction *> members;
  SmallVector<Value> initial;
  for (const RowReduction &reduction : plan.reductions) {
    if (reduction.round != round)
      continue;
    if (!reduction.splits) {
      // Without partial results: each thread runs the op's own loops.
      for (Value result : graph::ReduceOp(reduction.op).getResults())
        c.bindValue(result, reduction.map, c.emit(result, reduction.map));
      continue;
    }
    members.push_back(&reduction);
    initial.push_back(neutral(reduction));
  }
  if (members.empty())
    return;
  SmallVector<Value> sums = overRow(initial, [&](ValueRange carried) {
    SmallVector<Value> results;
    for (auto [reduction, sum] : llvm::zip_equal(members, carried)) {
      graph::ReduceOp op = reduction->op;
      Value input = op.getInputs()[0];
      Value value = emit::widenElement(c, getElementTypeOrSelf(input),
                                       getElementTypeOrSelf(op.getResult(0)),
                                       c.emit(input, reduction->operandMap));
      results.push_back(emit::applyReducer(c, op.getBody(), sum, value)[0]);
    }
    return results;
  });
  for (auto [reduction, sum] : llvm::zip_equal(members, sums)) {
    graph::ReduceOp op = reduction->op;
    auto combine = [&](Value a, Value b) {
      return emit::applyReducer(c, op.getBody(), a, b)[0];
    };
    Value all = reduceGroup(state, threads, sum, combine);
    c.bindValue(op.getResult(0), reduction->map,
                combine(c.emit(op.getInitValues()[0], {}), all));
  }
}

void RowStage::emitRow() {
  for (unsigned round = 0; round < plan.rounds; ++round) {
    c.readKept(round);
    emitRound(round);
  }
  c.readKept(plan.rounds);
  if (!wide.empty())
    state.guarded(active, [&] {
      overRow({}, [&](ValueRange) {
        state.emitTargets(wide, root, {});
        return SmallVector<Value>();
      });
    });
  if (narrow.empty())
    return;
  Value writes = active;
  if (threads.group > 1)
    writes = c.andMasks(
        writes, arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::eq,
                                      threads.part, c.index(0)));
  state.guarded(writes, [&] { state.emitTargets(narrow, root, {}); });
}

/// All threads go through all rows together; one whose row does not exist
/// works on the last one and writes nothing.
void RowStage::emitRows() {
  AffineExpr base = c.space.add({LaneKind::Uniform, {}, 0, keptCount - 1, 1});
  c.loop(base, c.index(0), c.index(keptCount), threads.slots, [&] {
    Value number = arith::AddIOp::create(c.b, c.loc, c.space.get(base).value,
                                         threads.slot);
    active = {};
    auto cutAt = [&](Value value, Value end) -> Value {
      active = c.andMasks(
          active, arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::slt,
                                        value, end));
      Value last = arith::SubIOp::create(c.b, c.loc, end, c.index(1));
      return arith::MinSIOp::create(c.b, c.loc, value, last);
    };
    if (keptCount % threads.slots != 0)
      number = cutAt(number, c.index(keptCount));
    c.space.get(kept).value = number;
    for (auto [dim, index] : cut)
      c.space.get(root[dim]).value = cutAt(c.evaluate(index), box[dim].end);
    emitRow();
    c.space.get(kept).value = {};
    for (auto [dim, index] : cut)
      c.space.get(root[dim]).value = {};
  });
}

/// Each thread reads what it kept itself.
void RowStage::makeKept() {
  AffineExpr linear = c.space.linearize(row, rowExtents);
  AffineExpr offset = threads.alongRow ? slot * rowCount + linear
                                       : linear * threads.slots + slot;
  for (const emit::KeptValue &value : plan.kept) {
    Type type = emit::getMemoryType(
        emit::getRegisterType(getElementTypeOrSelf(value.tensor)));
    c.keep(value.tensor, value.map,
           state.allocate(type, rowCount * threads.slots), offset, value.round);
  }
}

void RowStage::emitAll() {
  makeVariables();
  SmallVector<AffineExpr> bound = {kept};
  for (auto [dim, index] : cut)
    bound.push_back(root[dim]);
  SmallVector<StageTarget> targets(wide);
  targets.append(narrow.begin(), narrow.end());
  plan = emit::planRow(state, bound, row, targets, root);
  makeKept();
  emitRows();
  c.dropKept();
}

static RowThreads makeThreads(BlockState &state, kernel::StageOp stage) {
  EmitContext &c = state.context;
  RowThreads threads;
  threads.group = std::min(warpSize, state.threads);
  if (auto config = dyn_cast_or_null<kernel::ThreadConfigAttr>(
          stage.getLoweringConfigAttr())) {
    threads.group = config.getGroup();
    threads.alongRow = config.getAlongRow();
  }
  threads.slots = state.threads / threads.group;
  Value inner = c.index(threads.alongRow ? threads.group : threads.slots);
  Value quotient = arith::DivUIOp::create(c.b, c.loc, state.thread, inner);
  Value rest = arith::RemUIOp::create(c.b, c.loc, state.thread, inner);
  threads.part = threads.alongRow ? rest : quotient;
  threads.slot = threads.alongRow ? quotient : rest;
  return threads;
}

LogicalResult tenon::cuda::emitRowStage(BlockState &state,
                                        kernel::StageOp stage,
                                        const StageForm &form) {
  FailureOr<TileBox> box = state.getBox(
      stage, cast<RankedTensorType>(form.root.getType()).getShape());
  if (failed(box))
    return failure();
  for (int64_t dim : form.rowDims)
    if ((*box)[dim].split)
      return stage.emitOpError("reduces dimension ")
             << dim << ", which is split into tiles";
  SmallVector<StageTarget> wide, narrow;
  state.makeTargets(stage, form, *box, wide, narrow);
  RowStage(state, makeThreads(state, stage), *box, form.rowDims, wide, narrow)
      .emitAll();
  for (const auto *targets : {&wide, &narrow})
    for (const StageTarget &target : *targets)
      state.zeroSurroundings(target, *box);
  return success(!state.context.hasFailed());
}
