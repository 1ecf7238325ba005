//===- BinaryOps.cpp - Element-wise ops of two operands -------------------===//
//
// Type inference and folders. A fold of floats is exact for every operand: the
// neutral element of addition is -0, and nothing is assumed finite.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/BinaryOps.h"
#include "ir/graph/Folding.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/BinaryOps.cpp.inc"

void TenonDialect::addBinaryOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/BinaryOps.cpp.inc"
      >();
}

LogicalResult ComplexOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type lhs = adaptor.getLhs().getType(), rhs = adaptor.getRhs().getType();
  if (lhs != rhs)
    return inferError(loc, getOperationName(),
                      "needs operands of one type, got ", lhs, " and ", rhs);
  types.push_back(withElement(
      lhs, ComplexType::get(getTensor(adaptor.getLhs()).getElementType())));
  return success();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  if (isFloatSplat(adaptor.getRhs(), -0.0) || isIntSplat(adaptor.getRhs(), 0))
    return getLhs();
  bool isBool = getType().getElementType().isInteger(1);
  return foldSplats(
      adaptor.getLhs(), adaptor.getRhs(), getType(),
      [](APFloat lhs, APFloat rhs) { return std::optional(lhs + rhs); },
      [&](APInt lhs, APInt rhs) {
        return std::optional(isBool ? lhs | rhs : lhs + rhs);
      });
}

OpFoldResult SubtractOp::fold(FoldAdaptor adaptor) {
  if (isFloatSplat(adaptor.getRhs(), 0.0) || isIntSplat(adaptor.getRhs(), 0))
    return getLhs();
  return foldSplats(
      adaptor.getLhs(), adaptor.getRhs(), getType(),
      [](APFloat lhs, APFloat rhs) { return std::optional(lhs - rhs); },
      [](APInt lhs, APInt rhs) { return std::optional(lhs - rhs); });
}

OpFoldResult MultiplyOp::fold(FoldAdaptor adaptor) {
  if (isOneSplat(adaptor.getRhs()))
    return getLhs();
  // An integer product with 0 is 0 whatever the other operand is.
  if (isIntSplat(adaptor.getRhs(), 0))
    return adaptor.getRhs();
  return foldSplats(
      adaptor.getLhs(), adaptor.getRhs(), getType(),
      [](APFloat lhs, APFloat rhs) { return std::optional(lhs * rhs); },
      [](APInt lhs, APInt rhs) { return std::optional(lhs * rhs); });
}

OpFoldResult DivideOp::fold(FoldAdaptor adaptor) {
  if (isOneSplat(adaptor.getRhs()))
    return getLhs();
  return foldSplats(
      adaptor.getLhs(), adaptor.getRhs(), getType(),
      [](APFloat lhs, APFloat rhs) { return std::optional(lhs / rhs); },
      [](APInt, APInt) { return std::optional<APInt>(); });
}
