//===- SplitComplex.cpp - Replace complex tensors by pairs of real ones ---===//
//
// Kernels hold real numbers only. Every complex value becomes two, inside of
// loops and branches too. A complex argument or result of an entry keeps its
// bytes and becomes a real tensor with a last dimension of two.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "ir/graph/CallerType.h"
#include "ir/graph/GraphOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/SortOps.h"
#include "ir/graph/ValueBuilder.h"
#include "passes/graph/ComplexMath.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

#include <complex>

namespace tenon {
#define GEN_PASS_DEF_SPLITCOMPLEX
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;
using Parts = ComplexParts;

/// The tensor of a complex tensor's parts, or null for any other type.
static RankedTensorType getPartType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  auto element =
      tensor ? dyn_cast<ComplexType>(tensor.getElementType()) : ComplexType();
  return element ? tensor.clone(element.getElementType()) : RankedTensorType();
}

static bool isComplex(Type type) { return getPartType(type) != nullptr; }

namespace {

/// Splits the values of one entry.
class Splitter {
public:
  Splitter(EntryOp entry)
      : entry(entry), builder(entry.getContext()), b(builder, entry.getLoc()),
        math(b) {}

  LogicalResult run();
  unsigned split = 0;

private:
  void splitArguments();
  void joinResults();
  LogicalResult splitBlock(Block &block);
  LogicalResult splitOp(Operation *op);
  LogicalResult splitRegions(Operation *op);
  void splitBlockArguments(Block &block, bool isComparator);
  FailureOr<Parts> compute(Operation *op);
  FailureOr<Parts> computeFunction(Operation *op);
  FailureOr<Value> computeReal(Operation *op);
  Parts forBoth(Operation *op);
  Parts partsOf(Value value);
  SmallVector<Value> expand(ValueRange values);
  Value clonePart(Operation *op, bool imag, Type type);
  Parts combineProducts(Operation *op);

  EntryOp entry;
  OpBuilder builder;
  ValueBuilder b;
  ComplexMath math;
  llvm::DenseMap<Value, Parts> parts;
  /// The argument of pairs in the place of a complex one.
  llvm::DenseMap<Value, Value> pairs;
  /// What was replaced, in order; later ones use earlier ones.
  SmallVector<Operation *> replaced;
};

} // namespace

/// A value's parts; those of a real value, where an op mixes them.
Parts Splitter::partsOf(Value value) {
  auto it = parts.find(value);
  if (it != parts.end())
    return it->second;
  return {value, b.fillLike(0.0, value)};
}

