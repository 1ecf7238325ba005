// One op of each family, as it stands in the graph dialect.
// RUN: tenon compile %s --compile-to=input -o - | FileCheck %s

// CHECK-LABEL: tenon.entry @main
// CHECK-SAME: %arg0: tensor<4x6xf32> {tenon.name = "arg0"}
func.func public @main(%a: tensor<4x6xf32>, %i: tensor<2x1xi32>) -> (tensor<4x6xf32>, tensor<i32>) {
  // CHECK: tenon.constant dense<0.000000e+00> : tensor<f32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  // CHECK: tenon.compare LT, %{{.*}}, %{{.*}} type TOTALORDER
  %0 = stablehlo.compare LT, %a, %a, TOTALORDER : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xi1>
  // CHECK: tenon.compare EQ, %{{.*}}, %{{.*}} :
  %1 = stablehlo.compare EQ, %a, %a, NOTYPE : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xi1>
  // CHECK: tenon.and
  %2 = stablehlo.and %0, %1 : tensor<4x6xi1>
  // CHECK: tenon.select
  %3 = stablehlo.select %2, %a, %a : tensor<4x6xi1>, tensor<4x6xf32>
  // CHECK: tenon.dot_general %{{.*}}, %{{.*}} contract = [1] x [1] precision = DEFAULT x HIGHEST
  %4 = stablehlo.dot_general %3, %a, contracting_dims = [1] x [1], precision = [DEFAULT, HIGHEST] : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x4xf32>
  // A result narrower than the operands is rounded once.
  // CHECK: %[[WIDE:.*]] = tenon.dot_general %{{.*}} -> tensor<4x4xf32>
  // CHECK: tenon.convert %[[WIDE]] : (tensor<4x4xf32>) -> tensor<4x4xf16>
  %5 = stablehlo.dot_general %4, %4, contracting_dims = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf16>
  // CHECK: tenon.reduce %{{.*}} init %{{.*}} dims = [1] {{.*}} with maximum
  %6 = stablehlo.reduce(%4 init: %zero) applies stablehlo.maximum across dimensions = [1] : (tensor<4x4xf32>, tensor<f32>) -> tensor<4xf32>
  // CHECK: tenon.reduce_window %{{.*}} window = [2, 2] {{.*}}padding_high = [0, 1]
  %7 = "stablehlo.reduce_window"(%a, %zero) <{padding = dense<[[0, 0], [0, 1]]> : tensor<2x2xi64>, window_dimensions = array<i64: 2, 2>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4x6xf32>, tensor<f32>) -> tensor<3x6xf32>
  // CHECK: tenon.gather
  %8 = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 6>}> : (tensor<4x6xf32>, tensor<2x1xi32>) -> tensor<2x6xf32>
  // CHECK: tenon.scatter {{.*}} with add
  %9 = "stablehlo.scatter"(%a, %i, %8) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4x6xf32>, tensor<2x1xi32>, tensor<2x6xf32>) -> tensor<4x6xf32>
  // A dimension of -1 is the last one.
  // CHECK: tenon.sort %{{.*}} dim = 1
  %10 = "stablehlo.sort"(%9) <{dimension = -1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.compare GT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }) : (tensor<4x6xf32>) -> tensor<4x6xf32>
  // CHECK: tenon.while
  // CHECK: tenon.if
  %n = stablehlo.constant dense<3> : tensor<i32>
  %11 = stablehlo.while(%k = %n) : tensor<i32>
  cond {
    %p = stablehlo.compare GT, %k, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %p = stablehlo.compare EQ, %k, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %q = "stablehlo.if"(%p) ({
      stablehlo.return %n : tensor<i32>
    }, {
      stablehlo.return %k : tensor<i32>
    }) : (tensor<i1>) -> tensor<i32>
    stablehlo.return %q : tensor<i32>
  }
  return %10, %11 : tensor<4x6xf32>, tensor<i32>
}
// Unsigned factors of a signed sum are signed before they are multiplied.
// CHECK-LABEL: tenon.entry @signed
func.func public @signed(%a: tensor<2x3xui8>) -> tensor<2x2xi32> {
  // CHECK: %[[A:.*]] = tenon.convert %arg0 : (tensor<2x3xui8>) -> tensor<2x3xi32>
  // CHECK: tenon.dot_general %[[A]], %{{.*}} -> tensor<2x2xi32>
  %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [1] : (tensor<2x3xui8>, tensor<2x3xui8>) -> tensor<2x2xi32>
  return %0 : tensor<2x2xi32>
}
