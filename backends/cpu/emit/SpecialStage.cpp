#include "backends/cpu/emit/SpecialStage.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/ModelUtils.h"
#include "backends/cpu/emit/ControlStage.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::elementOf;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::shapeOf;
using emit::Storage;

//===----------------------------------------------------------------------===//
// Boxes
//===----------------------------------------------------------------------===//

static void
emitBoxFrom(EmitContext &c, ArrayRef<int64_t> shape, IndexMap &indices,
            llvm::function_ref<void(const IndexMap &, Value)> body) {
  size_t depth = indices.size();
  if (depth == shape.size()) {
    EmitContext::Scope scope(c);
    return body(indices, {});
  }
  int64_t extent = shape[depth];
  AffineExpr variable = c.space.add({LaneKind::Uniform, {}, 0, extent - 1, 1});
  indices.push_back(variable);
  if (depth + 1 < shape.size()) {
    c.loop(variable, c.index(0), c.index(extent), 1,
           [&] { emitBoxFrom(c, shape, indices, body); });
  } else {
    TileRange1D range{c.index(0), c.index(extent), c.space.constant(0), extent,
                      extent};
    emitVectorLoop(c, variable, range, /*unroll=*/1, [&](Value mask) {
      EmitContext::Scope scope(c);
      body(indices, mask);
    });
  }
  indices.pop_back();
}

void tenon::cpu::emitBox(
    EmitContext &c, ArrayRef<int64_t> shape,
    llvm::function_ref<void(const IndexMap &, Value)> body) {
  if (llvm::is_contained(shape, 0))
    return;
  IndexMap indices;
  emitBoxFrom(c, shape, indices, body);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

FailureOr<SpecialResults>
SpecialResults::make(KernelState &state, kernel::StageOp stage, Operation *op) {
  if (state.kernel.getTileAttr() &&
      state.kernel.getTileAttr().getNumTiles() != 1)
    return stage.emitOpError("is computed in one tile");
  SpecialResults results(state, stage, op);
  for (OpResult result : op->getResults()) {
    FailureOr<TileBox> box = state.getBox(stage, shapeOf(result));
    if (failed(box))
      return failure();
    results.boxes.push_back(*box);
    results.storages.emplace_back();
  }
  for (auto [i, value] : llvm::enumerate(stage.getYieldedValues())) {
    auto result = dyn_cast<OpResult>(value);
    if (!result || result.getOwner() != op)
      return stage.emitOpError("yields a value that its op does not compute");
    unsigned number = result.getResultNumber();
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(result).size()));
    StageTarget target =
        state.makeTarget(stage, i, StagePath(), dims, results.boxes[number]);
    if (!target.storages.empty())
      results.storages[number] = target.storages.front();
    results.targets.push_back({number, target});
  }
  results.allocateMissing();
  return results;
}

SpecialResults SpecialResults::inScratch(KernelState &state, Operation *op) {
  SpecialResults results(state, {}, op);
  results.storages.resize(op->getNumResults());
  results.allocateMissing();
  return results;
}

/// Scratch for the results that have no place yet.
void SpecialResults::allocateMissing() {
  for (auto [storage, result] : llvm::zip_equal(storages, op->getResults())) {
    if (storage.buffer)
      continue;
    ArrayRef<int64_t> shape = shapeOf(result);
    int64_t count = std::max<int64_t>(1, ShapedType::getNumElements(shape));
    const emit::IndexSpace &space = state.context.space;
    storage = {state.allocate(emit::getMemoryType(elementOf(result)), count),
               [&space, shape](ArrayRef<AffineExpr> indices) {
                 return space.linearize(indices, shape);
               }};
  }
}

LogicalResult SpecialResults::finish() {
  EmitContext &c = state.context;
  for (auto &[number, target] : targets) {
    Type element = elementOf(target.yielded);
    for (const Storage &storage : ArrayRef(target.storages))
      if (storage.buffer != storages[number].buffer)
        emitBox(c, shapeOf(target.yielded),
                [&, number = number](const IndexMap &at, Value mask) {
                  c.store(element, storage, at,
                          c.load(element, storages[number], at, mask), mask);
                });
    state.zeroSurroundings(target, boxes[number]);
  }
  return success(!c.hasFailed());
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

static bool isSpecial(Operation &op) {
  return isControl(&op) || isa<graph::SortOp>(op);
}

LogicalResult tenon::cpu::emitSpecialOp(KernelState &state, Operation *op,
                                        const SpecialResults &results) {
  if (isControl(op))
    return RegionEmitter(state).emitControl(op, results);
  emitSort(state, cast<graph::SortOp>(op), results);
  return success(!state.context.hasFailed());
}

LogicalResult tenon::cpu::emitSpecialStage(KernelState &state,
                                           kernel::StageOp stage) {
  for (Operation &op : stage.getBody().front().without_terminator()) {
    if (!isSpecial(op))
      continue;
    FailureOr<SpecialResults> results = SpecialResults::make(state, stage, &op);
    if (failed(results) || failed(emitSpecialOp(state, &op, *results)))
      return failure();
    return results->finish();
  }
  FailureOr<StageForm> form = findStageForm(stage);
  return failed(form) ? failure() : emitLoopStage(state, stage, *form);
}
