#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

constexpr Tolerance close{1e-5, 1e-5};

/// softmax over the last dimension, from primitives.
std::string softmax(llvm::StringRef shape, llvm::StringRef keptShape,
                    llvm::StringRef dim, llvm::StringRef kept,
                    llvm::StringRef attributes) {
  std::string type = ("tensor<" + shape + "xf32>").str();
  std::string keptType = ("tensor<" + keptShape + "xf32>").str();
  std::string broadcast =
      (" dims = [" + kept + "] : (" + keptType + ") -> " + type + "\n").str();
  return wrapKernel(
      {type}, {type}, attributes,
      "%s = kernel.stage row -> " + type +
          " {\n"
          "%ninf = tenon.constant dense<0xFF800000> : tensor<f32>\n"
          "%zero = tenon.constant dense<0.0> : tensor<f32>\n"
          "%m = tenon.reduce %arg0 init %ninf dims = [" +
          dim.str() + "] : (" + type + ", tensor<f32>) -> " + keptType +
          " with maximum\n"
          "%mb = tenon.broadcast_in_dim %m" +
          broadcast + "%d = tenon.subtract %arg0, %mb : " + type +
          "\n%e = tenon.exponential %d : " + type +
          "\n%t = tenon.reduce %e init %zero dims = [" + dim.str() + "] : (" +
          type + ", tensor<f32>) -> " + keptType +
          " with add\n"
          "%tb = tenon.broadcast_in_dim %t" +
          broadcast + "%r = tenon.divide %e, %tb : " + type +
          "\nkernel.yield %r : " + type + "\n}\nkernel.yield %s : " + type +
          "\n");
}

TEST(RowStage, SoftmaxOverTheLastDimension) {
  KernelRunner runner(softmax("3x5x67", "3x5", "2", "0, 1",
                              "tile = #kernel.tile<domain = [3, 5, 67], "
                              "sizes = [1, 2, 67]>"));
  EXPECT_EQ(runner.check(close), "");
}

TEST(RowStage, SoftmaxOfAShortRow) {
  KernelRunner runner(softmax("4x5", "4", "1", "0", ""));
  EXPECT_EQ(runner.check(close), "");
}

TEST(RowStage, SoftmaxOverAMiddleDimension) {
  KernelRunner runner(softmax("2x6x21", "2x21", "1", "0, 2", ""));
  EXPECT_EQ(runner.check(close), "");
  // Lanes run along the contiguous kept dimension.
  EXPECT_EQ(runner.emitText().find("vector.gather"), std::string::npos);
}

TEST(RowStage, ExponentialsAreKeptNotRepeated) {
  KernelRunner runner(softmax("4x64", "4", "1", "0", ""));
  std::string text = runner.emitText();
  size_t count = 0;
  for (size_t at = text.find("math.exp "); at != std::string::npos;
       at = text.find("math.exp ", at + 1))
    ++count;
  // One row of 64 is unrolled twice at most.
  EXPECT_LE(count, 8u) << text;
  EXPECT_EQ(runner.check(close), "");
}

