// RUN: tenon-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: tenon.entry @twice
tenon.entry @twice(%x: tensor<4xf32> {tenon.name = "x"}, %i: tensor<4xi1> {tenon.name = "i"})
    -> (tensor<4xf32>, tensor<4xi1>) {
  // CHECK: return %x, %i
  %0 = tenon.negate %x : tensor<4xf32>
  %1 = tenon.negate %0 : tensor<4xf32>
  %2 = tenon.not %i : tensor<4xi1>
  %3 = tenon.not %2 : tensor<4xi1>
  tenon.return %1, %3 : tensor<4xf32>, tensor<4xi1>
}

// Only the sign bit changes.
// CHECK-LABEL: tenon.entry @constants
tenon.entry @constants() -> (tensor<4xf32>, tensor<2xi8>) {
  // CHECK-DAG: tenon.constant dense<-0.000000e+00> : tensor<4xf32>
  // CHECK-DAG: tenon.constant dense<-2> : tensor<2xi8>
  %a = tenon.constant dense<0.0> : tensor<4xf32>
  %0 = tenon.negate %a : tensor<4xf32>
  %b = tenon.constant dense<1> : tensor<2xi8>
  %1 = tenon.not %b : tensor<2xi8>
  tenon.return %0, %1 : tensor<4xf32>, tensor<2xi8>
}
