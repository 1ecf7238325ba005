//===- Unary.cpp - Derivatives of element-wise ops of one operand ---------===//
//
// operand' = result' * f'(operand), with f' in terms of the result where it can
// be: the result is more often kept than the operand.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/UnaryOps.h"
#include "ir/graph/derivatives/Derivatives.h"

#include <numbers>

using namespace mlir;
using namespace tenon::graph;

namespace {

/// A rule that multiplies the cotangent with f'(x, y) of one op.
template <typename OpTy, Value (*derivative)(Backward &, Value, Value)>
LogicalResult scaleRule(OpTy op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  b.give(op.getOperand(),
         b.multiply(dy, derivative(b, op.getOperand(), op.getResult())));
  return success();
}

Value ofExponential(Backward &, Value, Value y) { return y; }
Value ofExponentialMinusOne(Backward &b, Value, Value y) {
  return b.add(y, 1.0);
}
Value ofLogistic(Backward &b, Value, Value y) {
  return b.multiply(y, b.subtract(b.fillLike(1.0, y), y));
}
Value ofTanh(Backward &b, Value, Value y) {
  return b.subtract(b.fillLike(1.0, y), b.multiply(y, y));
}
Value ofTan(Backward &b, Value, Value y) {
  return b.add(b.multiply(y, y), 1.0);
}
Value ofSine(Backward &b, Value x, Value) { return b.make<CosineOp>(x); }
Value ofCosine(Backward &b, Value x, Value) {
  return b.negate(b.make<SineOp>(x));
}
Value ofRsqrt(Backward &b, Value, Value y) {
  return b.multiply(b.multiply(y, b.multiply(y, y)), -0.5);
}
Value ofAbs(Backward &b, Value x, Value) { return b.make<SignOp>(x); }

/// factor * e^-(x^2), the bell under the error function.
Value bell(Backward &b, Value x, double factor) {
  return b.multiply(b.exponential(b.negate(b.multiply(x, x))), factor);
}
Value ofErf(Backward &b, Value x, Value) {
  return bell(b, x, 2 * std::numbers::inv_sqrtpi);
}
Value ofErfc(Backward &b, Value x, Value) {
  return bell(b, x, -2 * std::numbers::inv_sqrtpi);
}
Value ofErfInv(Backward &b, Value, Value y) {
  return b.multiply(b.exponential(b.multiply(y, y)),
                    0.5 / std::numbers::inv_sqrtpi);
}

/// A rule that divides the cotangent by 1 / f'(x, y).
template <typename OpTy, Value (*divisor)(Backward &, Value, Value)>
LogicalResult divideRule(OpTy op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  b.give(op.getOperand(),
         b.divide(dy, divisor(b, op.getOperand(), op.getResult())));
  return success();
}

Value underLog(Backward &, Value x, Value) { return x; }
Value underLogPlusOne(Backward &b, Value x, Value) { return b.add(x, 1.0); }
Value underSqrt(Backward &b, Value, Value y) { return b.multiply(y, 2.0); }
Value underCbrt(Backward &b, Value, Value y) {
  return b.multiply(b.multiply(y, y), 3.0);
}

LogicalResult negateRule(NegateOp op, Backward &b) {
  b.give(op.getOperand(), b.negate(b.cotangent(op.getResult())));
  return success();
}

/// Of a real operand; complex values are refused before any rule runs.
LogicalResult realRule(RealOp op, Backward &b) {
  b.give(op.getOperand(), b.cotangent(op.getResult()));
  return success();
}

constexpr llvm::StringLiteral kSteps = "its result changes in steps only";
constexpr llvm::StringLiteral kDiscrete = "its result is no float";
constexpr llvm::StringLiteral kNoImaginary =
    "a real operand has the imaginary part 0";

} // namespace

void tenon::graph::attachUnaryDerivatives(MLIRContext *c) {
  attachRule<NegateOp, negateRule>(c);
  attachRule<ExponentialOp, scaleRule<ExponentialOp, ofExponential>>(c);
  attachRule<ExponentialMinusOneOp,
             scaleRule<ExponentialMinusOneOp, ofExponentialMinusOne>>(c);
  attachRule<LogOp, divideRule<LogOp, underLog>>(c);
  attachRule<LogPlusOneOp, divideRule<LogPlusOneOp, underLogPlusOne>>(c);
  attachRule<LogisticOp, scaleRule<LogisticOp, ofLogistic>>(c);
  attachRule<TanhOp, scaleRule<TanhOp, ofTanh>>(c);
  attachRule<TanOp, scaleRule<TanOp, ofTan>>(c);
  attachRule<SineOp, scaleRule<SineOp, ofSine>>(c);
  attachRule<CosineOp, scaleRule<CosineOp, ofCosine>>(c);
  attachRule<SqrtOp, divideRule<SqrtOp, underSqrt>>(c);
  attachRule<RsqrtOp, scaleRule<RsqrtOp, ofRsqrt>>(c);
  attachRule<CbrtOp, divideRule<CbrtOp, underCbrt>>(c);
  attachRule<ErfOp, scaleRule<ErfOp, ofErf>>(c);
  attachRule<ErfcOp, scaleRule<ErfcOp, ofErfc>>(c);
  attachRule<ErfInvOp, scaleRule<ErfInvOp, ofErfInv>>(c);
  attachRule<AbsOp, scaleRule<AbsOp, ofAbs>>(c);
  attachRule<RealOp, realRule>(c);
  attachZero<kSteps, SignOp, CeilOp, FloorOp, RoundNearestAfzOp,
             RoundNearestEvenOp>(c);
  attachZero<kDiscrete, NotOp, PopcntOp, CountLeadingZerosOp, IsFiniteOp>(c);
  attachZero<kNoImaginary, ImagOp>(c);
}
