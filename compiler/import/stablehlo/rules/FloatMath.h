//===- FloatMath.h - Short ways to write formulas ---------------*- C++ -*-===//
//
// Wraps a ValueBuilder for formulas of floats of one type, in which plain
// numbers stand beside values.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_RULES_FLOATMATH_H
#define TENON_COMPILER_IMPORT_STABLEHLO_RULES_FLOATMATH_H

#include "ir/graph/ValueBuilder.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace tenon::stablehlo {

/// Formulas in f32 or f64. All values have the type of the first one widened.
class FloatMath {
public:
  using Value = mlir::Value;

  explicit FloatMath(graph::ValueBuilder &builder) : b(builder) {}

  /// The value in f32, or as it is in f64. Numbers take its type from then on.
  Value widen(Value value) {
    mlir::Type element = graph::getTensor(value).getElementType();
    mlir::Builder types(value.getContext());
    Value wide =
        b.convert(value, element.isF64() ? mlir::Type(types.getF64Type())
                                         : mlir::Type(types.getF32Type()));
    type = graph::getTensor(wide);
    return wide;
  }

  bool isDouble() const { return type.getElementType().isF64(); }
  /// The distance from 1 to the next number, and the largest finite one.
  double epsilon() const {
    return isDouble() ? std::numeric_limits<double>::epsilon()
                      : std::numeric_limits<float>::epsilon();
  }
  double largest() const {
    return isDouble() ? std::numeric_limits<double>::max()
                      : std::numeric_limits<float>::max();
  }

  Value number(double value) { return b.fill(value, type); }
  Value nan() { return number(std::numeric_limits<double>::quiet_NaN()); }
  Value infinity() { return number(std::numeric_limits<double>::infinity()); }

  Value add(Value x, Value y) { return b.add(x, y); }
  Value add(double x, Value y) { return b.add(number(x), y); }
  Value sub(Value x, Value y) { return b.subtract(x, y); }
  Value sub(double x, Value y) { return b.subtract(number(x), y); }
  Value mul(Value x, Value y) { return b.multiply(x, y); }
  Value mul(double x, Value y) { return b.multiply(number(x), y); }
  Value div(Value x, Value y) { return b.divide(x, y); }
  Value negate(Value x) { return b.negate(x); }
  Value exp(Value x) { return b.exponential(x); }
  Value log(Value x) { return b.log(x); }
  Value sqrt(Value x) { return b.sqrt(x); }
  Value expm1(Value x) { return b.make<graph::ExponentialMinusOneOp>(x); }
  Value log1p(Value x) { return b.make<graph::LogPlusOneOp>(x); }
  Value floor(Value x) { return b.make<graph::FloorOp>(x); }
  Value sine(Value x) { return b.make<graph::SineOp>(x); }
  Value cosine(Value x) { return b.make<graph::CosineOp>(x); }
  Value atan2(Value y, Value x) { return b.make<graph::Atan2Op>(y, x); }
  Value pow(Value x, Value y) { return b.make<graph::PowerOp>(x, y); }
  Value abs(Value x) {
    return graph::AbsOp::create(b.getBuilder(), b.getLoc(), x.getType(), x);
  }
  Value compare(graph::ComparisonDirection direction, Value x, Value y) {
    return b.compare(direction, x, y);
  }
  Value compare(graph::ComparisonDirection direction, Value x, double y) {
    return b.compare(direction, x, number(y));
  }
  Value select(Value pred, Value x, Value y) { return b.select(pred, x, y); }
  Value both(Value p, Value q) { return b.make<graph::AndOp>(p, q); }
  Value either(Value p, Value q) { return b.make<graph::OrOp>(p, q); }
  /// The sum of coefficients[i] T(n - 1 - i)(y / 2), the last one halved.
  Value chebyshev(Value y, llvm::ArrayRef<double> coefficients) {
    Value last = number(0.0), beforeLast = last, current = last;
    for (double coefficient : coefficients) {
      beforeLast = last;
      last = current;
      current = add(coefficient, sub(mul(y, last), beforeLast));
    }
    return mul(0.5, sub(current, beforeLast));
  }
  /// `size`, which is not negative, with the sign of `x`; x itself where it is
  /// zero.
  Value copySign(Value size, Value x) {
    using graph::ComparisonDirection;
    Value negative = compare(ComparisonDirection::LT, x, 0.0);
    Value isZero = compare(ComparisonDirection::EQ, x, 0.0);
    return select(isZero, x, select(negative, negate(size), size));
  }

private:
  graph::ValueBuilder &b;
  mlir::RankedTensorType type;
};

/// log |gamma(x)|, and the derivative of log gamma. In f32 or f64.
mlir::Value lgamma(FloatMath &m, mlir::Value x);
mlir::Value digamma(FloatMath &m, mlir::Value x);

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_RULES_FLOATMATH_H
