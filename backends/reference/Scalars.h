//===- Scalars.h - Arithmetic on single elements --------------------------===//
//
// StableHLO's rules for the cases in which C++ is silent or differs: NaN and
// signed zero in max and min, division by zero, wide shifts, wrap-around.
// Floats come as double and the caller rounds the result to the element type
// once. For f32 and narrower that is the correctly rounded result of + - * /
// and sqrt, since double has more than twice their mantissa and two bits.
// Integers come sign- or zero-extended from `bits` bits; the caller keeps the
// low bits of the result.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_SCALARS_H
#define TENON_BACKENDS_REFERENCE_SCALARS_H

#include "llvm/ADT/APFloat.h"

#include <complex>
#include <cstdint>

namespace tenon::reference {

using Complex = std::complex<double>;

/// IEEE 754-2019 maximum and minimum: NaN if either is NaN, -0 < +0.
double maximum(double lhs, double rhs);
double minimum(double lhs, double rhs);

/// Larger and smaller by (real, imaginary); a number with NaN in it wins.
Complex maximum(Complex lhs, Complex rhs);
Complex minimum(Complex lhs, Complex rhs);

/// Wrapping arithmetic.
int64_t addWrapped(int64_t lhs, int64_t rhs);
int64_t subtractWrapped(int64_t lhs, int64_t rhs);
int64_t multiplyWrapped(int64_t lhs, int64_t rhs);

/// Quotient towards zero. Division by zero gives all bits set, and the least
/// integer divided by -1 gives itself.
int64_t divide(int64_t lhs, int64_t rhs);
uint64_t divide(uint64_t lhs, uint64_t rhs);

/// Remainder with the sign of lhs; lhs where rhs is zero.
int64_t remainder(int64_t lhs, int64_t rhs);
uint64_t remainder(uint64_t lhs, uint64_t rhs);

/// lhs^rhs, wrapping. A negative exponent gives 0, but 1 or -1 for those bases.
int64_t power(int64_t lhs, int64_t rhs);
uint64_t power(uint64_t lhs, uint64_t rhs);

/// lhs^rhs of complex numbers; x^0 = 1, and 0^y = 0 for Re y > 0.
Complex power(Complex lhs, Complex rhs);

/// Shifts of a pattern of `bits` bits. `amount` counts as unsigned, so that a
/// negative one is at least the width.
uint64_t shiftLeft(uint64_t pattern, uint64_t amount, unsigned bits);
uint64_t shiftRightLogical(uint64_t pattern, uint64_t amount, unsigned bits);
uint64_t shiftRightArithmetic(uint64_t pattern, uint64_t amount, unsigned bits);

/// 1 / (1 + e^-x), without overflow.
double logistic(double x);
Complex logistic(Complex z);

/// The x with erf(x) = y; infinities at +-1, NaN beyond. Newton's method from
/// a first guess by Winitzki, until it stands still.
double erfInverse(double y);

/// A value of the `source` format rounded to a float with these widths, ties to
/// even. Where the exponent is narrower than the source's, overflow gives an
/// infinity, and what would be subnormal a zero.
double reducePrecision(double value, const llvm::fltSemantics &source,
                       int exponentBits, int mantissaBits);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_SCALARS_H
