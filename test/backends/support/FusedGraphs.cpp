#include "test/backends/support/FusedGraphs.h"

namespace tenon::fusedgraphs {

const char *const multilayerPerceptron = R"(
tenon.entry @f(%x: tensor<10x24xf32>, %w: tensor<24x40xf32>, %b: tensor<40xf32>,
               %v: tensor<40x10xf32>) -> tensor<10x10xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<10x24xf32>, tensor<24x40xf32>) -> tensor<10x40xf32>
  %bb = tenon.broadcast_in_dim %b dims = [1] : (tensor<40xf32>) -> tensor<10x40xf32>
  %s = tenon.add %d, %bb : tensor<10x40xf32>
  %z = tenon.constant dense<0.0> : tensor<10x40xf32>
  %h = tenon.maximum %s, %z : tensor<10x40xf32>
  %e = tenon.dot_general %h, %v contract = [1] x [0] : (tensor<10x40xf32>, tensor<40x10xf32>) -> tensor<10x10xf32>
  %y = tenon.softmax %e axis = 1 : tensor<10x10xf32>
  tenon.return %y : tensor<10x10xf32>
})";

const char *const encoderBlock = R"(
tenon.entry @f(%x: tensor<2x19x32xf32>, %wq: tensor<32x32xf32>, %wk: tensor<32x32xf32>,
               %wv: tensor<32x32xf32>, %mask: tensor<2x1x1x19xf32>, %g: tensor<32xf32>, %b: tensor<32xf32>)
    -> tensor<2x19x32xf32> {
  %q0 = tenon.dot_general %x, %wq contract = [2] x [0] : (tensor<2x19x32xf32>, tensor<32x32xf32>) -> tensor<2x19x32xf32>
  %k0 = tenon.dot_general %x, %wk contract = [2] x [0] : (tensor<2x19x32xf32>, tensor<32x32xf32>) -> tensor<2x19x32xf32>
  %v0 = tenon.dot_general %x, %wv contract = [2] x [0] : (tensor<2x19x32xf32>, tensor<32x32xf32>) -> tensor<2x19x32xf32>
  %q1 = tenon.reshape %q0 : (tensor<2x19x32xf32>) -> tensor<2x19x4x8xf32>
  %k1 = tenon.reshape %k0 : (tensor<2x19x32xf32>) -> tensor<2x19x4x8xf32>
  %v1 = tenon.reshape %v0 : (tensor<2x19x32xf32>) -> tensor<2x19x4x8xf32>
  %q = tenon.transpose %q1 dims = [0, 2, 1, 3] : (tensor<2x19x4x8xf32>) -> tensor<2x4x19x8xf32>
  %k = tenon.transpose %k1 dims = [0, 2, 3, 1] : (tensor<2x19x4x8xf32>) -> tensor<2x4x8x19xf32>
  %v = tenon.transpose %v1 dims = [0, 2, 1, 3] : (tensor<2x19x4x8xf32>) -> tensor<2x4x19x8xf32>
  %d = tenon.dot_general %q, %k batch = [0, 1] x [0, 1] contract = [3] x [2] : (tensor<2x4x19x8xf32>, tensor<2x4x8x19xf32>) -> tensor<2x4x19x19xf32>
  %scale = tenon.constant dense<0.35> : tensor<2x4x19x19xf32>
  %sc = tenon.multiply %d, %scale : tensor<2x4x19x19xf32>
  %mb = tenon.broadcast_in_dim %mask dims = [0, 1, 2, 3] : (tensor<2x1x1x19xf32>) -> tensor<2x4x19x19xf32>
  %sm = tenon.add %sc, %mb : tensor<2x4x19x19xf32>
  %p = tenon.softmax %sm axis = 3 : tensor<2x4x19x19xf32>
  %o = tenon.dot_general %p, %v batch = [0, 1] x [0, 1] contract = [3] x [2] : (tensor<2x4x19x19xf32>, tensor<2x4x19x8xf32>) -> tensor<2x4x19x8xf32>
  %ot = tenon.transpose %o dims = [0, 2, 1, 3] : (tensor<2x4x19x8xf32>) -> tensor<2x19x4x8xf32>
  %or = tenon.reshape %ot : (tensor<2x19x4x8xf32>) -> tensor<2x19x32xf32>
  %r = tenon.add %or, %x : tensor<2x19x32xf32>
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %n = tenon.constant dense<32.0> : tensor<2x19xf32>
  %eps = tenon.constant dense<1.0e-5> : tensor<2x19xf32>
  %t = tenon.reduce %r init %zero dims = [2] : (tensor<2x19x32xf32>, tensor<f32>) -> tensor<2x19xf32> with add
  %mean = tenon.divide %t, %n : tensor<2x19xf32>
  %meanb = tenon.broadcast_in_dim %mean dims = [0, 1] : (tensor<2x19xf32>) -> tensor<2x19x32xf32>
  %c = tenon.subtract %r, %meanb : tensor<2x19x32xf32>
  %c2 = tenon.multiply %c, %c : tensor<2x19x32xf32>
  %u = tenon.reduce %c2 init %zero dims = [2] : (tensor<2x19x32xf32>, tensor<f32>) -> tensor<2x19xf32> with add
  %var = tenon.divide %u, %n : tensor<2x19xf32>
  %ve = tenon.add %var, %eps : tensor<2x19xf32>
  %sd = tenon.sqrt %ve : tensor<2x19xf32>
  %sdb = tenon.broadcast_in_dim %sd dims = [0, 1] : (tensor<2x19xf32>) -> tensor<2x19x32xf32>
  %nx = tenon.divide %c, %sdb : tensor<2x19x32xf32>
  %gb = tenon.broadcast_in_dim %g dims = [2] : (tensor<32xf32>) -> tensor<2x19x32xf32>
  %bb = tenon.broadcast_in_dim %b dims = [2] : (tensor<32xf32>) -> tensor<2x19x32xf32>
  %ng = tenon.multiply %nx, %gb : tensor<2x19x32xf32>
  %y = tenon.add %ng, %bb : tensor<2x19x32xf32>
  tenon.return %y : tensor<2x19x32xf32>
})";

