// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon-hoist-weights,tenon.entry(tenon-fuse),tenon-assign-layouts{panel-width=16},tenon-verify-layouts)' | FileCheck %s

tenon.weight @w1 : tensor<32x3x3x3xf32> {file = "w.bin", offset = 0 : i64}
tenon.weight @w2 : tensor<32x32x3x3xf32> {file = "w.bin", offset = 4096 : i64}
tenon.weight @w3 : tensor<32x1x3x3xf32> {file = "w.bin", offset = 65536 : i64}

// Weights become panels, at compile time.
// CHECK: kernel.prepared @prepared_0 : tensor<32x3x3x3xf32> <[0 floordiv 16, 2, 3, 1, 0 mod 16]>

// The input of the first convolution is copied to channels last with a halo;
// its result has the halo that the second one asks for; what the caller sees
// is row major.
// CHECK-LABEL: tenon.entry @predict
// CHECK: kernel.fused "relayout" {{.*}}output_layouts = [#kernel.layout<[0, 2, 3, 1], halo_low = [0, 0, 1, 1], halo_high = [0, 0, 1, 1]>]
// CHECK: kernel.fused "convolution_maximum" {{.*}}output_layouts = [#kernel.layout<[0, 2, 3, 1], halo_low = [0, 0, 1, 1], halo_high = [0, 0, 1, 1]>]
// CHECK: kernel.fused "convolution" {{.*}}output_layouts = [#kernel.layout<[0, 1, 2, 3]>]
tenon.entry @predict(%x: tensor<1x3x64x64xf32>) -> tensor<1x32x64x64xf32> {
  %w1 = tenon.get_weight @w1 : tensor<32x3x3x3xf32>
  %w2 = tenon.get_weight @w2 : tensor<32x32x3x3xf32>
  %c1 = tenon.convolution %x, %w1 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x3x64x64xf32>, tensor<32x3x3x3xf32>) -> tensor<1x32x64x64xf32>
  %z = tenon.constant dense<0.0> : tensor<1x32x64x64xf32>
  %r = tenon.maximum %c1, %z : tensor<1x32x64x64xf32>
  %c2 = tenon.convolution %r, %w2 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x32x64x64xf32>, tensor<32x32x3x3xf32>) -> tensor<1x32x64x64xf32>
  tenon.return %c2 : tensor<1x32x64x64xf32>
}

// A small image is padded in tile scratch: no halo and no copy; its order is
// channels last all the same. Where images are summed over, the order is that
// of the forward convolution.
// CHECK-LABEL: tenon.entry @small_images
// CHECK: kernel.fused "convolution_maximum" {{.*}}input_layouts = [#kernel.layout<[0, 1, 2, 3]>, {{.*}}output_layouts = [#kernel.layout<[0, 2, 3, 1]>]
// CHECK: kernel.fused "convolution" {{.*}}input_layouts = [#kernel.layout<[0, 2, 3, 1]>, #kernel.layout<[0, 1, 2, 3]>]
// CHECK-NOT: relayout
tenon.entry @small_images(%x: tensor<4x3x8x8xf32>, %dy: tensor<4x32x8x8xf32>) -> tensor<32x32x3x3xf32> {
  %w1 = tenon.get_weight @w1 : tensor<32x3x3x3xf32>
  %c1 = tenon.convolution %x, %w1 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<4x3x8x8xf32>, tensor<32x3x3x3xf32>) -> tensor<4x32x8x8xf32>
  %z = tenon.constant dense<0.0> : tensor<4x32x8x8xf32>
  %r = tenon.maximum %c1, %z : tensor<4x32x8x8xf32>
  %dw = tenon.convolution %r, %dy dims = [f, b, 0, 1] x [i, o, 0, 1] -> [f, b, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<4x32x8x8xf32>, tensor<4x32x8x8xf32>) -> tensor<32x32x3x3xf32>
  tenon.return %dw : tensor<32x32x3x3xf32>
}

// A residual that dies in an epilogue gives its buffer to the result; an input
// of the caller does not, and a returned value has the caller's buffer.
// CHECK-LABEL: tenon.entry @in_place
// CHECK: "exponential"{{.*}}ties = array<i64: -1>
// CHECK: "dot_general_add"{{.*}}ties = array<i64: 2>
// CHECK: "dot_general"{{.*}}ties = array<i64: -1>
tenon.entry @in_place(%x: tensor<8x8xf32>, %y: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %a = tenon.exponential %x : tensor<8x8xf32>
  %d = tenon.dot_general %x, %y contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %s = tenon.add %d, %a : tensor<8x8xf32>
  %r = tenon.dot_general %s, %y contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  tenon.return %r : tensor<8x8xf32>
}

