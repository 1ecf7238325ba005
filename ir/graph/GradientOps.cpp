//===- GradientOps.cpp - Derivatives as ops -------------------------------===//
//
// Type inference and verifier.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GradientOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/GradientOps.cpp.inc"

LogicalResult GradientOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  llvm::append_range(types, adaptor.getWrt().getTypes());
  return success();
}

LogicalResult GradientOp::verify() {
  Block *block = getOperation()->getBlock();
  if (getLoss().getParentBlock() != block)
    return emitOpError("needs a loss of its own block");
  for (auto [index, value] : llvm::enumerate(getWrt()))
    if (value.getParentBlock() != block)
      return emitOpError("needs values of its own block, #")
             << index << " of wrt is not";
  return success();
}
