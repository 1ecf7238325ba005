// Steps of a random graph: ops that move elements.

#include "compiler/check/GraphGrower.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

Values broadcast(GraphGrower &g) {
  Value x = g.pick();
  RankedTensorType type = GraphGrower::typeOf(x);
  // The operand's dimensions spread over the result's, in any order now and
  // then, with new ones between them.
  // Other steps may have gone past rank 5: such a value keeps its rank.
  int64_t most =
      std::max(std::min<int64_t>(type.getRank() + 2, 5), type.getRank());
  int64_t rank = g.rng.between(type.getRank(), most);
  Shape places = g.permutation(rank);
  places.truncate(type.getRank());
  if (g.rng.chance(80))
    llvm::sort(places);
  Shape shape(rank, 0);
  int64_t room =
      g.options.maxElements / std::max<int64_t>(type.getNumElements(), 1);
  for (int64_t &dim : shape) {
    dim = g.size(std::min<int64_t>(room, 64));
    room /= std::max<int64_t>(dim, 1);
  }
  for (auto [d, place] : llvm::enumerate(places))
    if (type.getDimSize(d) != 1 || g.rng.chance(30))
      shape[place] = type.getDimSize(d);
  if (!g.fits(shape))
    return {};
  return {g.b.broadcast(x, RankedTensorType::get(shape, type.getElementType()),
                        places)};
}

Values reshape(GraphGrower &g) {
  Value x = g.pick();
  RankedTensorType type = GraphGrower::typeOf(x);
  // Prime factors, dealt out anew; ones come on top.
  Shape shape(g.rng.between(type.getNumElements() == 1 ? 0 : 1, 5), 1);
  int64_t rest = type.getNumElements();
  if (rest == 0 && !shape.empty())
    shape[g.rng.below(shape.size())] = 0;
  // Neighbouring dimensions merged or one split is what models do most.
  for (int64_t factor = 2; rest > 1; ++factor)
    for (; rest % factor == 0; rest /= factor)
      shape[g.rng.below(shape.size())] *= factor;
  return {g.b.reshape(x, shape)};
}

/// Puts a dimension of one somewhere, or takes one away.
Values unit(GraphGrower &g) {
  Value x = g.pick();
  Shape shape(GraphGrower::typeOf(x).getShape());
  auto one = llvm::find(shape, 1);
  if (one != shape.end() && g.rng.chance(50))
    shape.erase(one);
  else if (shape.size() < 5)
    shape.insert(shape.begin() + g.rng.below(shape.size() + 1), 1);
  else
    return {};
  return {g.b.reshape(x, shape)};
}

/// Two neighbouring dimensions become one.
Values merge(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) { return type.getRank() >= 2; });
  if (!x)
    return {};
  Shape shape(GraphGrower::typeOf(x).getShape());
  int64_t at = g.rng.below(shape.size() - 1);
  shape[at] *= shape[at + 1];
  shape.erase(shape.begin() + at + 1);
  return {g.b.reshape(x, shape)};
}

Values transpose(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) { return type.getRank() >= 2; });
  if (!x)
    return {};
  return {g.b.transpose(x, g.permutation(GraphGrower::typeOf(x).getRank()))};
}

Values slice(GraphGrower &g) {
  Value x = g.pick();
  Shape starts, limits, strides;
  for (int64_t dim : GraphGrower::typeOf(x).getShape()) {
    bool whole = g.rng.chance(40);
    starts.push_back(whole ? 0 : g.rng.between(0, dim));
    // Empty slices are rare in models too.
    if (starts.back() == dim && dim > 0 && g.rng.chance(95))
      starts.back() = dim - 1;
    limits.push_back(
        whole ? dim : g.rng.between(std::min(starts.back() + 1, dim), dim));
    strides.push_back(g.rng.chance(70) ? 1 : g.rng.between(1, 4));
  }
  return {g.b.slice(x, starts, limits, strides)};
}