// A value that its only reader transposes is stored in the reader's order.
// CHECK-LABEL: tenon.entry @transposed
// CHECK: kernel.fused "exponential"{{.*}}output_layouts = [#kernel.layout<[1, 0]>]
tenon.entry @transposed(%x: tensor<8x16xf32>, %y: tensor<8x8xf32>) -> tensor<16x8xf32> {
  %a = tenon.exponential %x : tensor<8x16xf32>
  %t = tenon.transpose %a dims = [1, 0] : (tensor<8x16xf32>) -> tensor<16x8xf32>
  %r = tenon.dot_general %t, %y contract = [1] x [0] : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  tenon.return %r : tensor<16x8xf32>
}

// The residual of a block is read by the block itself too, but always before
// the sum that overwrites it.
// CHECK-LABEL: tenon.entry @residual
// CHECK: "exponential"{{.*}}ties = array<i64: -1>
// CHECK: "dot_general" {{.*}}ties = array<i64: -1>
// CHECK: "dot_general_add"{{.*}}ties = array<i64: 2>
tenon.entry @residual(%x: tensor<8x8xf32>, %y: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %a = tenon.exponential %x : tensor<8x8xf32>
  %d = tenon.dot_general %a, %y contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %e = tenon.dot_general %d, %y contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %s = tenon.add %e, %a : tensor<8x8xf32>
  %r = tenon.dot_general %s, %y contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  tenon.return %r : tensor<8x8xf32>
}

// A reader that does not come before keeps the buffer.
// CHECK-LABEL: tenon.entry @still_read
// CHECK: "dot_general_add"{{.*}}ties = array<i64: -1>
tenon.entry @still_read(%x: tensor<8x8xf32>, %y: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %a = tenon.exponential %x : tensor<8x8xf32>
  %d = tenon.dot_general %x, %y contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %s = tenon.add %d, %a : tensor<8x8xf32>
  %r = tenon.dot_general %s, %a contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  tenon.return %r : tensor<8x8xf32>
}

// Groups of channels and all pixels are one row, which lies apart where
// channels are last: the row is read from a row-major copy. Rows of pixels lie
// together in either order.
// CHECK-LABEL: tenon.entry @rows_of_an_image
// CHECK: %[[Y:.*]] = kernel.fused "convolution" {{.*}}output_layouts = [#kernel.layout<[0, 2, 3, 1]>]
// CHECK: %[[COPY:.*]] = kernel.fused "relayout" ({{.*}} = %[[Y]]) {{.*}}output_layouts = [#kernel.layout<[0, 1, 2, 3]>]
// CHECK: kernel.fused "reduce" ({{.*}} = %[[COPY]])
// CHECK: kernel.fused "reduce" ({{.*}} = %[[Y]])
// CHECK: kernel.fused "convolution" ({{.*}} = %[[Y]],
tenon.entry @rows_of_an_image(%x: tensor<1x8x9x9xf32>, %w: tensor<8x8x1x1xf32>)
    -> (tensor<1x2xf32>, tensor<1x8xf32>, tensor<1x8x9x9xf32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %y = tenon.convolution %x, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] : (tensor<1x8x9x9xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x9x9xf32>
  %groups = tenon.reshape %y : (tensor<1x8x9x9xf32>) -> tensor<1x2x324xf32>
  %a = tenon.reduce %groups init %zero dims = [2] : (tensor<1x2x324xf32>, tensor<f32>) -> tensor<1x2xf32> with add
  %pixels = tenon.reshape %y : (tensor<1x8x9x9xf32>) -> tensor<1x8x81xf32>
  %c = tenon.reduce %pixels init %zero dims = [2] : (tensor<1x8x81xf32>, tensor<f32>) -> tensor<1x8xf32> with add
  %z = tenon.convolution %y, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] : (tensor<1x8x9x9xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x9x9xf32>
  tenon.return %a, %c, %z : tensor<1x2xf32>, tensor<1x8xf32>, tensor<1x8x9x9xf32>
}

// The weights of a convolution with channels as groups are no panels, but have
// output features last.
// CHECK: kernel.prepared {{.*}} : tensor<32x1x3x3xf32> <[2, 3, 1, 0]>
// CHECK-LABEL: tenon.entry @channels_as_groups
// CHECK: kernel.fused "convolution" ({{.*}}) {{.*}}input_layouts = [{{.*}}, #kernel.layout<[2, 3, 1, 0]>]
tenon.entry @channels_as_groups(%x: tensor<1x32x8x8xf32>) -> tensor<1x32x6x6xf32> {
  %w3 = tenon.get_weight @w3 : tensor<32x1x3x3xf32>
  %y = tenon.convolution %x, %w3 dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] feature_groups = 32 : (tensor<1x32x8x8xf32>, tensor<32x1x3x3xf32>) -> tensor<1x32x6x6xf32>
  tenon.return %y : tensor<1x32x6x6xf32>
}
