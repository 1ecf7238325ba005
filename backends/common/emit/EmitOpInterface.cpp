#include "backends/common/emit/EmitOpInterface.h"

#include "backends/common/emit/ElementTypes.h"

using namespace mlir;
using namespace tenon::emit;

#include "backends/common/emit/EmitOpInterface.cpp.inc"

LogicalResult tenon::emit::canHold(Type type, std::string &reason) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape()) {
    reason = "has an operand or result of dynamic shape";
    return failure();
  }
  if (getMemoryType(tensor.getElementType()))
    return success();
  llvm::raw_string_ostream(reason)
      << "works on element type " << tensor.getElementType()
      << ", which kernels do not hold";
  return failure();
}

LogicalResult tenon::emit::canEmitOp(Operation *op, std::string &reason) {
  auto emitOp = dyn_cast<EmitOpInterface>(op);
  if (!emitOp) {
    reason = "has no lowering in a kernel";
    return failure();
  }
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (failed(canHold(type, reason)))
      return failure();
  return emitOp.canEmit(reason);
}
