// Names, calls and donation.
// RUN: tenon compile %s --compile-to=input -o - | FileCheck %s

module @jit_step attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  // CHECK-LABEL: tenon.entry @main
  // CHECK-SAME: {tenon.donated, tenon.name = "w"}
  // CHECK-SAME: {tenon.name = "x"}
  // CHECK-SAME: {tenon.donated, tenon.name = "v"}
  // CHECK-SAME: {tenon.name = "result[0]", tenon.tied = 0 : i64}
  // CHECK-SAME: {tenon.name = "result[1]", tenon.tied = 2 : i64}
  func.func public @main(
      %arg0: tensor<4xf32> {tf.aliasing_output = 0 : i32} loc("w"),
      %arg1: tensor<4xf32> {mhlo.layout_mode = "default"} loc("x"),
      %arg2: tensor<4xf32> {jax.buffer_donor = true} loc("v"))
      -> (tensor<4xf32> {jax.result_info = "result[0]"}, tensor<4xf32> {jax.result_info = "result[1]"}) {
    // CHECK-NOT: call
    // CHECK: tenon.multiply
    // CHECK: tenon.add
    // CHECK: tenon.multiply
    // CHECK: tenon.add
    %0 = call @axpy(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = call @axpy(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return %0, %1 : tensor<4xf32>, tensor<4xf32>
  }
  func.func private @axpy(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
    %0 = stablehlo.multiply %x, %y : tensor<4xf32>
    %1 = stablehlo.add %0, %y : tensor<4xf32>
    return %1 : tensor<4xf32>
  }
}
