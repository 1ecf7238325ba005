#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

constexpr Tolerance exact;

TEST(LoopStage, AddsWithABroadcastBias) {
  KernelRunner runner(
      wrapKernel({"tensor<5x37xf32>", "tensor<37xf32>"}, {"tensor<5x37xf32>"},
                 "tile = #kernel.tile<domain = [5, 37], sizes = [2, 37]>", R"(
    %s = kernel.stage loop -> tensor<5x37xf32> {
      %b = tenon.broadcast_in_dim %arg1 dims = [1] : (tensor<37xf32>) -> tensor<5x37xf32>
      %r = tenon.add %arg0, %b : tensor<5x37xf32>
      kernel.yield %r : tensor<5x37xf32>
    }
    kernel.yield %s : tensor<5x37xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

TEST(LoopStage, TransposesAndReshapes) {
  KernelRunner runner(
      wrapKernel({"tensor<4x6x10xf32>"}, {"tensor<6x40xf32>"},
                 "tile = #kernel.tile<domain = [6, 40], sizes = [4, 16]>", R"(
    %s = kernel.stage loop -> tensor<6x40xf32> {
      %t = tenon.transpose %arg0 dims = [1, 0, 2] : (tensor<4x6x10xf32>) -> tensor<6x4x10xf32>
      %r = tenon.reshape %t : (tensor<6x4x10xf32>) -> tensor<6x40xf32>
      kernel.yield %r : tensor<6x40xf32>
    }
    kernel.yield %s : tensor<6x40xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

TEST(LoopStage, WritesPackedPanels) {
  KernelRunner runner(wrapKernel(
      {"tensor<19x40xf32>"}, {"tensor<19x40xf32>"},
      "tile = #kernel.tile<domain = [19, 40], sizes = [19, 32]>, "
      "output_layouts = [#kernel.layout<[1 floordiv 16, 0, 1 mod 16]>]",
      R"(
    %s = kernel.stage loop -> tensor<19x40xf32> {
      %r = tenon.negate %arg0 : tensor<19x40xf32>
      kernel.yield %r : tensor<19x40xf32>
    }
    kernel.yield %s : tensor<19x40xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

TEST(LoopStage, WritesPixelsWithAHalo) {
  KernelRunner runner(wrapKernel(
      {"tensor<1x11x5x7xf32>"}, {"tensor<1x11x5x7xf32>"},
      "tile = #kernel.tile<domain = [1, 11, 5, 7], sizes = [1, 11, 2, 7]>, "
      "output_layouts = [#kernel.layout<[0, 2, 3, 1], "
      "halo_low = [0, 0, 1, 1], halo_high = [0, 0, 1, 2]>]",
      R"(
    %s = kernel.stage loop -> tensor<1x11x5x7xf32> {
      %r = tenon.negate %arg0 : tensor<1x11x5x7xf32>
      kernel.yield %r : tensor<1x11x5x7xf32>
    }
    kernel.yield %s : tensor<1x11x5x7xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

TEST(LoopStage, JoinsSmallInnerDimensions) {
  KernelRunner runner(wrapKernel(
      {"tensor<9x3x5xf32>", "tensor<9x3x5xf32>"}, {"tensor<9x3x5xf32>"},
      "tile = #kernel.tile<domain = [9, 3, 5], sizes = [4, 3, 5]>", R"(
    %s = kernel.stage loop -> tensor<9x3x5xf32> {
      %r = tenon.multiply %arg0, %arg1 : tensor<9x3x5xf32>
      kernel.yield %r : tensor<9x3x5xf32>
    }
    kernel.yield %s : tensor<9x3x5xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
  EXPECT_EQ(runner.emitText().find("vector.gather"), std::string::npos);
}

TEST(LoopStage, PadsAndConcatenates) {
  KernelRunner runner(
      wrapKernel({"tensor<3x6xf32>", "tensor<f32>", "tensor<5x11xf32>"},
                 {"tensor<11x19xf32>"}, "", R"(
    %s = kernel.stage loop -> tensor<11x19xf32> {
      %p = tenon.pad %arg0, %arg1 low = [1, 2] high = [0, -1] interior = [2, 1]
          : (tensor<3x6xf32>, tensor<f32>) -> tensor<8x12xf32>
      %q = tenon.slice %p [0:6:1, 0:11:1] : (tensor<8x12xf32>) -> tensor<6x11xf32>
      %c = tenon.concatenate %arg2, %q dim = 0
          : (tensor<5x11xf32>, tensor<6x11xf32>) -> tensor<11x11xf32>
      %h = tenon.slice %c [0:11:1, 1:9:1] : (tensor<11x11xf32>) -> tensor<11x8xf32>
      %w = tenon.concatenate %h, %c dim = 1
          : (tensor<11x8xf32>, tensor<11x11xf32>) -> tensor<11x19xf32>
      kernel.yield %w : tensor<11x19xf32>
    }
    kernel.yield %s : tensor<11x19xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

TEST(LoopStage, StoresWhatItsRootIsMadeOf) {
  KernelRunner runner(wrapKernel(
      {"tensor<5x37xf32>"},
      {"tensor<37x5xf32>", "tensor<5x37xf32>", "tensor<1x5x37xf32>"},
      "tile = #kernel.tile<domain = [37, 5], sizes = [8, 5]>, "
      "output_layouts = [#kernel.layout<[0, 1]>, #kernel.layout<[0, 1], "
      "halo_low = [1, 2], halo_high = [0, 1]>, #kernel.layout<[0, 1, 2]>]",
      R"(
    %s:3 = kernel.stage loop -> (tensor<37x5xf32>, tensor<5x37xf32>, tensor<1x5x37xf32>) {
      %e = tenon.negate %arg0 : tensor<5x37xf32>
      %v = tenon.reverse %e dims = [1] : tensor<5x37xf32>
      %t = tenon.transpose %v dims = [1, 0] : (tensor<5x37xf32>) -> tensor<37x5xf32>
      %r = tenon.abs %t : (tensor<37x5xf32>) -> tensor<37x5xf32>
      %b = tenon.broadcast_in_dim %e dims = [1, 2] : (tensor<5x37xf32>) -> tensor<1x5x37xf32>
      kernel.yield %r, %e, %b : tensor<37x5xf32>, tensor<5x37xf32>, tensor<1x5x37xf32>
    }
    kernel.yield %s#0, %s#1, %s#2 : tensor<37x5xf32>, tensor<5x37xf32>, tensor<1x5x37xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

TEST(LoopStage, PermutesWithABroadcast) {
  KernelRunner runner(wrapKernel(
      {"tensor<4x1x6xf32>"}, {"tensor<4x1x6xf32>", "tensor<6x1x4x1xf32>"},
      "tile = #kernel.tile<domain = [4, 1, 6], sizes = [3, 1, 6]>", R"(
    %s:2 = kernel.stage loop -> (tensor<4x1x6xf32>, tensor<6x1x4x1xf32>) {
      %e = tenon.negate %arg0 : tensor<4x1x6xf32>
      %b = tenon.broadcast_in_dim %e dims = [2, 1, 0] : (tensor<4x1x6xf32>) -> tensor<6x1x4x1xf32>
      kernel.yield %e, %b : tensor<4x1x6xf32>, tensor<6x1x4x1xf32>
    }
    kernel.yield %s#0, %s#1 : tensor<4x1x6xf32>, tensor<6x1x4x1xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

// Tiles of the root end within lines of what it is a reshape of.
TEST(LoopStage, ZeroesTheHaloOfWhatIsReshaped) {
  KernelRunner runner(wrapKernel(
      {"tensor<6x10xf32>"}, {"tensor<60xf32>", "tensor<6x10xf32>"},
      "tile = #kernel.tile<domain = [60], sizes = [16]>, "
      "output_layouts = [#kernel.layout<[0]>, #kernel.layout<[0, 1], "
      "halo_low = [1, 1], halo_high = [2, 1]>]",
      R"(
    %s:2 = kernel.stage loop -> (tensor<60xf32>, tensor<6x10xf32>) {
      %e = tenon.negate %arg0 : tensor<6x10xf32>
      %r = tenon.reshape %e : (tensor<6x10xf32>) -> tensor<60xf32>
      kernel.yield %r, %e : tensor<60xf32>, tensor<6x10xf32>
    }
    kernel.yield %s#0, %s#1 : tensor<60xf32>, tensor<6x10xf32>
)"));
  EXPECT_EQ(runner.check(exact), "");
}

} // namespace
