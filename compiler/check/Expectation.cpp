#include "compiler/check/Expectation.h"

#include "compiler/check/Rounding.h"
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>
#include <complex>
#include <limits>

using namespace mlir;
using namespace tenon::reference;

namespace tenon::check {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

/// Moved runs where decisions are met, which take more than distances.
constexpr int kRunsWithDecisions = 24;

using Runs = std::vector<CallResults>;

FailureOr<Runs> runCalls(graph::EntryOp entry, ArrayRef<Tensors> inputs,
                         const WeightResolver &weights, Watcher watcher) {
  Runs calls;
  State state;
  for (const Tensors &values : inputs) {
    FailureOr<CallResults> results =
        callEntry(entry, values, state, weights, watcher);
    if (failed(results))
      return failure();
    calls.push_back(std::move(*results));
  }
  return calls;
}

/// Whether two floats are of one kind: finite, NaN, or the same infinity.
bool areAlike(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b);
  return std::isfinite(a) == std::isfinite(b) && (std::isfinite(a) || a == b);
}

/// Complex numbers as pairs of their parts; other tensors as they are.
Tensor asParts(const Tensor &tensor) {
  if (!isComplex(tensor.getElementType()))
    return tensor;
  bool isWide = tensor.getElementType() == ElementType::C128;
  SmallVector<int64_t> shape(tensor.getShape());
  shape.push_back(2);
  return Tensor::borrow(isWide ? ElementType::F64 : ElementType::F32, shape,
                        tensor.getData(), std::make_shared<Tensor>(tensor));
}

/// The slack of element i of integers, which a rounding error turns into their
/// neighbours, or, where runs differ, into anything.
double getIntegerSlack(const Tensor &truth, const Tensor &center,
                       ArrayRef<Tensor> others, int64_t i) {
  auto isMoved = [&](const Tensor &other) {
    return other.getBits(i) != center.getBits(i);
  };
  uint64_t distance = truth.getBits(i) - center.getBits(i);
  bool isNeighbour = distance == 1 || distance == ~uint64_t(0);
  return isNeighbour || llvm::any_of(others, isMoved) ? kUnknown : 0;
}

/// The same of floats.
double getFloatSlack(const Tensor &truth, const Tensor &center,
                     ArrayRef<Tensor> others, int64_t i) {
  double from = center.get<double>(i), spread = 0;
  // Primitives leave a type's range where a composite, computed wider, does
  // not.
  if (!areAlike(from, truth.get<double>(i)))
    return kUnknown;
  for (const Tensor &other : others) {
    double at = other.get<double>(i);
    if (!areAlike(from, at))
      return kUnknown;
    if (std::isfinite(at))
      spread = std::max(spread, std::fabs(at - from));
  }
  // Zeros of both signs: their sign is open.
  auto isOtherZero = [&](const Tensor &other) {
    return other.get<double>(i) == 0 && other.getBits(i) != center.getBits(i);
  };
  if (from == 0 && (isOtherZero(truth) || llvm::any_of(others, isOtherZero)))
    spread = std::max(spread, getUlp(0, center.getElementType()));
  return spread > 0 ? 2 * spread + getUlp(from, center.getElementType()) : 0;
}

/// The slack of a tensor that moved runs take from `center` to `others`. The
/// center may be off from `truth`, which is what is expected: primitives round
/// where a composite does not.
std::vector<double> getSlack(const Tensor &truth, const Tensor &center,
                             ArrayRef<Tensor> others) {
  ElementType type = center.getElementType();
  std::vector<double> slack(center.getNumElements());
  for (int64_t i = 0; i < center.getNumElements(); ++i)
    slack[i] = isFloat(type) ? getFloatSlack(truth, center, others, i)
                             : getIntegerSlack(truth, center, others, i);
  // Where values are rounded to a narrow type, few runs meet a tie that moves
  // one of many: an ulp for all, if any was moved.
  bool isMoved = llvm::any_of(slack, [](double amount) { return amount > 0; });
  if (isFloat(type) && getByteWidth(type) < 4 && isMoved)
    for (int64_t i = 0; i < center.getNumElements(); ++i)
      slack[i] = std::max(slack[i], getUlp(center.get<double>(i), type));
  return slack;
}

} // namespace

