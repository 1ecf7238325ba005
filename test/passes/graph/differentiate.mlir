// RUN: tenon-opt %s --tenon-differentiate --split-input-file --verify-diagnostics | FileCheck %s

// The last op comes first; values that do not lead to the loss are passed by.
// CHECK-LABEL: @chain
// CHECK-SAME: (%[[X:.*]]: tensor<f32>, %[[W:.*]]: tensor<f32>)
tenon.entry @chain(%x: tensor<f32>, %w: tensor<f32>) -> (tensor<f32>) {
  // CHECK-NEXT: %[[P:.*]] = tenon.multiply %[[X]], %[[W]]
  // CHECK-NEXT: %[[Y:.*]] = tenon.exponential %[[P]]
  // CHECK-NEXT: tenon.log
  // CHECK-NEXT: %[[ONE:.*]] = tenon.constant dense<1.000000e+00>
  // CHECK-NEXT: %[[DP:.*]] = tenon.multiply %[[ONE]], %[[Y]]
  // CHECK-NEXT: %[[DW:.*]] = tenon.multiply %[[DP]], %[[X]]
  // CHECK-NEXT: tenon.return %[[DW]]
  %p = tenon.multiply %x, %w : tensor<f32>
  %y = tenon.exponential %p : tensor<f32>
  %unused = tenon.log %w : tensor<f32>
  %g = tenon.gradient %y wrt (%w) : tensor<f32>, (tensor<f32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}

// -----

// Two ways from a value to the loss are added up.
// CHECK-LABEL: @two_ways
tenon.entry @two_ways(%x: tensor<f32>) -> (tensor<f32>) {
  // CHECK: %[[S:.*]] = tenon.sine
  // CHECK: %[[C:.*]] = tenon.cosine
  // CHECK: %[[A:.*]] = tenon.multiply %{{.*}}, %[[S]]
  // CHECK: %[[B:.*]] = tenon.multiply %{{.*}}, %[[C]]
  // CHECK: tenon.add
  // CHECK-NOT: tenon.gradient
  %s = tenon.sine %x : tensor<f32>
  %c = tenon.cosine %x : tensor<f32>
  %y = tenon.multiply %c, %s : tensor<f32>
  %g = tenon.gradient %y wrt (%x) : tensor<f32>, (tensor<f32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}

// -----

// Zeros for a value that the loss does not depend on, ones for the loss.
// CHECK-LABEL: @independent
tenon.entry @independent(%x: tensor<f32>, %w: tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>) {
  // CHECK: %[[Y:.*]] = tenon.floor
  // CHECK-DAG: %[[ONE:.*]] = tenon.constant dense<1.000000e+00> : tensor<f32>
  // CHECK-DAG: %[[ZERO:.*]] = tenon.constant dense<0.000000e+00> : tensor<3xf32>
  // CHECK: tenon.return %[[ZERO]], %[[ONE]]
  %y = tenon.floor %x : tensor<f32>
  %g:2 = tenon.gradient %y wrt (%w, %y) : tensor<f32>, (tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<f32>)
  tenon.return %g#0, %g#1 : tensor<3xf32>, tensor<f32>
}

// -----

// A second derivative: the first gradient is an op like any other by then.
// CHECK-LABEL: @second
tenon.entry @second(%x: tensor<f64>) -> (tensor<f64>) {
  // CHECK: tenon.sine
  // CHECK: tenon.cosine
  // CHECK: tenon.negate
  // CHECK-NOT: tenon.gradient
  %s = tenon.sine %x : tensor<f64>
  %g = tenon.gradient %s wrt (%x) : tensor<f64>, (tensor<f64>) -> tensor<f64>
  %h = tenon.gradient %g wrt (%x) : tensor<f64>, (tensor<f64>) -> tensor<f64>
  tenon.return %h : tensor<f64>
}

// -----

// The product with a transposed weight needs no transposition: the free and
// the contracted dimensions change places.
// CHECK-LABEL: @dot
tenon.entry @dot(%x: tensor<8x4xf32>, %w: tensor<4x3xf32>) -> (tensor<8x4xf32>, tensor<4x3xf32>) {
  // CHECK: %[[DY:.*]] = tenon.broadcast_in_dim
  // CHECK: tenon.dot_general %[[DY]], %{{.*}} contract = [1] x [1] : (tensor<8x3xf32>, tensor<4x3xf32>) -> tensor<8x4xf32>
  // CHECK: tenon.dot_general %{{.*}}, %[[DY]] contract = [0] x [0] : (tensor<8x4xf32>, tensor<8x3xf32>) -> tensor<4x3xf32>
  // CHECK-NOT: tenon.transpose
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %y = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<8x4xf32>, tensor<4x3xf32>) -> tensor<8x3xf32>
  %loss = tenon.reduce %y init %zero dims = [0, 1] : (tensor<8x3xf32>, tensor<f32>) -> tensor<f32> with add
  %g:2 = tenon.gradient %loss wrt (%x, %w) : tensor<f32>, (tensor<8x4xf32>, tensor<4x3xf32>) -> (tensor<8x4xf32>, tensor<4x3xf32>)
  tenon.return %g#0, %g#1 : tensor<8x4xf32>, tensor<4x3xf32>
}

// -----

// relu's mask is read from its result, which later ops keep anyway.
// CHECK-LABEL: @relu
tenon.entry @relu(%x: tensor<f32>) -> (tensor<f32>) {
  // CHECK: %[[ZERO:.*]] = tenon.constant dense<0.000000e+00>
  // CHECK: %[[Y:.*]] = tenon.maximum
  // CHECK: tenon.compare GT, %[[Y]], %[[ZERO]]
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %y = tenon.maximum %x, %zero : tensor<f32>
  %g = tenon.gradient %y wrt (%x) : tensor<f32>, (tensor<f32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}

// -----

// A composite without a rule is taken apart first, one with a rule is not.
// CHECK-LABEL: @composites
tenon.entry @composites(%x: tensor<4x8xf32>, %s: tensor<8xf32>) -> (tensor<4x8xf32>) {
  // CHECK-NOT: tenon.batch_norm_inference
  // CHECK: tenon.softmax
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %n = tenon.batch_norm_inference %x, %s, %s, %s, %s feature = 1 epsilon = 1.0e-5
      : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %p = tenon.softmax %n axis = 1 : tensor<4x8xf32>
  %q = tenon.multiply %p, %x : tensor<4x8xf32>
  %loss = tenon.reduce %q init %zero dims = [0, 1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<f32> with add
  %g = tenon.gradient %loss wrt (%x) : tensor<f32>, (tensor<4x8xf32>) -> tensor<4x8xf32>
  tenon.return %g : tensor<4x8xf32>
}

// -----

// All that is in the way is named.
tenon.entry @refused(%x: tensor<f32>, %a: tensor<2xf32>) -> (tensor<f32>) {
  // expected-error @+1 {{has no derivative: 'tenon.reduce' its initial value is not a constant}}
  %m = tenon.reduce %a init %x dims = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32> with maximum
  %c = tenon.complex %x, %x : (tensor<f32>, tensor<f32>) -> tensor<complex<f32>>
  // expected-error @+1 {{has no derivative: it works on complex numbers}}
  %r = tenon.real %c : (tensor<complex<f32>>) -> tensor<f32>
  %y = tenon.add %m, %r : tensor<f32>
  %g = tenon.gradient %y wrt (%x) : tensor<f32>, (tensor<f32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}

// -----

// Rounding is taken for the identity, and the cotangent rounded alike.
// CHECK-LABEL: @rounding
tenon.entry @rounding(%x: tensor<f32>) -> (tensor<f32>) {
  // CHECK: %[[ONE:.*]] = tenon.constant dense<1.000000e+00>
  // CHECK: %[[G:.*]] = tenon.reduce_precision %[[ONE]] to e5m2
  // CHECK: tenon.return %[[G]]
  %y = tenon.reduce_precision %x to e5m2 : tensor<f32>
  %g = tenon.gradient %y wrt (%x) : tensor<f32>, (tensor<f32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}

// -----

// A branch's derivative is a branch on the same choice.
// CHECK-LABEL: @branch
// CHECK-SAME: (%[[P:.*]]: tensor<i1>, %[[X:.*]]: tensor<f32>)
tenon.entry @branch(%p: tensor<i1>, %x: tensor<f32>) -> (tensor<f32>) {
  // CHECK: tenon.if %[[P]]
  // CHECK: %[[G:.*]] = tenon.if %[[P]]
  // CHECK: %[[Y:.*]] = tenon.exponential %[[X]]
  // CHECK: %[[D:.*]] = tenon.multiply %{{.*}}, %[[Y]]
  // CHECK: tenon.return %[[D]]
  // CHECK: else
  // CHECK: %[[ZERO:.*]] = tenon.constant dense<0.000000e+00>
  // CHECK: tenon.return %[[ZERO]]
  // CHECK: tenon.return %[[G]]
  %one = tenon.constant dense<1.0> : tensor<f32>
  %y = tenon.if %p : (tensor<i1>) -> tensor<f32> {
    %e = tenon.exponential %x : tensor<f32>
    tenon.return %e : tensor<f32>
  } else {
    tenon.return %one : tensor<f32>
  }
  %g = tenon.gradient %y wrt (%x) : tensor<f32>, (tensor<f32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}