/// Each complex value by its parts.
SmallVector<Value> Splitter::expand(ValueRange values) {
  SmallVector<Value> result;
  for (Value value : values) {
    if (!isComplex(value.getType())) {
      result.push_back(value);
      continue;
    }
    Parts both = partsOf(value);
    result.append({both.real, both.imag});
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

void Splitter::splitArguments() {
  Block &block = entry.getBody().front();
  builder.setInsertionPointToStart(&block);
  SmallVector<Type> types(entry.getArgumentTypes());
  // The complex arguments stay until nothing is left that uses them.
  for (unsigned index = 0, place = 0; index < types.size(); ++index, ++place) {
    BlockArgument argument = block.getArgument(place);
    RankedTensorType part = getPartType(argument.getType());
    if (!part)
      continue;
    entry.setArgAttr(index, kCallerTypeAttr, TypeAttr::get(types[index]));
    SmallVector<int64_t> shape(part.getShape());
    shape.push_back(2);
    types[index] = part.clone(shape);
    BlockArgument both =
        block.insertArgument(++place, types[index], argument.getLoc());
    auto take = [&](int64_t which) {
      SmallVector<int64_t> starts(shape.size(), 0), limits(shape);
      starts.back() = which;
      limits.back() = which + 1;
      return b.reshape(b.slice(both, starts, limits), part.getShape());
    };
    parts[argument] = {take(0), take(1)};
    pairs[argument] = both;
  }
  entry.setFunctionTypeAttr(
      TypeAttr::get(builder.getFunctionType(types, entry.getResultTypes())));
}

void Splitter::joinResults() {
  Operation *end = entry.getBody().front().getTerminator();
  builder.setInsertionPoint(end);
  SmallVector<Type> types(entry.getResultTypes());
  for (auto [index, operand] : llvm::enumerate(end->getOpOperands())) {
    auto it = parts.find(operand.get());
    if (it == parts.end())
      continue;
    entry.setResultAttr(index, kCallerTypeAttr, TypeAttr::get(types[index]));
    // An argument that is returned as it is keeps its pairs.
    if (Value both = pairs.lookup(operand.get())) {
      operand.set(both);
    } else {
      SmallVector<int64_t> shape(getTensor(it->second.real).getShape());
      shape.push_back(1);
      Value columns[] = {b.reshape(it->second.real, shape),
                         b.reshape(it->second.imag, shape)};
      operand.set(b.concatenate(columns, shape.size() - 1));
    }
    types[index] = operand.get().getType();
  }
  entry.setFunctionTypeAttr(
      TypeAttr::get(builder.getFunctionType(entry.getArgumentTypes(), types)));
}

//===----------------------------------------------------------------------===//
// Ops without regions
//===----------------------------------------------------------------------===//

/// A part of what `op` does to complex operands: the same op on their parts.
Value Splitter::clonePart(Operation *op, bool imag, Type type) {
  IRMapping map;
  for (Value operand : op->getOperands())
    if (isComplex(operand.getType())) {
      Parts x = partsOf(operand);
      map.map(operand, imag ? x.imag : x.real);
    }
  Operation *copy = builder.clone(*op, map);
  copy->getResult(0).setType(cast<RankedTensorType>(type));
  return copy->getResult(0);
}

Parts Splitter::forBoth(Operation *op) {
  RankedTensorType type = getPartType(op->getResult(0).getType());
  return {clonePart(op, false, type), clonePart(op, true, type)};
}

/// Products of matrices or convolutions: four real ones.
Parts Splitter::combineProducts(Operation *op) {
  Parts x = partsOf(op->getOperand(0)), y = partsOf(op->getOperand(1));
  RankedTensorType type = getPartType(op->getResult(0).getType());
  auto product = [&](Value left, Value right) {
    Operation *copy = builder.clone(*op);
    copy->setOperands({left, right});
    copy->getResult(0).setType(type);
    return copy->getResult(0);
  };
  return {b.subtract(product(x.real, y.real), product(x.imag, y.imag)),
          b.add(product(x.real, y.imag), product(x.imag, y.real))};
}

/// Functions of complex numbers.
FailureOr<Parts> Splitter::computeFunction(Operation *op) {
  using Result = FailureOr<Parts>;
  auto of = [&](unsigned i) { return partsOf(op->getOperand(i)); };
  auto larger = [&](Parts x, Parts y) {
    return math.select(math.compare(ComparisonDirection::GE, x, y), x, y);
  };
  auto smaller = [&](Parts x, Parts y) {
    return math.select(math.compare(ComparisonDirection::LE, x, y), x, y);
  };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<MultiplyOp>([&](auto) { return math.multiply(of(0), of(1)); })
      .Case<DivideOp>([&](auto) { return math.divide(of(0), of(1)); })
      .Case<PowerOp>([&](auto) { return math.power(of(0), of(1)); })
      .Case<Atan2Op>([&](auto) { return math.atan2(of(0), of(1)); })
      .Case<MaximumOp>([&](auto) { return larger(of(0), of(1)); })
      .Case<MinimumOp>([&](auto) { return smaller(of(0), of(1)); })
      .Case<SignOp>([&](auto) { return math.sign(of(0)); })
      .Case<ExponentialOp>([&](auto) { return math.exp(of(0)); })
      .Case<ExponentialMinusOneOp>([&](auto) { return math.expm1(of(0)); })
      .Case<LogOp>([&](auto) { return math.log(of(0)); })
      .Case<LogPlusOneOp>([&](auto) { return math.log1p(of(0)); })
      .Case<LogisticOp>([&](auto) { return math.logistic(of(0)); })
      .Case<SqrtOp>([&](auto) { return math.sqrt(of(0)); })
      .Case<RsqrtOp>([&](auto) { return math.rsqrt(of(0)); })
      .Case<CbrtOp>([&](auto) { return math.cbrt(of(0)); })
      .Case<SineOp>([&](auto) { return math.sine(of(0)); })
      .Case<CosineOp>([&](auto) { return math.cosine(of(0)); })
      .Case<TanOp>([&](auto) { return math.tan(of(0)); })
      .Case<TanhOp>([&](auto) { return math.tanh(of(0)); })
      .Default([](Operation *) { return Result(failure()); });
}

FailureOr<Parts> Splitter::compute(Operation *op) {
  using Result = FailureOr<Parts>;
  auto of = [&](unsigned i) { return partsOf(op->getOperand(i)); };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](ComplexOp complex) -> Result {
        return Parts{complex.getLhs(), complex.getRhs()};
      })
      .Case([&](ConstantOp constant) -> Result {
        auto values = dyn_cast<DenseElementsAttr>(constant.getValue());
        if (!values)
          return failure();
        RankedTensorType type = getPartType(constant.getType());
        if (values.isSplat()) {
          auto value = values.getSplatValue<std::complex<APFloat>>();
          return Parts{b.constant(DenseElementsAttr::get(type, value.real())),
                       b.constant(DenseElementsAttr::get(type, value.imag()))};
        }
        SmallVector<APFloat> real, imag;
        for (std::complex<APFloat> value :
             values.getValues<std::complex<APFloat>>()) {
          real.push_back(value.real());
          imag.push_back(value.imag());
        }
        return Parts{b.constant(DenseElementsAttr::get(type, real)),
                     b.constant(DenseElementsAttr::get(type, imag))};
      })
      .Case<AddOp, SubtractOp, NegateOp, ReshapeOp, TransposeOp,
            BroadcastInDimOp, SliceOp, ReverseOp, ConcatenateOp, PadOp,
            GatherOp, DynamicSliceOp, DynamicUpdateSliceOp, SelectOp>(
          [&](Operation *both) -> Result { return forBoth(both); })
      .Case([&](IotaOp iota) -> Result {
        RankedTensorType type = getPartType(iota.getType());
        Value real =
            IotaOp::create(builder, b.getLoc(), type, iota.getIotaDimension());
        return Parts{real, b.fillLike(0.0, real)};
      })
      .Case([&](ConvertOp convert) -> Result {
        Type element =
            getPartType(convert.getResult().getType()).getElementType();
        Value real = convert.getOperand();
        if (isComplex(real.getType()))
          real = of(0).real;
        real = b.convert(real, element);
        if (!isComplex(convert.getOperand().getType()))
          return Parts{real, b.fillLike(0.0, real)};
        return Parts{real, b.convert(of(0).imag, element)};
      })
      .Case<DotGeneralOp, ConvolutionOp>([&](Operation *product) -> Result {
        return combineProducts(product);
      })
      .Default([&](Operation *other) { return computeFunction(other); });
}

