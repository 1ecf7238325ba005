// Plain emission of reductions: loops over the reduced indices, one step after
// the other.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ReductionOps.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

SmallVector<Value> tenon::emit::applyReducer(EmitContext &c, Region &body,
                                             ValueRange left,
                                             ValueRange right) {
  EmitContext::Scope scope(c);
  Block &block = body.front();
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(),
                       llvm::concat<Value>(SmallVector<Value>(left),
                                           SmallVector<Value>(right))))
    c.bindValue(argument, {}, value);
  bool lanes = llvm::any_of(left, [&](Value v) { return c.isLanes(v); });
  SmallVector<Value> results;
  for (Value result : block.getTerminator()->getOperands()) {
    Value value = c.emit(result, {});
    results.push_back(lanes && !c.isLanes(value) ? c.toLanes(value) : value);
  }
  return results;
}

LogicalResult tenon::emit::canEmitReducer(Region &body, std::string &reason) {
  for (Operation &op : body.front().without_terminator())
    if (failed(canEmitOp(&op, reason))) {
      reason = ("has a body with '" + op.getName().getStringRef() +
                "', which " + reason)
                   .str();
      return failure();
    }
  return success();
}

namespace {

struct ReduceModel
    : EmitOpInterface::ExternalModel<ReduceModel, graph::ReduceOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned number,
               const IndexMap &map, Value mask) const {
    auto reduce = cast<graph::ReduceOp>(op);
    ArrayRef<int64_t> shape = shapeOf(reduce.getInputs()[0]);
    IndexMap indices;
    SmallVector<AffineExpr> variables;
    size_t next = 0;
    for (auto [dim, extent] : llvm::enumerate(shape)) {
      if (!llvm::is_contained(reduce.getDimensions(), (int64_t)dim)) {
        indices.push_back(map[next++]);
        continue;
      }
      variables.push_back(
          c.space.add({LaneKind::Uniform, {}, 0, extent - 1, 1}));
      indices.push_back(variables.back());
    }
    bool lanes = c.variesOver(map);
    SmallVector<Value> initial;
    for (Value value : reduce.getInitValues()) {
      initial.push_back(c.emit(value, {}));
      if (lanes)
        initial.back() = c.toLanes(initial.back());
    }
    SmallVector<Value> sums =
        accumulateOver(c, variables, initial, [&](ValueRange carried) {
          SmallVector<Value> values;
          for (auto [input, result] :
               llvm::zip_equal(reduce.getInputs(), reduce.getResults())) {
            Value value = c.emit(input, indices, mask);
            value = widenElement(c, elementOf(input), elementOf(result), value);
            values.push_back(lanes ? c.toLanes(value) : value);
          }
          return applyReducer(c, reduce.getBody(), carried, values);
        });
    // The others are there too.
    for (auto [i, result] : llvm::enumerate(reduce.getResults()))
      if (i != number && !mask)
        c.bindValue(result, map, sums[i]);
    return sums[number];
  }
  LogicalResult canEmit(Operation *op, std::string &reason) const {
    return canEmitReducer(op->getRegion(0), reason);
  }
  int64_t getEmitCost(Operation *) const { return 100; }
};

} // namespace

SmallVector<Value> tenon::emit::accumulateOver(
    EmitContext &c, ArrayRef<AffineExpr> variables, ValueRange initial,
    llvm::function_ref<SmallVector<Value>(ValueRange)> step) {
  if (variables.empty())
    return step(initial);
  AffineExpr variable = variables.front();
  int64_t extent = c.space.get(variable).upper + 1;
  return c.loop(variable, c.index(0), c.index(extent), 1, initial,
                [&](ValueRange carried) {
                  return accumulateOver(c, variables.drop_front(), carried,
                                        step);
                });
}

void tenon::emit::attachReductionModels(MLIRContext *context) {
  graph::ReduceOp::attachInterface<ReduceModel>(*context);
}