Values pad(GraphGrower &g) {
  Value x = g.pick();
  RankedTensorType type = GraphGrower::typeOf(x);
  Shape low, high, interior, shape;
  for (int64_t dim : type.getShape()) {
    low.push_back(g.rng.chance(50) ? 0 : g.rng.between(-2, 4));
    high.push_back(g.rng.chance(50) ? 0 : g.rng.between(-2, 4));
    interior.push_back(g.rng.chance(80) ? 0 : g.rng.between(1, 2));
    auto size = [&] {
      return low.back() + dim +
             std::max<int64_t>(dim - 1, 0) * interior.back() + high.back();
    };
    if (size() < 0)
      low.back() = high.back() = 0;
    shape.push_back(size());
  }
  if (!g.fits(shape))
    return {};
  Value value = g.like(RankedTensorType::get({}, type.getElementType()));
  return {g.b.make<PadOp>(x, value, low, high, interior)};
}

Values concatenate(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) { return type.getRank() >= 1; });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  int64_t dim = g.rng.below(type.getRank());
  Values parts{x};
  Shape whole(type.getShape());
  for (int64_t i = g.rng.between(1, 3); i > 0; --i) {
    Value part = g.pick([&](RankedTensorType other) {
      if (other.getElementType() != type.getElementType() ||
          other.getRank() != type.getRank())
        return false;
      for (int64_t d = 0; d < type.getRank(); ++d)
        if (d != dim && other.getDimSize(d) != type.getDimSize(d))
          return false;
      return true;
    });
    if (!part || g.rng.chance(30)) {
      Shape shape(type.getShape());
      shape[dim] = g.size(9);
      part = g.like(RankedTensorType::get(shape, type.getElementType()));
    }
    parts.push_back(part);
    whole[dim] += GraphGrower::typeOf(part).getDimSize(dim);
  }
  if (!g.fits(whole))
    return {};
  g.rng.shuffle(parts);
  return {g.b.concatenate(parts, dim)};
}

Values reverse(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) { return type.getRank() >= 1; });
  if (!x)
    return {};
  return {
      g.b.make<ReverseOp>(x, g.someDims(GraphGrower::typeOf(x).getRank(), 1))};
}

Values iota(GraphGrower &g) {
  Type element = g.element();
  if (element.isInteger(1))
    return {};
  Shape shape = g.shape(1, 3, 1024);
  return {g.b.make<IotaOp>(RankedTensorType::get(shape, element),
                           static_cast<uint64_t>(g.rng.below(shape.size())))};
}

/// Starts for a dynamic slice: computed values, or constants that may lie
/// outside.
Values starts(GraphGrower &g, RankedTensorType type) {
  constexpr unsigned widths[] = {32, 64, 32, 8};
  Type element = g.b.getBuilder().getIntegerType(g.rng.pick(widths));
  auto scalar = RankedTensorType::get({}, element);
  Values starts;
  for (int64_t dim : type.getShape())
    starts.push_back(
        g.rng.chance(40)
            ? g.like(scalar)
            : g.indices({}, element, -2, std::min<int64_t>(dim + 2, 100)));
  return starts;
}

Values dynamicSlice(GraphGrower &g) {
  Value x = g.pick();
  RankedTensorType type = GraphGrower::typeOf(x);
  Shape sizes;
  for (int64_t dim : type.getShape())
    sizes.push_back(dim == 0 ? 0 : g.rng.between(1, dim));
  return {g.b.make<DynamicSliceOp>(x, starts(g, type), sizes)};
}

Values dynamicUpdateSlice(GraphGrower &g) {
  Value x = g.pick();
  RankedTensorType type = GraphGrower::typeOf(x);
  Shape sizes;
  for (int64_t dim : type.getShape())
    sizes.push_back(dim == 0 ? 0 : g.rng.between(1, dim));
  Value update = g.like(RankedTensorType::get(sizes, type.getElementType()));
  return {g.b.make<DynamicUpdateSliceOp>(x, update, starts(g, type))};
}

} // namespace

ArrayRef<WeightedStep> shapeSteps() {
  static constexpr WeightedStep steps[] = {
      {broadcast, 8}, {reshape, 5}, {unit, 4},         {merge, 4},
      {transpose, 7}, {slice, 7},   {pad, 4},          {concatenate, 6},
      {reverse, 2},   {iota, 2},    {dynamicSlice, 3}, {dynamicUpdateSlice, 3}};
  return steps;
}

} // namespace tenon::check
