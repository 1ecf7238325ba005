// Emission of the element-wise ops of two operands.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/BinaryOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;
using llvm::APInt;

namespace {

using Values = ArrayRef<Value>;

enum class Kind { Float, Bool, Signed, Unsigned };

Kind kindOf(Value tensor) {
  Type type = elementOf(tensor);
  if (isa<FloatType>(type))
    return Kind::Float;
  if (type.isInteger(1))
    return Kind::Bool;
  return type.isUnsignedInteger() ? Kind::Unsigned : Kind::Signed;
}

template <typename OpTy> Value make(EmitContext &c, Values v) {
  return OpTy::create(c.b, c.loc, v[0], v[1]);
}

Value select(EmitContext &c, Value condition, Value ifTrue, Value ifFalse) {
  return arith::SelectOp::create(c.b, c.loc, condition, ifTrue, ifFalse);
}

Value compare(EmitContext &c, arith::CmpIPredicate predicate, Value a,
              Value b) {
  return arith::CmpIOp::create(c.b, c.loc, predicate, a, b);
}

Value add(EmitContext &c, graph::AddOp op, Values v) {
  switch (kindOf(op.getResult())) {
  case Kind::Float:
    return make<arith::AddFOp>(c, v);
  case Kind::Bool:
    return make<arith::OrIOp>(c, v);
  default:
    return make<arith::AddIOp>(c, v);
  }
}

Value subtract(EmitContext &c, graph::SubtractOp op, Values v) {
  return kindOf(op.getResult()) == Kind::Float ? make<arith::SubFOp>(c, v)
                                               : make<arith::SubIOp>(c, v);
}

Value multiply(EmitContext &c, graph::MultiplyOp op, Values v) {
  switch (kindOf(op.getResult())) {
  case Kind::Float:
    return make<arith::MulFOp>(c, v);
  case Kind::Bool:
    return make<arith::AndIOp>(c, v);
  default:
    return make<arith::MulIOp>(c, v);
  }
}

/// A divisor with which the division is defined; `isZero` is set where the
/// original is 0.
Value safeDivisor(EmitContext &c, Values v, Kind kind, Value &isZero) {
  Value one = numberLike(c, v[1], 1), zero = numberLike(c, v[1], 0);
  isZero = compare(c, arith::CmpIPredicate::eq, v[1], zero);
  Value unsafe = isZero;
  if (kind == Kind::Signed) {
    // smallest / -1 overflows; the quotient by 1 is what is wanted.
    unsigned width = getElementTypeOrSelf(v[0]).getIntOrFloatBitWidth();
    Value smallest = bitsLike(c, v[0], APInt::getSignedMinValue(width));
    Value minusOne = numberLike(c, v[1], -1);
    Value overflow = arith::AndIOp::create(
        c.b, c.loc, compare(c, arith::CmpIPredicate::eq, v[0], smallest),
        compare(c, arith::CmpIPredicate::eq, v[1], minusOne));
    unsafe = arith::OrIOp::create(c.b, c.loc, unsafe, overflow);
  }
  return select(c, unsafe, one, v[1]);
}

Value divide(EmitContext &c, graph::DivideOp op, Values v) {
  Kind kind = kindOf(op.getResult());
  if (kind == Kind::Float)
    return make<arith::DivFOp>(c, v);
  Value isZero;
  Value divisor = safeDivisor(c, v, kind, isZero);
  Value quotient = kind == Kind::Signed
                       ? make<arith::DivSIOp>(c, {v[0], divisor})
                       : make<arith::DivUIOp>(c, {v[0], divisor});
  return select(c, isZero, numberLike(c, v[0], -1), quotient);
}

Value remainder(EmitContext &c, graph::RemainderOp op, Values v) {
  Kind kind = kindOf(op.getResult());
  if (kind == Kind::Float)
    return make<arith::RemFOp>(c, v);
  Value isZero;
  Value divisor = safeDivisor(c, v, kind, isZero);
  Value rest = kind == Kind::Signed ? make<arith::RemSIOp>(c, {v[0], divisor})
                                    : make<arith::RemUIOp>(c, {v[0], divisor});
  return select(c, isZero, v[0], rest);
}

Value maximum(EmitContext &c, graph::MaximumOp op, Values v) {
  switch (kindOf(op.getResult())) {
  case Kind::Float:
    // Against +0 one comparison decides all cases: a larger number or NaN is
    // taken, -0 and +0 give +0.
    for (int i : {0, 1})
      if (matchPattern(v[i], m_PosZeroFloat())) {
        Value larger = arith::CmpFOp::create(
            c.b, c.loc, arith::CmpFPredicate::UGT, v[1 - i], v[i]);
        return select(c, larger, v[1 - i], v[i]);
      }
    return make<arith::MaximumFOp>(c, v);
  case Kind::Bool:
    return make<arith::OrIOp>(c, v);
  case Kind::Signed:
    return make<arith::MaxSIOp>(c, v);
  case Kind::Unsigned:
    return make<arith::MaxUIOp>(c, v);
  }
  llvm_unreachable("all kinds are handled");
}

Value minimum(EmitContext &c, graph::MinimumOp op, Values v) {
  switch (kindOf(op.getResult())) {
  case Kind::Float:
    return make<arith::MinimumFOp>(c, v);
  case Kind::Bool:
    return make<arith::AndIOp>(c, v);
  case Kind::Signed:
    return make<arith::MinSIOp>(c, v);
  case Kind::Unsigned:
    return make<arith::MinUIOp>(c, v);
  }
  llvm_unreachable("all kinds are handled");
}

/// Integer powers by repeated squaring, one step per bit of the exponent.
Value powerInt(EmitContext &c, graph::PowerOp op, Values v) {
  unsigned width = getElementTypeOrSelf(v[0]).getIntOrFloatBitWidth();
  Value one = numberLike(c, v[0], 1), zero = numberLike(c, v[0], 0);
  Value result = one, square = v[0];
  for (unsigned bit = 0; bit < width; ++bit) {
    Value mask = bitsLike(c, v[1], APInt::getOneBitSet(width, bit));
    Value isSet = compare(c, arith::CmpIPredicate::ne,
                          arith::AndIOp::create(c.b, c.loc, v[1], mask), zero);
    Value product = make<arith::MulIOp>(c, {result, square});
    result = select(c, isSet, product, result);
    square = make<arith::MulIOp>(c, {square, square});
  }
  if (kindOf(op.getResult()) != Kind::Signed)
    return result;
  // 1 / lhs^|rhs| truncated: only 1 and -1 have a quotient other than 0, and
  // theirs does not depend on the exponent's sign.
  Value minusOne = numberLike(c, v[0], -1);
  Value isUnit = arith::OrIOp::create(
      c.b, c.loc, compare(c, arith::CmpIPredicate::eq, v[0], one),
      compare(c, arith::CmpIPredicate::eq, v[0], minusOne));
  Value isNegative = compare(c, arith::CmpIPredicate::slt, v[1], zero);
  Value quotient = select(c, isUnit, result, zero);
  return select(c, isNegative, quotient, result);
}

Value power(EmitContext &c, graph::PowerOp op, Values v) {
  if (kindOf(op.getResult()) == Kind::Float)
    return make<math::PowFOp>(c, v);
  return powerInt(c, op, v);
}

Value atan2(EmitContext &c, graph::Atan2Op, Values v) {
  return make<math::Atan2Op>(c, v);
}

Value bitAnd(EmitContext &c, graph::AndOp, Values v) {
  return make<arith::AndIOp>(c, v);
}
Value bitOr(EmitContext &c, graph::OrOp, Values v) {
  return make<arith::OrIOp>(c, v);
}
Value bitXor(EmitContext &c, graph::XorOp, Values v) {
  return make<arith::XOrIOp>(c, v);
}

/// Whether the shift amount is in [0, width); one unsigned comparison also
/// catches negative ones.
Value isShift(EmitContext &c, Value amount) {
  unsigned width = getElementTypeOrSelf(amount).getIntOrFloatBitWidth();
  return compare(c, arith::CmpIPredicate::ult, amount,
                 numberLike(c, amount, width));
}

/// The amount is cut by a minimum, not by the same choice as the result: from
/// two equal choices LLVM 22 makes one shift instruction of PTX, which
/// saturates but sees 32 bits of the amount.
template <typename Shift, typename OpTy>
Value shiftOrZero(EmitContext &c, OpTy, Values v) {
  unsigned width = getElementTypeOrSelf(v[0]).getIntOrFloatBitWidth();
  Value last = numberLike(c, v[0], width - 1);
  Value shifted = make<Shift>(c, {v[0], make<arith::MinUIOp>(c, {v[1], last})});
  return select(c, isShift(c, v[1]), shifted, numberLike(c, v[0], 0));
}

Value shiftRightArithmetic(EmitContext &c, graph::ShiftRightArithmeticOp,
                           Values v) {
  unsigned width = getElementTypeOrSelf(v[0]).getIntOrFloatBitWidth();
  Value last = numberLike(c, v[0], width - 1);
  Value amount = select(c, isShift(c, v[1]), v[1], last);
  return make<arith::ShRSIOp>(c, {v[0], amount});
}

} // namespace

