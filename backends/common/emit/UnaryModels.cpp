// Emission of the element-wise ops of one operand.

#include "backends/common/emit/ModelUtils.h"
#include "backends/common/math/MathFunctions.h"

#include "ir/graph/UnaryOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;
namespace mathops = mlir::math;

namespace {

using Values = ArrayRef<Value>;

bool isFloat(Value tensor) { return isa<FloatType>(elementOf(tensor)); }

/// A function of the math dialect that does the same.
template <typename MathOp, typename OpTy>
Value direct(EmitContext &c, OpTy, Values v) {
  return MathOp::create(c.b, c.loc, v[0]);
}

Value negate(EmitContext &c, graph::NegateOp op, Values v) {
  if (isFloat(op.getResult()))
    return arith::NegFOp::create(c.b, c.loc, v[0]);
  return arith::SubIOp::create(c.b, c.loc, numberLike(c, v[0], 0), v[0]);
}

/// NaN and zeros of either sign give themselves.
Value sign(EmitContext &c, graph::SignOp op, Values v) {
  Value zero = numberLike(c, v[0], 0), one = numberLike(c, v[0], 1);
  if (!isFloat(op.getResult())) {
    one = arith::MinSIOp::create(c.b, c.loc, v[0], one);
    return arith::MaxSIOp::create(c.b, c.loc, one, numberLike(c, v[0], -1));
  }
  Value nonZero =
      arith::CmpFOp::create(c.b, c.loc, arith::CmpFPredicate::ONE, v[0], zero);
  Value unit = mathops::CopySignOp::create(c.b, c.loc, one, v[0]);
  return arith::SelectOp::create(c.b, c.loc, nonZero, unit, v[0]);
}

Value logistic(EmitContext &c, graph::LogisticOp, Values v) {
  return tenon::math::emitSigmoid(c.b, c.loc, v[0]);
}

Value erfInverse(EmitContext &c, graph::ErfInvOp, Values v) {
  return tenon::math::emitErfInverse(c.b, c.loc, v[0]);
}

/// Two exact operations; an approximate reciprocal root would cost accuracy.
Value rsqrt(EmitContext &c, graph::RsqrtOp, Values v) {
  Value root = mathops::SqrtOp::create(c.b, c.loc, v[0]);
  return arith::DivFOp::create(c.b, c.loc, numberLike(c, v[0], 1), root);
}

Value bitNot(EmitContext &c, graph::NotOp, Values v) {
  unsigned width = getElementTypeOrSelf(v[0]).getIntOrFloatBitWidth();
  Value ones = bitsLike(c, v[0], llvm::APInt::getAllOnes(width));
  return arith::XOrIOp::create(c.b, c.loc, v[0], ones);
}

Value abs(EmitContext &c, graph::AbsOp op, Values v) {
  if (isFloat(op.getOperand()))
    return mathops::AbsFOp::create(c.b, c.loc, v[0]);
  Value negated =
      arith::SubIOp::create(c.b, c.loc, numberLike(c, v[0], 0), v[0]);
  return arith::MaxSIOp::create(c.b, c.loc, v[0], negated);
}

Value isFinite(EmitContext &c, graph::IsFiniteOp, Values v) {
  Value magnitude = mathops::AbsFOp::create(c.b, c.loc, v[0]);
  Value infinity = numberLike(c, v[0], std::numeric_limits<double>::infinity());
  // Ordered: false for NaN.
  return arith::CmpFOp::create(c.b, c.loc, arith::CmpFPredicate::OLT, magnitude,
                               infinity);
}

Value real(EmitContext &, graph::RealOp, Values v) { return v[0]; }
Value imag(EmitContext &c, graph::ImagOp, Values v) {
  return numberLike(c, v[0], 0);
}

} // namespace

void tenon::emit::attachUnaryModels(MLIRContext *context) {
  using namespace graph;
#define ATTACH(OpTy, function, cost)                                           \
  OpTy::attachInterface<ElementwiseModel<OpTy, function, cost>>(*context)
#define ATTACH_MATH(OpTy, MathOp, cost)                                        \
  ATTACH(OpTy, (direct<mathops::MathOp, OpTy>), cost)
  ATTACH(NegateOp, negate, 1);
  ATTACH(SignOp, sign, 3);
  ATTACH_MATH(ExponentialOp, ExpOp, 16);
  ATTACH_MATH(ExponentialMinusOneOp, ExpM1Op, 24);
  ATTACH_MATH(LogOp, LogOp, 24);
  ATTACH_MATH(LogPlusOneOp, Log1pOp, 30);
  ATTACH(LogisticOp, logistic, 24);
  ATTACH(ErfInvOp, erfInverse, 50);
  ATTACH_MATH(TanhOp, TanhOp, 24);
  ATTACH_MATH(TanOp, TanOp, 50);
  ATTACH_MATH(SineOp, SinOp, 40);
  ATTACH_MATH(CosineOp, CosOp, 40);
  ATTACH_MATH(SqrtOp, SqrtOp, 6);
  ATTACH(RsqrtOp, rsqrt, 12);
  ATTACH_MATH(CbrtOp, CbrtOp, 40);
  ATTACH_MATH(CeilOp, CeilOp, 1);
  ATTACH_MATH(FloorOp, FloorOp, 1);
  ATTACH_MATH(RoundNearestAfzOp, RoundOp, 5);
  ATTACH_MATH(RoundNearestEvenOp, RoundEvenOp, 1);
  ATTACH(NotOp, bitNot, 1);
  ATTACH_MATH(PopcntOp, CtPopOp, 10);
  ATTACH_MATH(CountLeadingZerosOp, CountLeadingZerosOp, 10);
  ATTACH_MATH(ErfOp, ErfOp, 30);
  ATTACH_MATH(ErfcOp, ErfcOp, 40);
  ATTACH(AbsOp, abs, 1);
  ATTACH(IsFiniteOp, isFinite, 2);
  ATTACH(RealOp, real, 1);
  ATTACH(ImagOp, imag, 1);
#undef ATTACH_MATH
#undef ATTACH
}
