// The fixture of contraction tests.

#ifndef TENON_TEST_BACKENDS_CPU_CONTRACTION_CONTRACTIONFIXTURE_H
#define TENON_TEST_BACKENDS_CPU_CONTRACTION_CONTRACTIONFIXTURE_H

#include "test/backends/cpu/support/ContractionKernel.h"
#include "test/backends/cpu/support/EmulatedRun.h"
#include "test/backends/cpu/support/LoadedImage.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

namespace tenon::cpu {

/// Runs cases, on this machine or an emulated one, and compares them with sums
/// in double.
class ContractionTest : public testing::Test {
protected:
  ContractionTest() { prepareContext(context); }

  void check(const ContractionCase &c) {
    auto target = tenon::target::lookupTarget(targetName);
    ASSERT_TRUE(bool(target));
    CodegenOptions options;
    options.target = *target;
    auto image = compileContraction(context, c, options);
    ASSERT_TRUE(succeeded(image));

    std::mt19937 generator(17);
    std::uniform_real_distribution<float> uniform(-1, 1);
    auto random = [&](int64_t count) {
      std::vector<float> values(count);
      for (float &value : values)
        value = uniform(generator);
      return values;
    };
    const ContractionProblem &problem = c.problem;
    int64_t m = problem.rows, n = problem.columns, depth = problem.depth();
    mlir::Type sumType = problem.accumulatorType();
    std::vector<float> b = random(depth * n);
    std::vector<char> left = encode(problem.leftType, random(c.leftSize));
    std::vector<char> right = encode(problem.rightType, arrangeRight(c, b));
    std::vector<char> columns = encode(problem.rightType, b);
    std::vector<char> bias = encode(sumType, random(n));
    // A guard after the output shows stores past its end.
    constexpr float untouched = -77;
    std::vector<char> output =
        encode(sumType, std::vector<float>(m * n + 64, untouched));
    int64_t scratchBytes =
        contractionScratchBytes(problem, c.config, c.epilogue);
    std::vector<char> scratch(scratchBytes + 256, 85);
    int64_t tiles = tileGrid(problem, c.config).count();
    if (emulator.empty()) {
      LoadedImage loaded(*image);
      KernelFunction kernel = loaded.kernel("contraction");
      ASSERT_TRUE(kernel) << loaded.error;
      void *buffers[] = {left.data(), right.data(), bias.data(), output.data()};
      // Tiles in reverse order, one by one: none may depend on another.
      for (int64_t t = tiles; t-- > 0;)
        kernel(buffers, nullptr, scratch.data(), t, t + 1);
    } else {
      ASSERT_TRUE(runEmulated(emulator, *image, "contraction", scratchBytes,
                              tiles, {&left, &right, &bias, &output}));
    }

    int64_t rows = c.actualRows ? c.actualRows : m;
    double epsilon = sumType.isF64() ? 0x1p-53 : 0x1p-24;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0, magnitude = 0;
        for (int64_t k = 0; k < depth; ++k) {
          double term = decode(problem.leftType, left, leftElement(c, i, k)) *
                        decode(problem.rightType, columns, k * n + j);
          sum += term;
          magnitude += std::abs(term);
        }
        sum += decode(sumType, bias, j);
        if (c.relu)
          sum = std::max(sum, 0.0);
        // The bound of a chain of roundings, with room of a factor 8 below it.
        double bound = (magnitude + 1) * epsilon * (4 + depth / 8.0);
        ASSERT_NEAR(decode(sumType, output, i * n + j), sum, bound)
            << i << ", " << j;
      }
    for (int64_t i = rows * n; i < m * n + 64; ++i)
      ASSERT_EQ(decode(sumType, output, i), untouched) << "stored past the end";
    for (size_t i = scratchBytes; i < scratch.size(); ++i)
      ASSERT_EQ(scratch[i], 85) << "stored past the scratch";
  }

  /// `c` with register tiles of 6x16 and tiles of `rows` x `columns`.
  ContractionCase configure(ContractionCase c, int64_t rows = 48,
                            int64_t columns = 32) {
    c.config.rowBlock = rows;
    c.config.columnBlock = columns;
    return c;
  }

  mlir::MLIRContext context;
  /// The target compiled for, and the command that runs its programs; empty
  /// for this machine.
  std::string targetName = "native";
  std::string emulator;
};

} // namespace tenon::cpu

#endif // TENON_TEST_BACKENDS_CPU_CONTRACTION_CONTRACTIONFIXTURE_H
