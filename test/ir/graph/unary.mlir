// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// The result has the operand's type.
// CHECK-LABEL: tenon.entry @same
tenon.entry @same(%x: tensor<4x3xf32> {tenon.name = "x"}, %i: tensor<5xui8> {tenon.name = "i"}) {
  // CHECK: tenon.negate %x : tensor<4x3xf32>
  %0 = tenon.negate %x : tensor<4x3xf32>
  // CHECK: tenon.sign %x : tensor<4x3xf32>
  %1 = tenon.sign %x : tensor<4x3xf32>
  // CHECK: tenon.exponential %x : tensor<4x3xf32>
  %2 = tenon.exponential %x : tensor<4x3xf32>
  // CHECK: tenon.exponential_minus_one %x : tensor<4x3xf32>
  %3 = tenon.exponential_minus_one %x : tensor<4x3xf32>
  // CHECK: tenon.log %x : tensor<4x3xf32>
  %4 = tenon.log %x : tensor<4x3xf32>
  // CHECK: tenon.log_plus_one %x : tensor<4x3xf32>
  %5 = tenon.log_plus_one %x : tensor<4x3xf32>
  // CHECK: tenon.logistic %x : tensor<4x3xf32>
  %6 = tenon.logistic %x : tensor<4x3xf32>
  // CHECK: tenon.tanh %x : tensor<4x3xf32>
  %7 = tenon.tanh %x : tensor<4x3xf32>
  // CHECK: tenon.tan %x : tensor<4x3xf32>
  %8 = tenon.tan %x : tensor<4x3xf32>
  // CHECK: tenon.sine %x : tensor<4x3xf32>
  %9 = tenon.sine %x : tensor<4x3xf32>
  // CHECK: tenon.cosine %x : tensor<4x3xf32>
  %10 = tenon.cosine %x : tensor<4x3xf32>
  // CHECK: tenon.sqrt %x : tensor<4x3xf32>
  %11 = tenon.sqrt %x : tensor<4x3xf32>
  // CHECK: tenon.rsqrt %x : tensor<4x3xf32>
  %12 = tenon.rsqrt %x : tensor<4x3xf32>
  // CHECK: tenon.cbrt %x : tensor<4x3xf32>
  %13 = tenon.cbrt %x : tensor<4x3xf32>
  // CHECK: tenon.ceil %x : tensor<4x3xf32>
  %14 = tenon.ceil %x : tensor<4x3xf32>
  // CHECK: tenon.floor %x : tensor<4x3xf32>
  %15 = tenon.floor %x : tensor<4x3xf32>
  // CHECK: tenon.round_nearest_afz %x : tensor<4x3xf32>
  %16 = tenon.round_nearest_afz %x : tensor<4x3xf32>
  // CHECK: tenon.round_nearest_even %x : tensor<4x3xf32>
  %17 = tenon.round_nearest_even %x : tensor<4x3xf32>
  // CHECK: tenon.erf %x : tensor<4x3xf32>
  %18 = tenon.erf %x : tensor<4x3xf32>
  // CHECK: tenon.erfc %x : tensor<4x3xf32>
  %19 = tenon.erfc %x : tensor<4x3xf32>
  // CHECK: tenon.erf_inv %x : tensor<4x3xf32>
  %20 = tenon.erf_inv %x : tensor<4x3xf32>
  // CHECK: tenon.not %i : tensor<5xui8>
  %i0 = tenon.not %i : tensor<5xui8>
  // CHECK: tenon.popcnt %i : tensor<5xui8>
  %i1 = tenon.popcnt %i : tensor<5xui8>
  // CHECK: tenon.count_leading_zeros %i : tensor<5xui8>
  %i2 = tenon.count_leading_zeros %i : tensor<5xui8>
  tenon.return
}

// The result has another element type.
// CHECK-LABEL: tenon.entry @other
tenon.entry @other(%x: tensor<4xbf16> {tenon.name = "x"}, %c: tensor<4xcomplex<f32>> {tenon.name = "c"}) {
  // CHECK: tenon.abs %x : (tensor<4xbf16>) -> tensor<4xbf16>
  %0 = tenon.abs %x : (tensor<4xbf16>) -> tensor<4xbf16>
  // CHECK: tenon.abs %c : (tensor<4xcomplex<f32>>) -> tensor<4xf32>
  %1 = tenon.abs %c : (tensor<4xcomplex<f32>>) -> tensor<4xf32>
  // CHECK: tenon.real %c : (tensor<4xcomplex<f32>>) -> tensor<4xf32>
  %2 = tenon.real %c : (tensor<4xcomplex<f32>>) -> tensor<4xf32>
  // CHECK: tenon.imag %x : (tensor<4xbf16>) -> tensor<4xbf16>
  %3 = tenon.imag %x : (tensor<4xbf16>) -> tensor<4xbf16>
  // CHECK: tenon.is_finite %x : (tensor<4xbf16>) -> tensor<4xi1>
  %4 = tenon.is_finite %x : (tensor<4xbf16>) -> tensor<4xi1>
  tenon.return
}
