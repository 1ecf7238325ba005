#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

TEST(MultiStage, AttentionOverBlocksOfQueries) {
  // Q, K and V lie in one product [rows, 3 * heads * depth].
  KernelRunner runner(wrapKernel(
      {"tensor<2x21x96xf32>"}, {"tensor<2x21x32xf32>"},
      "tile = #kernel.tile<domain = [2, 4, 21], sizes = [1, 1, 8]>", R"(
    %scores = kernel.stage contraction -> tensor<2x4x21x21xf32> {
      %q0 = tenon.slice %arg0 [0:2:1, 0:21:1, 0:32:1] : (tensor<2x21x96xf32>) -> tensor<2x21x32xf32>
      %q1 = tenon.reshape %q0 : (tensor<2x21x32xf32>) -> tensor<2x21x4x8xf32>
      %q = tenon.transpose %q1 dims = [0, 2, 1, 3] : (tensor<2x21x4x8xf32>) -> tensor<2x4x21x8xf32>
      %k0 = tenon.slice %arg0 [0:2:1, 0:21:1, 32:64:1] : (tensor<2x21x96xf32>) -> tensor<2x21x32xf32>
      %k1 = tenon.reshape %k0 : (tensor<2x21x32xf32>) -> tensor<2x21x4x8xf32>
      %k = tenon.transpose %k1 dims = [0, 2, 3, 1] : (tensor<2x21x4x8xf32>) -> tensor<2x4x8x21xf32>
      %d = tenon.dot_general %q, %k batch = [0, 1] x [0, 1] contract = [3] x [2]
          : (tensor<2x4x21x8xf32>, tensor<2x4x8x21xf32>) -> tensor<2x4x21x21xf32>
      %scale = tenon.constant dense<0.35> : tensor<2x4x21x21xf32>
      %r = tenon.multiply %d, %scale : tensor<2x4x21x21xf32>
      kernel.yield %r : tensor<2x4x21x21xf32>
    }
    %weights = kernel.stage row -> tensor<2x4x21x21xf32> {
      %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %m = tenon.reduce %scores init %ninf dims = [3] : (tensor<2x4x21x21xf32>, tensor<f32>) -> tensor<2x4x21xf32> with maximum
      %mb = tenon.broadcast_in_dim %m dims = [0, 1, 2] : (tensor<2x4x21xf32>) -> tensor<2x4x21x21xf32>
      %c = tenon.subtract %scores, %mb : tensor<2x4x21x21xf32>
      %e = tenon.exponential %c : tensor<2x4x21x21xf32>
      %t = tenon.reduce %e init %zero dims = [3] : (tensor<2x4x21x21xf32>, tensor<f32>) -> tensor<2x4x21xf32> with add
      %tb = tenon.broadcast_in_dim %t dims = [0, 1, 2] : (tensor<2x4x21xf32>) -> tensor<2x4x21x21xf32>
      %p = tenon.divide %e, %tb : tensor<2x4x21x21xf32>
      kernel.yield %p : tensor<2x4x21x21xf32>
    }
    %context = kernel.stage contraction -> tensor<2x21x32xf32> {
      %v0 = tenon.slice %arg0 [0:2:1, 0:21:1, 64:96:1] : (tensor<2x21x96xf32>) -> tensor<2x21x32xf32>
      %v1 = tenon.reshape %v0 : (tensor<2x21x32xf32>) -> tensor<2x21x4x8xf32>
      %v = tenon.transpose %v1 dims = [0, 2, 1, 3] : (tensor<2x21x4x8xf32>) -> tensor<2x4x21x8xf32>
      %o = tenon.dot_general %weights, %v batch = [0, 1] x [0, 1] contract = [3] x [2]
          : (tensor<2x4x21x21xf32>, tensor<2x4x21x8xf32>) -> tensor<2x4x21x8xf32>
      %ot = tenon.transpose %o dims = [0, 2, 1, 3] : (tensor<2x4x21x8xf32>) -> tensor<2x21x4x8xf32>
      %or = tenon.reshape %ot : (tensor<2x21x4x8xf32>) -> tensor<2x21x32xf32>
      kernel.yield %or : tensor<2x21x32xf32>
    }
    kernel.yield %context : tensor<2x21x32xf32>
)"));
  EXPECT_EQ(runner.check({1e-5, 1e-5}), "");
}

TEST(MultiStage, DotResidualLayerNorm) {
  KernelRunner runner(wrapKernel(
      {"tensor<2x11x24xf32>", "tensor<24x40xf32>", "tensor<2x11x40xf32>"},
      {"tensor<2x11x40xf32>"},
      "tile = #kernel.tile<domain = [2, 11], sizes = [1, 4]>, "
      "input_layouts = [#kernel.layout<[0, 1, 2]>, "
      "#kernel.layout<[1 floordiv 16, 0, 1 mod 16]>, "
      "#kernel.layout<[0, 1, 2]>]",
      R"(
    %sum = kernel.stage contraction -> tensor<2x11x40xf32> {
      %d = tenon.dot_general %arg0, %arg1 contract = [2] x [0]
          : (tensor<2x11x24xf32>, tensor<24x40xf32>) -> tensor<2x11x40xf32>
      %a = tenon.add %d, %arg2 : tensor<2x11x40xf32>
      kernel.yield %a : tensor<2x11x40xf32>
    }
    %s = kernel.stage row -> tensor<2x11x40xf32> {
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %n = tenon.constant dense<40.0> : tensor<2x11xf32>
      %eps = tenon.constant dense<1.0e-5> : tensor<2x11xf32>
      %t = tenon.reduce %sum init %zero dims = [2] : (tensor<2x11x40xf32>, tensor<f32>) -> tensor<2x11xf32> with add
      %mean = tenon.divide %t, %n : tensor<2x11xf32>
      %mb = tenon.broadcast_in_dim %mean dims = [0, 1] : (tensor<2x11xf32>) -> tensor<2x11x40xf32>
      %c = tenon.subtract %sum, %mb : tensor<2x11x40xf32>
      %q = tenon.multiply %c, %c : tensor<2x11x40xf32>
      %u = tenon.reduce %q init %zero dims = [2] : (tensor<2x11x40xf32>, tensor<f32>) -> tensor<2x11xf32> with add
      %var = tenon.divide %u, %n : tensor<2x11xf32>
      %ve = tenon.add %var, %eps : tensor<2x11xf32>
      %rs = tenon.rsqrt %ve : tensor<2x11xf32>
      %rb = tenon.broadcast_in_dim %rs dims = [0, 1] : (tensor<2x11xf32>) -> tensor<2x11x40xf32>
      %y = tenon.multiply %c, %rb : tensor<2x11x40xf32>
      kernel.yield %y : tensor<2x11x40xf32>
    }
    kernel.yield %s : tensor<2x11x40xf32>
)"));
  EXPECT_EQ(runner.check({2e-5, 2e-5}), "");
}

} // namespace
