// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon.entry(tenon-fold-scale-into-contraction))' | FileCheck %s

tenon.weight @w : tensor<8x4x3x3xf32> {file = "w.bin", offset = 0 : i64}
tenon.weight @mean : tensor<8xf32> {file = "w.bin", offset = 2048 : i64}
tenon.weight @scale : tensor<8xf32> {file = "w.bin", offset = 2304 : i64}

// (conv(x, w) - mean) * scale becomes conv(x, w * scale) - mean * scale.
// CHECK-LABEL: tenon.entry @batch_norm
// CHECK: %[[SW:.*]] = tenon.broadcast_in_dim %{{.*}} dims = [0] : (tensor<8xf32>) -> tensor<8x4x3x3xf32>
// CHECK: %[[W:.*]] = tenon.multiply %{{.*}}, %[[SW]] : tensor<8x4x3x3xf32>
// CHECK: %[[C:.*]] = tenon.convolution %{{.*}}, %[[W]]
// CHECK: %[[M:.*]] = tenon.multiply %{{.*}} : tensor<8xf32>
// CHECK: %[[MB:.*]] = tenon.broadcast_in_dim %[[M]]
// CHECK: %[[Y:.*]] = tenon.subtract %[[C]], %[[MB]]
// CHECK: tenon.return %[[Y]]
tenon.entry @batch_norm(%x: tensor<1x4x8x8xf32>) -> tensor<1x8x6x6xf32> {
  %w = tenon.get_weight @w : tensor<8x4x3x3xf32>
  %mean = tenon.get_weight @mean : tensor<8xf32>
  %scale = tenon.get_weight @scale : tensor<8xf32>
  %c = tenon.convolution %x, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  %mb = tenon.broadcast_in_dim %mean dims = [1] : (tensor<8xf32>) -> tensor<1x8x6x6xf32>
  %sb = tenon.broadcast_in_dim %scale dims = [1] : (tensor<8xf32>) -> tensor<1x8x6x6xf32>
  %s = tenon.subtract %c, %mb : tensor<1x8x6x6xf32>
  %y = tenon.multiply %s, %sb : tensor<1x8x6x6xf32>
  tenon.return %y : tensor<1x8x6x6xf32>
}

// A scale that is not known at compile time stays.
// CHECK-LABEL: tenon.entry @unknown_scale
// CHECK: tenon.convolution
// CHECK: tenon.multiply {{.*}} : tensor<1x8x6x6xf32>
tenon.entry @unknown_scale(%x: tensor<1x4x8x8xf32>, %s: tensor<8xf32>) -> tensor<1x8x6x6xf32> {
  %w = tenon.get_weight @w : tensor<8x4x3x3xf32>
  %c = tenon.convolution %x, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32>
  %sb = tenon.broadcast_in_dim %s dims = [1] : (tensor<8xf32>) -> tensor<1x8x6x6xf32>
  %y = tenon.multiply %c, %sb : tensor<1x8x6x6xf32>
  tenon.return %y : tensor<1x8x6x6xf32>
}
