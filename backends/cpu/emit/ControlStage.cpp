#include "backends/cpu/emit/ControlStage.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/emit/ModelUtils.h"
#include "passes/analysis/OpCategory.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::elementOf;
using emit::EmitContext;
using emit::IndexMap;
using emit::shapeOf;
using emit::Storage;

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Storage RegionEmitter::makeStorage(Value value) {
  ArrayRef<int64_t> shape = shapeOf(value);
  int64_t count = std::max<int64_t>(1, ShapedType::getNumElements(shape));
  const emit::IndexSpace &space = c.space;
  return {state.allocate(emit::getMemoryType(elementOf(value)), count),
          [&space, shape](ArrayRef<AffineExpr> indices) {
            return space.linearize(indices, shape);
          }};
}

void RegionEmitter::copy(Value value, const Storage &to) {
  emitBox(c, shapeOf(value), [&](const IndexMap &at, Value mask) {
    c.store(elementOf(value), to, at, c.emit(value, at, mask), mask);
  });
}

void RegionEmitter::materialize(Value value) {
  Storage storage = makeStorage(value);
  copy(value, storage);
  c.bindStorage(value, storage);
}

/// Whether each element of an operand is read at most once, so that it may be
/// computed there.
static bool readsOnce(Operation *user, Value operand) {
  // A loop inside would compute it in every turn.
  if (user->getBlock() != operand.getParentBlock())
    return false;
  if (isa<graph::ReturnOp>(user))
    return true;
  switch (categorize(user)) {
  case OpCategory::Elementwise:
    return shapeOf(operand) == shapeOf(user->getResult(0));
  case OpCategory::Movement:
    return !isa<graph::BroadcastInDimOp>(user);
  default:
    return false;
  }
}

/// Whether the value of an op is computed where it is asked for.
static bool isLazy(Operation &op) {
  switch (categorize(&op)) {
  case OpCategory::Source:
  case OpCategory::Movement:
    return true;
  case OpCategory::Elementwise:
  case OpCategory::Gather:
    // A scalar is a register's; others must not be computed again and again.
    return op.getNumResults() == 1 && !shapeOf(op.getResult(0)).empty() &&
           op.getResult(0).hasOneUse() &&
           readsOnce(*op.getResult(0).user_begin(), op.getResult(0));
  default:
    return false;
  }
}

LogicalResult RegionEmitter::emitOp(Operation &op) {
  if (isControl(&op) || isa<graph::SortOp>(op)) {
    SpecialResults results = SpecialResults::inScratch(state, &op);
    for (OpResult result : op.getResults())
      c.bindStorage(result, results.getStorage(result.getResultNumber()));
    return emitSpecialOp(state, &op, results);
  }
  if (isLazy(op))
    return success();
  // All results of one op are computed together.
  for (Value result : op.getResults())
    if (!result.use_empty()) {
      if (shapeOf(result).empty() && op.getNumResults() == 1 &&
          categorize(&op) == OpCategory::Elementwise)
        c.emit(result, {});
      else
        materialize(result);
    }
  return success();
}

LogicalResult RegionEmitter::emitBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(emitOp(op)))
      return failure();
  return success(!c.hasFailed());
}

//===----------------------------------------------------------------------===//
// while
//===----------------------------------------------------------------------===//

/// The update of a state that only writes a box over it: nothing else reads the
/// old value.
static graph::DynamicUpdateSliceOp getOverwrite(Value value,
                                                BlockArgument argument) {
  auto update = value.getDefiningOp<graph::DynamicUpdateSliceOp>();
  bool isOverwrite = update && update->getBlock() == argument.getOwner() &&
                     update.getOperand() == argument && argument.hasOneUse() &&
                     update->hasOneUse();
  return isOverwrite ? update : graph::DynamicUpdateSliceOp();
}

