// Measures the largest errors of the math expansions against libm in double,
// over bit patterns spread through all of f32, and asserts the stated bounds.
// The disabled tests go through every single f32 (minutes each).

#include "backends/common/math/MathFunctions.h"
#include "test/backends/common/math/MathKernel.h"

#include "gtest/gtest.h"

#include <bit>
#include <cmath>
#include <random>

using namespace tenon::cpu;

namespace {

/// A function of one f32 and its reference.
struct Function {
  const char *op;
  double (*reference)(double);
  /// Units in the last place.
  double bound;
};

double sigmoidReference(double x) { return 1 / (1 + std::exp(-x)); }

double rsqrtReference(double x) { return 1 / std::sqrt(x); }

const Function functions[] = {
    {"exp", std::exp, 1.0},         {"exp2", std::exp2, 1.0},
    {"expm1", std::expm1, 1.5},     {"log", std::log, 1.0},
    {"log2", std::log2, 1.0},       {"log10", std::log10, 1.0},
    {"log1p", std::log1p, 1.5},     {"tanh", std::tanh, 1.5},
    {"erf", std::erf, 1.0},         {"sin", std::sin, 1.6},
    {"cos", std::cos, 1.6},         {"tan", std::tan, 3.5},
    {"cbrt", std::cbrt, 0.6},       {"atan", std::atan, 2.1},
    {"rsqrt", rsqrtReference, 1.5}, {"sigmoid", sigmoidReference, 2.2},
};

/// The error of `value` in units in the last place of f32 at `exact`; infinite
/// where one is special and the other differs.
double errorInUlp(float value, double exact) {
  float rounded = static_cast<float>(exact);
  if (std::isnan(rounded) || std::isnan(value))
    return std::isnan(rounded) && std::isnan(value) ? 0 : INFINITY;
  if (rounded == 0 && value == 0)
    return std::signbit(rounded) == std::signbit(value) ? 0 : INFINITY;
  if (std::isinf(rounded) || std::isinf(value))
    return rounded == value ? 0
           // Just past the largest number an ulp's error may overflow.
           : std::abs(exact) > 0x1.fffffcp127 &&
                   std::signbit(value) == std::signbit(exact)
               ? 1
               : INFINITY;
  int exponent = std::max(std::ilogb(exact), -126);
  return std::abs(value - exact) / std::ldexp(1.0, exponent - 23);
}

class MathAccuracyTest : public testing::TestWithParam<Function> {
protected:
  /// Where negf stands for the sigmoid, which is no op of the math dialect.
  KernelFunction compile(llvm::StringRef body) {
    return kernels.compile("f32", body, tenon::math::emitSigmoid);
  }

  KernelFunction compileUnary(llvm::StringRef op) {
    if (op == "sigmoid")
      return compile("%y = arith.negf %x : vector<8xf32>");
    return compile(llvm::formatv("%y = math.{0} %x : vector<8xf32>", op).str());
  }

  void run(KernelFunction kernel) {
    void *buffers[] = {x, z, y};
    kernel(buffers, nullptr, nullptr, 0, blockSize);
  }

  /// The largest error over every `stride`th bit pattern.
  double measure(const Function &function, uint64_t stride) {
    KernelFunction kernel = compileUnary(function.op);
    if (!kernel)
      return INFINITY;
    double worst = 0;
    float worstAt = 0;
    for (uint64_t bits = 0; bits < (uint64_t(1) << 32);) {
      for (float &value : x) {
        value = std::bit_cast<float>(static_cast<uint32_t>(bits));
        bits += stride;
      }
      run(kernel);
      for (int64_t i = 0; i < blockSize; ++i) {
        double error = errorInUlp(y[i], function.reference(x[i]));
        if (error > worst) {
          worst = error;
          worstAt = x[i];
        }
      }
    }
    std::printf("%s: largest error %.3f ulp at %a\n", function.op, worst,
                worstAt);
    return worst;
  }

