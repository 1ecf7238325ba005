// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @static
tenon.entry @static(%x: tensor<4x6xf32> {tenon.name = "x"}, %s: tensor<f32> {tenon.name = "s"}, %i: tensor<i64> {tenon.name = "i"}, %u: tensor<1x6xf32> {tenon.name = "u"}) {
  // CHECK: tenon.broadcast_in_dim %s dims = [] : (tensor<f32>) -> tensor<4x6xf32>
  %0 = tenon.broadcast_in_dim %s dims = [] : (tensor<f32>) -> tensor<4x6xf32>
  // CHECK: tenon.broadcast_in_dim %u dims = [2, 0] : (tensor<1x6xf32>) -> tensor<6x3x5xf32>
  %1 = tenon.broadcast_in_dim %u dims = [2, 0] : (tensor<1x6xf32>) -> tensor<6x3x5xf32>
  // CHECK: tenon.reshape %x : (tensor<4x6xf32>) -> tensor<2x12xf32>
  %2 = tenon.reshape %x : (tensor<4x6xf32>) -> tensor<2x12xf32>
  // CHECK: tenon.transpose %x dims = [1, 0] : (tensor<4x6xf32>) -> tensor<6x4xf32>
  %3 = tenon.transpose %x dims = [1, 0] : (tensor<4x6xf32>) -> tensor<6x4xf32>
  // CHECK: tenon.slice %x [0:4, 1:6:2] : (tensor<4x6xf32>) -> tensor<4x3xf32>
  %4 = tenon.slice %x [0:4, 1:6:2] : (tensor<4x6xf32>) -> tensor<4x3xf32>
  // CHECK: tenon.slice %x [2:2, 0:6] : (tensor<4x6xf32>) -> tensor<0x6xf32>
  %5 = tenon.slice %x [2:2, 0:6] : (tensor<4x6xf32>) -> tensor<0x6xf32>
  // CHECK: tenon.pad %x, %s low = [0, 1] high = [1, -2] interior = [1, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<8x5xf32>
  %6 = tenon.pad %x, %s low = [0, 1] high = [1, -2] interior = [1, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<8x5xf32>
  // CHECK: tenon.concatenate %x, %u, %x dim = 0 : (tensor<4x6xf32>, tensor<1x6xf32>, tensor<4x6xf32>) -> tensor<9x6xf32>
  %7 = tenon.concatenate %x, %u, %x dim = 0 : (tensor<4x6xf32>, tensor<1x6xf32>, tensor<4x6xf32>) -> tensor<9x6xf32>
  // CHECK: tenon.iota dim = 1 : tensor<4x5xi32>
  %8 = tenon.iota dim = 1 : tensor<4x5xi32>
  // CHECK: tenon.reverse %x dims = [1, 0] : tensor<4x6xf32>
  %9 = tenon.reverse %x dims = [1, 0] : tensor<4x6xf32>
  // CHECK: tenon.dynamic_slice %x at %i, %i sizes = [1, 6] : (tensor<4x6xf32>, tensor<i64>, tensor<i64>) -> tensor<1x6xf32>
  %10 = tenon.dynamic_slice %x at %i, %i sizes = [1, 6] : (tensor<4x6xf32>, tensor<i64>, tensor<i64>) -> tensor<1x6xf32>
  // CHECK: tenon.dynamic_update_slice %x, %u at %i, %i : (tensor<4x6xf32>, tensor<1x6xf32>, tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  %11 = tenon.dynamic_update_slice %x, %u at %i, %i : (tensor<4x6xf32>, tensor<1x6xf32>, tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  tenon.return
}

// CHECK-LABEL: tenon.entry @bounded
tenon.entry @bounded(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>> {tenon.name = "x"}, %s: tensor<f32> {tenon.name = "s"}) {
  // CHECK: tenon.broadcast_in_dim %s dims = [] : (tensor<f32>) -> tensor<?x6xf32, #tenon.bounds<[8, ?]>>
  %0 = tenon.broadcast_in_dim %s dims = [] : (tensor<f32>) -> tensor<?x6xf32, #tenon.bounds<[8, ?]>>
  // CHECK: tenon.reshape %x : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x2x3xf32, #tenon.bounds<[8, ?, ?]>>
  %1 = tenon.reshape %x : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x2x3xf32, #tenon.bounds<[8, ?, ?]>>
  // CHECK: tenon.transpose %x dims = [1, 0] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<6x?xf32, #tenon.bounds<[?, 8]>>
  %2 = tenon.transpose %x dims = [1, 0] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<6x?xf32, #tenon.bounds<[?, 8]>>
  // CHECK: tenon.slice %x [0:8, 1:6] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x5xf32, #tenon.bounds<[8, ?]>>
  %3 = tenon.slice %x [0:8, 1:6] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x5xf32, #tenon.bounds<[8, ?]>>
  // CHECK: tenon.pad %x, %s low = [0, 1] high = [0, 1] interior = [0, 0] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>, tensor<f32>) -> tensor<?x8xf32, #tenon.bounds<[8, ?]>>
  %4 = tenon.pad %x, %s low = [0, 1] high = [0, 1] interior = [0, 0] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>, tensor<f32>) -> tensor<?x8xf32, #tenon.bounds<[8, ?]>>
  // CHECK: tenon.concatenate %x, %x dim = 1 : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>, tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x12xf32, #tenon.bounds<[8, ?]>>
  %5 = tenon.concatenate %x, %x dim = 1 : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>, tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x12xf32, #tenon.bounds<[8, ?]>>
  tenon.return
}
