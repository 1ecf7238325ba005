// Measures the largest errors of the math expansions for f64 against libm's
// long double, which has at least 11 more bits where this machine has it, and
// asserts the stated bounds.

#include "backends/common/math/MathFunctions.h"
#include "test/backends/common/math/MathKernel.h"

#include "gtest/gtest.h"

#include <bit>
#include <cfloat>
#include <cmath>
#include <numbers>
#include <random>

using namespace tenon::cpu;

namespace {

using Wide = long double;

struct Function {
  const char *op;
  Wide (*reference)(Wide);
  /// Units in the last place.
  double bound;
  /// Arguments are also taken from -range .. range.
  double range;
};

Wide sigmoidReference(Wide x) { return 1 / (1 + std::exp(-x)); }

/// The root of erf(y) = x by Halley's steps from an approximation of three
/// digits (S. Winitzki, 2008). Towards 1 the difference from it is exact.
Wide erfInverseReference(Wide x) {
  Wide a = std::abs(x);
  if (!(a < 1) || a < Wide(0x1p-500))
    return a == 1   ? std::copysign(Wide(INFINITY), x)
           : a >= 1 ? Wide(NAN)
                    : x / std::numbers::inv_sqrtpi_v<Wide> / 2;
  Wide logarithm = std::log((1 - a) * (1 + a));
  Wide half = 2 / (std::numbers::pi_v<Wide> * 0.147L) + logarithm / 2;
  Wide y = std::sqrt(std::sqrt(half * half - logarithm / 0.147L) - half);
  for (int i = 0; i < 5; ++i) {
    Wide rest = a < 0.5 ? std::erf(y) - a : (1 - a) - std::erfc(y);
    Wide step =
        rest / (2 * std::numbers::inv_sqrtpi_v<Wide> * std::exp(-y * y));
    y -= step / (1 + y * step);
  }
  return std::copysign(y, x);
}

const Function functions[] = {
    {"exp", std::exp, 1.0, 745},
    {"exp2", std::exp2, 1.0, 1075},
    {"expm1", std::expm1, 1.0, 40},
    {"log", std::log, 1.0, 3},
    {"log2", std::log2, 1.0, 3},
    {"log10", std::log10, 1.0, 3},
    {"log1p", std::log1p, 1.0, 2},
    {"tanh", std::tanh, 0.8, 20},
    {"sigmoid", sigmoidReference, 1.5, 700},
    {"erf", std::erf, 1.0, 6},
    {"erfc", std::erfc, 1.8, 28},
    {"erf_inv", erfInverseReference, 2.2, 1},
    {"sin", std::sin, 1.0, 1000},
    {"cos", std::cos, 1.0, 1000},
    {"tan", std::tan, 1.0, 1000},
    {"cbrt", std::cbrt, 0.6, 100},
    {"atan", std::atan, 0.7, 10},
};

/// The error of `value` in units in the last place of f64 at `exact`; infinite
/// where one is special and the other differs.
double errorInUlp(double value, Wide exact) {
  auto rounded = static_cast<double>(exact);
  if (std::isnan(rounded) || std::isnan(value))
    return std::isnan(rounded) && std::isnan(value) ? 0 : INFINITY;
  if (rounded == 0 && value == 0)
    return std::signbit(rounded) == std::signbit(value) ? 0 : INFINITY;
  if (std::isinf(rounded) || std::isinf(value))
    return rounded == value ? 0
           // Just past the largest number an ulp's error may overflow.
           : std::abs(exact) > Wide(0x1.ffffffffffffep1023) &&
                   std::signbit(value) == std::signbit(exact)
               ? 1
               : INFINITY;
  int exponent = std::max(std::ilogb(exact), -1022);
  return static_cast<double>(std::abs(Wide(value) - exact) /
                             std::ldexp(Wide(1), exponent - 52));
}

class DoubleAccuracyTest : public testing::TestWithParam<Function> {
protected:
  void SetUp() override {
    if (LDBL_MANT_DIG < 64)
      GTEST_SKIP() << "long double is no wider than double";
  }

  /// Where negf stands for `emit`.
  KernelFunction compile(llvm::StringRef body,
                         MathKernel::Emit emit = nullptr) {
    return kernels.compile("f64", body, emit);
  }

  void run(KernelFunction kernel) {
    void *buffers[] = {x, z, y};
    kernel(buffers, nullptr, nullptr, 0, blockSize);
  }

