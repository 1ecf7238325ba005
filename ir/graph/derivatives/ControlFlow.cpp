//===- ControlFlow.cpp - Derivatives of branches --------------------------===//
//
// A branch gives its cotangents to the values from above that it uses: the
// derivative is a branch again, on the same choice, whose regions compute their
// forward values anew and end in the cotangents.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ControlFlowOps.h"
#include "ir/graph/StructureOps.h"
#include "ir/graph/derivatives/Derivatives.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// All values from above that change and that one of the branches uses.
SmallVector<Value> getWanted(Backward &b, Operation *op) {
  llvm::SetVector<Value> wanted;
  for (Region &region : op->getRegions())
    for (Value value : b.getPullback().getCaptured(region))
      wanted.insert(value);
  return wanted.takeVector();
}

/// Fills one region of the backward branch.
LogicalResult fillBranch(Backward &b, Region &forward, Region &backward,
                         ValueRange cotangents, ValueRange wanted) {
  OpBuilder &builder = b.getBuilder();
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&backward);
  auto given = b.getPullback().pullBackRegion(forward, cotangents, wanted);
  if (failed(given))
    return failure();
  for (auto [value, cotangent] : llvm::zip_equal(wanted, *given))
    if (!cotangent)
      cotangent = b.zerosLike(value);
  ReturnOp::create(builder, b.getLoc(), *given);
  return success();
}

/// `make` builds the empty backward op, of the same regions and of the wanted
/// values' types.
LogicalResult branchRule(Operation *op, Backward &b,
                         llvm::function_ref<Operation *(TypeRange)> make) {
  SmallVector<Value> wanted = getWanted(b, op), cotangents;
  for (Value result : op->getResults())
    cotangents.push_back(b.cotangent(result));
  Operation *backward = make(ValueRange(wanted).getTypes());
  for (auto [from, to] :
       llvm::zip_equal(op->getRegions(), backward->getRegions()))
    if (failed(fillBranch(b, from, to, cotangents, wanted)))
      return failure();
  for (auto [value, cotangent] :
       llvm::zip_equal(wanted, backward->getResults()))
    b.give(value, cotangent);
  return success();
}

LogicalResult ifRule(IfOp op, Backward &b) {
  return branchRule(op, b, [&](TypeRange types) {
    return IfOp::create(b.getBuilder(), b.getLoc(), types, op.getPred());
  });
}

LogicalResult caseRule(CaseOp op, Backward &b) {
  return branchRule(op, b, [&](TypeRange types) {
    return CaseOp::create(b.getBuilder(), b.getLoc(), types, op.getIndex(),
                          op.getBranches().size());
  });
}

} // namespace

void tenon::graph::attachControlFlowDerivatives(MLIRContext *c) {
  attachRule<IfOp, ifRule>(c);
  attachRule<CaseOp, caseRule>(c);
}
