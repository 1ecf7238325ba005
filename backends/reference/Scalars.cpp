//===- Scalars.cpp - Arithmetic on single elements ------------------------===//

#include "backends/reference/Scalars.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenon::reference {

double maximum(double lhs, double rhs) {
  if (std::isnan(lhs) || std::isnan(rhs))
    return std::numeric_limits<double>::quiet_NaN();
  if (lhs == rhs)
    return std::signbit(lhs) ? rhs : lhs;
  return lhs > rhs ? lhs : rhs;
}

double minimum(double lhs, double rhs) {
  if (std::isnan(lhs) || std::isnan(rhs))
    return std::numeric_limits<double>::quiet_NaN();
  if (lhs == rhs)
    return std::signbit(lhs) ? lhs : rhs;
  return lhs < rhs ? lhs : rhs;
}

static bool hasNaN(Complex value) {
  return std::isnan(value.real()) || std::isnan(value.imag());
}

static bool isLess(Complex lhs, Complex rhs) {
  if (lhs.real() != rhs.real())
    return lhs.real() < rhs.real();
  return lhs.imag() < rhs.imag();
}

Complex maximum(Complex lhs, Complex rhs) {
  if (hasNaN(lhs) || hasNaN(rhs))
    return hasNaN(lhs) ? lhs : rhs;
  return isLess(lhs, rhs) ? rhs : lhs;
}

Complex minimum(Complex lhs, Complex rhs) {
  if (hasNaN(lhs) || hasNaN(rhs))
    return hasNaN(lhs) ? lhs : rhs;
  return isLess(rhs, lhs) ? rhs : lhs;
}

// Signed overflow is undefined in C++, unsigned is not.
int64_t addWrapped(int64_t lhs, int64_t rhs) {
  return static_cast<int64_t>(static_cast<uint64_t>(lhs) +
                              static_cast<uint64_t>(rhs));
}
int64_t subtractWrapped(int64_t lhs, int64_t rhs) {
  return static_cast<int64_t>(static_cast<uint64_t>(lhs) -
                              static_cast<uint64_t>(rhs));
}
int64_t multiplyWrapped(int64_t lhs, int64_t rhs) {
  return static_cast<int64_t>(static_cast<uint64_t>(lhs) *
                              static_cast<uint64_t>(rhs));
}

int64_t divide(int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return -1;
  if (rhs == -1)
    return subtractWrapped(0, lhs);
  return lhs / rhs;
}

uint64_t divide(uint64_t lhs, uint64_t rhs) {
  return rhs == 0 ? ~uint64_t(0) : lhs / rhs;
}

int64_t remainder(int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return lhs;
  return rhs == -1 ? 0 : lhs % rhs;
}

uint64_t remainder(uint64_t lhs, uint64_t rhs) {
  return rhs == 0 ? lhs : lhs % rhs;
}

uint64_t power(uint64_t lhs, uint64_t rhs) {
  uint64_t result = 1;
  for (; rhs; rhs >>= 1, lhs *= lhs)
    if (rhs & 1)
      result *= lhs;
  return result;
}

int64_t power(int64_t lhs, int64_t rhs) {
  if (rhs >= 0)
    return static_cast<int64_t>(
        power(static_cast<uint64_t>(lhs), static_cast<uint64_t>(rhs)));
  if (lhs == 1)
    return 1;
  if (lhs == -1)
    return rhs % 2 == 0 ? 1 : -1;
  return 0;
}

Complex power(Complex lhs, Complex rhs) {
  if (rhs == Complex(0))
    return 1;
  if (lhs == Complex(0) && rhs.real() > 0)
    return 0;
  return std::pow(lhs, rhs);
}

uint64_t shiftLeft(uint64_t pattern, uint64_t amount, unsigned bits) {
  return amount >= bits ? 0 : pattern << amount;
}

uint64_t shiftRightLogical(uint64_t pattern, uint64_t amount, unsigned bits) {
  return amount >= bits ? 0 : pattern >> amount;
}

uint64_t shiftRightArithmetic(uint64_t pattern, uint64_t amount,
                              unsigned bits) {
  int64_t value = static_cast<int64_t>(pattern << (64 - bits)) >> (64 - bits);
  return static_cast<uint64_t>(value >> (amount >= bits ? bits - 1 : amount));
}

double logistic(double x) {
  // e^x cannot overflow on this side.
  if (x < 0)
    return std::exp(x) / (1 + std::exp(x));
  return 1 / (1 + std::exp(-x));
}

Complex logistic(Complex z) { return 1.0 / (1.0 + std::exp(-z)); }

double erfInverse(double y) {
  if (std::isnan(y) || std::fabs(y) > 1)
    return std::numeric_limits<double>::quiet_NaN();
  if (std::fabs(y) == 1)
    return std::copysign(std::numeric_limits<double>::infinity(), y);
  constexpr double pi = 3.14159265358979323846;
  // Near zero the first term of the series is exact to the last bit.
  if (std::fabs(y) < 1e-9)
    return y * (std::sqrt(pi) / 2);
  constexpr double a = 0.147;
  double target = std::fabs(y);
  double logTerm = std::log((1 - target) * (1 + target));
  double half = 2 / (pi * a) + logTerm / 2;
  double x = std::sqrt(std::sqrt(half * half - logTerm / a) - half);
  for (int step = 0; step < 20; ++step) {
    // In the tail erf has lost what erfc still tells apart.
    double error =
        target < 0.5 ? std::erf(x) - target : (1 - target) - std::erfc(x);
    double change = error / (2 / std::sqrt(pi) * std::exp(-x * x));
    x -= change;
    if (std::fabs(change) <= 1e-17 * x)
      break;
  }
  return std::copysign(x, y);
}

double reducePrecision(double value, const llvm::fltSemantics &source,
                       int exponentBits, int mantissaBits) {
  if (std::isnan(value) || std::isinf(value) || value == 0)
    return value;
  int leastExponent = llvm::APFloat::semanticsMinExponent(source);
  // The place value of the last bit kept; subnormals of the source share one.
  int unit = std::max(std::ilogb(value), leastExponent) - mantissaBits;
  double rounded =
      mantissaBits >= 52
          ? value
          : std::scalbn(std::nearbyint(std::scalbn(value, -unit)), unit);
  int sourceBias = 1 - leastExponent;
  if (exponentBits >= 11 || (1 << (exponentBits - 1)) - 1 >= sourceBias)
    return rounded;
  int bias = (1 << (exponentBits - 1)) - 1;
  if (rounded == 0 || std::ilogb(rounded) < 1 - bias)
    return std::copysign(0.0, value);
  if (std::ilogb(rounded) > bias)
    return std::copysign(std::numeric_limits<double>::infinity(), value);
  return rounded;
}

} // namespace tenon::reference
