//===- ElementwiseOps.cpp - Comparison, selection, conversion -------------===//
//
// Type inference, verifiers and folders.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ElementwiseOps.h"
#include "ir/graph/EnumAssembly.h"
#include "ir/graph/Folding.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

/// Parses a float format as `e5m10`.
static ParseResult parseFloatFormat(OpAsmParser &parser, IntegerAttr &exponent,
                                    IntegerAttr &mantissa) {
  StringRef text;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&text))
    return failure();
  int32_t exponentBits = 0, mantissaBits = 0;
  if (!text.consume_front("e") || text.consumeInteger(10, exponentBits) ||
      !text.consume_front("m") || text.getAsInteger(10, mantissaBits))
    return parser.emitError(loc, "expected a float format such as e5m10");
  Builder &builder = parser.getBuilder();
  exponent = builder.getI32IntegerAttr(exponentBits);
  mantissa = builder.getI32IntegerAttr(mantissaBits);
  return success();
}

static void printFloatFormat(OpAsmPrinter &printer, Operation *,
                             IntegerAttr exponent, IntegerAttr mantissa) {
  printer << 'e' << exponent.getInt() << 'm' << mantissa.getInt();
}

#define GET_OP_CLASSES
#include "ir/graph/ElementwiseOps.cpp.inc"

void TenonDialect::addElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/ElementwiseOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// compare
//===----------------------------------------------------------------------===//

/// What `compare` does for an element type unless told otherwise.
static ComparisonType getDefaultComparison(Type element) {
  if (isa<FloatType, ComplexType>(element))
    return ComparisonType::FLOAT;
  return element.isUnsignedInteger() || element.isInteger(1)
             ? ComparisonType::UNSIGNED
             : ComparisonType::SIGNED;
}

void CompareOp::build(OpBuilder &builder, OperationState &state,
                      ComparisonDirection direction, Value lhs, Value rhs) {
  build(builder, state, lhs, rhs, direction, ComparisonTypeAttr());
}

ComparisonType CompareOp::getEffectiveType() {
  return getCompareType().value_or(
      getDefaultComparison(getTensor(getLhs()).getElementType()));
}

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type lhs = adaptor.getLhs().getType(), rhs = adaptor.getRhs().getType();
  if (lhs != rhs)
    return inferError(loc, getOperationName(),
                      "needs operands of one type, got ", lhs, " and ", rhs);
  Type element = getTensor(adaptor.getLhs()).getElementType();
  if (auto type = adaptor.getCompareType()) {
    ComparisonType wanted = getDefaultComparison(element);
    bool isTotal =
        *type == ComparisonType::TOTALORDER && isa<FloatType>(element);
    if (*type != wanted && !isTotal)
      return inferError(loc, getOperationName(), "cannot compare ", element,
                        " as ", stringifyComparisonType(*type));
  }
  ComparisonDirection direction = adaptor.getDirection();
  if (isa<ComplexType>(element) && direction != ComparisonDirection::EQ &&
      direction != ComparisonDirection::NE)
    return inferError(loc, getOperationName(),
                      "compares complex numbers by EQ and NE only, got ",
                      stringifyComparisonDirection(direction));
  types.push_back(withElement(lhs, IntegerType::get(context, 1)));
  return success();
}

//===----------------------------------------------------------------------===//
// select, clamp
//===----------------------------------------------------------------------===//

LogicalResult SelectOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Type onTrue = adaptor.getOnTrue().getType();
  Type onFalse = adaptor.getOnFalse().getType();
  if (onTrue != onFalse)
    return inferError(loc, getOperationName(),
                      "needs both values of one type, got ", onTrue, " and ",
                      onFalse);
  auto pred = getTensor(adaptor.getPred());
  if (pred.getRank() != 0 && getDims(pred) != getDims(onTrue))
    return inferError(loc, getOperationName(),
                      "needs a predicate that is a scalar or shaped like ",
                      onTrue, ", got ", pred);
  types.push_back(onTrue);
  return success();
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  if (getOnTrue() == getOnFalse() || isIntSplat(adaptor.getPred(), 1))
    return getOnTrue();
  if (isIntSplat(adaptor.getPred(), 0))
    return getOnFalse();
  return {};
}

