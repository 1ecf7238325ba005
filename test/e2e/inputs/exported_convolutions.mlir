module @jit_convolutions attributes {jax.uses_shape_polymorphism = false, mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x5x6x2xf32>, %arg1: tensor<3x2x2x4xf32>) -> (tensor<2x2x7x4xf32> {jax.result_info = "result[0]"}, tensor<2x9x6x8xf32> {jax.result_info = "result[1]"}, tensor<2x3x6x2xf32> {jax.result_info = "result[2]"}, tensor<2x5x6x2xf32> {jax.result_info = "result[3]"}) {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    %cst_1 = stablehlo.constant dense<2.000000e+00> : tensor<f32>
    %cst_2 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [2, 1], pad = [[1, 0], [2, 1]], rhs_dilate = [1, 2]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<2x5x6x2xf32>, tensor<3x2x2x4xf32>) -> tensor<2x2x7x4xf32>
    %1 = stablehlo.slice %arg1 [0:3, 0:2, 0:1, 0:4] : (tensor<3x2x2x4xf32>) -> tensor<3x2x1x4xf32>
    %2 = stablehlo.reshape %1 : (tensor<3x2x1x4xf32>) -> tensor<1x3x1x2x1x1x1x4xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1, 2, 3, 4, 5, 6, 7] : (tensor<1x3x1x2x1x1x1x4xf32>) -> tensor<1x3x1x2x1x1x2x4xf32>
    %4 = stablehlo.reshape %3 : (tensor<1x3x1x2x1x1x2x4xf32>) -> tensor<3x2x1x8xf32>
    %5 = stablehlo.convolution(%arg0, %4) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {pad = [[1, 1], [1, 0]], lhs_dilate = [2, 1]} {batch_group_count = 1 : i64, feature_group_count = 2 : i64} : (tensor<2x5x6x2xf32>, tensor<3x2x1x8xf32>) -> tensor<2x9x6x8xf32>
    %6 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f32>) -> tensor<f32>
    %7 = "stablehlo.reduce_window"(%arg0, %6) <{padding = dense<[[0, 0], [0, 1], [1, 1], [0, 0]]> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 2, 3, 1>, window_strides = array<i64: 1, 2, 1, 1>}> ({
    ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
      %15 = stablehlo.maximum %arg2, %arg3 : tensor<f32>
      stablehlo.return %15 : tensor<f32>
    }) : (tensor<2x5x6x2xf32>, tensor<f32>) -> tensor<2x3x6x2xf32>
    %8 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f32>) -> tensor<f32>
    %9 = "stablehlo.reduce_window"(%arg0, %8) <{padding = dense<[[0, 0], [0, 1], [1, 1], [0, 0]]> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 2, 3, 1>, window_strides = array<i64: 1, 2, 1, 1>}> ({
    ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
      %15 = stablehlo.maximum %arg2, %arg3 : tensor<f32>
      stablehlo.return %15 : tensor<f32>
    }) : (tensor<2x5x6x2xf32>, tensor<f32>) -> tensor<2x3x6x2xf32>
    %10 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<2x3x6x2xf32>
    %11 = stablehlo.multiply %10, %9 : tensor<2x3x6x2xf32>
    %12 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x3x6x2xf32>
    %13 = stablehlo.multiply %12, %11 : tensor<2x3x6x2xf32>
    %14 = "stablehlo.select_and_scatter"(%arg0, %13, %cst) <{padding = dense<[[0, 0], [0, 1], [1, 1], [0, 0]]> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 2, 3, 1>, window_strides = array<i64: 1, 2, 1, 1>}> ({
    ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
      %15 = stablehlo.compare GE, %arg2, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %15 : tensor<i1>
    }, {
    ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
      %15 = stablehlo.add %arg2, %arg3 : tensor<f32>
      stablehlo.return %15 : tensor<f32>
    }) : (tensor<2x5x6x2xf32>, tensor<2x3x6x2xf32>, tensor<f32>) -> tensor<2x5x6x2xf32>
    return %0, %5, %7, %14 : tensor<2x2x7x4xf32>, tensor<2x9x6x8xf32>, tensor<2x3x6x2xf32>, tensor<2x5x6x2xf32>
  }
}
