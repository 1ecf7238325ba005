#include "compiler/check/GraphGrower.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/ErrorHandling.h"

#include <cmath>

using namespace mlir;

namespace tenon::check {

namespace {

// Ones, primes, and both sides of every vector width from 2 to 64.
constexpr int64_t sizes[] = {1,  1,  1,  2,  2,  3,  3,  4,  5,  5,
                             6,  7,  8,  9,  11, 12, 13, 15, 16, 17,
                             23, 31, 32, 33, 48, 63, 64, 65, 97, 128};

/// All steps of all families.
ArrayRef<WeightedStep> allSteps() {
  static const std::vector<WeightedStep> steps = [] {
    std::vector<WeightedStep> all;
    for (ArrayRef<WeightedStep> family :
         {elementwiseSteps(), shapeSteps(), reductionSteps(),
          contractionSteps(), indexingSteps(), compositeSteps(),
          controlSteps()})
      llvm::append_range(all, family);
    return all;
  }();
  return steps;
}

} // namespace

GraphGrower::GraphGrower(MLIRContext &context,
                         const RandomGraphOptions &options)
    : rng(options.seed), b(&context), options(options) {}

int64_t GraphGrower::count(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

//===----------------------------------------------------------------------===//
// Drawing types
//===----------------------------------------------------------------------===//

Type GraphGrower::floatElement() {
  OpBuilder &builder = b.getBuilder();
  switch (rng.below(16)) {
  case 0:
    return builder.getF64Type();
  case 1:
    return builder.getF16Type();
  case 2:
    return builder.getBF16Type();
  case 3:
    return rng.chance(50) ? Type(Float8E4M3FNType::get(builder.getContext()))
                          : Type(Float8E5M2Type::get(builder.getContext()));
  default:
    return builder.getF32Type();
  }
}

Type GraphGrower::element() {
  if (rng.chance(60))
    return floatElement();
  MLIRContext *context = b.getBuilder().getContext();
  auto integer = [&](unsigned width) {
    bool isUnsigned = rng.chance(40);
    return IntegerType::get(context, width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (rng.below(8)) {
  case 0:
  case 1:
    return IntegerType::get(context, 1);
  case 2:
    return integer(8);
  case 3:
    return integer(16);
  case 4:
    return integer(64);
  default:
    return integer(32);
  }
}

int64_t GraphGrower::size(int64_t limit) {
  if (rng.below(200) == 0)
    return 0;
  int64_t size = rng.pick(sizes);
  return std::min(size, std::max<int64_t>(limit, 1));
}

Shape GraphGrower::shape(int64_t minRank, int64_t maxRank, int64_t limit) {
  Shape shape(rng.between(minRank, maxRank));
  for (int64_t &dim : shape) {
    dim = size(limit);
    limit /= std::max<int64_t>(dim, 1);
  }
  rng.shuffle(shape);
  return shape;
}

Shape GraphGrower::someDims(int64_t rank, int64_t least) {
  Shape dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  rng.shuffle(dims);
  dims.truncate(rng.between(std::min(least, rank), rank));
  llvm::sort(dims);
  return dims;
}

Shape GraphGrower::permutation(int64_t rank) {
  Shape dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  rng.shuffle(dims);
  return dims;
}

//===----------------------------------------------------------------------===//
// Choosing values
//===----------------------------------------------------------------------===//

Value GraphGrower::pick(llvm::function_ref<bool(Tensor)> suits) {
  SmallVector<Value> choices;
  for (Value value : pool)
    if (suits(typeOf(value)))
      choices.push_back(value);
  if (choices.empty())
    return {};
  int64_t size = static_cast<int64_t>(choices.size());
  // Half of the time one that nothing reads yet, so that graphs are connected.
  if (rng.chance(50)) {
    SmallVector<Value> unused;
    llvm::copy_if(choices, std::back_inserter(unused),
                  [](Value value) { return value.use_empty(); });
    if (!unused.empty())
      return rng.pick(ArrayRef<Value>(unused));
  }
  return choices[size - 1 - std::min(rng.below(size), rng.below(size))];
}

Value GraphGrower::pick() {
  return pick([](Tensor) { return true; });
}

Value GraphGrower::pickFloat() {
  if (Value value = pick(
          [](Tensor type) { return isa<FloatType>(type.getElementType()); }))
    return value;
  return b.convert(pick(), floatElement());
}

Value GraphGrower::pickInteger() {
  auto isInteger = [](Tensor type) {
    auto element = dyn_cast<IntegerType>(type.getElementType());
    return element && element.getWidth() > 1;
  };
  if (Value value = pick(isInteger))
    return value;
  return b.convert(pick(), b.getBuilder().getI32Type());
}

/// A value of `type` made of one that is there: converted, or repeated.
Value GraphGrower::made(Tensor type) {
  if (Value value = pick([&](Tensor other) {
        return other.getShape() == type.getShape() && other != type;
      }))
    return b.convert(value, type.getElementType());
  // The last dimensions of the type, or ones in their place.
  Value small = pick([&](Tensor other) {
    if (other.getElementType() != type.getElementType() ||
        other.getRank() > type.getRank())
      return false;
    ArrayRef<int64_t> tail = type.getShape().take_back(other.getRank());
    return llvm::all_of(llvm::zip(other.getShape(), tail), [](auto sizes) {
      return std::get<0>(sizes) == 1 ||
             std::get<0>(sizes) == std::get<1>(sizes);
    });
  });
  if (!small)
    return {};
  int64_t rank = typeOf(small).getRank();
  auto dims = llvm::to_vector(
      llvm::seq<int64_t>(type.getRank() - rank, type.getRank()));
  return b.broadcast(small, type, dims);
}

Value GraphGrower::like(Tensor type) {
  if (rng.chance(60))
    if (Value value = pick([&](Tensor other) { return other == type; }))
      return value;
  if (rng.chance(50))
    if (Value value = made(type))
      return value;
  return leaf(type);
}

Value GraphGrower::predicate(ArrayRef<int64_t> shape) {
  Type boolean = b.getBuilder().getI1Type();
  auto type = RankedTensorType::get(shape, boolean);
  if (rng.chance(50))
    if (Value value = pick([&](Tensor other) { return other == type; }))
      return value;
  if (Value value = pick([&](Tensor other) {
        return other.getShape() == type.getShape() && other != type;
      }))
    return b.compare(graph::ComparisonDirection::GT, value,
                     b.fillLike(0.0, value));
  return leaf(type);
}

Value GraphGrower::withoutNan(Value value) {
  if (!isa<FloatType>(elementOf(value)))
    return value;
  Value isNumber = b.compare(graph::ComparisonDirection::EQ, value, value);
  return b.select(isNumber, value, b.fillLike(1.0, value));
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

DenseElementsAttr GraphGrower::literal(Tensor type) {
  Type element = type.getElementType();
  int64_t elements = rng.chance(25) ? 1 : type.getNumElements();
  SmallVector<Attribute> values;
  for (int64_t i = 0; i < std::max<int64_t>(elements, 1); ++i) {
    if (isa<FloatType>(element)) {
      // Whole numbers now and then: sums of them are exact.
      double number =
          rng.chance(30) ? double(rng.between(-3, 3)) : rng.real(-2, 2);
      values.push_back(FloatAttr::get(element, number));
    } else {
      auto integer = cast<IntegerType>(element);
      int64_t number = rng.chance(10) ? static_cast<int64_t>(rng.next())
                                      : rng.between(-9, 20);
      values.push_back(IntegerAttr::get(
          integer, APInt(integer.getWidth(), static_cast<uint64_t>(number),
                         /*isSigned=*/false, /*implicitTrunc=*/true)));
    }
  }
  if (type.getNumElements() == 0)
    values.clear();
  return DenseElementsAttr::get(type, values);
}

Value GraphGrower::indices(ArrayRef<int64_t> shape, Type element, int64_t low,
                           int64_t high) {
  auto type = RankedTensorType::get(shape, element);
  auto integer = cast<IntegerType>(element);
  SmallVector<Attribute> values;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    values.push_back(IntegerAttr::get(
        integer,
        APInt(integer.getWidth(), static_cast<uint64_t>(rng.between(low, high)),
              /*isSigned=*/false, /*implicitTrunc=*/true)));
  return b.constant(DenseElementsAttr::get(type, values));
}

/// A weight with content of its own, at a place that suits its element type.
Value GraphGrower::weightLeaf(Tensor type) {
  ArrayRef<char> data;
  DenseElementsAttr content = literal(type);
  if (content.isSplat()) {
    // A splat holds one element only; a weight's file holds all of them.
    SmallVector<Attribute> values(content.getValues<Attribute>());
    if (values.size() > 1)
      values.front() = b.getBuilder().getZeroAttr(type.getElementType());
    content = DenseElementsAttr::get(type, values);
  }
  std::string name = "w" + std::to_string(weightCount++);
  weights.resize(llvm::alignTo(weights.size(), 64));
  int64_t offset = static_cast<int64_t>(weights.size());
  if (content.isSplat()) {
    // One element: repeat it.
    data = content.getRawData();
    for (int64_t i = 0; i < type.getNumElements(); ++i)
      weights.insert(weights.end(), data.begin(), data.end());
  } else {
    data = content.getRawData();
    weights.insert(weights.end(), data.begin(), data.end());
  }
  return b.weight(name, type, options.weightFile, offset);
}

Value GraphGrower::leaf(Tensor type) {
  Value value;
  int64_t kind = rng.below(10);
  if (type.getNumElements() > 0 && kind < 2 &&
      !type.getElementType().isInteger(1))
    value = weightLeaf(type);
  else if (kind < 4)
    value = b.constant(literal(type));
  else
    value = b.input("x" + std::to_string(inputs++), type);
  return value;
}

//===----------------------------------------------------------------------===//
// State, outputs, donation
//===----------------------------------------------------------------------===//

void GraphGrower::addVariables() {
  if (!rng.chance(35))
    return;
  for (int64_t i = rng.between(1, 2); i > 0; --i) {
    auto type = RankedTensorType::get(shape(0, 3, 512), element());
    std::string name = "v" + std::to_string(i);
    b.declareVariable(name, literal(type));
    Value value = b.state(name);
    variables.push_back({name, value});
    pool.push_back(value);
  }
}

/// New values: often an update of a part of the old one.
void GraphGrower::finishVariables() {
  for (auto &[name, state] : variables) {
    Tensor type = typeOf(state);
    Value value;
    if (type.getRank() > 0 && rng.chance(40)) {
      Shape part(type.getShape());
      SmallVector<Value> starts;
      for (int64_t &dim : part) {
        dim = dim == 0 ? 0 : rng.between(1, dim);
        starts.push_back(
            indices({}, b.getBuilder().getI32Type(), -1, type.getRank() + 4));
      }
      Value update = like(RankedTensorType::get(part, type.getElementType()));
      value = b.make<graph::DynamicUpdateSliceOp>(state, update, starts);
    } else if (rng.chance(50)) {
      value = b.add(state, like(type));
    } else {
      value = like(type);
    }
    // An entry may also leave a variable alone.
    if (rng.chance(90))
      b.update(name, value);
  }
}

void GraphGrower::addOutputs() {
  SmallVector<Value> ends, others;
  for (Value value : pool)
    (value.use_empty() ? ends : others).push_back(value);
  // Late ends first: the rest of them is dead code.
  std::reverse(ends.begin(), ends.end());
  size_t limit = static_cast<size_t>(rng.between(3, 8));
  if (ends.size() > limit)
    ends.truncate(limit);
  for (int64_t i = rng.below(3); i > 0 && !others.empty(); --i)
    ends.push_back(rng.pick(ArrayRef<Value>(others)));
  if (ends.empty())
    ends.push_back(pool.back());
  llvm::SmallDenseSet<Value> seen;
  int64_t number = 0;
  for (Value value : ends)
    if (seen.insert(value).second || rng.chance(30))
      b.output("y" + std::to_string(number++), value);
}

/// Ties a result to an input of its type here and there.
void GraphGrower::donate(ModuleOp module) {
  auto entry = *module.getOps<graph::EntryOp>().begin();
  Operation *end = entry.getBody().front().getTerminator();
  llvm::SmallDenseSet<unsigned> taken;
  for (unsigned i = 0; i < end->getNumOperands(); ++i) {
    if (entry.getTiedArgument(i) || !rng.chance(20))
      continue;
    for (BlockArgument argument : entry.getBody().getArguments()) {
      unsigned number = argument.getArgNumber();
      if (entry.getArgumentVariable(number) ||
          argument.getType() != end->getOperand(i).getType() ||
          !taken.insert(number).second)
        continue;
      entry.setArgAttr(number, graph::EntryOp::kDonatedAttr,
                       b.getBuilder().getUnitAttr());
      entry.setResultAttr(i, graph::EntryOp::kTiedAttr,
                          b.getBuilder().getI64IntegerAttr(number));
      break;
    }
  }
}

//===----------------------------------------------------------------------===//
// Growing
//===----------------------------------------------------------------------===//

/// Takes one step; false where it came to nothing. What a step leaves that may
/// not stand in the graph goes again.
bool GraphGrower::step() {
  ArrayRef<WeightedStep> steps = allSteps();
  int64_t total = 0;
  for (const WeightedStep &one : steps)
    total += one.weight;
  int64_t draw = rng.below(total);
  const WeightedStep *chosen = steps.begin();
  while (draw >= chosen->weight)
    draw -= (chosen++)->weight;

  Operation *before = body->empty() ? nullptr : &body->back();
  unsigned arguments = body->getNumArguments();
  SmallVector<Value> results = chosen->step(*this);
  Operation *first = before          ? before->getNextNode()
                     : body->empty() ? nullptr
                                     : &body->front();
  bool accepted = !results.empty();
  SmallVector<Operation *> added;
  for (Operation *op = first; op; op = op->getNextNode()) {
    added.push_back(op);
    accepted &= !options.accepts || options.accepts(op);
  }
  if (!accepted) {
    for (Operation *op : llvm::reverse(added))
      op->erase();
    return false;
  }
  for (BlockArgument argument : body->getArguments().drop_front(arguments))
    pool.push_back(argument);
  // Leaves may be used again.
  for (Operation *op : added)
    if (isa<graph::GetWeightOp, graph::ConstantOp>(op) && rng.chance(30))
      pool.push_back(op->getResult(0));
  llvm::append_range(pool, results);
  return true;
}

RandomGraph GraphGrower::run() {
  Location unknown = b.getLoc();
  auto name = [&](const std::string &text) {
    b.setLoc(NameLoc::get(b.getBuilder().getStringAttr(text)));
  };
  b.beginEntry("main");
  // GraphBuilder keeps its block to itself; ops and arguments tell it.
  name("leaf");
  addVariables();
  for (int64_t i = rng.between(1, 3); i > 0; --i) {
    auto type =
        RankedTensorType::get(shape(0, 4, options.maxElements / 2), element());
    pool.push_back(b.input("x" + std::to_string(inputs++), type));
  }
  body = cast<BlockArgument>(pool.back()).getOwner();

  // Small graphs more often than large ones: a bug in one is easier to see.
  double share = rng.real();
  int64_t ops = options.minOps +
                static_cast<int64_t>(
                    share * share *
                    static_cast<double>(options.maxOps - options.minOps + 1));
  int64_t steps = 0;
  for (int64_t tries = 0; steps < ops && tries < 20 * ops; ++tries) {
    name("op" + std::to_string(steps));
    steps += step();
  }
  name("update");
  finishVariables();
  addOutputs();
  b.setLoc(unknown);
  b.endEntry();
  RandomGraph graph;
  graph.module = b.finish();
  if (!graph.module)
    llvm::report_fatal_error("a random graph does not verify: seed " +
                             Twine(options.seed));
  donate(*graph.module);
  if (failed(verify(*graph.module)))
    llvm::report_fatal_error("a random graph's donations do not verify: seed " +
                             Twine(options.seed));
  graph.weights = std::move(weights);
  return graph;
}

RandomGraph makeRandomGraph(MLIRContext &context,
                            const RandomGraphOptions &options) {
  return GraphGrower(context, options).run();
}

} // namespace tenon::check