FailureOr<std::vector<ExpectedCall>> expectCalls(graph::EntryOp entry,
                                                 ArrayRef<Tensors> inputs,
                                                 const WeightResolver &weights,
                                                 int runs) {
  auto keep = [](Operation *, ArrayRef<Tensor>, Tensors &) {
    return success();
  };
  FailureOr<Runs> truth = runCalls(entry, inputs, weights, keep);
  if (failed(truth))
    return failure();
  // Composites are allowed what their primitives are, complex numbers what
  // their parts are.
  OwningOpRef<ModuleOp> primitives = isolateEntry(entry);
  PassManager passes(entry.getContext());
  passes.addPass(createDecompose());
  passes.addNestedPass<graph::EntryOp>(createSplitComplex());
  if (failed(passes.run(*primitives)))
    return failure();
  std::vector<Runs> moved; // the first of them not at all
  for (int number = 0; number <= runs; ++number) {
    MovedRun run(number);
    auto move = [&](Operation *op, ArrayRef<Tensor> operands,
                    Tensors &results) {
      return number == 0 ? success()
                         : moveWithinError(op, operands, results, run);
    };
    FailureOr<Runs> calls =
        runCalls(primitives->lookupSymbol<graph::EntryOp>(entry.getSymName()),
                 inputs, weights, move);
    if (failed(calls))
      return failure();
    moved.push_back(std::move(*calls));
    if (run.hasDecided())
      runs = std::max(runs, kRunsWithDecisions);
  }

  auto expect = [&](const Tensor &value,
                    llvm::function_ref<Tensor(const Runs &)> pick) {
    Tensors results = llvm::map_to_vector(
        moved, [&](const Runs &run) { return asParts(pick(run)); });
    return Expected{value, getSlack(asParts(value), results.front(),
                                    ArrayRef(results).drop_front())};
  };
  std::vector<ExpectedCall> expected(inputs.size());
  for (auto [call, results] : llvm::enumerate(*truth)) {
    for (auto [i, value] : llvm::enumerate(results.outputs))
      expected[call].outputs.push_back(
          expect(value, [&, call = call, i = i](const Runs &run) {
            return run[call].outputs[i];
          }));
    for (auto [i, variable] : llvm::enumerate(results.state))
      expected[call].state.push_back(
          {variable.first,
           expect(variable.second, [&, call = call, i = i](const Runs &run) {
             return run[call].state[i].second;
           })});
  }
  return expected;
}

std::optional<std::string> findDifference(const Tensor &given,
                                          const Expected &expected,
                                          Coverage *coverage) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (given.getElementType() != expected.value.getElementType() ||
      given.getShape() != expected.value.getShape()) {
    given.print(os, 0);
    os << " instead of ";
    expected.value.print(os, 0);
    return text;
  }
  Tensor actual = asParts(given), value = asParts(expected.value);
  int64_t wrong = 0, first = 0;
  for (int64_t i = 0; i < value.getNumElements(); ++i) {
    double slack = expected.slack[i];
    if (coverage)
      ++(slack == kUnknown ? coverage->unknown : coverage->compared);
    bool isRight = slack == kUnknown || actual.getBits(i) == value.getBits(i);
    if (!isRight && isFloat(value.getElementType())) {
      double got = actual.get<double>(i), want = value.get<double>(i);
      isRight =
          areAlike(got, want) &&
          (std::isnan(want) || (slack > 0 && std::fabs(got - want) <= slack));
    }
    if (!isRight && wrong++ == 0)
      first = i;
  }
  if (wrong == 0)
    return std::nullopt;
  os << wrong << " of " << value.getNumElements()
     << " elements differ, first element " << first << ": ";
  printElement(os, actual, first);
  os << " instead of ";
  printElement(os, value, first);
  if (isFloat(value.getElementType()))
    os << " +- " << expected.slack[first];
  return text;
}

