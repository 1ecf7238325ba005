// RUN: tenon-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: tenon.entry @select
tenon.entry @select(%p: tensor<4xi1> {tenon.name = "p"}, %x: tensor<4xf32> {tenon.name = "x"}, %y: tensor<4xf32> {tenon.name = "y"})
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %t = tenon.constant dense<true> : tensor<i1>
  %f = tenon.constant dense<false> : tensor<4xi1>
  // CHECK: return %x, %y, %x
  %0 = tenon.select %t, %x, %y : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = tenon.select %f, %x, %y : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = tenon.select %p, %x, %x : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  tenon.return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Rounding to f16 overflows at 65520: that conversion stays.
// CHECK-LABEL: tenon.entry @convert
tenon.entry @convert(%x: tensor<4xf32> {tenon.name = "x"})
    -> (tensor<4xf32>, tensor<2xf16>, tensor<2xf16>, tensor<4xf32>) {
  %a = tenon.constant dense<0.1> : tensor<2xf32>
  %b = tenon.constant dense<7.0e4> : tensor<2xf32>
  // CHECK: %[[A:.*]] = tenon.constant dense<9.997550e-02> : tensor<2xf16>
  // CHECK: %[[B:.*]] = tenon.convert
  // CHECK: return %x, %[[A]], %[[B]], %x
  %0 = tenon.convert %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = tenon.convert %a : (tensor<2xf32>) -> tensor<2xf16>
  %2 = tenon.convert %b : (tensor<2xf32>) -> tensor<2xf16>
  %3 = tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<4xf32>
  tenon.return %0, %1, %2, %3 : tensor<4xf32>, tensor<2xf16>, tensor<2xf16>, tensor<4xf32>
}
