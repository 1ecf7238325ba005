//===- DerivativeTest.cpp - Derivatives over the op table -----------------===//
//
// Each case of floats in f64: its results, weighted and summed, are a loss;
// what tenon-differentiate makes of its gradient, times a random direction, has
// to be the central difference of the loss along that direction. Both are
// computed by the interpreter. Inputs are moved until no corner is near: there
// the differences of two step sizes agree.
//
// underivable.txt lists the cases that are refused, and why; a case that is
// listed and passes is an error.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GradientOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/Unsupported.h"
#include "ir/graph/ValueBuilder.h"
#include "passes/Passes.h"
#include "test/ops/Cases.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace llvm;
using namespace tenon;
using namespace tenon::optable;
using reference::ElementType;
using reference::Tensor;
using reference::Tensors;

namespace {

//===----------------------------------------------------------------------===//
// Cases in f64
//===----------------------------------------------------------------------===//

bool holdsOther(StringRef text) {
  return any_of(ArrayRef<StringRef>{"f16>", "bf16>", "f8E", "complex<"},
                [&](StringRef type) { return text.contains(type); });
}

void replaceAll(std::string &text, StringRef from, StringRef to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
}

/// The case with f64 for f32, if it works on these floats alone and takes and
/// gives some.
std::optional<Case> inDoubles(const Case &original) {
  Case test = original;
  if (holdsOther(test.module))
    return std::nullopt;
  auto widen = [](Port &port) {
    replaceAll(port.type, "f32>", "f64>");
    if (port.element == ElementType::F32)
      port.element = ElementType::F64;
  };
  for_each(test.inputs, widen);
  for_each(test.outputs, widen);
  replaceAll(test.module, "f32>", "f64>");
  replaceAll(test.module, "0xFF800000", "0xFFF0000000000000");
  replaceAll(test.module, "0x7F800000", "0x7FF0000000000000");
  replaceAll(test.module, "0x7FC00000", "0x7FF8000000000000");
  // A bitcast is to a width. What rounds is taken for the identity, which
  // differences do not show.
  auto isFloat = [](const Port &port) {
    return port.element == ElementType::F64 &&
           !is_contained(port.shape, int64_t(0));
  };
  if (StringRef(test.module).contains("bitcast_convert") ||
      StringRef(test.module).contains("reduce_precision"))
    return std::nullopt;
  if (none_of(test.inputs, isFloat) || none_of(test.outputs, isFloat))
    return std::nullopt;
  return test;
}

/// Prefixes of the names of cases that are refused.
const std::vector<std::string> &getUnderivable() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    auto file = MemoryBuffer::getFile(getTableRoot() + "/underivable.txt");
    SmallVector<StringRef> lines;
    if (file)
      (*file)->getBuffer().split(lines, '\n');
    for (StringRef line : lines)
      if (!line.trim().empty() && !line.starts_with("#"))
        names.push_back(line.split('|').first.trim().str());
    return names;
  }();
  return names;
}

//===----------------------------------------------------------------------===//
// The module: loss and gradients
//===----------------------------------------------------------------------===//

bool isDouble(mlir::Value value) {
  return mlir::getElementTypeOrSelf(value.getType()).isF64();
}

/// The reduction that an argument is the initial value of. Such values are not
/// differentiated with respect to.
mlir::Operation *getReductionFrom(mlir::Value value) {
  for (mlir::OpOperand &use : value.getUses()) {
    mlir::Operation *op = use.getOwner();
    unsigned number = use.getOperandNumber();
    bool isInitial = isa<graph::SelectAndScatterOp>(op)
                         ? number == 2
                         : number >= op->getNumOperands() / 2;
    if (isInitial &&
        isa<graph::ReduceOp, graph::ReduceWindowOp, graph::SelectAndScatterOp>(
            op))
      return op;
  }
  return nullptr;
}