std::optional<CallDifference> findDifference(const CallResults &actual,
                                             const ExpectedCall &expected,
                                             Coverage *coverage) {
  for (auto [i, output] : llvm::enumerate(expected.outputs))
    if (auto values = findDifference(actual.outputs[i], output, coverage))
      return CallDifference{"output " + std::to_string(i), *values};
  for (auto [i, variable] : llvm::enumerate(expected.state))
    if (auto values =
            findDifference(actual.state[i].second, variable.second, coverage))
      return CallDifference{"variable " + variable.first, *values};
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Probes
//===----------------------------------------------------------------------===//

namespace {

double drawFloat(ElementType type, bool isEdge, Random &rng) {
  if (!isEdge)
    return rng.chance(20) ? double(rng.between(-3, 3)) : rng.real(-2, 2);
  const llvm::fltSemantics &format = getSemantics(type);
  double large = llvm::APFloat::getLargest(format).convertToDouble();
  double small = llvm::APFloat::getSmallest(format).convertToDouble();
  double normal =
      llvm::APFloat::getSmallestNormalized(format).convertToDouble();
  const double edges[] = {NAN, INFINITY, 0.0, large, small, normal, 1.0, 0.5};
  double value = rng.pick(edges);
  if (rng.chance(50))
    value = -value;
  // Not every format has an infinity.
  return std::isinf(value) && type == ElementType::F8E4M3FN ? large : value;
}

uint64_t drawInteger(ElementType type, bool isEdge, Random &rng) {
  if (isEdge) {
    const uint64_t edges[] = {0, 1, ~uint64_t(0), getMaxInteger(type),
                              uint64_t(getMinInteger(type))};
    return rng.pick(edges);
  }
  return rng.chance(10) ? rng.next() : uint64_t(rng.between(-5, 20));
}

Tensor drawTensor(RankedTensorType shaped, bool hasEdges, Random &rng) {
  ElementType type = *getElementType(shaped.getElementType());
  // Parts of complex numbers are drawn one by one, into the same bytes.
  Tensor tensor(type, shaped.getShape());
  auto numbers = static_cast<int64_t>(tensor.getNumElements());
  bool isPair = isComplex(type);
  std::vector<std::complex<double>> pairs(isPair ? numbers : 0);
  ElementType part = type == ElementType::C64    ? ElementType::F32
                     : type == ElementType::C128 ? ElementType::F64
                                                 : type;
  for (int64_t i = 0; i < numbers * (isPair ? 2 : 1); ++i) {
    bool isEdge = hasEdges && rng.chance(12);
    if (isPair) {
      double value = drawFloat(part, isEdge, rng);
      pairs[i / 2] = i % 2 == 0
                         ? std::complex<double>(value)
                         : std::complex<double>(pairs[i / 2].real(), value);
    } else if (isFloat(type)) {
      tensor.set<double>(i, drawFloat(type, isEdge, rng));
    } else if (type == ElementType::I1) {
      tensor.set<int64_t>(i, rng.below(2));
    } else {
      tensor.set<uint64_t>(i, drawInteger(type, isEdge, rng));
    }
  }
  if (isPair)
    tensor.write<std::complex<double>>(0, pairs);
  return tensor;
}

} // namespace

std::vector<Tensors> makeProbes(graph::EntryOp entry, uint64_t seed) {
  std::vector<Tensors> calls;
  for (bool hasEdges : {false, true}) {
    Random rng(seed + (hasEdges ? 1 : 0));
    Tensors &inputs = calls.emplace_back();
    for (BlockArgument argument : entry.getBody().getArguments())
      if (!entry.getArgumentVariable(argument.getArgNumber()))
        inputs.push_back(drawTensor(cast<RankedTensorType>(argument.getType()),
                                    hasEdges, rng));
  }
  return calls;
}

const char *probeName(size_t call) {
  return call == 0 ? "plain inputs" : "edge values";
}

} // namespace tenon::check
