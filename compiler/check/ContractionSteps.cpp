// Steps of a random graph: products and convolutions.

#include "compiler/check/GraphGrower.h"

using namespace mlir;
using namespace tenon::graph;

namespace tenon::check {
namespace {

using Values = SmallVector<Value>;

/// How many products one op may take: the interpreter is slow.
constexpr int64_t kMaxProducts = 1 << 18;

/// The element type of a product's result: the operands', or a wider one.
Type resultElement(GraphGrower &g, Type element) {
  OpBuilder &builder = g.b.getBuilder();
  if (g.rng.chance(60))
    return {};
  if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
    return builder.getF32Type();
  if (element.isInteger(8))
    return element.isUnsignedInteger()
               ? Type(builder.getIntegerType(32, /*isSigned=*/false))
               : builder.getI32Type();
  return {};
}

Values plainProduct(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && !type.getElementType().isInteger(1);
  });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  int64_t k = type.getShape().back();
  int64_t rows = k == 0 ? 0 : type.getNumElements() / k;
  int64_t n = g.size(std::max<int64_t>(
      1, std::min(g.options.maxElements / std::max<int64_t>(rows, 1),
                  kMaxProducts / std::max<int64_t>(rows * k, 1))));
  bool isTransposed = g.rng.chance(30);
  Shape shape = isTransposed ? Shape{n, k} : Shape{k, n};
  if (!g.fits(shape))
    return {};
  Value w = g.rng.chance(50)
                ? g.leaf(RankedTensorType::get(shape, type.getElementType()))
                : g.like(RankedTensorType::get(shape, type.getElementType()));
  return {g.b.dot(x, w, {}, {}, {type.getRank() - 1}, {isTransposed ? 1 : 0},
                  resultElement(g, type.getElementType()))};
}

/// Any numbers of batching, contracting and free dimensions, in any order.
Values generalProduct(GraphGrower &g) {
  Value x = g.pick([](RankedTensorType type) {
    return type.getRank() >= 1 && type.getRank() <= 5;
  });
  if (!x)
    return {};
  RankedTensorType type = GraphGrower::typeOf(x);
  Shape dims = g.permutation(type.getRank());
  int64_t batches = g.rng.between(0, std::min<int64_t>(2, type.getRank()));
  int64_t sums =
      g.rng.between(0, std::min<int64_t>(2, type.getRank() - batches));
  ArrayRef<int64_t> lhsBatch = ArrayRef(dims).take_front(batches);
  ArrayRef<int64_t> lhsSum = ArrayRef(dims).slice(batches, sums);
  Shape sizes;
  for (int64_t dim : ArrayRef(dims).take_front(batches + sums))
    sizes.push_back(type.getDimSize(dim));
  // The right side: the same sizes and a free dimension or two.
  int64_t shared = GraphGrower::count(sizes);
  int64_t room = std::max<int64_t>(
      1, std::min(g.options.maxElements / std::max<int64_t>(shared, 1),
                  std::min(g.options.maxElements, kMaxProducts) /
                      std::max<int64_t>(type.getNumElements(), 1)));
  Shape right(sizes);
  for (int64_t i = g.rng.between(0, 2); i > 0; --i) {
    right.push_back(g.size(std::min<int64_t>(room, 33)));
    room /= std::max<int64_t>(right.back(), 1);
  }
  Shape order = g.permutation(right.size());
  Shape shape(right.size());
  for (auto [from, to] : llvm::enumerate(order))
    shape[to] = right[from];
  ArrayRef<int64_t> rhsBatch = ArrayRef(order).take_front(batches);
  ArrayRef<int64_t> rhsSum = ArrayRef(order).slice(batches, sums);
  Value y = g.like(RankedTensorType::get(shape, type.getElementType()));
  Value result = g.b.dot(x, y, lhsBatch, rhsBatch, lhsSum, rhsSum,
                         resultElement(g, type.getElementType()));
  if (!g.fits(GraphGrower::typeOf(result).getShape()))
    return {};
  return {result};
}

/// What follows a product in every model: a bias and a function.
Values layer(GraphGrower &g) {
  Values product = plainProduct(g);
  if (product.empty())
    return {};
  Value x = product.front();
  RankedTensorType type = GraphGrower::typeOf(x);
  if (!isa<FloatType>(type.getElementType()))
    return product;
  auto bias =
      RankedTensorType::get({type.getShape().back()}, type.getElementType());
  x = g.b.add(x, g.b.broadcastLike(g.like(bias), x, {type.getRank() - 1}));
  switch (g.rng.below(4)) {
  case 0:
    return {g.b.relu(x)};
  case 1:
    return {g.b.tanh(x)};
  case 2:
    return {g.b.make<GeluOp>(x, GeluForm::Exact)};
  default:
    return {g.b.add(x, g.like(type))};
  }
}

