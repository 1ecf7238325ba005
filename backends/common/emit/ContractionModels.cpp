// Plain emission of products: a loop over the contracted indices. It covers
// every element type and form; the fast path of a backend need not.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ContractionOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

Value tenon::emit::widenElement(EmitContext &c, Type from, Type to,
                                Value value) {
  Type type = withShapeOf(getRegisterType(to), value.getType());
  if (type == value.getType())
    return value;
  if (isa<FloatType>(getElementTypeOrSelf(value)))
    return arith::ExtFOp::create(c.b, c.loc, type, value);
  if (from.isUnsignedInteger() || from.isInteger(1))
    return arith::ExtUIOp::create(c.b, c.loc, type, value);
  return arith::ExtSIOp::create(c.b, c.loc, type, value);
}

Value tenon::emit::multiplyAdd(EmitContext &c, Type elementType, Value a,
                               Value b, Value sum) {
  Value values[] = {a, b, sum};
  c.unify(values);
  if (isa<FloatType>(elementType))
    return math::FmaOp::create(c.b, c.loc, values[0], values[1], values[2]);
  if (elementType.isInteger(1)) {
    Value product = arith::AndIOp::create(c.b, c.loc, values[0], values[1]);
    return arith::OrIOp::create(c.b, c.loc, product, values[2]);
  }
  Value product = arith::MulIOp::create(c.b, c.loc, values[0], values[1]);
  return arith::AddIOp::create(c.b, c.loc, product, values[2]);
}

Value tenon::emit::sumOver(EmitContext &c, ArrayRef<AffineExpr> variables,
                           Value initial,
                           llvm::function_ref<Value(Value)> accumulate) {
  if (variables.empty())
    return accumulate(initial);
  AffineExpr variable = variables.front();
  int64_t extent = c.space.get(variable).upper + 1;
  return c.loop(
      variable, c.index(0), c.index(extent), 1, initial,
      [&](ValueRange carried) -> SmallVector<Value> {
        return {sumOver(c, variables.drop_front(), carried[0], accumulate)};
      })[0];
}

namespace {

struct DotGeneralModel
    : EmitOpInterface::ExternalModel<DotGeneralModel, graph::DotGeneralOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto dot = cast<graph::DotGeneralOp>(op);
    Type type = elementOf(dot.getResult());
    IndexMap lhs(shapeOf(dot.getLhs()).size()),
        rhs(shapeOf(dot.getRhs()).size());
    size_t next = 0;
    for (auto [l, r] : llvm::zip_equal(dot.getLhsBatchingDimensions(),
                                       dot.getRhsBatchingDimensions()))
      lhs[l] = rhs[r] = map[next++];
    for (int64_t dim : dot.getLhsFreeDimensions())
      lhs[dim] = map[next++];
    for (int64_t dim : dot.getRhsFreeDimensions())
      rhs[dim] = map[next++];
    SmallVector<AffineExpr> variables;
    for (auto [l, r] : llvm::zip_equal(dot.getLhsContractingDimensions(),
                                       dot.getRhsContractingDimensions())) {
      int64_t extent = shapeOf(dot.getLhs())[l];
      lhs[l] = rhs[r] = c.space.add({LaneKind::Uniform, {}, 0, extent - 1, 1});
      variables.push_back(lhs[l]);
    }
    Value zero = c.zero(c.typeAt(type, map));
    return sumOver(c, variables, zero, [&](Value sum) {
      Value a = widenElement(c, elementOf(dot.getLhs()), type,
                             c.emit(dot.getLhs(), lhs, mask));
      Value b = widenElement(c, elementOf(dot.getRhs()), type,
                             c.emit(dot.getRhs(), rhs, mask));
      return multiplyAdd(c, type, a, b, sum);
    });
  }
  int64_t getEmitCost(Operation *) const { return 1000; }
};

} // namespace

void tenon::emit::attachContractionModels(MLIRContext *context) {
  graph::DotGeneralOp::attachInterface<DotGeneralModel>(*context);
}
