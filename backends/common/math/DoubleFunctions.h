// The functions of MathFunctions.h for f64. They are told apart by the type of
// their argument, so that only MathFunctions' own files need these names.
//
// Largest errors as test/backends/common/math measures them, in units in the
// last place of the exact result:
//
//   exp, exp2, expm1 1.0   log, log2, log10, log1p 1.0   tanh 0.8
//   sigmoid 1.5   erf 1.0   erfc 1.8   erfInverse 2.2   sin, cos, tan 1.0
//   pow 1.0   cbrt 0.6   atan, atan2 0.7
//
// Coefficients are least-squares fits by tools/scripts/fit_math.py.

#ifndef TENON_BACKENDS_COMMON_MATH_DOUBLEFUNCTIONS_H
#define TENON_BACKENDS_COMMON_MATH_DOUBLEFUNCTIONS_H

#include "backends/common/math/Lanes.h"

namespace tenon::math::f64 {

Real exp(Real x);
Real exp2(Real x);
Real expm1(Real x);
Real log(Real x);
Real log2(Real x);
Real log10(Real x);
Real log1p(Real x);
Real tanh(Real x);
Real sigmoid(Real x);
Real erf(Real x);
Real erfc(Real x);
Real erfInverse(Real x);
Real sin(Real x);
Real cos(Real x);
Real tan(Real x);
/// |x|^y for finite and positive |x|, finite y.
Real powPositive(Real a, Real y);
Real cbrt(Real x);
Real atan(Real x);
Real atan2(Real y, Real x);

} // namespace tenon::math::f64

#endif // TENON_BACKENDS_COMMON_MATH_DOUBLEFUNCTIONS_H
