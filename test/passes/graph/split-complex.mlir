// RUN: tenon-opt %s --tenon-split-complex | FileCheck %s

// CHECK-LABEL: tenon.entry @product
// CHECK-SAME: %x: tensor<4x2xf32> {tenon.caller_type = tensor<4xcomplex<f32>>, tenon.name = "x"}
// CHECK-SAME: -> (tensor<4x2xf32> {tenon.caller_type = tensor<4xcomplex<f32>>})
tenon.entry @product(%x: tensor<4xcomplex<f32>> {tenon.name = "x"}) -> tensor<4xcomplex<f32>> {
  // CHECK: %[[RE:.*]] = tenon.reshape %{{.*}} : (tensor<4x1xf32>) -> tensor<4xf32>
  // CHECK: %[[IM:.*]] = tenon.reshape %{{.*}} : (tensor<4x1xf32>) -> tensor<4xf32>
  // CHECK: tenon.multiply %[[RE]], %[[RE]]
  // CHECK: tenon.multiply %[[IM]], %[[IM]]
  // CHECK: tenon.subtract
  // CHECK: tenon.concatenate %{{.*}}, %{{.*}} dim = 1
  // CHECK-NOT: complex
  %0 = tenon.multiply %x, %x : tensor<4xcomplex<f32>>
  // CHECK: tenon.return
  tenon.return %0 : tensor<4xcomplex<f32>>
}

// A constant's parts, and a test of both.
// CHECK-LABEL: tenon.entry @constant
tenon.entry @constant(%x: tensor<2xcomplex<f32>>) -> tensor<2xi1> {
  // CHECK-DAG: tenon.constant dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: tenon.constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
  %c = tenon.constant dense<[(1.0, 2.0), (3.0, 4.0)]> : tensor<2xcomplex<f32>>
  // CHECK: %[[SAME_RE:.*]] = tenon.compare EQ
  // CHECK: %[[SAME_IM:.*]] = tenon.compare EQ
  // CHECK: tenon.and %[[SAME_RE]], %[[SAME_IM]] : tensor<2xi1>
  %0 = tenon.compare EQ, %x, %c : (tensor<2xcomplex<f32>>, tensor<2xcomplex<f32>>) -> tensor<2xi1>
  tenon.return %0 : tensor<2xi1>
}

// What has no form in parts is left alone, as a whole.
// CHECK-LABEL: tenon.entry @left(
// CHECK-SAME: tensor<4xcomplex<f32>>
tenon.entry @left(%x: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  // CHECK: tenon.clamp
  %0 = tenon.clamp %x, %x, %x : (tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  tenon.return %0 : tensor<4xcomplex<f32>>
}

// Real entries stay as they are.
// CHECK-LABEL: tenon.entry @real
tenon.entry @real(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: tenon.return
  tenon.return %x : tensor<4xf32>
}

// The state of a loop, and what its body reads from outside.
// CHECK-LABEL: tenon.entry @loop
tenon.entry @loop(%x: tensor<4xcomplex<f32>>, %n: tensor<i32>) -> tensor<4xcomplex<f32>> {
  %one = tenon.constant dense<1> : tensor<i32>
  // CHECK: %[[R:.*]]:3 = tenon.while {{.*}} (tensor<i32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<i32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK-NOT: complex
  %r:2 = tenon.while %n, %x : (tensor<i32>, tensor<4xcomplex<f32>>) -> (tensor<i32>, tensor<4xcomplex<f32>>) cond {
  ^bb0(%i: tensor<i32>, %z: tensor<4xcomplex<f32>>):
    %more = tenon.compare GT, %i, %one : (tensor<i32>, tensor<i32>) -> tensor<i1>
    tenon.return %more : tensor<i1>
  } do {
  ^bb0(%i: tensor<i32>, %z: tensor<4xcomplex<f32>>):
    %next = tenon.subtract %i, %one : tensor<i32>
    %sum = tenon.add %z, %x : tensor<4xcomplex<f32>>
    // CHECK: tenon.return {{.*}} : tensor<i32>, tensor<4xf32>, tensor<4xf32>
    tenon.return %next, %sum : tensor<i32>, tensor<4xcomplex<f32>>
  }
  // CHECK: tenon.concatenate
  tenon.return %r#1 : tensor<4xcomplex<f32>>
}

// A comparator takes the real parts of two places, then the imaginary ones.
// CHECK-LABEL: tenon.entry @sorted
tenon.entry @sorted(%x: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  // CHECK: tenon.sort
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<f32>, %[[B:.*]]: tensor<f32>, %{{.*}}: tensor<f32>, %{{.*}}: tensor<f32>):
  // CHECK-NEXT: tenon.compare LT, %[[A]], %[[B]]
  %0 = tenon.sort %x dim = 0 : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> by {
  ^bb0(%a: tensor<complex<f32>>, %b: tensor<complex<f32>>):
    %p = tenon.real %a : (tensor<complex<f32>>) -> tensor<f32>
    %q = tenon.real %b : (tensor<complex<f32>>) -> tensor<f32>
    %before = tenon.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tenon.return %before : tensor<i1>
  }
  tenon.return %0 : tensor<4xcomplex<f32>>
}