/// Makes the initial values of `@main` neutral, which rules rely on, whatever
/// the row has: of drawn values, below 1, and finite.
void makeNeutral(graph::EntryOp entry, MutableArrayRef<Tensor> inputs) {
  for (mlir::BlockArgument argument : entry.getArguments()) {
    mlir::Operation *op = getReductionFrom(argument);
    if (!op || !isDouble(argument))
      continue;
    auto neutral = graph::getNeutralElement(
        graph::getReductionKind(op->getRegions().back()),
        mlir::getElementTypeOrSelf(argument.getType()));
    if (neutral)
      inputs[argument.getArgNumber()] = Tensor::scalar(
          ElementType::F64,
          std::clamp(neutral.getSplatValue<APFloat>().convertToDouble(), -1.0,
                     1.0));
  }
}

/// Replaces the results of `@main` by the loss and its gradients; gives the
/// numbers of the arguments that they are for.
SmallVector<unsigned> appendGradient(graph::EntryOp entry) {
  mlir::Block &block = entry.getBody().front();
  mlir::Operation *terminator = block.getTerminator();
  mlir::OpBuilder builder(terminator);
  graph::ValueBuilder b(builder, entry.getLoc());
  std::mt19937_64 random(7);
  mlir::Value loss = b.scalar(0.0, builder.getF64Type());
  for (mlir::Value result : terminator->getOperands()) {
    auto type = graph::getTensor(result);
    if (!isDouble(result) || type.getNumElements() == 0)
      continue;
    std::vector<double> weights(type.getNumElements());
    for (double &weight : weights)
      weight = std::uniform_real_distribution(0.5, 1.5)(random);
    mlir::Value constant = b.constant(
        mlir::DenseElementsAttr::get(type, ArrayRef<double>(weights)));
    auto all = to_vector(seq<int64_t>(0, type.getRank()));
    loss = b.add(loss, b.sum(b.multiply(result, constant), all));
  }
  SmallVector<unsigned> numbers;
  SmallVector<mlir::Value> wrt, results{loss};
  for (mlir::BlockArgument argument : block.getArguments())
    if (isDouble(argument) && !getReductionFrom(argument)) {
      numbers.push_back(argument.getArgNumber());
      wrt.push_back(argument);
    }
  if (!wrt.empty())
    append_range(results,
                 graph::GradientOp::create(builder, entry.getLoc(), loss, wrt)
                     .getResults());
  terminator->setOperands(results);
  entry.setFunctionType(builder.getFunctionType(block.getArgumentTypes(),
                                                mlir::ValueRange(results)));
  return numbers;
}

//===----------------------------------------------------------------------===//
// Differences
//===----------------------------------------------------------------------===//

class Checker {
public:
  Checker(mlir::ModuleOp module, CaseContext &context,
          ArrayRef<unsigned> numbers)
      : module(module), context(context), numbers(numbers) {}

  /// Whether the loss is smooth at `inputs`; if so, compares.
  bool check(Tensors inputs) {
    std::optional<Tensors> at = run(inputs);
    if (!at)
      return false;
    Tensors direction;
    std::mt19937_64 random(11);
    for (unsigned number : numbers) {
      Tensor step(ElementType::F64, inputs[number].getShape());
      for (int64_t i = 0; i < step.getNumElements(); ++i)
        step.set<double>(i, std::uniform_real_distribution(-1.0, 1.0)(random));
      direction.push_back(step);
    }
    double scale = 1e-9 + std::fabs((*at)[0].get<double>(0));
    std::optional<double> coarse = difference(inputs, direction, 2e-4);
    std::optional<double> fine = difference(inputs, direction, 1e-4);
    if (!coarse || !fine)
      return false;
    double expected = (4 * *fine - *coarse) / 3;
    double size = std::max({1.0, std::fabs(expected), scale});
    if (std::fabs(*coarse - *fine) > 1e-5 * size)
      return false;
    double actual = 0;
    for (size_t i = 0; i < numbers.size(); ++i)
      for (int64_t k = 0; k < direction[i].getNumElements(); ++k)
        actual += (*at)[i + 1].get<double>(k) * direction[i].get<double>(k);
    EXPECT_NEAR(actual, expected, 1e-7 * size);
    return true;
  }

private:
  /// Loss and gradients, if all are finite.
  std::optional<Tensors> run(ArrayRef<Tensor> inputs) {
    auto results = interpret(module, inputs, context);
    if (!results) {
      ADD_FAILURE() << toString(results.takeError());
      return std::nullopt;
    }
    for (const Tensor &result : *results)
      for (int64_t i = 0; i < result.getNumElements(); ++i)
        if (!std::isfinite(result.get<double>(i)))
          return std::nullopt;
    return *results;
  }

