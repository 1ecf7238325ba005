#include "backends/common/math/Lanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon::math;

Type LaneBuilder::typeOf(Type element) const {
  return shape ? Type(VectorType::get(shape.getShape(), element)) : element;
}

Value LaneBuilder::constant(Type element, double value) const {
  auto type = cast<FloatType>(element);
  llvm::APFloat number(value);
  bool inexact;
  number.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                 &inexact);
  TypedAttr attribute = b.getFloatAttr(type, number);
  if (shape)
    attribute = DenseElementsAttr::get(
        VectorType::get(shape.getShape(), element), number);
  return arith::ConstantOp::create(b, loc, attribute);
}

Value LaneBuilder::constantInt(Type element, int64_t value) const {
  llvm::APInt number(element.getIntOrFloatBitWidth(), value,
                     /*isSigned=*/true, /*implicitTrunc=*/true);
  TypedAttr attribute = b.getIntegerAttr(element, number);
  if (shape)
    attribute = DenseElementsAttr::get(
        VectorType::get(shape.getShape(), element), number);
  return arith::ConstantOp::create(b, loc, attribute);
}

Real Real::like(double c) const {
  return {*lanes, lanes->constant(element(), c)};
}

Real Real::convert(Type to) const {
  unsigned from = element().getIntOrFloatBitWidth();
  Type type = lanes->typeOf(to);
  if (from < to.getIntOrFloatBitWidth())
    return {*lanes, arith::ExtFOp::create(lanes->b, lanes->loc, type, value)};
  if (from == to.getIntOrFloatBitWidth())
    return *this;
  return {*lanes, arith::TruncFOp::create(lanes->b, lanes->loc, type, value)};
}

Int Real::bits() const {
  Type type =
      lanes->typeOf(lanes->b.getIntegerType(element().getIntOrFloatBitWidth()));
  return {*lanes, arith::BitcastOp::create(lanes->b, lanes->loc, type, value)};
}

Int Int::like(int64_t c) const {
  return {*lanes, lanes->constantInt(element(), c)};
}

Real Int::asReal() const {
  Type type = element().isInteger(64) ? Type(lanes->b.getF64Type())
                                      : Type(lanes->b.getF32Type());
  return {*lanes, arith::BitcastOp::create(lanes->b, lanes->loc,
                                           lanes->typeOf(type), value)};
}

Real Int::toReal(Type to) const {
  return {*lanes, arith::SIToFPOp::create(lanes->b, lanes->loc,
                                          lanes->typeOf(to), value)};
}

Int Int::truncate(Type to) const {
  return {*lanes, arith::TruncIOp::create(lanes->b, lanes->loc,
                                          lanes->typeOf(to), value)};
}

Int Int::extendUnsigned(Type to) const {
  return {*lanes, arith::ExtUIOp::create(lanes->b, lanes->loc,
                                         lanes->typeOf(to), value)};
}

/// Builds Op from the values of `operands`, in the result class of choice.
template <typename Result, typename Op, typename First, typename... Rest>
static Result build(First first, Rest... rest) {
  const LaneBuilder &lanes = *first.lanes;
  return {lanes, Op::create(lanes.b, lanes.loc, first.value, rest.value...)};
}

Real tenon::math::operator+(Real x, Real y) {
  return build<Real, arith::AddFOp>(x, y);
}
Real tenon::math::operator-(Real x, Real y) {
  return build<Real, arith::SubFOp>(x, y);
}
Real tenon::math::operator*(Real x, Real y) {
  return build<Real, arith::MulFOp>(x, y);
}
Real tenon::math::operator/(Real x, Real y) {
  return build<Real, arith::DivFOp>(x, y);
}
Real tenon::math::operator-(Real x) { return build<Real, arith::NegFOp>(x); }
Real tenon::math::fma(Real x, Real y, Real z) {
  return build<Real, mlir::math::FmaOp>(x, y, z);
}
Real tenon::math::abs(Real x) { return build<Real, mlir::math::AbsFOp>(x); }
Real tenon::math::sqrt(Real x) { return build<Real, mlir::math::SqrtOp>(x); }
Real tenon::math::trunc(Real x) { return build<Real, mlir::math::TruncOp>(x); }
Real tenon::math::copySign(Real x, Real sign) {
  return build<Real, mlir::math::CopySignOp>(x, sign);
}

