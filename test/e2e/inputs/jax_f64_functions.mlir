module @jit_functions attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<29xf64>, %arg1: tensor<29xf64>) -> (tensor<29xf64> {jax.result_info = "result[0]"}, tensor<29xf64> {jax.result_info = "result[1]"}, tensor<29xf64> {jax.result_info = "result[2]"}, tensor<29xf64> {jax.result_info = "result[3]"}, tensor<29xf64> {jax.result_info = "result[4]"}, tensor<29xf64> {jax.result_info = "result[5]"}, tensor<29xf64> {jax.result_info = "result[6]"}, tensor<29xf64> {jax.result_info = "result[7]"}, tensor<29xf64> {jax.result_info = "result[8]"}, tensor<29xf64> {jax.result_info = "result[9]"}, tensor<29xf64> {jax.result_info = "result[10]"}, tensor<29xf64> {jax.result_info = "result[11]"}, tensor<29xf64> {jax.result_info = "result[12]"}, tensor<29xf64> {jax.result_info = "result[13]"}, tensor<29xf64> {jax.result_info = "result[14]"}, tensor<29xf64> {jax.result_info = "result[15]"}, tensor<29xf64> {jax.result_info = "result[16]"}, tensor<29xf64> {jax.result_info = "result[17]"}, tensor<29xf64> {jax.result_info = "result[18]"}, tensor<29xf64> {jax.result_info = "result[19]"}, tensor<29xf64> {jax.result_info = "result[20]"}, tensor<29xf64> {jax.result_info = "result[21]"}) {
    %0 = stablehlo.exponential %arg0 : tensor<29xf64>
    %1 = stablehlo.exponential_minus_one %arg0 : tensor<29xf64>
    %2 = stablehlo.log %arg1 : tensor<29xf64>
    %3 = stablehlo.log_plus_one %arg1 : tensor<29xf64>
    %4 = stablehlo.power %arg1, %arg0 : tensor<29xf64>
    %5 = stablehlo.cbrt %arg0 : tensor<29xf64>
    %6 = stablehlo.sine %arg0 : tensor<29xf64>
    %cst = stablehlo.constant dense<1.000000e+09> : tensor<f64>
    %7 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<29xf64>
    %8 = stablehlo.multiply %arg0, %7 : tensor<29xf64>
    %9 = stablehlo.cosine %8 : tensor<29xf64>
    %10 = stablehlo.tan %arg0 : tensor<29xf64>
    %11 = stablehlo.atan2 %arg0, %arg1 : tensor<29xf64>
    %12 = stablehlo.tanh %arg0 : tensor<29xf64>
    %13 = chlo.sinh %arg0 : tensor<29xf64> -> tensor<29xf64>
    %14 = chlo.asinh %arg0 : tensor<29xf64> -> tensor<29xf64>
    %15 = stablehlo.negate %arg0 : tensor<29xf64>
    %16 = stablehlo.exponential %15 : tensor<29xf64>
    %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<f64>
    %17 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f64>) -> tensor<29xf64>
    %18 = stablehlo.add %17, %16 : tensor<29xf64>
    %cst_1 = stablehlo.constant dense<1.000000e+00> : tensor<f64>
    %19 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f64>) -> tensor<29xf64>
    %20 = stablehlo.divide %19, %18 : tensor<29xf64>
    %21 = chlo.erf %arg0 : tensor<29xf64> -> tensor<29xf64>
    %22 = chlo.erfc %arg0 : tensor<29xf64> -> tensor<29xf64>
    %cst_2 = stablehlo.constant dense<9.000000e+00> : tensor<f64>
    %23 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f64>) -> tensor<29xf64>
    %24 = stablehlo.divide %arg0, %23 : tensor<29xf64>
    %25 = chlo.erf_inv %24 : tensor<29xf64> -> tensor<29xf64>
    %26 = chlo.cosh %arg0 : tensor<29xf64> -> tensor<29xf64>
    %cst_3 = stablehlo.constant dense<1.000000e+00> : tensor<f64>
    %27 = stablehlo.broadcast_in_dim %cst_3, dims = [] : (tensor<f64>) -> tensor<29xf64>
    %28 = stablehlo.add %27, %arg1 : tensor<29xf64>
    %29 = call @arccosh(%28) : (tensor<29xf64>) -> tensor<29xf64>
    %30 = chlo.lgamma %arg1 : tensor<29xf64> -> tensor<29xf64>
    %31 = chlo.digamma %arg1 : tensor<29xf64> -> tensor<29xf64>
    %32 = call @fmod(%arg0, %arg1) : (tensor<29xf64>, tensor<29xf64>) -> tensor<29xf64>
    return %0, %1, %2, %3, %4, %5, %6, %9, %10, %11, %12, %13, %14, %20, %21, %22, %25, %26, %29, %30, %31, %32 : tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>, tensor<29xf64>
  }
  func.func private @arccosh(%arg0: tensor<29xf64>) -> tensor<29xf64> {
    %0 = chlo.acosh %arg0 : tensor<29xf64> -> tensor<29xf64>
    return %0 : tensor<29xf64>
  }
  func.func private @fmod(%arg0: tensor<29xf64>, %arg1: tensor<29xf64>) -> tensor<29xf64> {
    %0 = stablehlo.remainder %arg0, %arg1 : tensor<29xf64>
    return %0 : tensor<29xf64>
  }
}
