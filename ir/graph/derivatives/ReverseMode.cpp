//===- ReverseMode.cpp - Building the backward ops of a block -------------===//

#include "ir/graph/derivatives/ReverseMode.h"

#include "ir/graph/GraphOps.h"
#include "ir/graph/Unsupported.h"
#include "ir/interfaces/DecomposableOpInterface.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

/// Whether a value can change by a little: floats, and complex numbers, which
/// are followed so that an op on them is refused and not taken for constant.
static bool isContinuous(Value value) {
  return isa<FloatType, ComplexType>(getElementTypeOrSelf(value.getType()));
}

static bool isComplex(Value value) {
  return isa<ComplexType>(getElementTypeOrSelf(value.getType()));
}

/// Why no result of the op changes with an operand; empty if one may.
static StringRef getZeroReason(Operation *op) {
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  return differentiable ? differentiable.getZeroDerivativeReason()
                        : StringRef();
}

ReverseMode::ReverseMode(OpBuilder &builder, ValueRange wrt)
    : builder(builder) {
  active.insert(wrt.begin(), wrt.end());
  findActive();
}

void ReverseMode::add(Value value, Value cotangent) {
  if (!wants(value))
    return;
  auto [it, isFirst] = cotangents.try_emplace(value, cotangent);
  if (!isFirst)
    it->second =
        AddOp::create(builder, cotangent.getLoc(), it->second, cotangent);
}

bool ReverseMode::usesActive(Operation *op) const {
  return op
      ->walk([&](Operation *nested) {
        bool uses = llvm::any_of(nested->getOperands(), [&](Value operand) {
          return active.contains(operand);
        });
        return uses ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Replaces a composite without a rule by its primitives; null if the op is
/// none, else the first of them.
static Operation *takeApart(Operation *op, DenseSet<Value> &active) {
  auto composite = dyn_cast<DecomposableOpInterface>(op);
  if (!composite || isa<DifferentiableOpInterface>(op))
    return nullptr;
  Operation *previous = op->getPrevNode();
  Block *block = op->getBlock();
  OpBuilder before(op);
  FailureOr<SmallVector<Value>> values = composite.decompose(before);
  if (failed(values))
    return nullptr;
  for (auto [old, value] : llvm::zip_equal(op->getResults(), *values))
    if (active.erase(old))
      active.insert(value);
  op->replaceAllUsesWith(*values);
  op->erase();
  return previous ? previous->getNextNode() : &block->front();
}

void ReverseMode::findActive() {
  Block::iterator end = builder.getInsertionPoint();
  for (auto it = builder.getInsertionBlock()->begin(); it != end;) {
    Operation *op = &*it;
    if (!usesActive(op) || !getZeroReason(op).empty()) {
      ++it;
      continue;
    }
    if (Operation *first = takeApart(op, active)) {
      it = first->getIterator();
      continue;
    }
    for (Value result : op->getResults())
      if (isContinuous(result))
        active.insert(result);
    ops.push_back(op);
    ++it;
  }
}

LogicalResult ReverseMode::visit(Operation *op) {
  if (llvm::none_of(op->getResults(),
                    [&](Value result) { return getCotangent(result); }))
    return success();
  if (llvm::any_of(op->getOperands(), isComplex) ||
      llvm::any_of(op->getResults(), isComplex))
    return emitUnsupported(op)
           << "has no derivative: it works on complex numbers";
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return emitUnsupported(op) << "has no derivative: there is no rule for '"
                               << op->getName() << "'";
  (void)refuse("");
  if (failed(differentiable.pullBack(*this))) {
    if (getReason().empty())
      return failure(); // Said on an op inside.
    return emitUnsupported(op)
           << "has no derivative: '" << op->getName() << "' " << getReason();
  }
  return success();
}

SmallVector<Value> ReverseMode::getCaptured(Region &region) {
  llvm::SetVector<Value> captured;
  region.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (active.contains(operand) &&
          !region.isAncestor(operand.getParentRegion()))
        captured.insert(operand);
  });
  return captured.takeVector();
}

FailureOr<SmallVector<Value>> ReverseMode::pullBackRegion(Region &region,
                                                          ValueRange seeds,
                                                          ValueRange wanted) {
  // The forward values are computed again: those of a branch are not visible
  // outside of it.
  IRMapping map;
  Block &block = region.front();
  for (Operation &op : block.without_terminator())
    builder.clone(op, map);
  SmallVector<Value> results;
  for (Value result : block.getTerminator()->getOperands())
    results.push_back(map.lookupOrDefault(result));
  ReverseMode inner(builder, wanted);
  for (auto [result, seed] : llvm::zip_equal(results, seeds))
    if (seed)
      inner.add(result, seed);
  if (failed(inner.run()))
    return failure();
  SmallVector<Value> cotangents;
  for (Value value : wanted)
    cotangents.push_back(inner.getCotangent(value));
  return cotangents;
}

LogicalResult ReverseMode::run() {
  bool isComplete = true;
  for (Operation *op : llvm::reverse(ops))
    isComplete &= succeeded(visit(op));
  return success(isComplete);
}
