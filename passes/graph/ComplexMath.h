//===- ComplexMath.h - Complex functions of real parts --------------------===//
//
// What each function of complex numbers is in terms of real and imaginary
// parts. Formulas are chosen so that neither part loses more than some last
// places of the larger one, and so that nothing overflows that the result does
// not.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_GRAPH_COMPLEXMATH_H
#define TENON_PASSES_GRAPH_COMPLEXMATH_H

#include "ir/graph/ValueBuilder.h"

namespace tenon {

/// A complex value as two tensors of floats of one type.
struct ComplexParts {
  mlir::Value real, imag;
};

/// Writes complex functions with a ValueBuilder that outlives it.
class ComplexMath {
public:
  using Value = mlir::Value;
  using Parts = ComplexParts;

  explicit ComplexMath(graph::ValueBuilder &builder) : b(builder) {}

  Parts add(Parts x, Parts y);
  Parts subtract(Parts x, Parts y);
  Parts multiply(Parts x, Parts y);
  Parts divide(Parts x, Parts y);
  Parts negate(Parts x);
  /// x^y = e^(y log x); 0^0 is 1, and 0 to any other power 0.
  Parts power(Parts x, Parts y);
  /// -i log((x + iy) / sqrt(x^2 + y^2)).
  Parts atan2(Parts y, Parts x);

  /// sqrt(re^2 + im^2).
  Value abs(Parts x);
  /// x / |x|, and 0 for 0.
  Parts sign(Parts x);
  Parts exp(Parts x);
  Parts expm1(Parts x);
  Parts log(Parts x);
  Parts log1p(Parts x);
  Parts logistic(Parts x);
  Parts sqrt(Parts x);
  Parts rsqrt(Parts x);
  Parts cbrt(Parts x);
  Parts sine(Parts x);
  Parts cosine(Parts x);
  Parts tan(Parts x);
  Parts tanh(Parts x);

  /// Of a comparison by (real, imag), i1.
  Value compare(graph::ComparisonDirection direction, Parts x, Parts y);
  Parts select(Value condition, Parts x, Parts y);

private:
  Value number(double value, Value like) { return b.fillLike(value, like); }
  Value absolute(Value x);
  Value isZero(Value x);
  Value isInfinite(Value x);
  Value logOfSize(Value real, Value imag);
  /// Both halves of e^x and e^-x: cosh and sinh.
  Parts hyperbolic(Value x);

  graph::ValueBuilder &b;
};

} // namespace tenon

#endif // TENON_PASSES_GRAPH_COMPLEXMATH_H
