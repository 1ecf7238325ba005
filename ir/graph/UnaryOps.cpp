//===- UnaryOps.cpp - Element-wise ops of one operand ---------------------===//
//
// Type inference and folders.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/UnaryOps.h"
#include "ir/graph/Folding.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/UnaryOps.cpp.inc"

void TenonDialect::addUnaryOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/UnaryOps.cpp.inc"
      >();
}

/// The operand's type, with the part's type in place of a complex element.
static Type getPartType(Value operand) {
  auto type = getTensor(operand);
  auto complex = dyn_cast<ComplexType>(type.getElementType());
  return complex ? withElement(type, complex.getElementType()) : type;
}

LogicalResult AbsOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  types.push_back(getPartType(adaptor.getOperand()));
  return success();
}

LogicalResult RealOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  types.push_back(getPartType(adaptor.getOperand()));
  return success();
}

LogicalResult ImagOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  types.push_back(getPartType(adaptor.getOperand()));
  return success();
}

LogicalResult IsFiniteOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(withElement(adaptor.getOperand().getType(),
                              IntegerType::get(context, 1)));
  return success();
}

OpFoldResult NegateOp::fold(FoldAdaptor adaptor) {
  if (auto inner = getOperand().getDefiningOp<NegateOp>())
    return inner.getOperand();
  return foldSplat(
      adaptor.getOperand(), getType(),
      [](APFloat value) { return std::optional(-value); },
      [](APInt value) { return std::optional(-value); });
}

OpFoldResult NotOp::fold(FoldAdaptor adaptor) {
  if (auto inner = getOperand().getDefiningOp<NotOp>())
    return inner.getOperand();
  return foldSplat(
      adaptor.getOperand(), getType(),
      [](APFloat) { return std::optional<APFloat>(); },
      [](APInt value) { return std::optional(~value); });
}