void tenon::emit::attachBinaryModels(MLIRContext *context) {
  using namespace graph;
  AddOp::attachInterface<ElementwiseModel<AddOp, add>>(*context);
  SubtractOp::attachInterface<ElementwiseModel<SubtractOp, subtract>>(*context);
  MultiplyOp::attachInterface<ElementwiseModel<MultiplyOp, multiply>>(*context);
  DivideOp::attachInterface<ElementwiseModel<DivideOp, divide, 6>>(*context);
  RemainderOp::attachInterface<ElementwiseModel<RemainderOp, remainder, 20>>(
      *context);
  MaximumOp::attachInterface<ElementwiseModel<MaximumOp, maximum>>(*context);
  MinimumOp::attachInterface<ElementwiseModel<MinimumOp, minimum>>(*context);
  PowerOp::attachInterface<ElementwiseModel<PowerOp, power, 60>>(*context);
  Atan2Op::attachInterface<ElementwiseModel<Atan2Op, atan2, 40>>(*context);
  AndOp::attachInterface<ElementwiseModel<AndOp, bitAnd>>(*context);
  OrOp::attachInterface<ElementwiseModel<OrOp, bitOr>>(*context);
  XorOp::attachInterface<ElementwiseModel<XorOp, bitXor>>(*context);
  ShiftLeftOp::attachInterface<ElementwiseModel<
      ShiftLeftOp, shiftOrZero<arith::ShLIOp, ShiftLeftOp>, 3>>(*context);
  ShiftRightLogicalOp::attachInterface<
      ElementwiseModel<ShiftRightLogicalOp,
                       shiftOrZero<arith::ShRUIOp, ShiftRightLogicalOp>, 3>>(
      *context);
  ShiftRightArithmeticOp::attachInterface<
      ElementwiseModel<ShiftRightArithmeticOp, shiftRightArithmetic, 3>>(
      *context);
}
