// Row stages: for each kept index, the reductions over the row in rounds, then
// what is made of them.

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/emit/ModelUtils.h"
#include "backends/common/stage/RowPlan.h"
#include "backends/common/stage/TrialEmission.h"
#include "backends/cpu/emit/KernelState.h"
#include "ir/graph/Reducers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::RowReduction;
using emit::TrialEmission;

namespace {

/// Emits one row stage.
class RowStage {
public:
  RowStage(KernelState &state, kernel::StageOp stage, const TileBox &box,
           ArrayRef<int64_t> rowDims, ArrayRef<StageTarget> wide,
           ArrayRef<StageTarget> narrow)
      : state(state), c(state.context), stage(stage), box(box),
        rowDims(rowDims), wide(wide), narrow(narrow) {
    if (auto config = dyn_cast_or_null<kernel::VectorConfigAttr>(
            stage.getLoweringConfigAttr()))
      unroll = std::max<int64_t>(config.getUnroll(), 1);
  }

  void emitAll();

private:
  int64_t chooseLaneDim();
  int64_t countPerLane(int64_t laneDim);
  void setLanes(int64_t dim);
  void emitKept(size_t depth);
  void emitRow();
  void emitRound(unsigned round);
  void emitGeneric(const RowReduction &reduction);
  Value finish(const RowReduction &reduction, ArrayRef<Value> partials);
  Value neutral(const RowReduction &reduction);
  /// Loops over the row; `step` gets the number of the partial result that it
  /// may add to, the mask, and carried values.
  SmallVector<Value> overRow(
      size_t depth, ValueRange initial, int64_t copies,
      llvm::function_ref<SmallVector<Value>(int64_t, Value, ValueRange)> step);
  SmallVector<Value> overLanes(
      AffineExpr variable, int64_t extent, ValueRange initial, int64_t copies,
      llvm::function_ref<SmallVector<Value>(int64_t, Value, ValueRange)> step);

  KernelState &state;
  EmitContext &c;
  kernel::StageOp stage;
  const TileBox &box;
  ArrayRef<int64_t> rowDims;
  ArrayRef<StageTarget> wide, narrow;
  int64_t unroll = 4;

  IndexMap root;
  SmallVector<AffineExpr> kept, row;
  SmallVector<int64_t> keptDims;
  int64_t laneDim = -1;
  bool lanesAlongRow = false;
  Value keptMask;
  emit::RowPlan plan;
};

} // namespace

/// Loads and stores lane by lane if the lanes ran along `dim`.
int64_t RowStage::countPerLane(int64_t dim) {
  setLanes(dim);
  TrialEmission trial(c);
  for (AffineExpr variable : root)
    trial.bind(variable);
  state.emitTargets(wide, root, {});
  state.emitTargets(narrow, root, {});
  // The reductions' operands carry variables of their own there.
  c.intercept = nullptr;
  for (Operation &op : stage.getBody().front())
    if (auto reduce = dyn_cast<graph::ReduceOp>(op))
      if (cast<RankedTensorType>(reduce.getInputs()[0].getType()).getRank() ==
          (int64_t)root.size())
        c.emit(reduce.getInputs()[0], root);
  return trial.getPerLaneAccesses();
}

void RowStage::setLanes(int64_t dim) {
  for (auto [i, variable] : llvm::enumerate(root)) {
    emit::IndexVariable &info = c.space.get(variable);
    info.kind = (int64_t)i == dim ? LaneKind::Consecutive : LaneKind::Uniform;
    info.divisor =
        (int64_t)i == dim
            ? std::gcd(c.space.getDivisor(box[i].beginExpr), c.space.getLanes())
            : 1;
  }
}