const char *const residualBlockOfPixels = R"(
tenon.entry @f(%x: tensor<1x16x10x10xf32>, %w1: tensor<32x16x3x3xf32>, %w2: tensor<32x32x3x3xf32>,
               %w3: tensor<32x16x1x1xf32>, %b: tensor<32xf32>) -> (tensor<1x32xf32>, tensor<1x32x3x3xf32>) {
  %c1 = tenon.convolution %x, %w1 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] strides = [2, 2] padding_low = [1, 1] padding_high = [1, 1]
      : (tensor<1x16x10x10xf32>, tensor<32x16x3x3xf32>) -> tensor<1x32x5x5xf32>
  %bb = tenon.broadcast_in_dim %b dims = [1] : (tensor<32xf32>) -> tensor<1x32x5x5xf32>
  %s1 = tenon.add %c1, %bb : tensor<1x32x5x5xf32>
  %z = tenon.constant dense<0.0> : tensor<1x32x5x5xf32>
  %h = tenon.maximum %s1, %z : tensor<1x32x5x5xf32>
  %c2 = tenon.convolution %h, %w2 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1]
      : (tensor<1x32x5x5xf32>, tensor<32x32x3x3xf32>) -> tensor<1x32x5x5xf32>
  %c3 = tenon.convolution %x, %w3 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] strides = [2, 2]
      : (tensor<1x16x10x10xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x5x5xf32>
  %s2 = tenon.add %c2, %c3 : tensor<1x32x5x5xf32>
  %r = tenon.maximum %s2, %z : tensor<1x32x5x5xf32>
  %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
  %pool = tenon.reduce_window %r init %ninf window = [1, 1, 3, 3] strides = [1, 1, 2, 2]
      padding_low = [0, 0, 1, 1] padding_high = [0, 0, 1, 1] : (tensor<1x32x5x5xf32>, tensor<f32>) -> tensor<1x32x3x3xf32> with maximum
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %t = tenon.reduce %r init %zero dims = [2, 3] : (tensor<1x32x5x5xf32>, tensor<f32>) -> tensor<1x32xf32> with add
  %n = tenon.constant dense<25.0> : tensor<1x32xf32>
  %m = tenon.divide %t, %n : tensor<1x32xf32>
  tenon.return %m, %pool : tensor<1x32xf32>, tensor<1x32x3x3xf32>
})";

const char *const embeddingsAndGelu = R"(
tenon.entry @f(%ids: tensor<2x9xi64>, %table: tensor<6x40xf32>, %pos: tensor<12x40xf32>, %w: tensor<40x24xf32>) -> tensor<2x9x24xf32> {
  %e = tenon.gather %table at %ids offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0]
      index_vector_dim = 2 slice_sizes = [1, 40] : (tensor<6x40xf32>, tensor<2x9xi64>) -> tensor<2x9x40xf32>
  %p = tenon.slice %pos [2:11:1, 0:40:1] : (tensor<12x40xf32>) -> tensor<9x40xf32>
  %pb = tenon.broadcast_in_dim %p dims = [1, 2] : (tensor<9x40xf32>) -> tensor<2x9x40xf32>
  %s = tenon.add %e, %pb : tensor<2x9x40xf32>
  %d = tenon.dot_general %s, %w contract = [2] x [0] : (tensor<2x9x40xf32>, tensor<40x24xf32>) -> tensor<2x9x24xf32>
  %g = tenon.gelu exact %d : tensor<2x9x24xf32>
  tenon.return %g : tensor<2x9x24xf32>
})";

} // namespace tenon::fusedgraphs
