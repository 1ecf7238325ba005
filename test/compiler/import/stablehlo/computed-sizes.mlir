// Sizes are computed by the interpreter: whatever ops they go through, and by
// conversions of one type to itself, which shape polymorphism is full of.
// RUN: tenon compile %s --dim n=6 --compile-to=input -o - | FileCheck %s

// CHECK: tenon.entry @main(%arg0: tensor<4x6xf32>
func.func public @main(%x: tensor<4x?xf32>, %i: tensor<i32>) -> (tensor<?x4xf32>, tensor<1x?xf32>) {
  %n = stablehlo.get_dimension_size %x, dim = 1 : (tensor<4x?xf32>) -> tensor<i32>
  %0:2 = func.call @body(%n, %x, %i) : (tensor<i32>, tensor<4x?xf32>, tensor<i32>) -> (tensor<?x4xf32>, tensor<1x?xf32>)
  return %0#0, %0#1 : tensor<?x4xf32>, tensor<1x?xf32>
}
func.func private @body(%n: tensor<i32> {jax.global_constant = "n"}, %x: tensor<4x?xf32>, %i: tensor<i32>) -> (tensor<?x4xf32>, tensor<1x?xf32>) {
  %c = stablehlo.constant dense<7> : tensor<i32>
  %four = stablehlo.constant dense<4> : tensor<1xi32>
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %zero = stablehlo.constant dense<0> : tensor<1xi32>
  %same = stablehlo.convert %n : tensor<i32>
  %most = stablehlo.minimum %same, %c : tensor<i32>
  %rows = stablehlo.reshape %most : (tensor<i32>) -> tensor<1xi32>
  %shape = stablehlo.concatenate %rows, %four, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  // CHECK: tenon.reshape %arg0 : (tensor<4x6xf32>) -> tensor<6x4xf32>
  %turned = stablehlo.dynamic_reshape %x, %shape : (tensor<4x?xf32>, tensor<2xi32>) -> tensor<?x4xf32>
  // A row at a computed index: the ends are the starts and known sizes.
  %row = stablehlo.reshape %i : (tensor<i32>) -> tensor<1xi32>
  %starts = stablehlo.concatenate %row, %zero, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %sizes = stablehlo.concatenate %one, %rows, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %ends = stablehlo.add %starts, %sizes : tensor<2xi32>
  %steps = stablehlo.constant dense<1> : tensor<2xi32>
  // CHECK: tenon.dynamic_slice %arg0 at %{{.*}}, %{{.*}} sizes = [1, 6]
  %box = stablehlo.real_dynamic_slice %x, %starts, %ends, %steps : (tensor<4x?xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> tensor<1x?xf32>
  return %turned, %box : tensor<?x4xf32>, tensor<1x?xf32>
}
