#include "compiler/check/Rounding.h"

#include "backends/reference/Interpreter.h"
#include "ir/graph/GraphOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/SortOps.h"

#include <cmath>

using namespace mlir;
using namespace tenon::graph;
using namespace tenon::reference;

namespace tenon::check {
namespace {

struct FloatFormat {
  int digits;   ///< of the mantissa, the leading one included
  int least;    ///< exponent of the smallest normal number
  double large; ///< the largest finite number
};

FloatFormat getFormat(ElementType type) {
  const llvm::fltSemantics &semantics = getSemantics(type);
  return {static_cast<int>(llvm::APFloat::semanticsPrecision(semantics)),
          llvm::APFloat::semanticsMinExponent(semantics),
          roundToType(llvm::APFloat::getLargest(semantics).convertToDouble(),
                      type)};
}

bool isNarrow(ElementType type) {
  return isFloat(type) && getByteWidth(type) < 4;
}

//===----------------------------------------------------------------------===//
// What an op is allowed
//===----------------------------------------------------------------------===//

enum class Error { None, Rounding, Function, Sum, Product, SumOfProducts };

/// What a region of scalars does to floats.
Error classifyBody(Region &body) {
  bool adds = false, multiplies = false;
  body.walk([&](Operation *op) {
    adds |= isa<AddOp, SubtractOp>(op);
    multiplies |= isa<MultiplyOp>(op);
  });
  if (adds)
    return multiplies ? Error::SumOfProducts : Error::Sum;
  return multiplies ? Error::Product : Error::None;
}

Error classify(Operation *op) {
  if (isa<DotGeneralOp, ConvolutionOp>(op))
    return Error::Sum;
  if (isa<ReduceOp, ReduceWindowOp, ScatterOp>(op))
    return classifyBody(op->getRegion(0));
  if (auto pool = dyn_cast<SelectAndScatterOp>(op))
    return classifyBody(pool.getScatter());
  if (isa<AddOp, SubtractOp, MultiplyOp, DivideOp, SqrtOp, RemainderOp>(op))
    return Error::Rounding;
  if (isa<ExponentialOp, ExponentialMinusOneOp, LogOp, LogPlusOneOp, LogisticOp,
          TanhOp, TanOp, SineOp, CosineOp, RsqrtOp, CbrtOp, ErfOp, ErfcOp,
          ErfInvOp, PowerOp, Atan2Op>(op))
    return Error::Function;
  return Error::None;
}

/// Whether element i of an arithmetic op's result needed no rounding.
bool isExact(Operation *op, ArrayRef<Tensor> operands, int64_t i,
             double result) {
  if (operands.size() != 2)
    return false;
  auto at = [&](const Tensor &tensor) {
    return tensor.get<double>(tensor.getNumElements() == 1 ? 0 : i);
  };
  double a = at(operands[0]), c = at(operands[1]);
  if (isa<MultiplyOp>(op))
    return std::fma(a, c, -result) == 0;
  if (isa<DivideOp>(op))
    return std::fma(result, c, -a) == 0;
  if (isa<SubtractOp>(op))
    c = -c;
  else if (!isa<AddOp>(op))
    return isa<RemainderOp>(op);
  // The error of a sum, by Knuth's two-sum.
  double sum = a + c, part = sum - a;
  return sum == result && (a - (sum - part)) + (c - part) == 0;
}

bool areWhole(const Tensor &tensor) {
  for (double value : tensor.readAll<double>())
    if (value != std::trunc(value))
      return false;
  return true;
}

/// Of each element a number that bounds what it adds to a sum, or makes of a
/// product. What is no finite number takes no part in either.
Tensor magnitude(const Tensor &tensor, Error error) {
  Tensor result(tensor.getElementType(), tensor.getShape());
  std::vector<double> values = tensor.readAll<double>();
  for (double &value : values) {
    bool isProduct = error == Error::Product;
    value = std::isfinite(value) ? std::fabs(value) : 0;
    if (isProduct && value < 1)
      value = value > 0 ? 1 / value : 1;
  }
  result.write<double>(0, values);
  return result;
}

/// How many terms one element of a sum has, at most.
double countTerms(Operation *op, ArrayRef<Tensor> operands,
                  const Tensor &result) {
  int64_t count = 1;
  if (auto window = dyn_cast<ReduceWindowOp>(op)) {
    for (int64_t size : window.getWindowDimensions())
      count *= size;
  } else if (isa<ScatterOp>(op)) {
    count = operands.back().getNumElements();
  } else if (isa<SelectAndScatterOp>(op)) {
    count = operands[1].getNumElements();
  } else if (isa<DotGeneralOp>(op)) {
    for (int64_t dim : cast<DotGeneralOp>(op).getLhsContractingDimensions())
      count *= operands[0].getDim(dim);
  } else if (auto convolution = dyn_cast<ConvolutionOp>(op)) {
    count =
        operands[1].getNumElements() /
        std::max<int64_t>(
            1,
            operands[1].getDim(convolution.getKernelOutputFeatureDimension()));
  } else {
    count = operands[0].getNumElements() /
            std::max<int64_t>(1, result.getNumElements());
  }
  return static_cast<double>(std::max<int64_t>(count, 1));
}

/// A copy of `op` whose region adds where it subtracts: of magnitudes that is
/// what a difference rounds by.
OwningOpRef<Operation *> withoutDifferences(Operation *op) {
  OwningOpRef<Operation *> copy = op->clone();
  copy->walk([](SubtractOp difference) {
    OpBuilder builder(difference);
    auto sum = AddOp::create(builder, difference.getLoc(), difference.getType(),
                             difference.getOperands());
    difference.replaceAllUsesWith(sum.getResult());
    difference.erase();
  });
  return copy;
}

/// The sums, or products, of the terms' magnitudes. Sums are exact where all
/// terms are whole and so small that no order rounds.
FailureOr<Tensors> combineMagnitudes(Operation *op, ArrayRef<Tensor> operands,
                                     Error error, bool &isExact) {
  Tensors positive(operands);
  isExact = error == Error::Sum;
  for (auto [i, operand] : llvm::enumerate(positive)) {
    // Which element a window selects must not change.
    if (!isFloat(operand.getElementType()) ||
        (isa<SelectAndScatterOp>(op) && i == 0))
      continue;
    isExact &= areWhole(operand);
    operand = magnitude(operand, error);
  }
  OwningOpRef<Operation *> sum = withoutDifferences(op);
  FailureOr<Tensors> sums = reference::evaluateOp(sum.get(), positive);
  if (succeeded(sums))
    for (const Tensor &sum : *sums)
      if (isFloat(sum.getElementType()))
        for (double value : sum.readAll<double>())
          isExact &= value < 0x1p24;
  return sums;
}

//===----------------------------------------------------------------------===//
// Moving
//===----------------------------------------------------------------------===//

/// Puts what a narrow type, or a product that may be contracted, cannot hold
/// back into range, or leaves it.
double unsaturate(double value, ElementType type, MovedRun &run) {
  double large = getFormat(type).large;
  if (std::isnan(value) && type == ElementType::F8E4M3FN) {
    const double ways[] = {value, large, -large};
    return ways[run.decide(3)];
  }
  if (std::isnan(value) || run.decide(2) == 0)
    return value;
  return std::copysign(large, value);
}

/// A number with an error. Whether the largest one overflows is a decision.
double moveBy(double error, double value, ElementType type, MovedRun &run) {
  double moved = value + error;
  if (std::isfinite(roundToType(moved, type)) || run.decide(2) == 1)
    return moved;
  return value - error;
}

/// What a sum may become some order of whose terms overflows on its way, or is
/// kept wider on it.
double overflow(double value, ElementType type, MovedRun &run) {
  double large = getFormat(type).large;
  const double ways[] = {value, HUGE_VAL, -HUGE_VAL, NAN, 0.0, large, -large};
  return ways[run.decide(isNarrow(type) ? 7 : 5)];
}

/// Whether partial results up to `magnitude` may leave the range of a type, or
/// of the f32 that narrower ones are kept in.
bool mayOverflow(double magnitude, ElementType type) {
  return !(magnitude < getFormat(type).large / 4);
}

/// Whether the elements that element i of the result is computed of are finite.
bool areFinite(ArrayRef<Tensor> operands, int64_t i) {
  return llvm::all_of(operands, [&](const Tensor &operand) {
    return !isFloat(operand.getElementType()) ||
           std::isfinite(
               operand.get<double>(operand.getNumElements() == 1 ? 0 : i));
  });
}

} // namespace

double getUlp(double value, ElementType type) {
  FloatFormat format = getFormat(type);
  int exponent = format.least;
  if (std::isfinite(value) && value != 0)
    exponent = std::max(exponent, std::ilogb(value));
  return std::ldexp(1.0, exponent - (format.digits - 1));
}

/// Gives NaNs signs at random: no executor promises one, and a total order
/// would show it.
static void turnNans(Tensors &results, Random &rng) {
  for (Tensor &result : results) {
    if (!isFloat(result.getElementType()))
      continue;
    std::vector<double> values = result.readAll<double>();
    if (llvm::none_of(values, [](double value) { return std::isnan(value); }))
      continue;
    // All of one sign, which a row of them shows, or each its own.
    bool isMixed = rng.chance(50), isPositive = rng.chance(50);
    for (double &value : values)
      if (std::isnan(value))
        value = std::copysign(
            value, (isMixed ? rng.chance(50) : isPositive) ? 1.0 : -1.0);
    Tensor turned(result.getElementType(), result.getShape());
    turned.write<double>(0, values);
    result = turned;
  }
}

/// Whether padding is multiplied or left out shows where the kernel is not
/// finite: zero times infinity.
static void meetPadding(ConvolutionOp op, const Tensor &kernel, Tensor &result,
                        MovedRun &run) {
  auto isZero = [](int64_t padding) { return padding == 0; };
  bool isPadded = !llvm::all_of(op.getPaddingLow(), isZero) ||
                  !llvm::all_of(op.getPaddingHigh(), isZero) ||
                  llvm::any_of(op.getLhsDilation(),
                               [](int64_t dilation) { return dilation > 1; });
  if (!isPadded || !isFloat(result.getElementType()) ||
      llvm::all_of(kernel.readAll<double>(),
                   [](double value) { return std::isfinite(value); }))
    return;
  std::vector<double> values = result.readAll<double>();
  for (double &value : values)
    value = run.decide(2) == 0 ? value : NAN;
  Tensor met(result.getElementType(), result.getShape());
  met.write<double>(0, values);
  result = met;
}

/// What lies close to the middle of two numbers of a narrower type may become
/// either.
static void breakTies(const Tensor &operand, Tensor &result, Random &rng) {
  ElementType from = operand.getElementType(), to = result.getElementType();
  if (!isFloat(from) || !isNarrow(to))
    return;
  std::vector<double> before = operand.readAll<double>();
  std::vector<double> after = result.readAll<double>();
  for (auto [value, rounded] : llvm::zip_equal(before, after)) {
    double error = value - rounded;
    if (!std::isfinite(error) || error == 0)
      continue;
    double ulp = getUlp(rounded, to);
    if (std::fabs(ulp / 2 - std::fabs(error)) <= 64 * getUlp(value, from) &&
        rng.chance(50))
      rounded += std::copysign(ulp, error);
  }
  Tensor broken(to, result.getShape());
  broken.write<double>(0, after);
  result = broken;
}

/// A kernel may compare a number that it has computed and still keeps wider,
/// which is infinite or NaN once it is stored.
static void compareWider(CompareOp op, ArrayRef<Tensor> operands,
                         Tensor &result, MovedRun &run) {
  for (auto [value, tensor] : llvm::zip_equal(op->getOperands(), operands)) {
    Operation *producer = value.getDefiningOp();
    if (!isNarrow(tensor.getElementType()) || !producer ||
        classify(producer) == Error::None)
      continue;
    Tensor compared(result.getElementType(), result.getShape());
    for (int64_t i = 0; i < result.getNumElements(); ++i) {
      bool isWider =
          !std::isfinite(tensor.get<double>(i)) && run.decide(2) == 1;
      compared.set<int64_t>(i, result.get<int64_t>(i) ^ int64_t(isWider));
    }
    result = compared;
  }
}

/// Whether an op leaves the bits of its operands' elements alone.
static bool movesOnly(Operation *op) {
  return isa<BroadcastInDimOp, ReshapeOp, TransposeOp, SliceOp, PadOp,
             ConcatenateOp, ReverseOp, DynamicSliceOp, DynamicUpdateSliceOp,
             GatherOp, SelectOp, BitcastConvertOp, ConstantOp, GetWeightOp,
             SortOp, NegateOp, AbsOp>(op);
}

MovedRun::MovedRun(int number)
    : rng(static_cast<uint64_t>(number)), number(number) {}

void MovedRun::beginOp() {
  if (number < kMostWays)
    common = number;
  else
    common =
        rng.chance(50) ? std::optional(rng.below(kMostWays)) : std::nullopt;
}

int64_t MovedRun::decide(int64_t count) {
  decided = true;
  return common ? *common % count : rng.below(count);
}

LogicalResult moveWithinError(Operation *op, ArrayRef<Tensor> operands,
                              Tensors &results, MovedRun &run) {
  Random &rng = run.rng;
  run.beginOp();
  if (!movesOnly(op))
    turnNans(results, rng);
  if (isa<ConvertOp>(op))
    breakTies(operands[0], results[0], rng);
  if (auto compare = dyn_cast<CompareOp>(op))
    compareWider(compare, operands, results[0], run);
  Error error = classify(op);
  if (error == Error::None)
    return success();
  if (auto convolution = dyn_cast<ConvolutionOp>(op))
    meetPadding(convolution, operands[1], results[0], run);
  bool elementwise = error == Error::Rounding || error == Error::Function;
  Tensors sums;
  bool isWhole = false;
  if (!elementwise) {
    FailureOr<Tensors> found = combineMagnitudes(op, operands, error, isWhole);
    if (failed(found))
      return failure();
    sums = *found;
  }
  for (auto [number, result] : llvm::enumerate(results)) {
    ElementType type = result.getElementType();
    if (!isFloat(type) || (isWhole && !isNarrow(type)))
      continue;
    double terms = elementwise ? 1 : countTerms(op, operands, result);
    double unit = type == ElementType::F64 ? 0x1p-53 : 0x1p-24;
    Tensor moved(type, result.getShape());
    std::vector<double> values = result.readAll<double>();
    for (auto [index, value] : llvm::enumerate(values)) {
      auto i = static_cast<int64_t>(index);
      double amount = 0;
      switch (error) {
      case Error::None:
        break;
      case Error::Rounding:
        if (!isExact(op, operands, i, value))
          amount = getUlp(value, type);
        break;
      case Error::Function:
        amount = getUlp(value, type);
        if (!isNarrow(type))
          amount *= isa<ErfcOp>(op) ? 16 : 8;
        break;
      case Error::Sum:
        if (!isWhole)
          amount = (2 + std::sqrt(terms)) * unit * sums[number].get<double>(i);
        if (isNarrow(type))
          amount += getUlp(value, type);
        break;
      case Error::Product:
        amount = terms * getUlp(value, type);
        break;
      case Error::SumOfProducts:
        amount = 2 * terms * unit * sums[number].get<double>(i);
        if (isNarrow(type))
          amount += getUlp(value, type);
        break;
      }
      if (!elementwise && mayOverflow(sums[number].get<double>(i), type)) {
        value = overflow(value, type, run);
      } else if (!std::isfinite(value)) {
        if (elementwise && (isNarrow(type) || isa<MultiplyOp>(op)) &&
            areFinite(operands, i))
          value = unsaturate(value, type, run);
      } else if (amount > 0) {
        // Nearly as far as it goes: less would understate what many ops do
        // together, and a narrow type would round it away; the same each time
        // would cancel between two ops.
        value = moveBy((rng.chance(50) ? amount : -amount) * rng.real(0.5, 1),
                       value, type, run);
      }
    }
    moved.write<double>(0, values);
    result = moved;
  }
  return success();
}

} // namespace tenon::check
