//===- Unary.cpp - Element-wise ops of one operand ------------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/evaluate/Elementwise.h"
#include "ir/graph/UnaryOps.h"

#include "llvm/ADT/bit.h"

#include <cmath>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

/// An op on floats alone.
template <typename OpT, typename Fn>
void addFloat(EvaluationTable &table, Fn fn) {
  table.addSimple<OpT>([fn](OpT, ArrayRef<Tensor> operands) {
    return mapElements<double>(operands[0], operands[0].getElementType(), fn);
  });
}

/// An op on floats and complex numbers; `fn` takes either.
template <typename OpT, typename Fn>
void addFloatOrComplex(EvaluationTable &table, Fn fn) {
  table.addSimple<OpT>([fn](OpT, ArrayRef<Tensor> operands) {
    ElementType type = operands[0].getElementType();
    if (isComplex(type))
      return mapElements<Complex>(operands[0], type,
                                  [fn](Complex z) { return fn(z); });
    return mapElements<double>(operands[0], type,
                               [fn](double x) { return fn(x); });
  });
}

/// Ties to even, whatever the rounding mode of the process.
double roundToEven(double x) {
  double rounded = std::round(x);
  if (std::fabs(x - std::trunc(x)) == 0.5)
    rounded = 2 * std::round(x / 2);
  return std::copysign(rounded, x);
}

double sign(double x) {
  if (std::isnan(x) || x == 0)
    return x;
  return x < 0 ? -1 : 1;
}

Complex complexSign(Complex z) { return z == Complex(0) ? z : z / std::abs(z); }

double expMinusOne(double x) { return std::expm1(x); }

/// e^z - 1 = (e^x - 1) cos y - 2 sin^2(y / 2) + i e^x sin y.
Complex expMinusOne(Complex z) {
  double half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half,
          std::exp(z.real()) * std::sin(z.imag())};
}

double logPlusOne(double x) { return std::log1p(x); }

/// log |1 + z| from x (2 + x) + y^2, which is exact near 0.
Complex logPlusOne(Complex z) {
  double x = z.real(), y = z.imag();
  if (std::fabs(x) < 0.5 && std::fabs(y) < 0.5)
    return {std::log1p(x * (2 + x) + y * y) / 2, std::atan2(y, 1 + x)};
  return std::log(1.0 + z);
}

double cubicRoot(double x) { return std::cbrt(x); }
Complex cubicRoot(Complex z) {
  return z == Complex(0) ? z : std::pow(z, 1.0 / 3);
}

void addTranscendentals(EvaluationTable &table) {
  using namespace graph;
  addFloatOrComplex<ExponentialOp>(table, [](auto x) { return std::exp(x); });
  addFloatOrComplex<ExponentialMinusOneOp>(
      table, [](auto x) { return expMinusOne(x); });
  addFloatOrComplex<LogOp>(table, [](auto x) { return std::log(x); });
  addFloatOrComplex<LogPlusOneOp>(table, [](auto x) { return logPlusOne(x); });
  addFloatOrComplex<LogisticOp>(table, [](auto x) { return logistic(x); });
  addFloatOrComplex<TanhOp>(table, [](auto x) { return std::tanh(x); });
  addFloatOrComplex<TanOp>(table, [](auto x) { return std::tan(x); });
  addFloatOrComplex<SineOp>(table, [](auto x) { return std::sin(x); });
  addFloatOrComplex<CosineOp>(table, [](auto x) { return std::cos(x); });
  addFloatOrComplex<SqrtOp>(table, [](auto x) { return std::sqrt(x); });
  addFloatOrComplex<RsqrtOp>(table, [](auto x) { return 1.0 / std::sqrt(x); });
  addFloatOrComplex<CbrtOp>(table, [](auto x) { return cubicRoot(x); });
  addFloat<ErfOp>(table, [](double x) { return std::erf(x); });
  addFloat<ErfcOp>(table, [](double x) { return std::erfc(x); });
  addFloat<ErfInvOp>(table, erfInverse);
}

void addRounding(EvaluationTable &table) {
  using namespace graph;
  addFloat<CeilOp>(table, [](double x) { return std::ceil(x); });
  addFloat<FloorOp>(table, [](double x) { return std::floor(x); });
  addFloat<RoundNearestAfzOp>(table, [](double x) { return std::round(x); });
  addFloat<RoundNearestEvenOp>(table, roundToEven);
}

Tensor negate(graph::NegateOp, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  ElementType type = operand.getElementType();
  if (isFloat(type))
    return mapElements<double>(operand, type, [](double x) { return -x; });
  if (isComplex(type))
    return mapElements<Complex>(operand, type, [](Complex z) { return -z; });
  return mapElements<uint64_t>(operand, type, [](uint64_t x) { return 0 - x; });
}

Tensor signOf(graph::SignOp, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  ElementType type = operand.getElementType();
  if (isFloat(type))
    return mapElements<double>(operand, type, sign);
  if (isComplex(type))
    return mapElements<Complex>(operand, type, complexSign);
  return mapElements<int64_t>(
      operand, type, [](int64_t x) -> int64_t { return x < 0 ? -1 : x > 0; });
}

Tensor absolute(graph::AbsOp, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  ElementType type = operand.getElementType();
  if (isFloat(type))
    return mapElements<double>(operand, type,
                               [](double x) { return std::fabs(x); });
  if (isComplex(type))
    return mapElements<Complex>(operand, getRealType(type),
                                [](Complex z) { return std::abs(z); });
  return mapElements<int64_t>(operand, type, [](int64_t x) {
    return x < 0 ? subtractWrapped(0, x) : x;
  });
}

/// A function of the bit pattern in the type's width.
template <typename OpT, typename Fn>
void addOnBits(EvaluationTable &table, Fn fn) {
  table.addSimple<OpT>([fn](OpT, ArrayRef<Tensor> operands) {
    ElementType type = operands[0].getElementType();
    unsigned bits = getBitWidth(type);
    uint64_t mask = ~uint64_t(0) >> (64 - bits);
    return mapElements<uint64_t>(
        operands[0], type,
        [=](uint64_t x) -> uint64_t { return fn(x & mask, bits) & mask; });
  });
}

} // namespace

void addUnaryEvaluations(EvaluationTable &table) {
  using namespace graph;
  addTranscendentals(table);
  addRounding(table);
  table.addSimple<NegateOp>(negate);
  table.addSimple<SignOp>(signOf);
  table.addSimple<AbsOp>(absolute);
  addOnBits<NotOp>(table, [](uint64_t x, unsigned) { return ~x; });
  addOnBits<PopcntOp>(table, [](uint64_t x, unsigned) {
    return static_cast<uint64_t>(llvm::popcount(x));
  });
  addOnBits<CountLeadingZerosOp>(table, [](uint64_t x, unsigned bits) {
    return static_cast<uint64_t>(llvm::countl_zero(x)) - (64 - bits);
  });
  table.addSimple<IsFiniteOp>([](IsFiniteOp, ArrayRef<Tensor> operands) {
    return mapElements<double>(
        operands[0], ElementType::I1,
        [](double x) -> uint64_t { return std::isfinite(x); });
  });
  table.addSimple<RealOp>([](RealOp, ArrayRef<Tensor> operands) {
    return mapElements<Complex>(operands[0],
                                getRealType(operands[0].getElementType()),
                                [](Complex z) { return z.real(); });
  });
  table.addSimple<ImagOp>([](ImagOp, ArrayRef<Tensor> operands) {
    return mapElements<Complex>(operands[0],
                                getRealType(operands[0].getElementType()),
                                [](Complex z) { return z.imag(); });
  });
}

} // namespace tenon::reference
