// Steps of a random graph: gather and scatter.

#include "compiler/check/GraphGrower.h"
#include "ir/graph/Reducers.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

Type indexElement(GraphGrower &g) {
  OpBuilder &builder = g.b.getBuilder();
  const Type types[] = {builder.getI32Type(), builder.getI64Type(),
                        builder.getI64Type(), builder.getIntegerType(8),
                        builder.getIntegerType(32, /*isSigned=*/false)};
  return g.rng.pick(types);
}

/// How a list of slices lies in an operand and in what holds them.
struct Slices {
  /// Operand dimensions that an index vector gives, in the vector's order.
  Shape indexed;
  /// Operand dimensions that the slices do not have.
  Shape collapsed;
  Shape sizes;      ///< of a slice, per operand dimension
  Shape list;       ///< the list's own dimensions
  Shape windowDims; ///< where a slice's dimensions stand in what holds them
  Shape holder;     ///< the shape of what holds the slices
  Value indices;
  int64_t vectorDim = 0;
};

/// Draws all of it for an operand of that type.
Slices drawSlices(GraphGrower &g, RankedTensorType type) {
  Slices slices;
  slices.indexed = g.permutation(type.getRank());
  slices.indexed.truncate(g.rng.chance(60) ? 1
                                           : g.rng.between(1, type.getRank()));
  if (g.rng.chance(60))
    slices.indexed[0] = 0;
  llvm::SmallDenseSet<int64_t> seen;
  llvm::erase_if(slices.indexed,
                 [&](int64_t dim) { return !seen.insert(dim).second; });
  Shape window;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    int64_t size = type.getDimSize(d);
    bool isIndexed = llvm::is_contained(slices.indexed, d);
    int64_t part = !isIndexed ? size
                   : g.rng.chance(70)
                       ? std::min<int64_t>(1, size)
                       : g.rng.between(std::min<int64_t>(1, size), size);
    slices.sizes.push_back(part);
    if (isIndexed && part == 1 && g.rng.chance(85))
      slices.collapsed.push_back(d);
    else
      window.push_back(part);
  }
  slices.list = g.shape(0, 2, 48);
  // The window's dimensions among the list's, in their order.
  int64_t rank = static_cast<int64_t>(slices.list.size() + window.size());
  slices.windowDims =
      llvm::to_vector(llvm::seq<int64_t>(slices.list.size(), rank));
  if (g.rng.chance(30)) {
    slices.windowDims = g.permutation(rank);
    slices.windowDims.truncate(window.size());
    llvm::sort(slices.windowDims);
  }
  size_t nextWindow = 0, nextList = 0;
  for (int64_t d = 0; d < rank; ++d)
    slices.holder.push_back(llvm::is_contained(slices.windowDims, d)
                                ? window[nextWindow++]
                                : slices.list[nextList++]);
  // Indices: mostly in range, some beyond either end.
  Shape indexShape(slices.list);
  int64_t listRank = static_cast<int64_t>(slices.list.size());
  slices.vectorDim = listRank;
  bool isVector = slices.indexed.size() > 1 || g.rng.chance(40);
  if (isVector) {
    slices.vectorDim = g.rng.chance(80) ? listRank : g.rng.between(0, listRank);
    indexShape.insert(indexShape.begin() + slices.vectorDim,
                      static_cast<int64_t>(slices.indexed.size()));
  }
  Type element = indexElement(g);
  int64_t largest = 1;
  for (int64_t dim : slices.indexed)
    largest = std::max(largest, type.getDimSize(dim));
  auto indexType = RankedTensorType::get(indexShape, element);
  if (g.rng.chance(40))
    slices.indices = g.like(indexType);
  else
    slices.indices =
        g.indices(indexShape, element,
                  element.isUnsignedInteger() || g.rng.chance(60) ? 0 : -2,
                  std::min<int64_t>(largest - 1 + g.rng.below(3), 120));
  return slices;
}

Values gather(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getRank() <= 4 &&
           type.getNumElements() > 0;
  });
  if (!x)
    return {};
  Slices slices = drawSlices(g, GraphGrower::typeOf(x));
  if (!g.fits(slices.holder))
    return {};
  return {g.b.make<GatherOp>(
      x, slices.indices, slices.windowDims, slices.collapsed,
      /*operand_batching_dims=*/ArrayRef<int64_t>(),
      /*start_indices_batching_dims=*/ArrayRef<int64_t>(), slices.indexed,
      static_cast<uint64_t>(slices.vectorDim), slices.sizes,
      /*indices_are_sorted=*/false)};
}

/// Rows of a table by ids, as embeddings take them.
Values takeRows(GraphGrower &g) {
  Value table = g.pick([](RankedTensorType type) {
    return type.getRank() == 2 && type.getNumElements() > 0;
  });
  if (!table)
    return {};
  RankedTensorType type = GraphGrower::typeOf(table);
  Shape shape = g.shape(1, 2, g.options.maxElements / type.getDimSize(1));
  OpBuilder &builder = g.b.getBuilder();
  Value ids = g.indices(
      shape, g.rng.chance(50) ? builder.getI64Type() : builder.getI32Type(), -1,
      std::min<int64_t>(type.getDimSize(0), 120));
  return {g.b.takeRows(table, ids)};
}

Values scatter(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getRank() <= 4 &&
           type.getNumElements() > 0;
  });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  Type element = type.getElementType();
  Slices slices = drawSlices(g, type);
  if (!g.fits(slices.holder))
    return {};
  Value updates = g.like(RankedTensorType::get(slices.holder, element));
  OpBuilder &builder = g.b.getBuilder();
  auto op = ScatterOp::create(
      builder, g.b.getLoc(), ValueRange(x), slices.indices, ValueRange(updates),
      slices.windowDims, slices.collapsed,
      /*input_batching_dims=*/ArrayRef<int64_t>(),
      /*scatter_indices_batching_dims=*/ArrayRef<int64_t>(), slices.indexed,
      static_cast<uint64_t>(slices.vectorDim), /*indices_are_sorted=*/false,
      /*unique_indices=*/false);
  if (g.rng.chance(70)) {
    constexpr ReductionKind kinds[] = {ReductionKind::Add, ReductionKind::Add,
                                       ReductionKind::Maximum,
                                       ReductionKind::Minimum};
    buildReducer(builder, g.b.getLoc(), op.getBody(), g.rng.pick(kinds),
                 element);
    return {op.getResult(0)};
  }
  // The update takes the place: the last one to a place wins.
  OpBuilder::InsertionGuard guard(builder);
  auto scalar = RankedTensorType::get({}, element);
  Block *body = builder.createBlock(&op.getBody(), {}, {scalar, scalar},
                                    {g.b.getLoc(), g.b.getLoc()});
  ReturnOp::create(builder, g.b.getLoc(), ValueRange(body->getArgument(1)));
  return {op.getResult(0)};
}

} // namespace

ArrayRef<WeightedStep> indexingSteps() {
  static constexpr WeightedStep steps[] = {
      {gather, 4}, {takeRows, 2}, {scatter, 3}};
  return steps;
}

} // namespace tenon::check
