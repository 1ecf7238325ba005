//===- Binary.cpp - Derivatives of element-wise ops of two operands -------===//
//
// Both operands have the result's type, and so have their cotangents.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/BinaryOps.h"
#include "ir/graph/derivatives/Derivatives.h"

#include "mlir/IR/Matchers.h"

#include <optional>

using namespace mlir;
using namespace tenon::graph;

namespace {

/// The number that a float value repeats, if it is a constant that does, or a
/// broadcast of one.
std::optional<double> getSplatNumber(Value value) {
  while (auto broadcast = value.getDefiningOp<BroadcastInDimOp>())
    value = broadcast.getOperand();
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements.isSplat() ||
      !isa<FloatType>(elements.getElementType()))
    return std::nullopt;
  APFloat number = elements.getSplatValue<APFloat>();
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.convertToDouble();
}

LogicalResult addRule(AddOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  b.give(op.getLhs(), dy);
  b.give(op.getRhs(), dy);
  return success();
}

LogicalResult subtractRule(SubtractOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  b.give(op.getLhs(), dy);
  if (b.wants(op.getRhs()))
    b.give(op.getRhs(), b.negate(dy));
  return success();
}

LogicalResult multiplyRule(MultiplyOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  if (b.wants(op.getLhs()))
    b.give(op.getLhs(), b.multiply(dy, op.getRhs()));
  if (b.wants(op.getRhs()))
    b.give(op.getRhs(), b.multiply(dy, op.getLhs()));
  return success();
}

LogicalResult divideRule(DivideOp op, Backward &b) {
  Value share = b.divide(b.cotangent(op.getResult()), op.getRhs());
  b.give(op.getLhs(), share);
  if (b.wants(op.getRhs()))
    b.give(op.getRhs(), b.negate(b.multiply(share, op.getResult())));
  return success();
}

/// lhs - rhs * trunc(lhs / rhs), where the truncated quotient is constant.
LogicalResult remainderRule(RemainderOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  b.give(op.getLhs(), dy);
  if (!b.wants(op.getRhs()))
    return success();
  Value quotient = b.divide(op.getLhs(), op.getRhs());
  Value whole = b.multiply(b.make<SignOp>(quotient),
                           b.make<FloorOp>(b.make<AbsOp>(quotient)));
  b.give(op.getRhs(), b.negate(b.multiply(dy, whole)));
  return success();
}

/// Where `mine` is beyond `other` all of the cotangent, half of it at a tie of
/// two computed values, and nothing at a tie with a constant: relu is 0 at 0.
/// `beyond` is GT for maximum, LT for minimum. The result stands for the
/// operand in the comparison with a constant, as it is what is usually kept.
void giveBeyond(Backward &b, ComparisonDirection beyond, Value mine,
                Value other, Value result) {
  if (!b.wants(mine))
    return;
  Value dy = b.cotangent(result);
  Value zero = b.zerosLike(dy);
  if (getSplatNumber(other)) {
    b.give(mine, b.select(b.compare(beyond, result, other), dy, zero));
    return;
  }
  Value half = b.multiply(dy, 0.5);
  Value tied = b.compare(ComparisonDirection::EQ, mine, other);
  b.give(mine, b.select(b.compare(beyond, mine, other), dy,
                        b.select(tied, half, zero)));
}

template <typename OpTy, ComparisonDirection beyond>
LogicalResult chooseRule(OpTy op, Backward &b) {
  giveBeyond(b, beyond, op.getLhs(), op.getRhs(), op.getResult());
  giveBeyond(b, beyond, op.getRhs(), op.getLhs(), op.getResult());
  return success();
}

/// lhs' = dy * rhs * lhs^(rhs - 1), rhs' = dy * lhs^rhs * ln(lhs). A constant
/// exponent makes it a product for squares and cubes; an exponent of 0 gives 0
/// even where lhs is 0, and so does a base of 0 to the exponent.
LogicalResult powerRule(PowerOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult()), x = op.getLhs(), n = op.getRhs();
  if (b.wants(x)) {
    std::optional<double> number = getSplatNumber(n);
    if (number == 1.0) {
      b.give(x, dy);
    } else if (number == 2.0) {
      b.give(x, b.multiply(dy, b.multiply(x, 2.0)));
    } else if (number == 3.0) {
      b.give(x, b.multiply(dy, b.multiply(b.multiply(x, x), 3.0)));
    } else {
      Value less = b.add(n, -1.0);
      Value slope = b.multiply(n, b.make<PowerOp>(x, less));
      Value flat = b.compare(ComparisonDirection::EQ, n, b.zerosLike(n));
      b.give(x, b.multiply(dy, b.select(flat, b.zerosLike(n), slope)));
    }
  }
  if (b.wants(n)) {
    Value atZero = b.compare(ComparisonDirection::EQ, x, b.zerosLike(x));
    Value logarithm = b.log(b.select(atZero, b.fillLike(1.0, x), x));
    b.give(n, b.multiply(dy, b.multiply(op.getResult(), logarithm)));
  }
  return success();
}

/// The angle of (x = rhs, y = lhs): y' = x / (x^2 + y^2), x' = -y / (..).
LogicalResult atan2Rule(Atan2Op op, Backward &b) {
  Value y = op.getLhs(), x = op.getRhs();
  Value share = b.divide(b.cotangent(op.getResult()),
                         b.add(b.multiply(x, x), b.multiply(y, y)));
  if (b.wants(y))
    b.give(y, b.multiply(share, x));
  if (b.wants(x))
    b.give(x, b.negate(b.multiply(share, y)));
  return success();
}

constexpr llvm::StringLiteral kDiscrete = "its result is no float";

} // namespace

void tenon::graph::attachBinaryDerivatives(MLIRContext *c) {
  attachRule<AddOp, addRule>(c);
  attachRule<SubtractOp, subtractRule>(c);
  attachRule<MultiplyOp, multiplyRule>(c);
  attachRule<DivideOp, divideRule>(c);
  attachRule<RemainderOp, remainderRule>(c);
  attachRule<MaximumOp, chooseRule<MaximumOp, ComparisonDirection::GT>>(c);
  attachRule<MinimumOp, chooseRule<MinimumOp, ComparisonDirection::LT>>(c);
  attachRule<PowerOp, powerRule>(c);
  attachRule<Atan2Op, atan2Rule>(c);
  attachZero<kDiscrete, AndOp, OrOp, XorOp, ShiftLeftOp, ShiftRightArithmeticOp,
             ShiftRightLogicalOp>(c);
}