  MathKernel kernels;
  alignas(64) float x[blockSize] = {}, z[blockSize] = {}, y[blockSize] = {};
};

TEST_P(MathAccuracyTest, StaysWithinItsBound) {
  EXPECT_LE(measure(GetParam(), 2039), GetParam().bound);
}

TEST_P(MathAccuracyTest, DISABLED_Exhaustive) {
  EXPECT_LE(measure(GetParam(), 1), GetParam().bound);
}

TEST_P(MathAccuracyTest, SpecialValues) {
  KernelFunction kernel = compileUnary(GetParam().op);
  ASSERT_TRUE(kernel);
  const float specials[] = {
      0.0f,       -0.0f,           INFINITY,         -INFINITY,  NAN,
      1.0f,       -1.0f,           0x1p-149f,        -0x1p-149f, 0x1p-126f,
      -0x1p-126f, 0x1.fffffep127f, -0x1.fffffep127f, 88.72284f,  88.7229f,
      -87.33655f, -103.97208f,     -103.97209f,      0.5f,       2.0f};
  std::copy(std::begin(specials), std::end(specials), x);
  run(kernel);
  for (size_t i = 0; i < std::size(specials); ++i)
    EXPECT_LE(errorInUlp(y[i], GetParam().reference(x[i])), GetParam().bound)
        << GetParam().op << "(" << x[i] << ") = " << y[i];
}

INSTANTIATE_TEST_SUITE_P(Functions, MathAccuracyTest,
                         testing::ValuesIn(functions),
                         [](const auto &info) { return info.param.op; });

using PowTest = MathAccuracyTest;

TEST_F(PowTest, StaysWithinItsBound) {
  KernelFunction kernel = compile("%y = math.powf %x, %z : vector<8xf32>");
  ASSERT_TRUE(kernel);
  std::mt19937 generator(3);
  double worst = 0;
  for (int block = 0; block < 500; ++block) {
    for (int64_t i = 0; i < blockSize; ++i) {
      // Half anywhere, half where results are finite.
      x[i] = std::bit_cast<float>(uint32_t(generator()));
      z[i] = std::bit_cast<float>(uint32_t(generator()));
      if (i % 2)
        z[i] = std::uniform_real_distribution<float>(-128, 128)(generator) /
               std::log2(std::abs(x[i]));
    }
    run(kernel);
    for (int64_t i = 0; i < blockSize; ++i) {
      double error = errorInUlp(y[i], std::pow(double(x[i]), double(z[i])));
      ASSERT_LE(error, 0.6) << x[i] << " ^ " << z[i] << " = " << y[i];
      worst = std::max(worst, error);
    }
  }
  std::printf("pow: largest error %.3f ulp\n", worst);
}

TEST_F(PowTest, SpecialValues) {
  KernelFunction kernel = compile("%y = math.powf %x, %z : vector<8xf32>");
  ASSERT_TRUE(kernel);
  const float values[] = {0.0f,      -0.0f, INFINITY, -INFINITY, NAN,   1.0f,
                          -1.0f,     2.0f,  -2.0f,    3.0f,      -3.0f, 0.5f,
                          0x1p-149f, 1e30f, 1e-30f,   16777216.f};
  size_t count = std::size(values);
  for (size_t i = 0; i < count; ++i)
    for (size_t k = 0; k < count; ++k) {
      x[i * count + k] = values[i];
      z[i * count + k] = values[k];
    }
  run(kernel);
  for (size_t i = 0; i < count * count; ++i)
    EXPECT_LE(errorInUlp(y[i], std::pow(double(x[i]), double(z[i]))), 0.6)
        << x[i] << " ^ " << z[i] << " = " << y[i];
}

TEST_F(MathAccuracyTest, Atan2StaysWithinItsBound) {
  KernelFunction kernel = compile("%y = math.atan2 %x, %z : vector<8xf32>");
  ASSERT_TRUE(kernel);
  const float values[] = {0.0f,      -0.0f,     INFINITY,        -INFINITY,
                          NAN,       1.0f,      -1.0f,           3.0f,
                          0x1p-149f, 0x1p-126f, 0x1.fffffep127f, -0x1p127f};
  size_t count = std::size(values);
  std::mt19937 generator(7);
  double worst = 0;
  for (int block = 0; block < 200; ++block) {
    for (int64_t i = 0; i < blockSize; ++i) {
      x[i] = std::bit_cast<float>(uint32_t(generator()));
      z[i] = std::bit_cast<float>(uint32_t(generator()));
      // Half of them where the angle is not next to an axis.
      if (i % 2)
        z[i] = x[i] * std::uniform_real_distribution<float>(-4, 4)(generator);
      if (block == 0 && i < int64_t(count * count)) {
        x[i] = values[i / count];
        z[i] = values[i % count];
      }
    }
    run(kernel);
    for (int64_t i = 0; i < blockSize; ++i) {
      double error = errorInUlp(y[i], std::atan2(double(x[i]), double(z[i])));
      ASSERT_LE(error, 2.5)
          << "atan2(" << x[i] << ", " << z[i] << ") = " << y[i];
      worst = std::max(worst, error);
    }
  }
  std::printf("atan2: largest error %.3f ulp\n", worst);
}

TEST_F(MathAccuracyTest, RemainderIsExact) {
  KernelFunction kernel = compile("%y = arith.remf %x, %z : vector<8xf32>");
  ASSERT_TRUE(kernel);
  const float values[] = {
      0.0f,  -0.0f,     INFINITY, -INFINITY,        NAN,  1.0f,
      -1.0f, 0x1p-149f, 3.0f,     -0x1.fffffep127f, 0.1f, 0x1p-126f};
  size_t count = std::size(values);
  std::mt19937 generator(5);
  for (int block = 0; block < 100; ++block) {
    for (int64_t i = 0; i < blockSize; ++i) {
      x[i] = std::bit_cast<float>(uint32_t(generator()));
      z[i] = std::bit_cast<float>(uint32_t(generator()));
      if (block == 0 && i < int64_t(count * count)) {
        x[i] = values[i / count];
        z[i] = values[i % count];
      }
    }
    run(kernel);
    for (int64_t i = 0; i < blockSize; ++i)
      ASSERT_EQ(errorInUlp(y[i], std::fmod(x[i], z[i])), 0)
          << x[i] << " mod " << z[i] << " = " << y[i];
  }
}

TEST_F(MathAccuracyTest, WhatHasNoExpansionIsRefused) {
  mlir::ScopedDiagnosticHandler handler(
      &kernels.context, [](mlir::Diagnostic &) { return mlir::success(); });
  EXPECT_FALSE(compile(R"(
    %w = arith.extf %x : vector<8xf32> to vector<8xf64>
    %e = math.asin %w : vector<8xf64>
    %y = arith.truncf %e : vector<8xf64> to vector<8xf32>)"));
}

TEST_F(MathAccuracyTest, NarrowTypesGoThroughF32) {
  KernelFunction kernel = compile(R"(
    %h = arith.truncf %x : vector<8xf32> to vector<8xbf16>
    %e = math.exp %h : vector<8xbf16>
    %y = arith.extf %e : vector<8xbf16> to vector<8xf32>)");
  ASSERT_TRUE(kernel);
  for (int64_t i = 0; i < blockSize; ++i)
    x[i] = (i - 2048) / 32.0f;
  run(kernel);
  for (int64_t i = 0; i < blockSize; ++i) {
    // The argument has 8 bits; so has the result, whose rounding this allows.
    float narrow =
        std::bit_cast<float>((std::bit_cast<uint32_t>(x[i]) + 0x7fff +
                              (std::bit_cast<uint32_t>(x[i]) >> 16 & 1)) &
                             0xffff0000u);
    EXPECT_NEAR(y[i] / std::exp(double(narrow)), 1, 0x1.01p-8) << x[i];
  }
}

} // namespace
