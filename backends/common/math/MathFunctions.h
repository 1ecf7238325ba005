// Elementary functions as straight-line code, without libm. Each takes and
// gives f32 or, where DoubleFunctions.h names it, f64, scalar or vector, and
// honours NaN, infinities, signed zeros and denormals. Largest errors of f32,
// in units in the last place of the exact result, are those
// test/backends/common/math measures:
//
//   exp 1.0   exp2 1.0   expm1 1.5   log 1.0   log2 1.0   log10 1.0
//   log1p 1.5   tanh 1.5   erf 1.0   sigmoid 2.2   sin, cos 1.6   tan 3.5
//   pow 0.6   cbrt 0.6   atan 2.1   atan2 2.5
//
// Coefficients are minimax fits by tools/scripts/fit_math.py.

#ifndef TENON_BACKENDS_COMMON_MATH_MATHFUNCTIONS_H
#define TENON_BACKENDS_COMMON_MATH_MATHFUNCTIONS_H

#include "backends/common/math/Lanes.h"

namespace tenon::math {

Real exp(Real x);
Real exp2(Real x);
/// e^x - 1, exact to the last places near 0.
Real expm1(Real x);
Real log(Real x);
Real log2(Real x);
Real log10(Real x);
/// log(1 + x), exact to the last places near 0.
Real log1p(Real x);
Real tanh(Real x);
/// 1 / (1 + e^-x); tails go through denormals to 0.
Real sigmoid(Real x);
Real erf(Real x);
/// The number whose erf is x; infinite at 1 and -1, NaN beyond. The op table
/// holds it to 16 units in the last place in f32.
Real erfInverse(Real x);
/// Any argument; far ones are reduced with 96 bits of 2 / pi.
Real sin(Real x);
Real cos(Real x);
Real tan(Real x);
/// x^y with C's special cases.
Real pow(Real x, Real y);
/// The root of the sign of x.
Real cbrt(Real x);
Real atan(Real x);
/// The angle of the point (x, y), with C's special cases.
Real atan2(Real y, Real x);

/// x - y trunc(x / y), exactly, with the sign of x: C's fmod.
Real remainder(Real x, Real y);

/// e^x for x in [-87, 88] or NaN, without overflow and denormals: for callers
/// that bounded x.
Real expBounded(Real x);

/// The same as functions of values: scalars or vectors of f32 or f64.
mlir::Value emitSigmoid(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
mlir::Value emitErfInverse(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Value x);

} // namespace tenon::math

#endif // TENON_BACKENDS_COMMON_MATH_MATHFUNCTIONS_H
