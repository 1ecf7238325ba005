#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

constexpr Tolerance close{1e-5, 1e-5};

/// A convolution of NCHW values (stored as `layouts` say) with OIHW weights.
std::string convolution(llvm::StringRef input, llvm::StringRef weights,
                        llvm::StringRef output, llvm::StringRef window,
                        llvm::StringRef attributes) {
  auto type = [](llvm::StringRef shape) {
    return ("tensor<" + shape + "xf32>").str();
  };
  return wrapKernel(
      {type(input), type(weights)}, {type(output)}, attributes,
      "%s = kernel.stage contraction -> " + type(output) +
          " {\n"
          "%c = tenon.convolution %arg0, %arg1 dims = [b, f, 0, 1] x "
          "[o, i, 0, 1] -> [b, f, 0, 1] " +
          window.str() + " : (" + type(input) + ", " + type(weights) + ") -> " +
          type(output) + "\n%z = tenon.constant dense<0.0> : " + type(output) +
          "\n%r = tenon.maximum %c, %z : " + type(output) +
          "\nkernel.yield %r : " + type(output) +
          "\n}\nkernel.yield %s : " + type(output) + "\n");
}

TEST(Convolution, DirectOnAHaloWithPackedWeights) {
  KernelRunner runner(convolution(
      "1x8x9x7", "24x8x3x3", "1x24x9x7",
      "padding_low = [1, 1] padding_high = [1, 1]",
      "tile = #kernel.tile<domain = [1, 24, 9, 7], sizes = [1, 24, 2, 7]>, "
      "input_layouts = [#kernel.layout<[0, 2, 3, 1], halo_low = [0, 0, 1, 1], "
      "halo_high = [0, 0, 1, 1]>, "
      "#kernel.layout<[0 floordiv 16, 2, 3, 1, 0 mod 16]>], "
      "output_layouts = [#kernel.layout<[0, 2, 3, 1], "
      "halo_low = [0, 0, 1, 1], halo_high = [0, 0, 1, 1]>]"));
  EXPECT_EQ(runner.check(close), "");
}

TEST(Convolution, StridedOneByOne) {
  KernelRunner runner(convolution(
      "2x16x8x8", "16x16x1x1", "2x16x4x4", "strides = [2, 2]",
      "tile = #kernel.tile<domain = [2, 16, 4, 4], sizes = [1, 16, 4, 4]>, "
      "input_layouts = [#kernel.layout<[0, 2, 3, 1]>, "
      "#kernel.layout<[0 floordiv 16, 2, 3, 1, 0 mod 16]>], "
      "output_layouts = [#kernel.layout<[0, 2, 3, 1]>]"));
  EXPECT_EQ(runner.check(close), "");
}

TEST(Convolution, WithoutHaloTheGenericWayIsTaken) {
  KernelRunner runner(
      convolution("1x3x9x10", "20x3x3x3", "1x20x5x5",
                  "strides = [2, 2] padding_low = [1, 1] padding_high = [1, 1]",
                  "output_layouts = [#kernel.layout<[0, 2, 3, 1]>]"));
  EXPECT_EQ(runner.check(close), "");
}

TEST(Convolution, Depthwise) {
  KernelRunner runner(convolution(
      "1x19x6x6", "19x1x3x3", "1x19x6x6",
      "padding_low = [1, 1] padding_high = [1, 1] feature_groups = 19",
      "input_layouts = [#kernel.layout<[0, 2, 3, 1]>, "
      "#kernel.layout<[2, 3, 1, 0]>], "
      "output_layouts = [#kernel.layout<[0, 2, 3, 1]>]"));
  EXPECT_EQ(runner.check(close), "");
  EXPECT_EQ(runner.emitText().find("vector.gather"), std::string::npos);
}

TEST(Convolution, GroupedDilatedReversed) {
  KernelRunner runner(convolution(
      "2x6x7x8", "8x3x2x3", "2x8x12x16",
      "padding_low = [0, 2] padding_high = [1, 1] lhs_dilation = [2, 2] "
      "rhs_dilation = [2, 1] reversal = [true, false] feature_groups = 2",
      ""));
  EXPECT_EQ(runner.check(close), "");
}

TEST(Convolution, MaxPoolOfChannelsLast) {
  KernelRunner runner(wrapKernel(
      {"tensor<1x19x9x9xf32>"}, {"tensor<1x19x5x5xf32>"},
      "tile = #kernel.tile<domain = [1, 19, 5, 5], sizes = [1, 19, 2, 5]>, "
      "input_layouts = [#kernel.layout<[0, 2, 3, 1]>], "
      "output_layouts = [#kernel.layout<[0, 2, 3, 1], "
      "halo_low = [0, 0, 1, 1], halo_high = [0, 0, 1, 1]>]",
      R"(
    %s = kernel.stage loop -> tensor<1x19x5x5xf32> {
      %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
      %r = tenon.reduce_window %arg0 init %ninf window = [1, 1, 3, 3]
          strides = [1, 1, 2, 2] padding_low = [0, 0, 1, 1] padding_high = [0, 0, 1, 1]
          : (tensor<1x19x9x9xf32>, tensor<f32>) -> tensor<1x19x5x5xf32> with maximum
      kernel.yield %r : tensor<1x19x5x5xf32>
    }
    kernel.yield %s : tensor<1x19x5x5xf32>
)"));
  EXPECT_EQ(runner.check({}), "");
}

TEST(Convolution, SumOfWindowsAlongTheLanes) {
  KernelRunner runner(
      wrapKernel({"tensor<3x37xf32>"}, {"tensor<3x37xf32>"}, "", R"(
    %s = kernel.stage loop -> tensor<3x37xf32> {
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %r = tenon.reduce_window %arg0 init %zero window = [1, 5]
          strides = [1, 1] padding_low = [0, 2] padding_high = [0, 2]
          : (tensor<3x37xf32>, tensor<f32>) -> tensor<3x37xf32> with add
      kernel.yield %r : tensor<3x37xf32>
    }
    kernel.yield %s : tensor<3x37xf32>
)"));
  EXPECT_EQ(runner.check(close), "");
}

} // namespace
