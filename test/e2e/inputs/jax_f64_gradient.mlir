module @jit_gradient attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<4x3xf64>, %arg1: tensor<6x4xf64>) -> (tensor<f64> {jax.result_info = "result[0]"}, tensor<4x3xf64> {jax.result_info = "result[1]"}) {
    %0 = stablehlo.dot_general %arg1, %arg0, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<6x4xf64>, tensor<4x3xf64>) -> tensor<6x3xf64>
    %1 = stablehlo.tanh %0 : tensor<6x3xf64>
    %cst = stablehlo.constant dense<1.000000e+00> : tensor<f64>
    %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<6x3xf64>
    %3 = stablehlo.subtract %2, %1 : tensor<6x3xf64>
    %4 = stablehlo.multiply %1, %1 : tensor<6x3xf64>
    %cst_0 = stablehlo.constant dense<2.000000e+00> : tensor<f64>
    %5 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f64>) -> tensor<6x3xf64>
    %6 = stablehlo.multiply %5, %1 : tensor<6x3xf64>
    %7 = stablehlo.dot_general %arg1, %arg0, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<6x4xf64>, tensor<4x3xf64>) -> tensor<6x3xf64>
    %8 = stablehlo.abs %7 : tensor<6x3xf64>
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %9 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f64>) -> tensor<6x3xf64>
    %10 = stablehlo.compare GE, %7, %9, FLOAT : (tensor<6x3xf64>, tensor<6x3xf64>) -> tensor<6x3xi1>
    %11 = stablehlo.negate %8 : tensor<6x3xf64>
    %12 = stablehlo.exponential %11 : tensor<6x3xf64>
    %13 = stablehlo.multiply %4, %12 : tensor<6x3xf64>
    %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %14 = stablehlo.reduce(%13 init: %cst_2) applies stablehlo.add across dimensions = [0, 1] : (tensor<6x3xf64>, tensor<f64>) -> tensor<f64>
    %cst_3 = stablehlo.constant dense<1.000000e+00> : tensor<f64>
    %15 = stablehlo.broadcast_in_dim %cst_3, dims = [] : (tensor<f64>) -> tensor<6x3xf64>
    %16 = stablehlo.multiply %4, %15 : tensor<6x3xf64>
    %17 = stablehlo.multiply %15, %12 : tensor<6x3xf64>
    %18 = stablehlo.multiply %16, %12 : tensor<6x3xf64>
    %19 = stablehlo.negate %18 : tensor<6x3xf64>
    %cst_4 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %20 = stablehlo.broadcast_in_dim %cst_4, dims = [] : (tensor<f64>) -> tensor<6x3xf64>
    %21 = stablehlo.select %10, %20, %19 : tensor<6x3xi1>, tensor<6x3xf64>
    %22 = stablehlo.select %10, %19, %20 : tensor<6x3xi1>, tensor<6x3xf64>
    %23 = stablehlo.negate %21 : tensor<6x3xf64>
    %24 = stablehlo.add %22, %23 : tensor<6x3xf64>
    %25 = stablehlo.dot_general %24, %arg1, contracting_dims = [0] x [0], precision = [DEFAULT, DEFAULT] : (tensor<6x3xf64>, tensor<6x4xf64>) -> tensor<3x4xf64>
    %26 = stablehlo.transpose %25, dims = [1, 0] : (tensor<3x4xf64>) -> tensor<4x3xf64>
    %27 = stablehlo.multiply %17, %6 : tensor<6x3xf64>
    %28 = stablehlo.multiply %27, %3 : tensor<6x3xf64>
    %29 = stablehlo.multiply %28, %1 : tensor<6x3xf64>
    %30 = stablehlo.add %28, %29 : tensor<6x3xf64>
    %31 = stablehlo.dot_general %30, %arg1, contracting_dims = [0] x [0], precision = [DEFAULT, DEFAULT] : (tensor<6x3xf64>, tensor<6x4xf64>) -> tensor<3x4xf64>
    %32 = stablehlo.transpose %31, dims = [1, 0] : (tensor<3x4xf64>) -> tensor<4x3xf64>
    %33 = stablehlo.add %26, %32 : tensor<4x3xf64>
    return %14, %33 : tensor<f64>, tensor<4x3xf64>
  }
}