TEST(RowStage, WhatIsKeptOfConstantsIsInAllLanes) {
  for (std::string dim : {"0", "1"}) {
    std::string kept = dim == "0" ? "1" : "0";
    std::string keptType = dim == "0" ? "tensor<20xf32>" : "tensor<17xf32>";
    KernelRunner runner(wrapKernel(
        {"tensor<17x20xf32>"}, {"tensor<17x20xf32>"}, "",
        R"(
    %s = kernel.stage row -> tensor<17x20xf32> {
      %c = tenon.constant dense<1.5> : tensor<17x20xf32>
      %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
      %e = tenon.exponential %c : tensor<17x20xf32>
      %m = tenon.reduce %e init %ninf dims = [)" +
            dim + "] : (tensor<17x20xf32>, tensor<f32>) -> " + keptType +
            " with maximum\n" + "%b = tenon.broadcast_in_dim %m dims = [" +
            kept + "] : (" + keptType + R"() -> tensor<17x20xf32>
      %d = tenon.subtract %e, %b : tensor<17x20xf32>
      %r = tenon.add %d, %arg0 : tensor<17x20xf32>
      kernel.yield %r : tensor<17x20xf32>
    }
    kernel.yield %s : tensor<17x20xf32>
)"));
    EXPECT_EQ(runner.check(close), "") << "over dimension " << dim;
  }
}

TEST(RowStage, MeanPoolOfChannelsLast) {
  KernelRunner runner(
      wrapKernel({"tensor<2x19x3x5xf32>"}, {"tensor<2x19xf32>"},
                 "tile = #kernel.tile<domain = [2, 19], sizes = [1, 16]>, "
                 "input_layouts = [#kernel.layout<[0, 2, 3, 1]>]",
                 R"(
    %s = kernel.stage row -> tensor<2x19xf32> {
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %n = tenon.constant dense<15.0> : tensor<2x19xf32>
      %t = tenon.reduce %arg0 init %zero dims = [2, 3]
          : (tensor<2x19x3x5xf32>, tensor<f32>) -> tensor<2x19xf32> with add
      %r = tenon.divide %t, %n : tensor<2x19xf32>
      kernel.yield %r : tensor<2x19xf32>
    }
    kernel.yield %s : tensor<2x19xf32>
)"));
  EXPECT_EQ(runner.check(close), "");
  EXPECT_EQ(runner.emitText().find("vector.gather"), std::string::npos);
}

TEST(RowStage, LayerNormWithMeanAsSecondOutput) {
  KernelRunner runner(
      wrapKernel({"tensor<7x100xf32>", "tensor<100xf32>", "tensor<100xf32>"},
                 {"tensor<7x100xf32>", "tensor<7xf32>"},
                 "tile = #kernel.tile<domain = [7], sizes = [3]>", R"(
    %s:2 = kernel.stage row -> (tensor<7x100xf32>, tensor<7xf32>) {
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %n = tenon.constant dense<100.0> : tensor<7xf32>
      %eps = tenon.constant dense<1.0e-5> : tensor<7xf32>
      %t = tenon.reduce %arg0 init %zero dims = [1] : (tensor<7x100xf32>, tensor<f32>) -> tensor<7xf32> with add
      %mean = tenon.divide %t, %n : tensor<7xf32>
      %mb = tenon.broadcast_in_dim %mean dims = [0] : (tensor<7xf32>) -> tensor<7x100xf32>
      %d = tenon.subtract %arg0, %mb : tensor<7x100xf32>
      %q = tenon.multiply %d, %d : tensor<7x100xf32>
      %u = tenon.reduce %q init %zero dims = [1] : (tensor<7x100xf32>, tensor<f32>) -> tensor<7xf32> with add
      %var = tenon.divide %u, %n : tensor<7xf32>
      %ve = tenon.add %var, %eps : tensor<7xf32>
      %rs = tenon.rsqrt %ve : tensor<7xf32>
      %rb = tenon.broadcast_in_dim %rs dims = [0] : (tensor<7xf32>) -> tensor<7x100xf32>
      %x = tenon.multiply %d, %rb : tensor<7x100xf32>
      %g = tenon.broadcast_in_dim %arg1 dims = [1] : (tensor<100xf32>) -> tensor<7x100xf32>
      %b = tenon.broadcast_in_dim %arg2 dims = [1] : (tensor<100xf32>) -> tensor<7x100xf32>
      %xg = tenon.multiply %x, %g : tensor<7x100xf32>
      %y = tenon.add %xg, %b : tensor<7x100xf32>
      kernel.yield %y, %mean : tensor<7x100xf32>, tensor<7xf32>
    }
    kernel.yield %s#0, %s#1 : tensor<7x100xf32>, tensor<7xf32>
)"));
  EXPECT_EQ(runner.check({2e-5, 2e-5}), "");
}

TEST(RowStage, IndexOfTheLargestByAVariadicReduction) {
  KernelRunner runner(
      wrapKernel({"tensor<6x23xf32>"}, {"tensor<6xi32>"}, "", R"(
    %s = kernel.stage row -> tensor<6xi32> {
      %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
      %zero = tenon.constant dense<0> : tensor<i32>
      %i = tenon.iota dim = 1 : tensor<6x23xi32>
      %r:2 = tenon.reduce %arg0, %i init %ninf, %zero dims = [1]
          : (tensor<6x23xf32>, tensor<6x23xi32>, tensor<f32>, tensor<i32>) -> (tensor<6xf32>, tensor<6xi32>) with {
        ^bb0(%a: tensor<f32>, %ai: tensor<i32>, %b: tensor<f32>, %bi: tensor<i32>):
          %p = tenon.compare GE, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %v = tenon.select %p, %a, %b : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
          %w = tenon.select %p, %ai, %bi : (tensor<i1>, tensor<i32>, tensor<i32>) -> tensor<i32>
          tenon.return %v, %w : tensor<f32>, tensor<i32>
      }
      kernel.yield %r#1 : tensor<6xi32>
    }
    kernel.yield %s : tensor<6xi32>
)"));
  EXPECT_EQ(runner.check({}), "");
}

TEST(RowStage, StoresWhatItsRowsAreMadeOf) {
  KernelRunner runner(
      wrapKernel({"tensor<17x20xf32>"}, {"tensor<17x20xf32>", "tensor<20xf32>"},
                 "tile = #kernel.tile<domain = [20], sizes = [7]>", R"(
    %s:2 = kernel.stage row -> (tensor<17x20xf32>, tensor<20xf32>) {
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %e = tenon.negate %arg0 : tensor<17x20xf32>
      %t = tenon.transpose %e dims = [1, 0] : (tensor<17x20xf32>) -> tensor<20x17xf32>
      %a = tenon.reduce %t init %zero dims = [1] : (tensor<20x17xf32>, tensor<f32>) -> tensor<20xf32> with maximum
      kernel.yield %e, %a : tensor<17x20xf32>, tensor<20xf32>
    }
    kernel.yield %s#0, %s#1 : tensor<17x20xf32>, tensor<20xf32>
)"));
  EXPECT_EQ(runner.check(Tolerance()), "");
}

} // namespace