Real tenon::math::polynomial(Real x, ArrayRef<double> c) {
  Real result = x.like(c.back());
  for (double coefficient : llvm::reverse(c.drop_back()))
    result = fma(result, x, coefficient);
  return result;
}

static Mask compare(arith::CmpFPredicate predicate, Real x, Real y) {
  return {*x.lanes, arith::CmpFOp::create(x.lanes->b, x.lanes->loc, predicate,
                                          x.value, y.value)};
}
Mask tenon::math::operator<(Real x, Real y) {
  return compare(arith::CmpFPredicate::OLT, x, y);
}
Mask tenon::math::equals(Real x, Real y) {
  return compare(arith::CmpFPredicate::OEQ, x, y);
}
Mask tenon::math::differs(Real x, Real y) {
  return compare(arith::CmpFPredicate::UNE, x, y);
}
Mask tenon::math::operator&(Mask x, Mask y) {
  return build<Mask, arith::AndIOp>(x, y);
}
Mask tenon::math::operator|(Mask x, Mask y) {
  return build<Mask, arith::OrIOp>(x, y);
}
Real tenon::math::select(Mask condition, Real x, Real y) {
  return build<Real, arith::SelectOp>(condition, x, y);
}
Int tenon::math::select(Mask condition, Int x, Int y) {
  return build<Int, arith::SelectOp>(condition, x, y);
}

Real tenon::math::clampKeepNan(Real x, double low, double high) {
  // In this form each is one instruction of x86, min and max, whose second
  // operand wins where one is NaN.
  x = select(high < x, high, x);
  return select(x < low, low, x);
}

Int tenon::math::operator+(Int x, Int y) {
  return build<Int, arith::AddIOp>(x, y);
}
Int tenon::math::operator-(Int x, Int y) {
  return build<Int, arith::SubIOp>(x, y);
}
Int tenon::math::operator*(Int x, Int y) {
  return build<Int, arith::MulIOp>(x, y);
}
Int tenon::math::operator&(Int x, Int y) {
  return build<Int, arith::AndIOp>(x, y);
}
Int tenon::math::operator|(Int x, Int y) {
  return build<Int, arith::OrIOp>(x, y);
}
Int tenon::math::operator<<(Int x, Int y) {
  return build<Int, arith::ShLIOp>(x, y);
}
Int tenon::math::shiftRightLogical(Int x, Int y) {
  return build<Int, arith::ShRUIOp>(x, y);
}
Int tenon::math::shiftRightArithmetic(Int x, Int y) {
  return build<Int, arith::ShRSIOp>(x, y);
}

static Mask compare(arith::CmpIPredicate predicate, Int x, Int y) {
  return {*x.lanes, arith::CmpIOp::create(x.lanes->b, x.lanes->loc, predicate,
                                          x.value, y.value)};
}
Mask tenon::math::operator<(Int x, Int y) {
  return compare(arith::CmpIPredicate::slt, x, y);
}
Mask tenon::math::equals(Int x, Int y) {
  return compare(arith::CmpIPredicate::eq, x, y);
}

SmallVector<Value> tenon::math::ifAny(
    Mask condition, ArrayRef<Value> otherwise,
    llvm::function_ref<SmallVector<Value>(const LaneBuilder &)> compute) {
  const LaneBuilder &lanes = *condition.lanes;
  Value any = condition.value;
  if (lanes.shape)
    any = vector::ReductionOp::create(lanes.b, lanes.loc,
                                      vector::CombiningKind::OR, any);
  auto branch = scf::IfOp::create(
      lanes.b, lanes.loc, any,
      [&](OpBuilder &inner, Location loc) {
        LaneBuilder at{inner, loc, lanes.shape};
        scf::YieldOp::create(inner, loc, compute(at));
      },
      [&](OpBuilder &inner, Location loc) {
        scf::YieldOp::create(inner, loc, otherwise);
      });
  return SmallVector<Value>(branch.getResults());
}

Real tenon::math::powerOfTwo(Int n) { return ((n + 127) << 23).asReal(); }
