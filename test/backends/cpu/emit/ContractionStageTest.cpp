#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

constexpr Tolerance close{1e-5, 1e-5};

TEST(ContractionStage, DotBiasRelu) {
  KernelRunner runner(wrapKernel(
      {"tensor<13x24xf32>", "tensor<24x40xf32>", "tensor<40xf32>"},
      {"tensor<13x40xf32>"},
      "tile = #kernel.tile<domain = [13, 40], sizes = [6, 32]>, "
      "input_layouts = [#kernel.layout<[0, 1]>, "
      "#kernel.layout<[1 floordiv 16, 0, 1 mod 16]>, #kernel.layout<[0]>]",
      R"(
    %s = kernel.stage contraction -> tensor<13x40xf32> {
      %d = tenon.dot_general %arg0, %arg1 contract = [1] x [0]
          : (tensor<13x24xf32>, tensor<24x40xf32>) -> tensor<13x40xf32>
      %b = tenon.broadcast_in_dim %arg2 dims = [1] : (tensor<40xf32>) -> tensor<13x40xf32>
      %a = tenon.add %d, %b : tensor<13x40xf32>
      %z = tenon.constant dense<0.0> : tensor<13x40xf32>
      %r = tenon.maximum %a, %z : tensor<13x40xf32>
      kernel.yield %r : tensor<13x40xf32>
    }
    kernel.yield %s : tensor<13x40xf32>
)"));
  EXPECT_EQ(runner.check(close), "");
}

} // namespace
