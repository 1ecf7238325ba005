// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @all
tenon.entry @all(%x: tensor<4xf32> {tenon.name = "x"}, %p: tensor<4xi1> {tenon.name = "p"}, %q: tensor<i1> {tenon.name = "q"}, %s: tensor<f32> {tenon.name = "s"}) {
  // CHECK: tenon.compare LT, %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  %0 = tenon.compare LT, %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: tenon.compare NE, %x, %x type TOTALORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  %1 = tenon.compare NE, %x, %x type TOTALORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  // CHECK: tenon.select %p, %x, %x : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = tenon.select %p, %x, %x : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: tenon.select %q, %x, %x : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = tenon.select %q, %x, %x : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: tenon.clamp %s, %x, %x : (tensor<f32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = tenon.clamp %s, %x, %x : (tensor<f32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: tenon.convert %x : (tensor<4xf32>) -> tensor<4xi8>
  %5 = tenon.convert %x : (tensor<4xf32>) -> tensor<4xi8>
  // CHECK: tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<4xui32>
  %6 = tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<4xui32>
  // CHECK: tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<4x8xi4>
  %7 = tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<4x8xi4>
  // CHECK: tenon.bitcast_convert %{{.*}} : (tensor<4x8xi4>) -> tensor<4xf32>
  %8 = tenon.bitcast_convert %7 : (tensor<4x8xi4>) -> tensor<4xf32>
  // CHECK: tenon.reduce_precision %x to e5m10 : tensor<4xf32>
  %9 = tenon.reduce_precision %x to e5m10 : tensor<4xf32>
  tenon.return
}
