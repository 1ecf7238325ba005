// Sizes that --dim gives settle everything that follows from them.
// RUN: tenon compile %s --dim n=3 --compile-to=input -o - | FileCheck %s
// RUN: not tenon compile %s --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=OPEN
// OPEN: leaves the size of dimension 'n' open: fix it with --dim n=SIZE
// RUN: not tenon compile %s --dim m=3 --compile-to=input -o - 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: has no symbolic dimension 'm'

// CHECK: tenon.entry @main(%arg0: tensor<3x2xf32>
func.func public @main(%arg0: tensor<?x2xf32>) -> tensor<?xf32> {
  %n = stablehlo.get_dimension_size %arg0, dim = 0 : (tensor<?x2xf32>) -> tensor<i32>
  %one = stablehlo.constant dense<1> : tensor<i32>
  %ok = stablehlo.compare GE, %n, %one, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  stablehlo.custom_call @shape_assertion(%ok, %n) {error_message = "n >= 1", has_side_effect = true} : (tensor<i1>, tensor<i32>) -> ()
  %r = call @flat(%n, %arg0) : (tensor<i32>, tensor<?x2xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
func.func private @flat(%n: tensor<i32> {jax.global_constant = "n"}, %x: tensor<?x2xf32>) -> tensor<?xf32> {
  %two = stablehlo.constant dense<2> : tensor<i32>
  %count = stablehlo.multiply %n, %two : tensor<i32>
  %shape = stablehlo.reshape %count : (tensor<i32>) -> tensor<1xi32>
  // CHECK: tenon.reshape %arg0 : (tensor<3x2xf32>) -> tensor<6xf32>
  %flat = stablehlo.dynamic_reshape %x, %shape : (tensor<?x2xf32>, tensor<1xi32>) -> tensor<?xf32>
  // CHECK: tenon.iota dim = 0 : tensor<6xf32>
  %iota = stablehlo.dynamic_iota %shape, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  // CHECK: tenon.add %{{.*}}, %{{.*}} : tensor<6xf32>
  %sum = stablehlo.add %flat, %iota : tensor<?xf32>
  return %sum : tensor<?xf32>
}
