// Steps of a random graph: branches and loops.

#include "compiler/check/GraphGrower.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

/// Some element-wise op on two values of a type.
Value combine(GraphGrower &g, Value x, Value y) {
  if (GraphGrower::elementOf(x).isInteger(1))
    return g.rng.chance(50) ? g.b.make<AndOp>(x, y) : g.b.make<OrOp>(x, y);
  switch (g.rng.below(4)) {
  case 0:
    return g.b.maximum(x, y);
  case 1:
    return g.b.subtract(x, y);
  case 2:
    return g.b.multiply(x, y);
  default:
    return g.b.add(x, y);
  }
}

/// Fills a branch with an op on values from above, or with none.
void fillBranch(GraphGrower &g, Region &region, Value x, Value y) {
  OpBuilder &builder = g.b.getBuilder();
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&region);
  Value result = g.rng.chance(25) ? x : combine(g, x, y);
  if (g.rng.chance(30))
    result = combine(g, result, x);
  ReturnOp::create(builder, g.b.getLoc(), ValueRange(result));
}

Values branch(GraphGrower &g) {
  Value x = g.pick();
  Value y = g.like(GraphGrower::typeOf(x));
  OpBuilder &builder = g.b.getBuilder();
  if (g.rng.chance(60)) {
    Value predicate = g.predicate({});
    auto op =
        IfOp::create(builder, g.b.getLoc(), TypeRange(x.getType()), predicate);
    fillBranch(g, op.getTrueBranch(), x, y);
    fillBranch(g, op.getFalseBranch(), y, x);
    return {op.getResult(0)};
  }
  Value index = g.like(RankedTensorType::get({}, builder.getI32Type()));
  auto count = static_cast<unsigned>(g.rng.between(1, 3));
  auto op = CaseOp::create(builder, g.b.getLoc(), TypeRange(x.getType()), index,
                           count);
  for (Region &region : op.getBranches())
    fillBranch(g, region, x, y);
  return {op.getResult(0)};
}

/// Counts to a small number and changes one state in each turn.
Values loop(GraphGrower &g) {
  Value x = g.pick(
      [](RankedTensorType type) { return type.getNumElements() <= 512; });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  Value step = g.like(type);
  OpBuilder &builder = g.b.getBuilder();
  Location loc = g.b.getLoc();
  auto counter = RankedTensorType::get({}, builder.getI32Type());
  Value zero = g.b.fill(0, counter), one = g.b.fill(1, counter);
  Value limit = g.b.fill(double(g.rng.between(0, 4)), counter);
  auto op = WhileOp::create(builder, loc, ValueRange({zero, x}));
  OpBuilder::InsertionGuard guard(builder);
  Block *condition =
      builder.createBlock(&op.getCond(), {}, {counter, type}, {loc, loc});
  ReturnOp::create(builder, loc,
                   ValueRange(g.b.compare(ComparisonDirection::LT,
                                          condition->getArgument(0), limit)));
  Block *body =
      builder.createBlock(&op.getBody(), {}, {counter, type}, {loc, loc});
  Value next = g.b.add(body->getArgument(0), one);
  Value state = combine(g, body->getArgument(1), step);
  ReturnOp::create(builder, loc, ValueRange({next, state}));
  return {op.getResult(1), op.getResult(0)};
}

} // namespace

ArrayRef<WeightedStep> controlSteps() {
  static constexpr WeightedStep steps[] = {{branch, 2}, {loop, 1}};
  return steps;
}

} // namespace tenon::check
