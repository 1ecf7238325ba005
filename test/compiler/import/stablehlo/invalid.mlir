// A wrong program is an error with its place, never a crash.
// RUN: split-file %s %t
// RUN: not tenon compile %t/shape.mlir --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not tenon compile %t/callee.mlir --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=CALLEE
// RUN: not tenon compile %t/padding.mlir --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=PADDING
// RUN: not tenon compile %t/recursion.mlir --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=RECURSION
// RUN: not tenon compile %t/parse.mlir --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=PARSE
// RUN: not tenon compile %t/private.mlir --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=PRIVATE

//--- shape.mlir
func.func public @main(%a: tensor<4x6xf32>) -> tensor<4x5xf32> {
  // SHAPE: 'tenon.dot_general' op {{.*}} [T0102]
  %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

//--- callee.mlir
func.func public @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CALLEE: 'f' does not reference a valid function
  %0 = call @f(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

//--- padding.mlir
func.func public @main(%a: tensor<4x6xf32>, %z: tensor<f32>) -> tensor<4x6xf32> {
  // PADDING: padding.mlir:3:{{.*}} 'stablehlo.reduce_window': needs a pair of paddings per dimension
  %0 = "stablehlo.reduce_window"(%a, %z) <{padding = dense<1> : tensor<3xi64>, window_dimensions = array<i64: 1, 1>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    stablehlo.return %x : tensor<f32>
  }) : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

//--- recursion.mlir
func.func public @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @f(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  // RECURSION: func.call: recursion (at recursion.mlir:{{.*}})
  %0 = call @f(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

//--- parse.mlir
func.func public @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  // PARSE: parse.mlir:3:{{.*}} [T0102]
  %0 = stablehlo.reduce(%a init: %a) applies stablehlo.subtract across dimensions = [0] : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

//--- private.mlir
// PRIVATE: has no public function
func.func private @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
