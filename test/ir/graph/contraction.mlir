// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @dot
tenon.entry @dot(%a: tensor<8x4x6xf32> {tenon.name = "a"}, %b: tensor<8x6x5xf32> {tenon.name = "b"}, %h: tensor<4x6xbf16> {tenon.name = "h"}, %q: tensor<6x5xi8> {tenon.name = "q"}, %d: tensor<?x6xf32, #tenon.bounds<[9, ?]>> {tenon.name = "d"}) {
  // CHECK: tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  // CHECK: tenon.dot_general %a, %b contract = [0, 2] x [0, 1] precision = HIGH x HIGHEST : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<4x5xf32>
  %1 = tenon.dot_general %a, %b contract = [0, 2] x [0, 1] precision = HIGH x HIGHEST : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<4x5xf32>
  // CHECK: tenon.dot_general %h, %h contract = [1] x [1] : (tensor<4x6xbf16>, tensor<4x6xbf16>) -> tensor<4x4xf32>
  %2 = tenon.dot_general %h, %h contract = [1] x [1] : (tensor<4x6xbf16>, tensor<4x6xbf16>) -> tensor<4x4xf32>
  // CHECK: tenon.dot_general %q, %q contract = [0] x [0] : (tensor<6x5xi8>, tensor<6x5xi8>) -> tensor<5x5xi32>
  %3 = tenon.dot_general %q, %q contract = [0] x [0] : (tensor<6x5xi8>, tensor<6x5xi8>) -> tensor<5x5xi32>
  // CHECK: tenon.dot_general %h, %h : (tensor<4x6xbf16>, tensor<4x6xbf16>) -> tensor<4x6x4x6xbf16>
  %4 = tenon.dot_general %h, %h : (tensor<4x6xbf16>, tensor<4x6xbf16>) -> tensor<4x6x4x6xbf16>
  // CHECK: tenon.dot_general %d, %a contract = [1] x [2] : (tensor<?x6xf32, #tenon.bounds<[9, ?]>>, tensor<8x4x6xf32>) -> tensor<?x8x4xf32, #tenon.bounds<[9, ?, ?]>>
  %5 = tenon.dot_general %d, %a contract = [1] x [2] : (tensor<?x6xf32, #tenon.bounds<[9, ?]>>, tensor<8x4x6xf32>) -> tensor<?x8x4xf32, #tenon.bounds<[9, ?, ?]>>
  tenon.return
}

// CHECK-LABEL: tenon.entry @convolution
tenon.entry @convolution(%x: tensor<1x56x56x64xf32> {tenon.name = "x"}, %w: tensor<3x3x64x128xf32> {tenon.name = "w"}, %d: tensor<3x3x1x64xf32> {tenon.name = "d"}, %y: tensor<64x3x5x7xf32> {tenon.name = "y"}, %v: tensor<10x3x2x2xf32> {tenon.name = "v"}, %s: tensor<4x4xf32> {tenon.name = "s"}) {
  // CHECK: tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] strides = [2, 2] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x28x28x128xf32>
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] strides = [2, 2] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x28x28x128xf32>
  // CHECK: tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  %1 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  // CHECK: tenon.convolution %x, %d dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] feature_groups = 64 : (tensor<1x56x56x64xf32>, tensor<3x3x1x64xf32>) -> tensor<1x54x54x64xf32>
  %2 = tenon.convolution %x, %d dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] feature_groups = 64 : (tensor<1x56x56x64xf32>, tensor<3x3x1x64xf32>) -> tensor<1x54x54x64xf32>
  // CHECK: tenon.convolution %y, %v dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, 1, f, 0] lhs_dilation = [2, 1] rhs_dilation = [1, 3] reversal = [true, false] batch_groups = 2 precision = HIGHEST x DEFAULT : (tensor<64x3x5x7xf32>, tensor<10x3x2x2xf32>) -> tensor<32x4x10x8xf32>
  %3 = tenon.convolution %y, %v dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, 1, f, 0] lhs_dilation = [2, 1] rhs_dilation = [1, 3] reversal = [true, false] batch_groups = 2 precision = HIGHEST x DEFAULT : (tensor<64x3x5x7xf32>, tensor<10x3x2x2xf32>) -> tensor<32x4x10x8xf32>
  // CHECK: tenon.convolution %s, %s dims = [b, f] x [i, o] -> [f, b] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %4 = tenon.convolution %s, %s dims = [b, f] x [i, o] -> [f, b] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  tenon.return
}
