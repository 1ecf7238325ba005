// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @floats
tenon.entry @floats(%x: tensor<4x3xf16> {tenon.name = "x"}, %y: tensor<4x3xf16> {tenon.name = "y"}) {
  // CHECK: tenon.add %x, %y : tensor<4x3xf16>
  %0 = tenon.add %x, %y : tensor<4x3xf16>
  // CHECK: tenon.subtract %x, %y : tensor<4x3xf16>
  %1 = tenon.subtract %x, %y : tensor<4x3xf16>
  // CHECK: tenon.multiply %x, %y : tensor<4x3xf16>
  %2 = tenon.multiply %x, %y : tensor<4x3xf16>
  // CHECK: tenon.divide %x, %y : tensor<4x3xf16>
  %3 = tenon.divide %x, %y : tensor<4x3xf16>
  // CHECK: tenon.remainder %x, %y : tensor<4x3xf16>
  %4 = tenon.remainder %x, %y : tensor<4x3xf16>
  // CHECK: tenon.maximum %x, %y : tensor<4x3xf16>
  %5 = tenon.maximum %x, %y : tensor<4x3xf16>
  // CHECK: tenon.minimum %x, %y : tensor<4x3xf16>
  %6 = tenon.minimum %x, %y : tensor<4x3xf16>
  // CHECK: tenon.power %x, %y : tensor<4x3xf16>
  %7 = tenon.power %x, %y : tensor<4x3xf16>
  // CHECK: tenon.atan2 %x, %y : tensor<4x3xf16>
  %8 = tenon.atan2 %x, %y : tensor<4x3xf16>
  tenon.return
}

// CHECK-LABEL: tenon.entry @ints
tenon.entry @ints(%x: tensor<4xi4> {tenon.name = "x"}, %y: tensor<4xi4> {tenon.name = "y"}) {
  // CHECK: tenon.add %x, %y : tensor<4xi4>
  %0 = tenon.add %x, %y : tensor<4xi4>
  // CHECK: tenon.subtract %x, %y : tensor<4xi4>
  %1 = tenon.subtract %x, %y : tensor<4xi4>
  // CHECK: tenon.multiply %x, %y : tensor<4xi4>
  %2 = tenon.multiply %x, %y : tensor<4xi4>
  // CHECK: tenon.divide %x, %y : tensor<4xi4>
  %3 = tenon.divide %x, %y : tensor<4xi4>
  // CHECK: tenon.remainder %x, %y : tensor<4xi4>
  %4 = tenon.remainder %x, %y : tensor<4xi4>
  // CHECK: tenon.maximum %x, %y : tensor<4xi4>
  %5 = tenon.maximum %x, %y : tensor<4xi4>
  // CHECK: tenon.minimum %x, %y : tensor<4xi4>
  %6 = tenon.minimum %x, %y : tensor<4xi4>
  // CHECK: tenon.power %x, %y : tensor<4xi4>
  %7 = tenon.power %x, %y : tensor<4xi4>
  // CHECK: tenon.and %x, %y : tensor<4xi4>
  %8 = tenon.and %x, %y : tensor<4xi4>
  // CHECK: tenon.or %x, %y : tensor<4xi4>
  %9 = tenon.or %x, %y : tensor<4xi4>
  // CHECK: tenon.xor %x, %y : tensor<4xi4>
  %10 = tenon.xor %x, %y : tensor<4xi4>
  // CHECK: tenon.shift_left %x, %y : tensor<4xi4>
  %11 = tenon.shift_left %x, %y : tensor<4xi4>
  // CHECK: tenon.shift_right_arithmetic %x, %y : tensor<4xi4>
  %12 = tenon.shift_right_arithmetic %x, %y : tensor<4xi4>
  // CHECK: tenon.shift_right_logical %x, %y : tensor<4xi4>
  %13 = tenon.shift_right_logical %x, %y : tensor<4xi4>
  tenon.return
}

// CHECK-LABEL: tenon.entry @complex
tenon.entry @complex(%x: tensor<4xf64> {tenon.name = "x"}, %b: tensor<?xi1, #tenon.bounds<[8]>> {tenon.name = "b"}) {
  // CHECK: tenon.complex %x, %x : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xcomplex<f64>>
  %0 = tenon.complex %x, %x : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xcomplex<f64>>
  // CHECK: tenon.and %b, %b : tensor<?xi1, #tenon.bounds<[8]>>
  %1 = tenon.and %b, %b : tensor<?xi1, #tenon.bounds<[8]>>
  tenon.return
}