Values convolution(GraphGrower &g) {
  int64_t spatial = g.rng.chance(70) ? 2 : g.rng.between(1, 3);
  Value x = g.pick([&](RankedTensorType type) {
    return type.getRank() == spatial + 2 && type.getNumElements() > 0 &&
           isa<FloatType>(type.getElementType());
  });
  if (!x || g.rng.chance(30)) {
    Shape shape{g.rng.between(1, 3)};
    for (int64_t i = 0; i < spatial; ++i)
      shape.push_back(g.rng.between(1, spatial == 3 ? 6 : 14));
    shape.push_back(g.rng.pick({1, 2, 3, 4, 8, 16, 17}));
    g.rng.shuffle(shape);
    x = g.like(RankedTensorType::get(shape, g.floatElement()));
  }
  RankedTensorType type = GraphGrower::typeOf(x);
  // Where each role stands: batch first and features last or second, or any
  // order.
  auto places = [&]() -> Shape {
    Shape order = llvm::to_vector(llvm::seq<int64_t>(0, spatial + 2));
    if (g.rng.chance(40)) // batch, features, spatial
      std::rotate(order.begin() + 1, order.begin() + 2, order.end());
    else if (g.rng.chance(20))
      g.rng.shuffle(order);
    return order; // batch, spatial.., features
  };
  Shape in = places(), kernel = places(), out = places();
  auto sizeOf = [&](int64_t role) { return type.getDimSize(in[role]); };
  int64_t batch = sizeOf(0), features = sizeOf(spatial + 1);

  SmallVector<int64_t> divisors;
  for (int64_t i = 1; i <= features; ++i)
    if (features % i == 0)
      divisors.push_back(i);
  int64_t groups =
      g.rng.chance(70) ? 1 : g.rng.pick(ArrayRef<int64_t>(divisors));
  int64_t batchGroups = groups == 1 && g.rng.chance(5) && batch > 1 ? batch : 1;
  int64_t perGroup = g.rng.pick({1, 1, 2, 3, 4, 5, 8, 16, 17});
  int64_t outFeatures = perGroup * groups * batchGroups;
  Shape sizes(spatial + 2), strides, low, high, lhsDilation, rhsDilation;
  SmallVector<bool> reversal;
  sizes[kernel[0]] = features / groups;
  sizes[kernel[spatial + 1]] = outFeatures;
  int64_t results = batch / batchGroups * outFeatures;
  int64_t products = features / groups;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t size = g.rng.between(1, 4);
    sizes[kernel[i + 1]] = size;
    strides.push_back(g.rng.chance(60) ? 1 : g.rng.between(1, 3));
    low.push_back(g.rng.chance(60) ? g.rng.below(size) : 0);
    high.push_back(g.rng.chance(60) ? g.rng.below(size) : 0);
    lhsDilation.push_back(g.rng.chance(90) ? 1 : 2);
    rhsDilation.push_back(g.rng.chance(90) ? 1 : 2);
    reversal.push_back(g.rng.chance(5));
    products *= size;
    int64_t padded =
        (sizeOf(i + 1) - 1) * lhsDilation.back() + 1 + low.back() + high.back();
    int64_t reach = (size - 1) * rhsDilation.back() + 1;
    results *= padded < reach ? 0 : (padded - reach) / strides.back() + 1;
  }
  if (results > g.options.maxElements || results * products > kMaxProducts ||
      !g.fits(sizes))
    return {};
  auto kernelType = RankedTensorType::get(sizes, type.getElementType());
  Value w = g.rng.chance(70) ? g.leaf(kernelType) : g.like(kernelType);
  auto middle = [&](ArrayRef<int64_t> order) {
    return order.slice(1, spatial);
  };
  return {g.b.make<ConvolutionOp>(
      x, w, /*input_batch_dimension=*/static_cast<uint64_t>(in[0]),
      static_cast<uint64_t>(in[spatial + 1]), middle(in),
      /*kernel_input_feature_dimension=*/static_cast<uint64_t>(kernel[0]),
      static_cast<uint64_t>(kernel[spatial + 1]), middle(kernel),
      /*output_batch_dimension=*/static_cast<uint64_t>(out[0]),
      static_cast<uint64_t>(out[spatial + 1]), middle(out), strides, low, high,
      lhsDilation, rhsDilation, reversal, static_cast<uint64_t>(groups),
      static_cast<uint64_t>(batchGroups), Precision::DEFAULT,
      Precision::DEFAULT)};
}

} // namespace

ArrayRef<WeightedStep> contractionSteps() {
  static constexpr WeightedStep steps[] = {
      {plainProduct, 4}, {generalProduct, 5}, {layer, 4}, {convolution, 5}};
  return steps;
}

} // namespace tenon::check