int64_t RowStage::chooseLaneDim() {
  if (auto config = dyn_cast_or_null<kernel::VectorConfigAttr>(
          stage.getLoweringConfigAttr()))
    if (config.getVectorDim() >= 0 &&
        config.getVectorDim() < (int64_t)root.size() &&
        !llvm::is_contained(rowDims.drop_back(), config.getVectorDim()))
      return config.getVectorDim();
  // Along the row if that is contiguous, else where it is.
  SmallVector<int64_t> candidates = {rowDims.back()};
  for (int64_t dim = root.size() - 1; dim >= 0; --dim)
    if (dim != rowDims.back())
      candidates.push_back(dim);
  int64_t best = candidates[0], bestCount = -1;
  for (int64_t dim : candidates) {
    // Lanes along a row dimension that is not the innermost loop would need
    // other loops.
    if (llvm::is_contained(rowDims, dim) && dim != rowDims.back())
      continue;
    if (box[dim].maxCount == 1 && dim != rowDims.back())
      continue;
    int64_t count = countPerLane(dim);
    if (bestCount < 0 || count < bestCount) {
      best = dim;
      bestCount = count;
    }
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Loops over the row
//===----------------------------------------------------------------------===//

SmallVector<Value> RowStage::overLanes(
    AffineExpr variable, int64_t extent, ValueRange initial, int64_t copies,
    llvm::function_ref<SmallVector<Value>(int64_t, Value, ValueRange)> step) {
  int64_t lanes = c.space.getLanes();
  SmallVector<Value> carried(initial);
  // Copies run with the same variable at other values.
  auto run = [&](int64_t count, ValueRange values) {
    SmallVector<Value> current(values);
    Value base = c.space.get(variable).value;
    for (int64_t copy = 0; copy < count; ++copy) {
      EmitContext::Scope scope(c);
      c.space.get(variable).value =
          copy == 0
              ? base
              : arith::AddIOp::create(c.b, c.loc, base, c.index(copy * lanes))
                    .getResult();
      current = step(copy, {}, current);
    }
    return current;
  };
  int64_t whole = extent / (lanes * copies) * (lanes * copies);
  if (whole > 0)
    carried =
        c.loop(variable, c.index(0), c.index(whole), lanes * copies, carried,
               [&](ValueRange values) { return run(copies, values); });
  int64_t single = (extent - whole) / lanes;
  if (single > 0)
    carried = c.loop(variable, c.index(whole), c.index(whole + single * lanes),
                     single * lanes, carried,
                     [&](ValueRange values) { return run(single, values); });
  int64_t rest = extent % lanes;
  if (rest > 0)
    carried = c.loop(variable, c.index(extent - rest), c.index(extent), lanes,
                     carried, [&](ValueRange values) {
                       return step(single, c.firstLanes(c.index(rest)), values);
                     });
  return carried;
}

SmallVector<Value> RowStage::overRow(
    size_t depth, ValueRange initial, int64_t copies,
    llvm::function_ref<SmallVector<Value>(int64_t, Value, ValueRange)> step) {
  int64_t extent = box[rowDims[depth]].extent;
  if (depth + 1 < row.size())
    return c.loop(row[depth], c.index(0), c.index(extent), 1, initial,
                  [&](ValueRange values) {
                    return overRow(depth + 1, values, copies, step);
                  });
  if (lanesAlongRow)
    return overLanes(row[depth], extent, initial, copies, step);
  return c.loop(row[depth], c.index(0), c.index(extent), 1, initial,
                [&](ValueRange values) { return step(0, keptMask, values); });
}

//===----------------------------------------------------------------------===//
// Rounds
//===----------------------------------------------------------------------===//

Value RowStage::neutral(const RowReduction &reduction) {
  graph::ReduceOp op = reduction.op;
  Type element = getElementTypeOrSelf(op.getResult(0));
  DenseElementsAttr value =
      graph::getNeutralElement(graph::getReductionKind(op.getBody()), element);
  return c.constant(element, value.getSplatValue<Attribute>());
}

Value RowStage::finish(const RowReduction &reduction,
                       ArrayRef<Value> partials) {
  Region &body = graph::ReduceOp(reduction.op).getBody();
  auto combine = [&](Value a, Value b) {
    return emit::applyReducer(c, body, a, b)[0];
  };
  // A fixed tree: neighbours first.
  SmallVector<Value> level(partials);
  while (level.size() > 1) {
    SmallVector<Value> next;
    for (size_t i = 0; i + 1 < level.size(); i += 2)
      next.push_back(combine(level[i], level[i + 1]));
    if (level.size() % 2)
      next.push_back(level.back());
    level = next;
  }
  Value value = level[0];
  if (lanesAlongRow) {
    // Upper half onto lower half.
    for (int64_t width = c.space.getLanes(); width > 1; width /= 2) {
      SmallVector<int64_t> lower, upper;
      for (int64_t i = 0; i < width / 2; ++i) {
        lower.push_back(i);
        upper.push_back(width / 2 + i);
      }
      Value a = vector::ShuffleOp::create(c.b, c.loc, value, value, lower);
      Value b = vector::ShuffleOp::create(c.b, c.loc, value, value, upper);
      value = combine(a, b);
    }
    value = vector::ExtractOp::create(c.b, c.loc, value, int64_t(0));
  }
  Value initial = c.emit(graph::ReduceOp(reduction.op).getInitValues()[0], {});
  Value operands[] = {initial, value};
  c.unify(operands);
  return combine(operands[0], operands[1]);
}

/// Without partial results: the op's own loops, before those of the round.
void RowStage::emitGeneric(const RowReduction &reduction) {
  for (Value result : graph::ReduceOp(reduction.op).getResults())
    c.bindValue(result, reduction.map, c.emit(result, reduction.map, keptMask));
}

void RowStage::emitRound(unsigned round) {
  SmallVector<const RowReduction *> members;
  for (const RowReduction &reduction : plan.reductions) {
    if (reduction.round != round)
      continue;
    if (reduction.splits)
      members.push_back(&reduction);
    else
      emitGeneric(reduction);
  }
  if (members.empty())
    return;
  int64_t copies = lanesAlongRow ? unroll : 1;
  // No more partial results than vectors in a row.
  if (lanesAlongRow) {
    int64_t vectors =
        llvm::divideCeil(box[rowDims.back()].extent, c.space.getLanes());
    copies = std::max<int64_t>(std::min(copies, vectors), 1);
  }
  SmallVector<Value> initial;
  for (const RowReduction *reduction : members) {
    initial.append(copies, c.toLanes(neutral(*reduction)));
  }
  SmallVector<Value> sums = overRow(
      0, initial, copies, [&](int64_t copy, Value mask, ValueRange carried) {
        SmallVector<Value> result(carried);
        for (auto [i, reduction] : llvm::enumerate(members)) {
          graph::ReduceOp op = reduction->op;
          Value input = op.getInputs()[0];
          Value value = c.emit(input, reduction->operandMap, mask);
          value =
              emit::widenElement(c, getElementTypeOrSelf(input),
                                 getElementTypeOrSelf(op.getResult(0)), value);
          Value &sum = result[i * copies + std::min(copy, copies - 1)];
          value = c.toLanes(value);
          if (mask && lanesAlongRow)
            value = arith::SelectOp::create(c.b, c.loc, mask, value,
                                            c.toLanes(neutral(*reduction)));
          sum = emit::applyReducer(c, op.getBody(), sum, value)[0];
        }
        return result;
      });
  for (auto [i, reduction] : llvm::enumerate(members))
    c.bindValue(graph::ReduceOp(reduction->op).getResult(0), reduction->map,
                finish(*reduction, ArrayRef(sums).slice(i * copies, copies)));
}

void RowStage::emitRow() {
  for (unsigned round = 0; round < plan.rounds; ++round) {
    c.readKept(round);
    emitRound(round);
  }
  c.readKept(plan.rounds);
  if (!wide.empty())
    overRow(0, {}, lanesAlongRow ? std::min<int64_t>(unroll, 2) : 1,
            [&](int64_t, Value mask, ValueRange) {
              state.emitTargets(wide, root, mask);
              return SmallVector<Value>();
            });
  state.emitTargets(narrow, root, keptMask);
}

//===----------------------------------------------------------------------===//
// Kept dimensions
//===----------------------------------------------------------------------===//

void RowStage::emitKept(size_t depth) {
  if (depth == kept.size())
    return emitRow();
  int64_t dim = keptDims[depth];
  if (dim == laneDim)
    return emitVectorLoop(c, kept[depth], box[dim], 1, [&](Value mask) {
      keptMask = mask;
      emitKept(depth + 1);
      keptMask = {};
    });
  c.loop(kept[depth], box[dim].begin, box[dim].end, 1,
         [&] { emitKept(depth + 1); });
}

void RowStage::emitAll() {
  for (const TileRange1D &range : box)
    root.push_back(
        c.space.add({LaneKind::Uniform, {}, 0, range.extent - 1, 1}));
  for (int64_t dim : rowDims)
    row.push_back(root[dim]);
  laneDim = chooseLaneDim();
  setLanes(laneDim);
  lanesAlongRow = llvm::is_contained(rowDims, laneDim);
  // The loop of lanes goes inside of the others.
  for (int64_t dim = 0; dim < (int64_t)root.size(); ++dim)
    if (!llvm::is_contained(rowDims, dim) && dim != laneDim)
      keptDims.push_back(dim);
  if (!lanesAlongRow)
    keptDims.push_back(laneDim);
  for (int64_t dim : keptDims)
    kept.push_back(root[dim]);

  SmallVector<StageTarget> targets(wide);
  targets.append(narrow.begin(), narrow.end());
  plan = emit::planRow(state, kept, row, targets, root);

  int64_t lanes = c.space.getLanes(), count = 1;
  SmallVector<int64_t> extents;
  for (int64_t dim : rowDims) {
    int64_t extent = box[dim].extent;
    extents.push_back(lanesAlongRow && dim == rowDims.back()
                          ? llvm::divideCeil(extent, lanes) * lanes
                          : extent);
    count *= extents.back();
  }
  AffineExpr offset = c.space.linearize(row, extents);
  if (!lanesAlongRow) {
    offset = offset * lanes;
    count *= lanes;
  }
  for (const emit::KeptValue &value : plan.kept) {
    Type type = emit::getMemoryType(
        emit::getRegisterType(getElementTypeOrSelf(value.tensor)));
    c.keep(value.tensor, value.map, state.allocate(type, count), offset,
           value.round);
  }
  emitKept(0);
  c.dropKept();
}

LogicalResult tenon::cpu::emitRowStage(KernelState &state,
                                       kernel::StageOp stage,
                                       const StageForm &form) {
  FailureOr<TileBox> box = state.getBox(stage, emit::shapeOf(form.root));
  if (failed(box))
    return failure();
  for (int64_t dim : form.rowDims)
    if ((*box)[dim].split)
      return stage.emitOpError("reduces dimension ")
             << dim << ", which is split into tiles";
  SmallVector<StageTarget> wide, narrow;
  state.makeTargets(stage, form, *box, wide, narrow);
  RowStage(state, stage, *box, form.rowDims, wide, narrow).emitAll();
  for (const auto *targets : {&wide, &narrow})
    for (const StageTarget &target : *targets)
      state.zeroSurroundings(target, *box);
  return success(!state.context.hasFailed());
}