/// What an op makes of complex operands, where that is real.
FailureOr<Value> Splitter::computeReal(Operation *op) {
  using Result = FailureOr<Value>;
  Parts x = partsOf(op->getOperand(0));
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<RealOp>([&](auto) { return x.real; })
      .Case<ImagOp>([&](auto) { return x.imag; })
      .Case<AbsOp>([&](auto) { return math.abs(x); })
      .Case([&](ConvertOp convert) -> Result {
        Type element = getTensor(convert.getResult()).getElementType();
        // As a truth value, a number is whether it is not zero.
        if (element.isInteger(1)) {
          Value zero = b.fillLike(0.0, x.real);
          return math.compare(ComparisonDirection::NE, x, {zero, zero});
        }
        return b.convert(x.real, element);
      })
      .Case([&](CompareOp compare) {
        return math.compare(compare.getDirection(), x,
                            partsOf(compare.getRhs()));
      })
      .Default([](Operation *) { return Result(failure()); });
}

//===----------------------------------------------------------------------===//
// Ops with regions
//===----------------------------------------------------------------------===//

/// Two arguments for each complex one. A comparator takes two values of each
/// input, one after the other: of the real parts, then of the imaginary ones.
void Splitter::splitBlockArguments(Block &block, bool isComparator) {
  for (unsigned i = 0; i < block.getNumArguments();) {
    BlockArgument argument = block.getArgument(i);
    RankedTensorType part = getPartType(argument.getType());
    if (!part) {
      ++i;
      continue;
    }
    Location loc = argument.getLoc();
    unsigned count = isComparator ? 2 : 1;
    SmallVector<BlockArgument> old(block.getArguments().slice(i, count));
    for (unsigned k = 0; k < 2 * count; ++k)
      block.insertArgument(i + count + k, part, loc);
    for (unsigned k = 0; k < count; ++k)
      parts[old[k]] = {block.getArgument(i + count + k),
                       block.getArgument(i + 2 * count + k)};
    // The old ones go when nothing uses them any more: behind the new ones
    // they would be in the way.
    i += 3 * count;
  }
}

