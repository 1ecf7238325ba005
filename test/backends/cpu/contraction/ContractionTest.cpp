#include "test/backends/cpu/support/ContractionKernel.h"
#include "test/backends/cpu/support/LoadedImage.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace tenon::cpu;

namespace {

/// Runs cases on this machine and compares them with sums in double.
class ContractionTest : public testing::Test {
protected:
  ContractionTest() { prepareContext(context); }

  void check(const ContractionCase &c) {
    auto target = tenon::target::lookupTarget("native");
    ASSERT_TRUE(bool(target));
    CodegenOptions options;
    options.target = *target;
    auto image = compileContraction(context, c, options);
    ASSERT_TRUE(succeeded(image));
    LoadedImage loaded(*image);
    KernelFunction kernel = loaded.kernel("contraction");
    ASSERT_TRUE(kernel) << loaded.error;

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
    void *buffers[] = {left.data(), right.data(), bias.data(), output.data()};
    // Tiles in reverse order, one by one: none may depend on another.
    for (int64_t t = tileGrid(problem, c.config).count(); t-- > 0;)
      kernel(buffers, nullptr, scratch.data(), t, t + 1);

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
};

TEST_F(ContractionTest, RaggedMatrices) {
  for (int64_t m : {1, 6, 53})
    for (int64_t n : {1, 15, 70})
      for (int64_t k : {1, 29}) {
        SCOPED_TRACE(testing::Message() << m << "x" << n << "x" << k);
        check(configure(makeMatrixCase(context, m, n, k, 32)));
      }
}

TEST_F(ContractionTest, DepthBlocksAndPackedRows) {
  for (int64_t k : {20, 61})
    for (bool pack : {false, true})
      for (int64_t block : {0, 24}) {
        SCOPED_TRACE(testing::Message()
                     << "k " << k << " pack " << pack << " block " << block);
        ContractionCase c = configure(makeMatrixCase(context, 31, 37, k, 16));
        c.config.packLeft = pack;
        c.config.depthBlock = block;
        c.config.prefetch = 8;
        c.relu = true;
        check(c);
      }
}

TEST_F(ContractionTest, Convolutions) {
  for (int64_t size : {1, 7})
    for (int64_t channels : {1, 8})
      for (bool pack : {false, true}) {
        SCOPED_TRACE(testing::Message() << size << " px, " << channels);
        ContractionCase c =
            configure(makeConvolutionCase(context, size, channels, 20, 32));
        c.config.packLeft = pack;
        check(c);
        c.config.order = TileOrder::RowsOuter;
        // Less than one step of the outermost loop, and more.
        c.config.depthBlock = channels;
        check(c);
        c.config.depthBlock = 3 * channels;
        check(c);
      }
}

TEST_F(ContractionTest, RightInPlaceAndTransposed) {
  for (RightForm form : {RightForm::RowMajor, RightForm::ColumnMajor})
    for (int64_t n : {5, 16, 37})
      for (int64_t k : {4, 19}) {
        SCOPED_TRACE(testing::Message() << n << " " << k);
        ContractionCase c = makeMatrixCase(context, 9, n, k, 16);
        bool byRow = form == RightForm::RowMajor;
        c.problem.rightForm = form;
        c.problem.rightStride = (byRow ? n : k) + 3;
        // Nothing may be read past the last element.
        c.rightSize = byRow ? (k - 1) * c.problem.rightStride + n
                            : (n - 1) * c.problem.rightStride + k;
        check(configure(c));
      }
}

TEST_F(ContractionTest, DynamicRowsAndLoopEpilogue) {
  for (int64_t rows : {0, 1, 6, 11})
    for (EpilogueMode mode : {EpilogueMode::Registers, EpilogueMode::Loop}) {
      SCOPED_TRACE(testing::Message() << rows << " of 20");
      ContractionCase c = configure(makeMatrixCase(context, 20, 21, 10, 16));
      c.problem.dynamicRows = true;
      c.actualRows = rows;
      c.epilogue = mode;
      c.config.packLeft = rows == 11;
      check(c);
    }
}

TEST_F(ContractionTest, ElementTypes) {
  mlir::Builder b(&context);
  for (mlir::Type type :
       {mlir::Type(b.getF64Type()), mlir::Type(b.getF16Type()),
        mlir::Type(b.getBF16Type())})
    for (bool pack : {false, true}) {
      ContractionCase c = configure(makeMatrixCase(context, 9, 37, 21, 32));
      c.problem.leftType = c.problem.rightType = type;
      c.config.packLeft = pack;
      if (type.isF64()) {
        c.config.lanes = 4;
        c.config.columnTile = 8;
      }
      check(c);
    }
  // bf16 weights under f32 rows.
  ContractionCase c = configure(makeMatrixCase(context, 9, 37, 21, 32));
  c.problem.rightType = b.getBF16Type();
  check(c);
}

} // namespace
