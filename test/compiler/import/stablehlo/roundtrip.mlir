// The assembly formats as published: what is read is printed again.
// RUN: tenon-opt %s | FileCheck %s
// RUN: tenon-opt %s --mlir-print-op-generic | tenon-opt | FileCheck %s

// CHECK-LABEL: func.func public @main
func.func public @main(%a: tensor<4x6xf32>, %i: tensor<2x1xi32>, %p: tensor<4x6xi1>) -> tensor<4x6xf32> {
  // CHECK: stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  // CHECK: stablehlo.add %{{.*}}, %{{.*}} : tensor<4x6xf32>
  %0 = stablehlo.add %a, %a : tensor<4x6xf32>
  // CHECK: stablehlo.tanh %{{.*}} {result_accuracy = #stablehlo.result_accuracy<mode = <HIGHEST>>} : tensor<4x6xf32>
  %1 = stablehlo.tanh %0 {result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>} : tensor<4x6xf32>
  // CHECK: stablehlo.convert %{{.*}} : (tensor<4x6xf32>) -> tensor<4x6xi32>
  %2 = stablehlo.convert %1 : (tensor<4x6xf32>) -> tensor<4x6xi32>
  // CHECK: stablehlo.compare LT, %{{.*}}, %{{.*}}, SIGNED : (tensor<4x6xi32>, tensor<4x6xi32>) -> tensor<4x6xi1>
  %3 = stablehlo.compare LT, %2, %2, SIGNED : (tensor<4x6xi32>, tensor<4x6xi32>) -> tensor<4x6xi1>
  // CHECK: stablehlo.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4x6xi1>, tensor<4x6xf32>
  %4 = stablehlo.select %3, %a, %1 : tensor<4x6xi1>, tensor<4x6xf32>
  // CHECK: stablehlo.slice %{{.*}} [0:4, 1:6:2] : (tensor<4x6xf32>) -> tensor<4x3xf32>
  %5 = stablehlo.slice %4 [0:4, 1:6:2] : (tensor<4x6xf32>) -> tensor<4x3xf32>
  // CHECK: stablehlo.pad %{{.*}}, %{{.*}}, low = [0, 1], high = [0, 2], interior = [0, 0]
  %6 = stablehlo.pad %5, %zero, low = [0, 1], high = [0, 2], interior = [0, 0] : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x6xf32>
  // CHECK: stablehlo.concatenate %{{.*}}, %{{.*}}, dim = 0 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<8x6xf32>
  %7 = stablehlo.concatenate %6, %a, dim = 0 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<8x6xf32>
  // CHECK: stablehlo.dot_general %{{.*}}, %{{.*}}, contracting_dims = [1] x [1], precision = [DEFAULT, HIGHEST] :
  %8 = stablehlo.dot_general %7, %a, contracting_dims = [1] x [1], precision = [DEFAULT, HIGHEST] : (tensor<8x6xf32>, tensor<4x6xf32>) -> tensor<8x4xf32>
  // CHECK: stablehlo.dot_general %{{.*}}, %{{.*}}, batching_dims = [0] x [0], contracting_dims = [] x [] :
  %9 = stablehlo.dot_general %8, %7, batching_dims = [0] x [0], contracting_dims = [] x [] : (tensor<8x4xf32>, tensor<8x6xf32>) -> tensor<8x4x6xf32>
  // CHECK: stablehlo.reduce(%{{.*}} init: %{{.*}}) applies stablehlo.add across dimensions = [0] : (tensor<8x4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %10 = stablehlo.reduce(%9 init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<8x4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  // CHECK: stablehlo.reduce(%{{.*}} init: %{{.*}}), (%{{.*}} init: %{{.*}}) across dimensions = [0] :
  // CHECK-NEXT: reducer(%{{.*}}: tensor<f32>, %{{.*}}: tensor<f32>) (%{{.*}}: tensor<f32>, %{{.*}}: tensor<f32>)
  %11:2 = stablehlo.reduce(%10 init: %zero), (%a init: %zero) across dimensions = [0] : (tensor<4x6xf32>, tensor<4x6xf32>, tensor<f32>, tensor<f32>) -> (tensor<6xf32>, tensor<6xf32>)
   reducer(%x: tensor<f32>, %y: tensor<f32>) (%z: tensor<f32>, %w: tensor<f32>) {
    %s = stablehlo.add %x, %y : tensor<f32>
    %m = stablehlo.multiply %z, %w : tensor<f32>
    stablehlo.return %s, %m : tensor<f32>, tensor<f32>
  }
  // CHECK: "stablehlo.gather"
  // CHECK-SAME: #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>
  %12 = "stablehlo.gather"(%10, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 6>}> : (tensor<4x6xf32>, tensor<2x1xi32>) -> tensor<2x6xf32>
  // CHECK: stablehlo.while(%{{.*}} = %{{.*}}) : tensor<2x6xf32>
  // CHECK: cond {
  // CHECK: } do {
  %13 = stablehlo.while(%iterArg = %12) : tensor<2x6xf32>
  cond {
    %c = stablehlo.constant dense<false> : tensor<i1>
    stablehlo.return %c : tensor<i1>
  } do {
    stablehlo.return %iterArg : tensor<2x6xf32>
  }
  // CHECK: stablehlo.custom_call @Sharding(%{{.*}}) {backend_config = ""} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %14 = stablehlo.custom_call @Sharding(%10) {backend_config = ""} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  // CHECK: chlo.erf_inv %{{.*}} : tensor<4x6xf32> -> tensor<4x6xf32>
  %15 = chlo.erf_inv %14 : tensor<4x6xf32> -> tensor<4x6xf32>
  // CHECK: chlo.top_k(%{{.*}}, k = 2) : tensor<4x6xf32> -> (tensor<4x2xf32>, tensor<4x2xi32>)
  %16:2 = chlo.top_k(%15, k = 2) : tensor<4x6xf32> -> (tensor<4x2xf32>, tensor<4x2xi32>)
  // CHECK: stablehlo.reduce_precision %{{.*}}, format = e5m10 : tensor<4x6xf32>
  %17 = stablehlo.reduce_precision %15, format = e5m10 : tensor<4x6xf32>
  // CHECK: stablehlo.optimization_barrier %{{.*}}, %{{.*}} : tensor<4x6xf32>, tensor<4x6xf32>
  %18:2 = stablehlo.optimization_barrier %17, %a : tensor<4x6xf32>, tensor<4x6xf32>
  return %18#0 : tensor<4x6xf32>
}

// CHECK-LABEL: func.func private @convolution
func.func private @convolution(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x2xf32>) -> tensor<1x8x8x2xf32> {
  // CHECK: stablehlo.convolution(%{{.*}}, %{{.*}}) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [1, 1], pad = {{\[\[}}1, 1], [1, 1]], reverse = [true, false]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64}
  %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [1, 1], pad = [[1, 1], [1, 1]], reverse = [1, 0]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<3x3x4x2xf32>) -> tensor<1x8x8x2xf32>
  return %0 : tensor<1x8x8x2xf32>
}
