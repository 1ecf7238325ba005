// Steps of a random graph: ops that are graphs of primitives.

#include "compiler/check/GraphGrower.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

/// A float of rank 1 and more that is not empty.
Value pickRows(GraphGrower &g) {
  return g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && isa<FloatType>(type.getElementType()) &&
           type.getNumElements() > 0;
  });
}

Values softmax(GraphGrower &g) {
  Value x = pickRows(g);
  if (!x)
    return {};
  int64_t rank = GraphGrower::typeOf(x).getRank();
  auto axis =
      static_cast<uint64_t>(g.rng.chance(70) ? rank - 1 : g.rng.below(rank));
  if (g.rng.chance(70))
    return {g.b.make<SoftmaxOp>(x, axis)};
  return {g.b.make<LogSoftmaxOp>(x, axis)};
}

Values norm(GraphGrower &g) {
  Value x = pickRows(g);
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  int64_t axis =
      g.rng.chance(80) ? type.getRank() - 1 : g.rng.below(type.getRank());
  auto tail = RankedTensorType::get(type.getShape().drop_front(axis),
                                    type.getElementType());
  Value scale = g.rng.chance(70) ? g.like(tail) : Value();
  if (g.rng.chance(30))
    return {g.b.make<RmsNormOp>(x, scale, static_cast<uint64_t>(axis),
                                APFloat(1e-3))};
  Value bias = g.rng.chance(70) ? g.like(tail) : Value();
  return {g.b.make<LayerNormOp>(x, scale, bias, static_cast<uint64_t>(axis),
                                APFloat(1e-3))};
}

Values batchNorm(GraphGrower &g) {
  Value x = pickRows(g);
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  int64_t feature = g.rng.below(type.getRank());
  auto vector =
      RankedTensorType::get({type.getDimSize(feature)}, type.getElementType());
  Value scale = g.like(vector), offset = g.like(vector);
  APFloat epsilon(1e-2f);
  if (g.rng.chance(25)) {
    auto op = BatchNormTrainingOp::create(g.b.getBuilder(), g.b.getLoc(), x,
                                          scale, offset, epsilon,
                                          static_cast<uint64_t>(feature));
    return Values(op->result_begin(), op->result_end());
  }
  Value mean = g.like(vector);
  Value variance = g.b.make<AbsOp>(g.like(vector));
  return {g.b.make<BatchNormInferenceOp>(x, scale, offset, mean, variance,
                                         epsilon,
                                         static_cast<uint64_t>(feature))};
}

Values gelu(GraphGrower &g) {
  return {g.b.make<GeluOp>(g.pickFloat(), g.rng.chance(50) ? GeluForm::Exact
                                                           : GeluForm::Tanh)};
}

Values attention(GraphGrower &g) {
  Value query = g.pick([](RankedTensorType type) {
    return type.getRank() >= 2 && type.getRank() <= 4 &&
           isa<FloatType>(type.getElementType()) && type.getNumElements() > 0;
  });
  if (!query)
    return {};
  RankedTensorType type = GraphGrower::typeOf(query);
  Shape shape(type.getShape());
  int64_t s = shape[shape.size() - 2], d = shape.back();
  int64_t t = g.rng.chance(40) ? s : std::max<int64_t>(g.size(33), 1);
  int64_t e = g.rng.chance(50) ? d : std::max<int64_t>(g.size(33), 1);
  Shape key(shape), value(shape), score(shape), result(shape);
  key[key.size() - 2] = value[value.size() - 2] = score.back() = t;
  value.back() = result.back() = e;
  if (!g.fits(key) || !g.fits(value) || !g.fits(score) || !g.fits(result))
    return {};
  Type element = type.getElementType();
  Value k = g.like(RankedTensorType::get(key, element));
  Value v = g.like(RankedTensorType::get(value, element));
  Value mask;
  if (g.rng.chance(50)) {
    Shape masked(score);
    for (int64_t &dim : masked)
      dim = g.rng.chance(30) ? 1 : dim;
    masked.erase(masked.begin(),
                 masked.begin() + g.rng.below(masked.size() - 1));
    mask = g.rng.chance(50) ? g.predicate(masked)
                            : g.like(RankedTensorType::get(masked, element));
  }
  // Every row of a causal score has a place that counts.
  bool isCausal = t >= s && g.rng.chance(30);
  return {g.b.make<AttentionOp>(
      query, k, v, mask, APFloat(g.rng.pick({1.0, 0.5, 0.125})), isCausal)};
}

} // namespace

ArrayRef<WeightedStep> compositeSteps() {
  static constexpr WeightedStep steps[] = {
      {softmax, 3}, {norm, 3}, {batchNorm, 2}, {gelu, 2}, {attention, 2}};
  return steps;
}

} // namespace tenon::check
