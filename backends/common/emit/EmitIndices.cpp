// The part of EmitContext that turns index expressions into arithmetic, and
// builds loops and branches.

#include "backends/common/emit/EmitContext.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;
using namespace tenon::emit;

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

bool EmitContext::fitsInt32(AffineExpr expr) const {
  bool fits = true;
  expr.walk([&](AffineExpr part) {
    fits &= space.getRange(part).within(std::numeric_limits<int32_t>::min(),
                                        std::numeric_limits<int32_t>::max());
  });
  return fits;
}

Value EmitContext::expand(AffineExpr expr, Type type) {
  auto vectorType = dyn_cast<VectorType>(type);
  Type elementType = getElementTypeOrSelf(type);
  auto number = [&](int64_t value) -> Value {
    TypedAttr attr = b.getIntegerAttr(elementType, value);
    if (vectorType)
      attr = DenseElementsAttr::get(vectorType, Attribute(attr));
    return arith::ConstantOp::create(b, loc, attr);
  };
  auto narrow = [&](Value value) -> Value {
    if (getElementTypeOrSelf(value) == elementType)
      return value;
    Type narrowType = elementType;
    if (auto lanes = dyn_cast<VectorType>(value.getType()))
      narrowType = lanes.clone(elementType);
    return arith::IndexCastOp::create(b, loc, narrowType, value);
  };
  if (auto constantExpr = dyn_cast<AffineConstantExpr>(expr))
    return number(constantExpr.getValue());
  if (isa<AffineDimExpr>(expr)) {
    const IndexVariable &variable = space.get(expr);
    assert(variable.value && "the variable's loop is not open");
    Value value = narrow(variable.value);
    if (!vectorType)
      return value;
    value = toLanes(value);
    if (variable.kind != LaneKind::Consecutive)
      return value;
    SmallVector<Attribute> steps;
    for (int64_t lane = 0; lane < space.getLanes(); ++lane)
      steps.push_back(b.getIntegerAttr(elementType, lane));
    Value step = arith::ConstantOp::create(
        b, loc, DenseElementsAttr::get(vectorType, steps));
    return arith::AddIOp::create(b, loc, value, step);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value left = expand(binary.getLHS(), type);
  Value right = expand(binary.getRHS(), type);
  // Lanes that do not count may be out of range, and no value of theirs
  // matters.
  bool negative = space.getRange(binary.getLHS()).lower < 0;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, loc, left, right);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, loc, left, right);
  case AffineExprKind::FloorDiv:
    if (negative)
      return arith::FloorDivSIOp::create(b, loc, left, right);
    return arith::DivUIOp::create(b, loc, left, right);
  case AffineExprKind::Mod: {
    if (!negative)
      return arith::RemUIOp::create(b, loc, left, right);
    Value quotient = arith::FloorDivSIOp::create(b, loc, left, right);
    Value whole = arith::MulIOp::create(b, loc, quotient, right);
    return arith::SubIOp::create(b, loc, left, whole);
  }
  default:
    llvm_unreachable("no such expression is built");
  }
}

Value EmitContext::evaluate(AffineExpr expr) {
  return expand(space.simplify(expr), b.getIndexType());
}

Value EmitContext::evaluateLanes(AffineExpr expr) {
  expr = space.simplify(expr);
  Type type = fitsInt32(expr) ? Type(b.getI32Type()) : b.getIndexType();
  return expand(expr, lanesOf(type));
}

AffineExpr EmitContext::dynamicIndex(Value tensor, unsigned number,
                                     const IndexMap &map,
                                     IndexVariable variable) {
  auto [it, inserted] = dynamicIndices.try_emplace(
      {makeKey(tensor, map, {}), number}, AffineExpr());
  if (inserted)
    it->second = space.add(variable);
  space.get(it->second) = variable;
  return it->second;
}