LogicalResult ClampOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  auto operand = getTensor(adaptor.getOperand());
  for (auto [name, value] :
       {std::pair<StringRef, Value>("min", adaptor.getMin()),
        std::pair<StringRef, Value>("max", adaptor.getMax())}) {
    auto type = getTensor(value);
    if (type.getElementType() != operand.getElementType() ||
        (type.getRank() != 0 && getDims(type) != getDims(operand)))
      return inferError(loc, getOperationName(), "needs ", name,
                        " to be a scalar or shaped like ", operand, ", got ",
                        type);
  }
  types.push_back(operand);
  return success();
}

//===----------------------------------------------------------------------===//
// convert, bitcast_convert, reduce_precision
//===----------------------------------------------------------------------===//

void ConvertOp::build(OpBuilder &builder, OperationState &state, Value operand,
                      Type elementType) {
  build(builder, state, withElement(operand.getType(), elementType), operand);
}

OpFoldResult ConvertOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getType())
    return getOperand();
  auto to = dyn_cast<FloatType>(getType().getElementType());
  auto splat = getSplat(adaptor.getOperand());
  if (!to || !splat || !isa<FloatType>(splat.getElementType()) ||
      !getType().hasStaticShape())
    return {};
  APFloat value = splat.getSplatValue<APFloat>();
  // A NaN's payload and an overflow are left to the run-time conversion.
  bool inexact = false;
  if (value.isNaN() || (value.convert(to.getFloatSemantics(),
                                      APFloat::rmNearestTiesToEven, &inexact) &
                        APFloat::opOverflow))
    return {};
  return DenseElementsAttr::get(getType(), value);
}

LogicalResult BitcastConvertOp::verify() {
  auto from = getTensor(getOperand()), to = getTensor(getResult());
  Type fromElement = from.getElementType(), toElement = to.getElementType();
  if (isa<ComplexType>(fromElement) != isa<ComplexType>(toElement) ||
      fromElement.isInteger(1) != toElement.isInteger(1))
    return emitOpError("cannot reinterpret ")
           << fromElement << " as " << toElement;
  Dims expected = getDims(from);
  int64_t fromBits = getElementBits(fromElement);
  int64_t toBits = getElementBits(toElement);
  if (fromBits > toBits && fromBits % toBits == 0) {
    expected.push_back({fromBits / toBits});
  } else if (fromBits < toBits && toBits % fromBits == 0) {
    if (expected.empty() || expected.back() != Dim{toBits / fromBits})
      return emitOpError("needs a last operand dimension of ")
             << toBits / fromBits << " to make " << toElement << " of "
             << fromElement << ", got " << from;
    expected.pop_back();
  } else if (fromBits != toBits) {
    return emitOpError("cannot reinterpret ")
           << fromElement << " as " << toElement;
  }
  if (getDims(to) != expected)
    return emitOpError("expects a result of type ")
           << getTensor(expected, toElement) << ", got " << to;
  return success();
}

OpFoldResult BitcastConvertOp::fold(FoldAdaptor) {
  return getOperand().getType() == getType() ? getOperand() : Value();
}

LogicalResult ReducePrecisionOp::verify() {
  if (static_cast<int32_t>(getExponentBits()) < 1)
    return emitOpError("needs at least 1 exponent bit, got ")
           << static_cast<int32_t>(getExponentBits());
  if (static_cast<int32_t>(getMantissaBits()) < 0)
    return emitOpError("needs at least 0 mantissa bits, got ")
           << static_cast<int32_t>(getMantissaBits());
  return success();
}
