//===- Gamma.cpp - lgamma and digamma by Lanczos' approximation -----------===//
//
// C. Lanczos, "A Precision Approximation of the Gamma Function", SIAM J. Numer.
// Anal. B 1 (1964), with g = 7 and nine terms; arguments below 1/2 are
// reflected.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/stablehlo/rules/FloatMath.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;
using graph::ComparisonDirection;

static constexpr double kG = 7.0;
static constexpr double kFirst = 0.99999999999980993;
static constexpr double kTerms[] = {
    676.5203681218851,     -1259.1392167224028,  771.32342877765313,
    -176.61502916214059,   12.507343278686905,   -0.13857109526572012,
    9.9843695780195716e-6, 1.5056327351493116e-7};

namespace {
/// The parts that both functions share, for z >= -1/2.
struct Lanczos {
  /// The argument minus 1, reflected if it was below 1/2.
  Value z;
  Value isReflected;
  /// z + g + 1/2 and its logarithm.
  Value t, logT;
  /// The series and its derivative.
  Value sum, slope;
};
} // namespace

static Lanczos approximate(FloatMath &m, Value x, bool withSlope) {
  Lanczos parts;
  parts.isReflected = m.compare(ComparisonDirection::LT, x, 0.5);
  parts.z = m.select(parts.isReflected, m.negate(x), m.add(-1.0, x));
  parts.sum = m.number(kFirst);
  parts.slope = m.number(0.0);
  for (auto [i, term] : llvm::enumerate(kTerms)) {
    Value base = m.add(1.0 + i, parts.z);
    Value share = m.div(m.number(term), base);
    parts.sum = m.add(parts.sum, share);
    if (withSlope)
      parts.slope = m.sub(parts.slope, m.div(share, base));
  }
  // log(z + g + 1/2) without rounding z away.
  parts.t = m.add(kG + 0.5, parts.z);
  parts.logT =
      m.add(std::log(kG + 0.5), m.log1p(m.div(parts.z, m.number(kG + 0.5))));
  return parts;
}

Value stablehlo::lgamma(FloatMath &m, Value x) {
  Lanczos parts = approximate(m, x, /*withSlope=*/false);
  // log(sqrt(2 pi)) + (z + 1/2) log t - t + log(sum), with t folded into the
  // product, whose two parts cancel for large arguments.
  Value exponent = m.sub(m.add(0.5, parts.z), m.div(parts.t, parts.logT));
  Value plain = m.add(0.5 * std::log(2 * std::numbers::pi),
                      m.add(m.mul(exponent, parts.logT), m.log(parts.sum)));
  // Reflected: log(pi / |sin(pi x)|) minus that of the mirror image. The sine
  // needs the fraction only, folded to [0, 1/2].
  Value size = m.abs(x);
  Value fraction = m.sub(size, m.floor(size));
  fraction = m.select(m.compare(ComparisonDirection::GT, fraction, 0.5),
                      m.sub(1.0, fraction), fraction);
  Value logSine = m.log(m.sine(m.mul(std::numbers::pi, fraction)));
  Value mirrored = m.sub(m.sub(std::log(std::numbers::pi), logSine), plain);
  // At 0, -1, -2, ... the sine is 0 and the result infinite.
  Value isPole = m.compare(ComparisonDirection::EQ, fraction, 0.0);
  mirrored = m.select(isPole, m.infinity(), mirrored);
  Value result = m.select(parts.isReflected, mirrored, plain);
  Value isInfinite = m.compare(ComparisonDirection::EQ, size, m.infinity());
  return m.select(isInfinite, m.infinity(), result);
}

Value stablehlo::digamma(FloatMath &m, Value x) {
  Lanczos parts = approximate(m, x, /*withSlope=*/true);
  Value plain = m.sub(m.add(parts.logT, m.div(parts.slope, parts.sum)),
                      m.div(m.number(kG), parts.t));
  // Reflected: minus pi / tan(pi x), of x less the nearest integer.
  Value fraction = m.sub(x, m.floor(m.add(0.5, x)));
  Value angle = m.mul(std::numbers::pi, fraction);
  Value cotangent =
      m.mul(std::numbers::pi, m.div(m.cosine(angle), m.sine(angle)));
  Value result = m.select(parts.isReflected, m.sub(plain, cotangent), plain);
  Value isPole = m.both(m.compare(ComparisonDirection::LE, x, 0.0),
                        m.compare(ComparisonDirection::EQ, x, m.floor(x)));
  return m.select(isPole, m.nan(), result);
}