Value EmitContext::isWithin(AffineExpr expr, int64_t lower, int64_t upper,
                            bool &never) {
  expr = space.simplify(expr);
  IndexRange range = space.getRange(expr);
  never = range.upper < lower || range.lower >= upper;
  if (never || range.within(lower, upper - 1))
    return {};
  bool lanes = !space.getLaneStep(expr).isUniform();
  Value value = lanes ? evaluateLanes(expr) : evaluate(expr);
  Type type = getElementTypeOrSelf(value);
  auto compare = [&](arith::CmpIPredicate predicate, int64_t bound) -> Value {
    Value limit =
        arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, bound));
    if (lanes)
      limit = toLanes(limit);
    return arith::CmpIOp::create(b, loc, predicate, value, limit);
  };
  Value result;
  if (range.lower < lower)
    result = compare(arith::CmpIPredicate::sge, lower);
  if (range.upper >= upper)
    result = andMasks(result, compare(arith::CmpIPredicate::slt, upper));
  return result;
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

SmallVector<Value>
EmitContext::loop(AffineExpr variable, Value lower, Value upper, int64_t step,
                  ValueRange initial,
                  llvm::function_ref<SmallVector<Value>(ValueRange)> body) {
  assert(!space.get(variable).value && "the variable is in use");
  auto run = [&](Value iv, ValueRange carried) {
    Scope scope(*this);
    space.get(variable).value = iv;
    SmallVector<Value> results = body(carried);
    space.get(variable).value = {};
    return results;
  };
  std::optional<int64_t> low = getConstantIntValue(lower);
  std::optional<int64_t> high = getConstantIntValue(upper);
  if (low && high && *low >= *high)
    return initial;
  if (low && high && *high - *low <= step) {
    SmallVector<Value> carried(initial);
    return run(lower, carried);
  }
  auto loopOp = scf::ForOp::create(b, loc, lower, upper, index(step), initial);
  OpBuilder::InsertionGuard guard(b);
  // Without carried values the builder has added the terminator already.
  if (initial.empty())
    b.setInsertionPoint(loopOp.getBody()->getTerminator());
  else
    b.setInsertionPointToStart(loopOp.getBody());
  SmallVector<Value> results =
      run(loopOp.getInductionVar(), loopOp.getRegionIterArgs());
  if (!initial.empty())
    scf::YieldOp::create(b, loc, results);
  return loopOp.getResults();
}

void EmitContext::loop(AffineExpr variable, Value lower, Value upper,
                       int64_t step, llvm::function_ref<void()> body) {
  loop(variable, lower, upper, step, ValueRange(), [&](ValueRange) {
    body();
    return SmallVector<Value>();
  });
}

Value EmitContext::branch(Value condition, Type type,
                          llvm::function_ref<Value()> ifTrue,
                          llvm::function_ref<Value()> ifFalse) {
  auto ifOp = scf::IfOp::create(b, loc, type, condition, /*withElse=*/true);
  auto fill = [&](Region &region, llvm::function_ref<Value()> emitValue) {
    OpBuilder::InsertionGuard guard(b);
    Scope scope(*this);
    b.setInsertionPointToStart(&region.front());
    Value value = emitValue();
    if (isa<VectorType>(type))
      value = toLanes(value);
    scf::YieldOp::create(b, loc, value);
  };
  fill(ifOp.getThenRegion(), ifTrue);
  fill(ifOp.getElseRegion(), ifFalse);
  return ifOp.getResult(0);
}

SmallVector<Value>
EmitContext::branchOver(Value condition, ValueRange otherwise,
                        llvm::function_ref<SmallVector<Value>()> ifTrue) {
  auto ifOp = scf::IfOp::create(b, loc, otherwise.getTypes(), condition,
                                /*withElse=*/true);
  OpBuilder::InsertionGuard guard(b);
  {
    Scope scope(*this);
    b.setInsertionPointToStart(ifOp.thenBlock());
    scf::YieldOp::create(b, loc, ifTrue());
  }
  b.setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(b, loc, otherwise);
  return ifOp.getResults();
}