LogicalResult Splitter::splitRegions(Operation *op) {
  // Sums of parts are apart, and so are faster.
  if (auto reduce = dyn_cast<ReduceOp>(op);
      reduce && reduce.getInputs().size() == 1 &&
      getReductionKind(reduce.getBody()) == ReductionKind::Add) {
    Parts x = partsOf(op->getOperand(0)), init = partsOf(op->getOperand(1));
    auto sum = [&](Value part, Value start) -> Value {
      return ReduceOp::create(builder, b.getLoc(), part, start,
                              reduce.getDimensions(), ReductionKind::Add)
          .getResult(0);
    };
    parts[op->getResult(0)] = {sum(x.real, init.real), sum(x.imag, init.imag)};
    return success();
  }
  if (!isa<ReduceOp, ReduceWindowOp, ScatterOp, SortOp, WhileOp, IfOp, CaseOp>(
          op))
    return failure();

  OperationState state(op->getLoc(), op->getName());
  state.addOperands(expand(op->getOperands()));
  for (Type type : op->getResultTypes()) {
    RankedTensorType part = getPartType(type);
    state.types.append(part ? 2 : 1, part ? Type(part) : type);
  }
  state.addAttributes(op->getAttrs());
  if (auto scatter = dyn_cast<ScatterOp>(op)) {
    int32_t inputs = expand(scatter.getInputs()).size();
    state.attributes.set(scatter.getOperandSegmentSizesAttrName(),
                         builder.getDenseI32ArrayAttr({inputs, 1, inputs}));
  }
  for (unsigned i = 0; i < op->getNumRegions(); ++i)
    state.addRegion();
  Operation *made = builder.create(state);
  for (auto [to, from] : llvm::zip_equal(made->getRegions(), op->getRegions()))
    to.takeBody(from);
  unsigned next = 0;
  for (OpResult result : op->getResults()) {
    if (isComplex(result.getType())) {
      parts[result] = {made->getResult(next), made->getResult(next + 1)};
      next += 2;
    } else {
      result.replaceAllUsesWith(made->getResult(next++));
    }
  }
  for (Region &region : made->getRegions()) {
    Block &block = region.front();
    splitBlockArguments(block, isa<SortOp>(made));
    if (failed(splitBlock(block)))
      return failure();
    Operation *end = block.getTerminator();
    builder.setInsertionPoint(end);
    end->setOperands(expand(end->getOperands()));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Walking
//===----------------------------------------------------------------------===//

/// Whether `op` or anything in it has complex values.
static bool isTouched(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        bool has = llvm::any_of(inner->getOperandTypes(), isComplex) ||
                   llvm::any_of(inner->getResultTypes(), isComplex);
        return has ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

LogicalResult Splitter::splitOp(Operation *op) {
  builder.setInsertionPoint(op);
  b.setLoc(op->getLoc());
  if (op->getNumRegions() != 0)
    return splitRegions(op);
  if (op->getNumResults() != 1 || isa<GetWeightOp>(op))
    return failure();
  ++split;
  if (isComplex(op->getResult(0).getType())) {
    FailureOr<Parts> result = compute(op);
    if (succeeded(result))
      parts[op->getResult(0)] = *result;
    return result;
  }
  FailureOr<Value> result = computeReal(op);
  if (succeeded(result))
    op->getResult(0).replaceAllUsesWith(*result);
  return result;
}

LogicalResult Splitter::splitBlock(Block &block) {
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator())
    if (isTouched(&op))
      ops.push_back(&op);
  for (Operation *op : ops) {
    if (failed(splitOp(op)))
      return failure();
    replaced.push_back(op);
  }
  return success();
}

LogicalResult Splitter::run() {
  for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes()))
    if (isComplex(type) && entry.getArgumentVariable(i))
      return failure();
  splitArguments();
  if (failed(splitBlock(entry.getBody().front())))
    return failure();
  joinResults();
  for (Operation *op : llvm::reverse(replaced))
    op->erase();
  // Arguments whose place others have taken.
  entry.getBody().walk([](Block *block) {
    block->eraseArguments(
        [](BlockArgument argument) { return isComplex(argument.getType()); });
  });
  return success();
}

namespace {
struct SplitComplexPass
    : public tenon::impl::SplitComplexBase<SplitComplexPass> {
  void runOnOperation() override {
    EntryOp entry = getOperation();
    if (llvm::none_of(entry.getArgumentTypes(), isComplex) && !isTouched(entry))
      return markAllAnalysesPreserved();
    // An entry that cannot be split stays as it is: whoever asks for kernels
    // says which of its ops has none.
    EntryOp copy = entry.clone();
    Splitter splitter(copy);
    if (succeeded(splitter.run())) {
      split += splitter.split;
      entry.getBody().takeBody(copy.getBody());
      entry->setAttrs(copy->getAttrDictionary());
    }
    copy.erase();
  }
};
} // namespace