  double anyBits() { return std::bit_cast<double>(uint64_t(generator())); }
  double within(double range) {
    return std::uniform_real_distribution<double>(-range, range)(generator);
  }

  MathKernel kernels;
  std::mt19937_64 generator{3};
  alignas(64) double x[blockSize] = {}, z[blockSize] = {}, y[blockSize] = {};
};

const double specials[] = {
    0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -1.0, 0.5, 2.0, 3.0, -3.0,
    // Denormals and what is next to them.
    0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, DBL_MAX, -DBL_MAX,
    // Where exponentials overflow and vanish.
    709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412,
    -708.4, 1024.0, -1075.0, -37.42994775023705, 27.2261, 27.3,
    // About the least that sin has of any f64, and where reductions change.
    0x1.6ac5b262ca1ffp+849, 0x1p30, 0x1.0000000000001p30, 0x1p53, 0x1p54};

TEST_P(DoubleAccuracyTest, StaysWithinItsBound) {
  const Function &function = GetParam();
  llvm::StringRef op = function.op;
  // Two are not ops of the math dialect.
  bool isSigmoid = op == "sigmoid", isInverse = op == "erf_inv";
  KernelFunction kernel =
      isSigmoid || isInverse
          ? compile("%y = arith.negf %x : vector<8xf64>",
                    isSigmoid ? tenon::math::emitSigmoid
                              : tenon::math::emitErfInverse)
          : compile(
                llvm::formatv("%y = math.{0} %x : vector<8xf64>", op).str());
  ASSERT_TRUE(kernel);
  double worst = 0, worstAt = 0;
  for (int block = 0; block < 100; ++block) {
    for (int64_t i = 0; i < blockSize; ++i)
      x[i] = i % 5 == 0   ? anyBits()
             : i % 5 == 1 ? within(1.5)
             : i % 5 == 2 ? 1 - within(std::exp2(-1 - i % 50))
             : i % 5 == 3 ? std::exp2(28 + within(28))
                          : within(function.range);
    if (block == 0)
      std::copy(std::begin(specials), std::end(specials), x);
    run(kernel);
    for (int64_t i = 0; i < blockSize; ++i) {
      double error = errorInUlp(y[i], function.reference(x[i]));
      if (!(error <= worst)) {
        worst = error;
        worstAt = x[i];
      }
    }
  }
  std::printf("%s: largest error %.3f ulp at %a\n", function.op, worst,
              worstAt);
  EXPECT_LE(worst, function.bound) << "at " << worstAt;
}

INSTANTIATE_TEST_SUITE_P(Functions, DoubleAccuracyTest,
                         testing::ValuesIn(functions),
                         [](const auto &info) { return info.param.op; });

/// Functions of two arguments.
struct Pairs : DoubleAccuracyTest {
  void check(llvm::StringRef body, Wide (*reference)(Wide, Wide), double bound,
             llvm::function_ref<double(double)> second) {
    KernelFunction kernel = compile(body);
    ASSERT_TRUE(kernel);
    constexpr auto count = static_cast<int64_t>(std::size(specials));
    double worst = 0;
    for (int block = 0; block < 100; ++block) {
      for (int64_t i = 0; i < blockSize; ++i) {
        x[i] = i % 3 == 0 ? within(10) : anyBits();
        z[i] = i % 3 == 2 ? anyBits() : second(x[i]);
        if (block == 0 && i < count * count) {
          x[i] = specials[i / count];
          z[i] = specials[i % count];
        }
      }
      run(kernel);
      for (int64_t i = 0; i < blockSize; ++i) {
        double error = errorInUlp(y[i], reference(x[i], z[i]));
        ASSERT_LE(error, bound) << x[i] << ", " << z[i] << " gives " << y[i];
        worst = std::max(worst, error);
      }
    }
    std::printf("largest error %.3f ulp\n", worst);
  }
};

TEST_F(Pairs, Power) {
  // Half of them where results are finite.
  check("%y = math.powf %x, %z : vector<8xf64>", std::pow, 1.0,
        [&](double x) { return within(1000) / std::log2(std::abs(x)); });
}

TEST_F(Pairs, AngleOfAPoint) {
  // Half of them where the angle is not next to an axis.
  check("%y = math.atan2 %x, %z : vector<8xf64>", std::atan2, 0.7,
        [&](double x) { return x * within(4); });
}

TEST_F(Pairs, RemainderIsExact) {
  check("%y = arith.remf %x, %z : vector<8xf64>", std::fmod, 0,
        [&](double x) { return x * within(1e-3); });
}

} // namespace
