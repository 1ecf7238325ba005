//===- Elementwise.cpp - Derivatives of selection and conversion ----------===//
//
// Choices pass the cotangent to what was chosen; conversions between floats
// convert it back.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ElementwiseOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

LogicalResult selectRule(SelectOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult()), zero = b.zerosLike(dy);
  if (b.wants(op.getOnTrue()))
    b.give(op.getOnTrue(), b.select(op.getPred(), dy, zero));
  if (b.wants(op.getOnFalse()))
    b.give(op.getOnFalse(), b.select(op.getPred(), zero, dy));
  return success();
}

/// A limit of clamp in the operand's shape.
Value spread(Backward &b, Value limit, Value like) {
  return getTensor(limit).getRank() == 0 ? b.broadcastLike(limit, like, {})
                                         : limit;
}

/// Gives a limit the cotangent where it was taken.
void giveLimit(Backward &b, Value limit, Value taken, Value dy) {
  Value share = b.select(taken, dy, b.zerosLike(dy));
  int64_t rank = getTensor(dy).getRank();
  if (getTensor(limit).getRank() != rank)
    share = b.sum(share, llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  b.give(limit, share);
}

/// The operand gets the cotangent from limit to limit, both included; the upper
/// limit where the operand or the lower limit is above it, the lower one where
/// it lies between the operand and the upper limit.
LogicalResult clampRule(ClampOp op, Backward &b) {
  using enum ComparisonDirection;
  Value dy = b.cotangent(op.getResult()), x = op.getOperand();
  Value low = spread(b, op.getMin(), x), high = spread(b, op.getMax(), x);
  Value zero = b.zerosLike(dy);
  if (b.wants(x))
    b.give(x, b.select(
                  b.make<AndOp>(b.compare(GE, x, low), b.compare(LE, x, high)),
                  dy, zero));
  if (b.wants(op.getMin()))
    giveLimit(b, op.getMin(),
              b.make<AndOp>(b.compare(LT, x, low), b.compare(LE, low, high)),
              dy);
  if (b.wants(op.getMax()))
    giveLimit(b, op.getMax(), b.compare(GT, b.maximum(x, low), high), dy);
  return success();
}

LogicalResult convertRule(ConvertOp op, Backward &b) {
  b.give(op.getOperand(),
         b.convert(b.cotangent(op.getResult()),
                   getTensor(op.getOperand()).getElementType()));
  return success();
}

/// Rounding is taken for the identity, with a cotangent that is rounded alike.
LogicalResult reducePrecisionRule(ReducePrecisionOp op, Backward &b) {
  b.give(op.getOperand(),
         b.make<ReducePrecisionOp>(b.cotangent(op.getResult()),
                                   op.getExponentBits(), op.getMantissaBits()));
  return success();
}

constexpr llvm::StringLiteral kDiscrete = "its result is no float";
constexpr llvm::StringLiteral kBits = "it reads bits, not a number";

} // namespace

void tenon::graph::attachElementwiseDerivatives(MLIRContext *c) {
  attachRule<SelectOp, selectRule>(c);
  attachRule<ClampOp, clampRule>(c);
  attachRule<ConvertOp, convertRule>(c);
  attachRule<ReducePrecisionOp, reducePrecisionRule>(c);
  attachZero<kDiscrete, CompareOp>(c);
  attachZero<kBits, BitcastConvertOp>(c);
}
