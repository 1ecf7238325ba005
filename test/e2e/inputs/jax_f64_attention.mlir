module @jit_attention attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<5x4xf64>, %arg1: tensor<7x4xf64>, %arg2: tensor<7x6xf64>, %arg3: tensor<6xf64>) -> (tensor<5x6xf64> {jax.result_info = "result[0]"}, tensor<6xf64> {jax.result_info = "result[1]"}, tensor<5x6xf64> {jax.result_info = "result[2]"}) {
    %0 = stablehlo.transpose %arg1, dims = [1, 0] : (tensor<7x4xf64>) -> tensor<4x7xf64>
    %1 = stablehlo.dot_general %arg0, %0, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<5x4xf64>, tensor<4x7xf64>) -> tensor<5x7xf64>
    %cst = stablehlo.constant dense<2.000000e+00> : tensor<f64>
    %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<5x7xf64>
    %3 = stablehlo.divide %1, %2 : tensor<5x7xf64>
    %cst_0 = stablehlo.constant dense<0xFFF0000000000000> : tensor<f64>
    %4 = stablehlo.reduce(%3 init: %cst_0) applies stablehlo.maximum across dimensions = [1] : (tensor<5x7xf64>, tensor<f64>) -> tensor<5xf64>
    %cst_1 = stablehlo.constant dense<0xFFF0000000000000> : tensor<f64>
    %5 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f64>) -> tensor<5xf64>
    %6 = stablehlo.maximum %5, %4 : tensor<5xf64>
    %7 = stablehlo.broadcast_in_dim %6, dims = [0] : (tensor<5xf64>) -> tensor<5x1xf64>
    %8 = stablehlo.broadcast_in_dim %7, dims = [0, 1] : (tensor<5x1xf64>) -> tensor<5x7xf64>
    %9 = stablehlo.subtract %3, %8 : tensor<5x7xf64>
    %10 = stablehlo.exponential %9 : tensor<5x7xf64>
    %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %11 = stablehlo.reduce(%10 init: %cst_2) applies stablehlo.add across dimensions = [1] : (tensor<5x7xf64>, tensor<f64>) -> tensor<5xf64>
    %12 = stablehlo.broadcast_in_dim %11, dims = [0] : (tensor<5xf64>) -> tensor<5x1xf64>
    %13 = stablehlo.broadcast_in_dim %12, dims = [0, 1] : (tensor<5x1xf64>) -> tensor<5x7xf64>
    %14 = stablehlo.divide %10, %13 : tensor<5x7xf64>
    %15 = stablehlo.dot_general %14, %arg2, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<5x7xf64>, tensor<7x6xf64>) -> tensor<5x6xf64>
    %cst_3 = stablehlo.constant dense<5.000000e-01> : tensor<f64>
    %16 = stablehlo.broadcast_in_dim %cst_3, dims = [] : (tensor<f64>) -> tensor<5x6xf64>
    %17 = stablehlo.multiply %16, %15 : tensor<5x6xf64>
    %18 = stablehlo.negate %15 : tensor<5x6xf64>
    %cst_4 = stablehlo.constant dense<0.70710678118654757> : tensor<f64>
    %19 = stablehlo.broadcast_in_dim %cst_4, dims = [] : (tensor<f64>) -> tensor<5x6xf64>
    %20 = stablehlo.multiply %18, %19 : tensor<5x6xf64>
    %21 = chlo.erfc %20 : tensor<5x6xf64> -> tensor<5x6xf64>
    %22 = stablehlo.multiply %17, %21 : tensor<5x6xf64>
    %cst_5 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %23 = stablehlo.reduce(%22 init: %cst_5) applies stablehlo.add across dimensions = [1] : (tensor<5x6xf64>, tensor<f64>) -> tensor<5xf64>
    %24 = stablehlo.broadcast_in_dim %23, dims = [0] : (tensor<5xf64>) -> tensor<5x1xf64>
    %cst_6 = stablehlo.constant dense<6.000000e+00> : tensor<f64>
    %25 = stablehlo.broadcast_in_dim %cst_6, dims = [] : (tensor<f64>) -> tensor<5x1xf64>
    %26 = stablehlo.divide %24, %25 : tensor<5x1xf64>
    %27 = stablehlo.broadcast_in_dim %26, dims = [0, 1] : (tensor<5x1xf64>) -> tensor<5x6xf64>
    %28 = stablehlo.subtract %22, %27 : tensor<5x6xf64>
    %c = stablehlo.constant dense<0> : tensor<i64>
    %29 = call @_var(%22, %c) : (tensor<5x6xf64>, tensor<i64>) -> tensor<5x1xf64>
    %cst_7 = stablehlo.constant dense<1.000000e-09> : tensor<f64>
    %30 = stablehlo.broadcast_in_dim %cst_7, dims = [] : (tensor<f64>) -> tensor<5x1xf64>
    %31 = stablehlo.add %29, %30 : tensor<5x1xf64>
    %32 = stablehlo.sqrt %31 : tensor<5x1xf64>
    %33 = stablehlo.broadcast_in_dim %32, dims = [0, 1] : (tensor<5x1xf64>) -> tensor<5x6xf64>
    %34 = stablehlo.divide %28, %33 : tensor<5x6xf64>
    %35 = stablehlo.broadcast_in_dim %arg3, dims = [1] : (tensor<6xf64>) -> tensor<1x6xf64>
    %36 = stablehlo.broadcast_in_dim %35, dims = [0, 1] : (tensor<1x6xf64>) -> tensor<5x6xf64>
    %37 = stablehlo.multiply %34, %36 : tensor<5x6xf64>
    %cst_8 = stablehlo.constant dense<0xFFF0000000000000> : tensor<f64>
    %38 = stablehlo.reduce(%34 init: %cst_8) applies stablehlo.maximum across dimensions = [0] : (tensor<5x6xf64>, tensor<f64>) -> tensor<6xf64>
    %cst_9 = stablehlo.constant dense<0xFFF0000000000000> : tensor<f64>
    %39 = stablehlo.broadcast_in_dim %cst_9, dims = [] : (tensor<f64>) -> tensor<6xf64>
    %40 = stablehlo.maximum %39, %38 : tensor<6xf64>
    %41 = stablehlo.is_finite %40 : (tensor<6xf64>) -> tensor<6xi1>
    %cst_10 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %42 = stablehlo.broadcast_in_dim %cst_10, dims = [] : (tensor<f64>) -> tensor<6xf64>
    %43 = stablehlo.select %41, %40, %42 : tensor<6xi1>, tensor<6xf64>
    %44 = stablehlo.broadcast_in_dim %43, dims = [1] : (tensor<6xf64>) -> tensor<1x6xf64>
    %45 = stablehlo.broadcast_in_dim %44, dims = [0, 1] : (tensor<1x6xf64>) -> tensor<5x6xf64>
    %46 = stablehlo.subtract %34, %45 : tensor<5x6xf64>
    %47 = stablehlo.exponential %46 : tensor<5x6xf64>
    %cst_11 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %48 = stablehlo.reduce(%47 init: %cst_11) applies stablehlo.add across dimensions = [0] : (tensor<5x6xf64>, tensor<f64>) -> tensor<6xf64>
    %49 = stablehlo.abs %48 : tensor<6xf64>
    %50 = stablehlo.log %49 : tensor<6xf64>
    %51 = stablehlo.add %50, %43 : tensor<6xf64>
    %52 = call @softplus(%34) : (tensor<5x6xf64>) -> tensor<5x6xf64>
    return %37, %51, %52 : tensor<5x6xf64>, tensor<6xf64>, tensor<5x6xf64>
  }
  func.func private @_var(%arg0: tensor<5x6xf64>, %arg1: tensor<i64>) -> tensor<5x1xf64> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.add across dimensions = [1] : (tensor<5x6xf64>, tensor<f64>) -> tensor<5xf64>
    %1 = stablehlo.broadcast_in_dim %0, dims = [0] : (tensor<5xf64>) -> tensor<5x1xf64>
    %cst_0 = stablehlo.constant dense<6.000000e+00> : tensor<f64>
    %2 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f64>) -> tensor<5x1xf64>
    %3 = stablehlo.divide %1, %2 : tensor<5x1xf64>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1] : (tensor<5x1xf64>) -> tensor<5x6xf64>
    %5 = stablehlo.subtract %arg0, %4 : tensor<5x6xf64>
    %6 = chlo.square %5 : tensor<5x6xf64> -> tensor<5x6xf64>
    %7 = stablehlo.convert %arg1 : (tensor<i64>) -> tensor<f64>
    %cst_1 = stablehlo.constant dense<6.000000e+00> : tensor<f64>
    %8 = stablehlo.subtract %cst_1, %7 : tensor<f64>
    %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %9 = stablehlo.reduce(%6 init: %cst_2) applies stablehlo.add across dimensions = [1] : (tensor<5x6xf64>, tensor<f64>) -> tensor<5xf64>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0] : (tensor<5xf64>) -> tensor<5x1xf64>
    %11 = stablehlo.broadcast_in_dim %8, dims = [] : (tensor<f64>) -> tensor<5x1xf64>
    %12 = stablehlo.divide %10, %11 : tensor<5x1xf64>
    %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %13 = stablehlo.compare GT, %8, %cst_3, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    %cst_4 = stablehlo.constant dense<0x7FF8000000000000> : tensor<f64>
    %14 = call @_where(%13, %12, %cst_4) : (tensor<i1>, tensor<5x1xf64>, tensor<f64>) -> tensor<5x1xf64>
    return %14 : tensor<5x1xf64>
  }
  func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<5x1xf64>, %arg2: tensor<f64>) -> tensor<5x1xf64> {
    %0 = stablehlo.convert %arg2 : tensor<f64>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f64>) -> tensor<5x1xf64>
    %2 = stablehlo.select %arg0, %arg1, %1 : tensor<i1>, tensor<5x1xf64>
    return %2 : tensor<5x1xf64>
  }
  func.func private @softplus(%arg0: tensor<5x6xf64>) -> tensor<5x6xf64> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<5x6xf64>
    %1 = stablehlo.maximum %arg0, %0 : tensor<5x6xf64>
    %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<5x6xf64>
    %3 = stablehlo.subtract %arg0, %2 : tensor<5x6xf64>
    %4 = stablehlo.compare NE, %3, %3, FLOAT : (tensor<5x6xf64>, tensor<5x6xf64>) -> tensor<5x6xi1>
    %5 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<5x6xf64>
    %6 = stablehlo.add %arg0, %5 : tensor<5x6xf64>
    %7 = stablehlo.abs %3 : tensor<5x6xf64>
    %8 = stablehlo.negate %7 : tensor<5x6xf64>
    %9 = stablehlo.exponential %8 : tensor<5x6xf64>
    %10 = stablehlo.log_plus_one %9 : tensor<5x6xf64>
    %11 = stablehlo.add %1, %10 : tensor<5x6xf64>
    %12 = stablehlo.select %4, %6, %11 : tensor<5x6xi1>, tensor<5x6xf64>
    return %12 : tensor<5x6xf64>
  }
}
