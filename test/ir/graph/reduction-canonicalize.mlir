// RUN: tenon-opt %s -canonicalize | FileCheck %s

// Reducing over nothing leaves the input, unless the type changes or the
// initial value may do something.
// CHECK-LABEL: tenon.entry @nothing
tenon.entry @nothing(%x: tensor<4x8xf32> {tenon.name = "x"}, %h: tensor<4xf16> {tenon.name = "h"}, %z: tensor<f32> {tenon.name = "z"})
    -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4x8xf32>) {
  %neutral = tenon.constant dense<-0.0> : tensor<f32>
  // CHECK: %[[H:.*]] = tenon.reduce %h
  // CHECK: %[[S:.*]] = tenon.reduce %x init %z
  // CHECK: return %x, %[[H]], %[[S]]
  %0 = tenon.reduce %x init %neutral dims = [] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32> with add
  %1 = tenon.reduce %h init %neutral dims = [] : (tensor<4xf16>, tensor<f32>) -> tensor<4xf32> with add
  %2 = tenon.reduce %x init %z dims = [] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32> with add
  tenon.return %0, %1, %2 : tensor<4x8xf32>, tensor<4xf32>, tensor<4x8xf32>
}

// A constant of a body stays in it.
// CHECK-LABEL: tenon.entry @isolated
tenon.entry @isolated(%x: tensor<4x8xf32>, %z: tensor<f32>) -> tensor<4xf32> {
  // CHECK-NEXT: tenon.reduce
  // CHECK: tenon.constant dense<3.000000e+00> : tensor<f32>
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %one = tenon.constant dense<1.0> : tensor<f32>
    %two = tenon.constant dense<2.0> : tensor<f32>
    %c = tenon.add %one, %two : tensor<f32>
    %p = tenon.multiply %b, %c : tensor<f32>
    %s = tenon.add %a, %p : tensor<f32>
    tenon.return %s : tensor<f32>
  }
  tenon.return %0 : tensor<4xf32>
}
