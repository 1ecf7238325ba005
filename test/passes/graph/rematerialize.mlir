// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon.entry(tenon-rematerialize))' --split-input-file | FileCheck %s

// The mask of a relu: what it compares is kept for the product of the weights.
// CHECK-LABEL: @mask
tenon.entry @mask(%x: tensor<8x4xf32>, %w: tensor<4x4xf32>, %dy: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<4x4xf32>) attributes {tenon.differentiated} {
  // CHECK: tenon.maximum %{{.*}}, %{{.*}} : tensor<8x4xf32>
  // CHECK: tenon.compare GT, %{{.*}} {tenon.recompute = {bytes = 32 : i64, reason = "its operands are kept for later readers, and it takes few instructions"}}
  // CHECK: tenon.select %{{.*}} : (tensor<8x4xi1>, tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %zero = tenon.constant dense<0.0> : tensor<8x4xf32>
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %y = tenon.maximum %d, %zero : tensor<8x4xf32>
  %mask = tenon.compare GT, %y, %zero : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xi1>
  %e = tenon.dot_general %dy, %w contract = [1] x [1] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %dx = tenon.select %mask, %e, %zero : (tensor<8x4xi1>, tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %dw = tenon.dot_general %y, %dy contract = [0] x [0] : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  tenon.return %dx, %dw : tensor<8x4xf32>, tensor<4x4xf32>
}

// -----

// Nobody else needs the operand, which is larger than the mask.
// CHECK-LABEL: @larger_operand
tenon.entry @larger_operand(%x: tensor<8x4xf32>, %w: tensor<4x4xf32>, %dy: tensor<8x4xf32>) -> (tensor<8x4xf32>) attributes {tenon.differentiated} {
  // CHECK-NOT: tenon.recompute
  %zero = tenon.constant dense<0.0> : tensor<8x4xf32>
  %y = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %mask = tenon.compare GT, %y, %zero : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xi1>
  %e = tenon.dot_general %dy, %w contract = [1] x [1] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %f = tenon.dot_general %e, %w contract = [1] x [1] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %dx = tenon.select %mask, %f, %zero : (tensor<8x4xi1>, tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  tenon.return %dx : tensor<8x4xf32>
}

// -----

// A product reads each element many times, the caller wants it stored, and a
// transcendental is dear.
// CHECK-LABEL: @stored
tenon.entry @stored(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) attributes {tenon.differentiated} {
  // CHECK-NOT: tenon.recompute
  %s = tenon.add %x, %x : tensor<4x4xf32>
  %e = tenon.exponential %x : tensor<4x4xf32>
  %a = tenon.dot_general %s, %w contract = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %b = tenon.dot_general %a, %s contract = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %c = tenon.multiply %b, %e : tensor<4x4xf32>
  %r = tenon.negate %x : tensor<4x4xf32>
  tenon.return %b, %c, %r : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// A variable's new value is written over the old one: no reader is added.
// CHECK-LABEL: @variable
tenon.variable @v : tensor<4x4xf32> = dense<0.0> : tensor<4x4xf32>
tenon.entry @variable(%x: tensor<4x4xf32>, %v: tensor<4x4xf32> {tenon.variable = @v}) -> (tensor<4x4xf32>, tensor<4x4xf32> {tenon.tied = 1 : i64}) {
  // CHECK-NOT: tenon.recompute
  %s = tenon.add %v, %v : tensor<4x4xf32>
  %a = tenon.dot_general %x, %x contract = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %b = tenon.dot_general %a, %x contract = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %c = tenon.multiply %b, %s : tensor<4x4xf32>
  tenon.return %c, %a : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// What is made of a product alone stays its epilogue.
// CHECK-LABEL: @update
tenon.entry @update(%x: tensor<4x4xf32>, %dy: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) attributes {tenon.differentiated} {
  // CHECK-NOT: tenon.recompute
  %rate = tenon.constant dense<0.1> : tensor<4x4xf32>
  %dw = tenon.dot_general %x, %dy contract = [0] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %dx = tenon.dot_general %dy, %w contract = [1] x [1] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %step = tenon.multiply %dw, %rate : tensor<4x4xf32>
  %next = tenon.subtract %w, %step : tensor<4x4xf32>
  tenon.return %dx, %next : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// The forward kernel keeps its own; the backward reader gets a copy.
// CHECK-LABEL: @near_and_far
tenon.entry @near_and_far(%x: tensor<8x4xf32>, %m: tensor<8xf32>, %w: tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) attributes {tenon.differentiated} {
  // CHECK: %[[NEAR:.*]] = tenon.subtract %{{.*}}, %{{.*}} : tensor<8x4xf32>
  // CHECK: %[[FAR:.*]] = tenon.subtract %{{.*}} {tenon.recompute = {bytes = 128 : i64
  // CHECK: tenon.exponential %[[NEAR]]
  // CHECK: tenon.dot_general
  // CHECK: tenon.multiply %{{.*}}, %[[FAR]]
  %b = tenon.broadcast_in_dim %m dims = [0] : (tensor<8xf32>) -> tensor<8x4xf32>
  %c = tenon.subtract %x, %b : tensor<8x4xf32>
  %e = tenon.exponential %c : tensor<8x4xf32>
  %d = tenon.dot_general %e, %w contract = [1] x [0] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %y = tenon.multiply %d, %c : tensor<8x4xf32>
  tenon.return %y, %d : tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

// Inference is left alone.
// CHECK-LABEL: @inference
tenon.entry @inference(%x: tensor<8x4xf32>, %w: tensor<4x4xf32>) -> (tensor<8x4xf32>) {
  // CHECK-NOT: tenon.recompute
  %c = tenon.negate %x : tensor<8x4xf32>
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<8x4xf32>, tensor<4x4xf32>) -> tensor<8x4xf32>
  %y = tenon.multiply %d, %c : tensor<8x4xf32>
  tenon.return %y : tensor<8x4xf32>
}
