// What rounding leaves open, and what it does not.

#include "compiler/check/Expectation.h"
#include "ir/graph/GraphOps.h"

#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

using namespace tenon;
using namespace tenon::reference;
using testing::AllOf;
using testing::Each;
using testing::Gt;
using testing::Lt;

namespace {

class ExpectationTest : public testing::Test {
protected:
  ExpectationTest() : context(mlir::MLIRContext::Threading::DISABLED) {
    context.loadDialect<graph::TenonDialect>();
  }

  /// The slack of the only output of an entry @main with these inputs.
  std::vector<double> slackOf(const std::string &text, const Tensors &inputs) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << "does not parse";
    if (!module)
      return {};
    auto calls = check::expectCalls(
        module->lookupSymbol<graph::EntryOp>("main"), {inputs}, {});
    EXPECT_TRUE(succeeded(calls)) << "does not run";
    if (failed(calls))
      return {};
    return calls->front().outputs.front().slack;
  }

  static Tensor floats(ElementType type, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<double> repeated) {
    Tensor tensor(type, shape);
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      tensor.set<double>(i, repeated[i % repeated.size()]);
    return tensor;
  }

  mlir::MLIRContext context;
};

const char *const kBranch = R"(
  tenon.entry @main(%p: tensor<i1>, %x: tensor<3xf32>) -> tensor<3xf32> {
    %0 = tenon.if %p : (tensor<i1>) -> tensor<3xf32> {
      %1 = tenon.multiply %x, %x : tensor<3xf32>
      %2 = tenon.subtract %1, %x : tensor<3xf32>
      tenon.return %2 : tensor<3xf32>
    } else {
      tenon.return %x : tensor<3xf32>
    }
    tenon.return %0 : tensor<3xf32>
  })";

TEST_F(ExpectationTest, AllowsRoundingInBranches) {
  Tensor taken(ElementType::I1, {});
  taken.set<int64_t>(0, 1);
  Tensor inexact = floats(ElementType::F32, {3}, {1.1, -0.3, 0.7});
  EXPECT_THAT(slackOf(kBranch, {taken, inexact}),
              Each(AllOf(Gt(0.0), Lt(1e-6))));
  Tensor whole = floats(ElementType::F32, {3}, {1, 2, -3});
  EXPECT_EQ(slackOf(kBranch, {taken, whole}), std::vector<double>(3, 0.0));
}

TEST_F(ExpectationTest, AllowsRoundingInProductsOfComplexNumbers) {
  // The real parts of the partial products cancel; their magnitudes do not.
  Tensor numbers(ElementType::C64, {2, 3});
  numbers.write<std::complex<double>>(
      0, std::vector<std::complex<double>>(6, {1.1, -0.7}));
  EXPECT_THAT(slackOf(R"(
    tenon.entry @main(%x: tensor<2x3xcomplex<f32>>) -> tensor<2xcomplex<f32>> {
      %c = tenon.constant dense<(1.0,0.0)> : tensor<complex<f32>>
      %0 = tenon.reduce %x init %c dims = [1]
        : (tensor<2x3xcomplex<f32>>, tensor<complex<f32>>) -> tensor<2xcomplex<f32>> with multiply
      tenon.return %0 : tensor<2xcomplex<f32>>
    })",
                      {numbers}),
              Each(AllOf(Gt(0.0), Lt(2e-5))));
}

// One decision is open in each of many elements: none of them is missed.

TEST_F(ExpectationTest, LeavesOverflowOnTheWayOpen) {
  Tensor terms = floats(ElementType::F32, {500, 4}, {3e38, 3e38, -3e38, -3e38});
  EXPECT_THAT(slackOf(R"(
    tenon.entry @main(%x: tensor<500x4xf32>) -> tensor<500xf32> {
      %c = tenon.constant dense<0.0> : tensor<f32>
      %0 = tenon.reduce %x init %c dims = [1]
        : (tensor<500x4xf32>, tensor<f32>) -> tensor<500xf32> with add
      tenon.return %0 : tensor<500xf32>
    })",
                      {terms}),
              Each(HUGE_VAL));
}

TEST_F(ExpectationTest, LeavesPaddingTimesInfinityOpen) {
  Tensor input = floats(ElementType::F32, {400, 1, 1}, {1, 2, -3});
  Tensor kernel = floats(ElementType::F32, {3, 1, 1}, {1, 2, HUGE_VAL});
  EXPECT_THAT(slackOf(R"(
    tenon.entry @main(%x: tensor<400x1x1xf32>, %w: tensor<3x1x1xf32>)
        -> tensor<400x1x1xf32> {
      %0 = tenon.convolution %x, %w dims = [b, 0, f] x [0, i, o] -> [b, 0, f]
        padding_low = [1] padding_high = [1]
        : (tensor<400x1x1xf32>, tensor<3x1x1xf32>) -> tensor<400x1x1xf32>
      tenon.return %0 : tensor<400x1x1xf32>
    })",
                      {input, kernel}),
              Each(HUGE_VAL));
}

TEST_F(ExpectationTest, LeavesNarrowOverflowOpenOverManyOps) {
  // 448 / 0.25 is NaN; wider it is a number, and so are all that follow.
  Tensor largest = floats(ElementType::F8E4M3FN, {300}, {448, -448});
  EXPECT_THAT(slackOf(R"(
    tenon.entry @main(%x: tensor<300xf8E4M3FN>) -> tensor<300xf8E4M3FN> {
      %c = tenon.constant dense<0.25> : tensor<300xf8E4M3FN>
      %0 = tenon.divide %x, %c : tensor<300xf8E4M3FN>
      %1 = tenon.abs %0 : (tensor<300xf8E4M3FN>) -> tensor<300xf8E4M3FN>
      %2 = tenon.add %1, %c : tensor<300xf8E4M3FN>
      %3 = tenon.add %2, %c : tensor<300xf8E4M3FN>
      %4 = tenon.add %3, %c : tensor<300xf8E4M3FN>
      tenon.return %4 : tensor<300xf8E4M3FN>
    })",
                      {largest}),
              Each(HUGE_VAL));
}

TEST_F(ExpectationTest, LeavesComparisonsOfOverflowOpen) {
  const char *text = R"(
    tenon.entry @main(%x: tensor<300xf16>) -> tensor<300xi1> {
      %c = tenon.constant dense<0x7C00> : tensor<300xf16>
      %0 = tenon.multiply %x, %x : tensor<300xf16>
      %1 = tenon.compare LT, %0, %c : (tensor<300xf16>, tensor<300xf16>) -> tensor<300xi1>
      tenon.return %1 : tensor<300xi1>
    })";
  EXPECT_THAT(slackOf(text, {floats(ElementType::F16, {300}, {300})}),
              Each(HUGE_VAL));
  EXPECT_THAT(slackOf(text, {floats(ElementType::F16, {300}, {100})}),
              Each(0.0));
}

} // namespace