  std::optional<double> difference(ArrayRef<Tensor> inputs,
                                   ArrayRef<Tensor> direction, double step) {
    auto lossAt = [&](double distance) -> std::optional<double> {
      Tensors moved(inputs);
      for (auto [number, along] : zip_equal(numbers, direction)) {
        Tensor next(ElementType::F64, along.getShape());
        for (int64_t i = 0; i < next.getNumElements(); ++i)
          next.set<double>(i, inputs[number].get<double>(i) +
                                  distance * along.get<double>(i));
        moved[number] = next;
      }
      std::optional<Tensors> results = run(moved);
      if (!results)
        return std::nullopt;
      return (*results)[0].get<double>(0);
    };
    std::optional<double> above = lossAt(step), below = lossAt(-step);
    if (!above || !below)
      return std::nullopt;
    return (*above - *below) / (2 * step);
  }

  mlir::ModuleOp module;
  CaseContext &context;
  ArrayRef<unsigned> numbers;
};

/// The inputs with other values for the floats that are differentiated:
/// magnitudes inside of every function's domain, with signs if `isSigned`.
Tensors redraw(ArrayRef<Tensor> inputs, ArrayRef<unsigned> numbers,
               bool isSigned, unsigned seed) {
  Tensors drawn(inputs);
  std::mt19937_64 random(seed);
  for (unsigned number : numbers) {
    Tensor values(ElementType::F64, drawn[number].getShape());
    for (int64_t i = 0; i < values.getNumElements(); ++i) {
      double value = std::uniform_real_distribution(0.15, 0.85)(random);
      values.set<double>(i, isSigned && random() % 2 ? -value : value);
    }
    drawn[number] = values;
  }
  return drawn;
}

void runCase(const Case &test) {
  CaseContext context;
  auto module = context.parse(test);
  ASSERT_TRUE(module) << context.errors << test.module;
  auto entry = *module->getOps<graph::EntryOp>().begin();
  auto inputs = makeInputs(test);
  ASSERT_TRUE(bool(inputs)) << toString(inputs.takeError());
  makeNeutral(entry, *inputs);
  SmallVector<unsigned> numbers = appendGradient(entry);

  bool isListed = any_of(getUnderivable(), [&](StringRef prefix) {
    return StringRef(test.name).starts_with(prefix);
  });
  mlir::PassManager passes(&context.context);
  passes.addPass(createDifferentiate());
  bool isDerived = succeeded(passes.run(*module));
  if (isListed) {
    EXPECT_FALSE(isDerived) << "is listed in underivable.txt";
    EXPECT_TRUE(StringRef(context.errors).contains("has no derivative"))
        << context.errors;
    return;
  }
  ASSERT_TRUE(isDerived) << context.errors << test.module;

  if (all_of(numbers, [&](unsigned number) {
        return (*inputs)[number].getNumElements() == 0;
      }))
    return; // That it is derived is all there is.
  Checker checker(*module, context, numbers);
  bool isChecked = checker.check(redraw(*inputs, numbers, true, 1)) ||
                   checker.check(redraw(*inputs, numbers, true, 2)) ||
                   checker.check(redraw(*inputs, numbers, false, 3)) ||
                   checker.check(redraw(*inputs, numbers, false, 4)) ||
                   checker.check(Tensors(ArrayRef<Tensor>(*inputs)));
  EXPECT_TRUE(isChecked) << "no smooth place found";
}

[[maybe_unused]] const bool registered = registerCases(
    "Derivative", runCase, [](const Case &test) { return inDoubles(test); });

} // namespace
