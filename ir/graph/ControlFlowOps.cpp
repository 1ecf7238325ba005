//===- ControlFlowOps.cpp - Loops and branches ----------------------------===//
//
// Type inference and verifiers.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ControlFlowOps.h"
#include "ir/graph/StructureOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/ControlFlowOps.cpp.inc"

void TenonDialect::addControlFlowOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/ControlFlowOps.cpp.inc"
      >();
}

/// Checks what a region takes and returns.
static LogicalResult verifyRegion(Operation *op, StringRef name, Region &region,
                                  TypeRange arguments, TypeRange results) {
  Block &block = region.front();
  if (block.getArgumentTypes() != arguments)
    return op->emitOpError("needs a ")
           << name << " that takes (" << arguments << "), got ("
           << block.getArgumentTypes() << ")";
  auto ret = block.empty() ? ReturnOp() : dyn_cast<ReturnOp>(block.back());
  if (!ret)
    return op->emitOpError("needs a ") << name << " that ends in tenon.return";
  if (ret.getOperandTypes() != results)
    return op->emitOpError("needs a ")
           << name << " that returns (" << results << "), got ("
           << ret.getOperandTypes() << ")";
  return success();
}

LogicalResult WhileOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  llvm::append_range(types, adaptor.getOperands().getTypes());
  return success();
}

LogicalResult WhileOp::verifyRegions() {
  TypeRange state = getOperandTypes();
  Type truth = RankedTensorType::get({}, IntegerType::get(getContext(), 1));
  if (failed(verifyRegion(*this, "cond", getCond(), state, truth)))
    return failure();
  return verifyRegion(*this, "body", getBody(), state, state);
}

LogicalResult IfOp::verifyRegions() {
  if (failed(verifyRegion(*this, "true branch", getTrueBranch(), {},
                          getResultTypes())))
    return failure();
  return verifyRegion(*this, "false branch", getFalseBranch(), {},
                      getResultTypes());
}

LogicalResult CaseOp::verifyRegions() {
  if (getBranches().empty())
    return emitOpError("needs at least one branch");
  for (Region &branch : getBranches())
    if (failed(verifyRegion(*this, "branch", branch, {}, getResultTypes())))
      return failure();
  return success();
}
