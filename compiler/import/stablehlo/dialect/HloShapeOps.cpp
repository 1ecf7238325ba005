//===- HloShapeOps.cpp - Ops declared in HloShapeOps.td -----------===//
#include "compiler/import/stablehlo/dialect/HloShapeOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::stablehlo;

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloShapeOps.cpp.inc"

void HloDialect::addShapeOps() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/HloShapeOps.cpp.inc"
      >();
}

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  if (!isa<RankedTensorType>(adaptor.getValue().getType()))
    return emitOptionalError(loc, "needs a ranked tensor");
  types.push_back(adaptor.getValue().getType());
  return success();
}