/// Computes the new state from the old one and puts it in its place.
LogicalResult RegionEmitter::emitBody(graph::WhileOp op,
                                      const SpecialResults &results) {
  Block &body = op.getBody().front();
  auto yielded = body.getTerminator()->getOperands();
  llvm::DenseSet<Operation *> overwrites;
  for (auto [argument, value] : llvm::zip_equal(body.getArguments(), yielded))
    if (auto update = getOverwrite(value, argument))
      overwrites.insert(update);
  for (Operation &inner : body.without_terminator())
    if (!overwrites.contains(&inner) && failed(emitOp(inner)))
      return failure();
  SmallVector<std::pair<unsigned, Storage>> changed;
  for (auto [i, argument, value] :
       llvm::enumerate(body.getArguments(), yielded)) {
    if (auto update = getOverwrite(value, argument)) {
      // What fills the box may be lazy, and read the old state.
      if (!c.getStorage(update.getUpdate()))
        materialize(update.getUpdate());
      continue;
    }
    if (value == argument)
      continue;
    changed.push_back({i, makeStorage(value)});
    copy(value, changed.back().second);
  }
  for (auto [i, argument, value] :
       llvm::enumerate(body.getArguments(), yielded))
    if (auto update = getOverwrite(value, argument)) {
      SmallVector<AffineExpr> starts;
      ArrayRef<int64_t> sizes = shapeOf(update.getUpdate());
      for (auto [dim, start] : llvm::enumerate(update.getStartIndices()))
        starts.push_back(emit::clampedIndex(
            c, update.getResult(), dim, {}, start, c.emit(start, {}),
            shapeOf(argument)[dim] - sizes[dim]));
      emitBox(c, sizes, [&, i = i](const IndexMap &at, Value mask) {
        IndexMap place;
        for (auto [index, start] : llvm::zip_equal(at, starts))
          place.push_back(index + start);
        c.store(elementOf(update.getUpdate()), results.getStorage(i), place,
                c.emit(update.getUpdate(), at, mask), mask);
      });
    }
  for (auto &[i, storage] : changed) {
    Type element = elementOf(yielded[i]);
    emitBox(c, shapeOf(yielded[i]),
            [&, i = i, &storage = storage](const IndexMap &at, Value mask) {
              c.store(element, results.getStorage(i), at,
                      c.load(element, storage, at, mask), mask);
            });
  }
  return success(!c.hasFailed());
}

LogicalResult RegionEmitter::emitWhile(graph::WhileOp op,
                                       const SpecialResults &results) {
  for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
    copy(operand, results.getStorage(i));
    // The state is in one place throughout.
    c.bindStorage(op.getCond().getArgument(i), results.getStorage(i));
    c.bindStorage(op.getBody().getArgument(i), results.getStorage(i));
  }
  auto loop = scf::WhileOp::create(c.b, c.loc, TypeRange(), ValueRange());
  OpBuilder::InsertionGuard guard(c.b);
  {
    EmitContext::Scope scope(c);
    c.b.createBlock(&loop.getBefore());
    if (failed(emitBlock(op.getCond().front())))
      return failure();
    Value again =
        c.emit(op.getCond().front().getTerminator()->getOperand(0), {});
    scf::ConditionOp::create(c.b, c.loc, again, ValueRange());
  }
  EmitContext::Scope scope(c);
  c.b.createBlock(&loop.getAfter());
  if (failed(emitBody(op, results)))
    return failure();
  scf::YieldOp::create(c.b, c.loc);
  return success();
}

//===----------------------------------------------------------------------===//
// if and case
//===----------------------------------------------------------------------===//

/// Emits the region number `index` (of type index) of `op`, the last one where
/// there is no such region.
LogicalResult RegionEmitter::emitBranches(Value index, Operation *op,
                                          const SpecialResults &results) {
  unsigned last = op->getNumRegions() - 1;
  SmallVector<int64_t> cases =
      llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(last)));
  auto choice = scf::IndexSwitchOp::create(c.b, c.loc, TypeRange(), index,
                                           cases, cases.size());
  for (unsigned i = 0; i <= last; ++i) {
    Region &region =
        i == last ? choice.getDefaultRegion() : choice.getCaseRegions()[i];
    OpBuilder::InsertionGuard guard(c.b);
    EmitContext::Scope scope(c);
    c.b.createBlock(&region);
    Block &block = op->getRegion(i).front();
    if (failed(emitBlock(block)))
      return failure();
    for (auto [number, value] :
         llvm::enumerate(block.getTerminator()->getOperands()))
      copy(value, results.getStorage(number));
    scf::YieldOp::create(c.b, c.loc);
  }
  return success(!c.hasFailed());
}

LogicalResult RegionEmitter::emitControl(Operation *op,
                                         const SpecialResults &results) {
  if (auto loop = dyn_cast<graph::WhileOp>(op))
    return emitWhile(loop, results);
  Value chosen = op->getOperand(0);
  Value number = c.emit(chosen, {});
  Type indexType = c.b.getIndexType();
  if (isa<graph::IfOp>(op)) {
    // The true branch is the first one.
    Value isFalse = arith::XOrIOp::create(
        c.b, c.loc, number, c.constant(c.b.getI1Type(), c.b.getBoolAttr(true)));
    return emitBranches(
        arith::IndexCastUIOp::create(c.b, c.loc, indexType, isFalse), op,
        results);
  }
  // A negative number is out of range, as all large ones are.
  Value index = arith::IndexCastOp::create(c.b, c.loc, indexType, number);
  return emitBranches(index, op, results);
}
