#include "compiler/check/Expectation.h"

#include "compiler/check/Rounding.h"
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>
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

/// The slack of a tensor whose values in other runs are `others`.
std::vector<double> getSlack(const Tensor &value, ArrayRef<Tensor> others) {
  ElementType type = value.getElementType();
  std::vector<double> slack(value.getNumElements(), 0.0);
  for (int64_t i = 0; i < value.getNumElements(); ++i) {
    if (!isFloat(type)) {
      for (const Tensor &other : others)
        if (other.getBits(i) != value.getBits(i))
          slack[i] = kUnknown;
      continue;
    }
    double center = value.get<double>(i), spread = 0;
    for (const Tensor &other : others) {
      double at = other.get<double>(i);
      if (!areAlike(center, at))
        spread = kUnknown;
      else if (std::isfinite(at))
        spread = std::max(spread, std::fabs(at - center));
      // Zeros of both signs: their sign is open.
      if (at == 0 && center == 0 && other.getBits(i) != value.getBits(i))
        spread = std::max(spread, getUlp(0, type));
    }
    if (spread > 0)
      slack[i] = 2 * spread + getUlp(center, type);
  }
  // Where values are rounded to a narrow type, few runs meet a tie that moves
  // one of many: an ulp for all, if any was moved.
  bool isMoved = llvm::any_of(slack, [](double amount) { return amount > 0; });
  if (isFloat(type) && getByteWidth(type) < 4 && isMoved)
    for (int64_t i = 0; i < value.getNumElements(); ++i)
      slack[i] = std::max(slack[i], getUlp(value.get<double>(i), type));
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
  // Composites are allowed what their primitives are.
  OwningOpRef<ModuleOp> primitives = entry->getParentOfType<ModuleOp>().clone();
  PassManager passes(entry.getContext());
  passes.addPass(createDecompose());
  if (failed(passes.run(*primitives)))
    return failure();
  std::vector<Runs> moved;
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

  std::vector<ExpectedCall> expected(inputs.size());
  for (auto [call, results] : llvm::enumerate(*truth)) {
    for (auto [i, value] : llvm::enumerate(results.outputs)) {
      Tensors others;
      for (const Runs &run : moved)
        others.push_back(run[call].outputs[i]);
      expected[call].outputs.push_back({value, getSlack(value, others)});
    }
    for (auto [i, variable] : llvm::enumerate(results.state)) {
      Tensors others;
      for (const Runs &run : moved)
        others.push_back(run[call].state[i].second);
      expected[call].state.push_back(
          {variable.first,
           {variable.second, getSlack(variable.second, others)}});
    }
  }
  return expected;
}

std::optional<std::string> findDifference(const Tensor &actual,
                                          const Expected &expected,
                                          Coverage *coverage) {
  const Tensor &value = expected.value;
  std::string text;
  llvm::raw_string_ostream os(text);
  if (actual.getElementType() != value.getElementType() ||
      actual.getShape() != value.getShape()) {
    actual.print(os, 0);
    os << " instead of ";
    value.print(os, 0);
    return text;
  }
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

Tensors makeProbe(graph::EntryOp entry, uint64_t seed, ProbeStyle style) {
  Random rng(seed);
  Tensors inputs;
  for (BlockArgument argument : entry.getBody().getArguments()) {
    if (entry.getArgumentVariable(argument.getArgNumber()))
      continue;
    auto tensorType = cast<RankedTensorType>(argument.getType());
    ElementType type = *getElementType(tensorType.getElementType());
    Tensor tensor(type, tensorType.getShape());
    for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
      bool isEdge = style == ProbeStyle::Edges && rng.chance(12);
      if (isFloat(type)) {
        const llvm::fltSemantics &format = getSemantics(type);
        double large = llvm::APFloat::getLargest(format).convertToDouble();
        double small = llvm::APFloat::getSmallest(format).convertToDouble();
        double normal =
            llvm::APFloat::getSmallestNormalized(format).convertToDouble();
        const double edges[] = {NAN,   INFINITY, 0.0, large,
                                small, normal,   1.0, 0.5};
        double value = isEdge           ? rng.pick(edges)
                       : rng.chance(20) ? double(rng.between(-3, 3))
                                        : rng.real(-2, 2);
        if (isEdge && rng.chance(50))
          value = -value;
        // Not every format has an infinity.
        if (std::isinf(value) && type == ElementType::F8E4M3FN)
          value = large;
        tensor.set<double>(i, value);
      } else if (type == ElementType::I1) {
        tensor.set<int64_t>(i, rng.below(2));
      } else if (isEdge) {
        const uint64_t edges[] = {0, 1, ~uint64_t(0), getMaxInteger(type),
                                  uint64_t(getMinInteger(type))};
        tensor.set<uint64_t>(i, rng.pick(edges));
      } else {
        tensor.set<int64_t>(i, rng.chance(10) ? static_cast<int64_t>(rng.next())
                                              : rng.between(-5, 20));
      }
    }
    inputs.push_back(tensor);
  }
  return inputs;
}

} // namespace tenon::check
