module @jit_angles attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<9xcomplex<f64>>, %arg1: tensor<9xcomplex<f64>>) -> (tensor<9xcomplex<f64>> {jax.result_info = "result[0]"}, tensor<9xcomplex<f64>> {jax.result_info = "result[1]"}, tensor<9xcomplex<f64>> {jax.result_info = "result[2]"}, tensor<9xcomplex<f64>> {jax.result_info = "result[3]"}, tensor<9xcomplex<f64>> {jax.result_info = "result[4]"}, tensor<9xf64> {jax.result_info = "result[5]"}, tensor<9xcomplex<f64>> {jax.result_info = "result[6]"}, tensor<9xcomplex<f64>> {jax.result_info = "result[7]"}) {
    %0 = stablehlo.exponential %arg0 : tensor<9xcomplex<f64>>
    %1 = stablehlo.log %arg0 : tensor<9xcomplex<f64>>
    %2 = stablehlo.sqrt %arg0 : tensor<9xcomplex<f64>>
    %3 = stablehlo.tanh %arg0 : tensor<9xcomplex<f64>>
    %4 = stablehlo.power %arg0, %arg1 : tensor<9xcomplex<f64>>
    %5 = stablehlo.abs %arg0 : (tensor<9xcomplex<f64>>) -> tensor<9xf64>
    %6 = call @fft(%arg0) : (tensor<9xcomplex<f64>>) -> tensor<9xcomplex<f64>>
    %7 = stablehlo.real %arg0 : (tensor<9xcomplex<f64>>) -> tensor<9xf64>
    %8 = stablehlo.imag %arg0 : (tensor<9xcomplex<f64>>) -> tensor<9xf64>
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %9 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f64>) -> tensor<9xf64>
    %10 = stablehlo.compare EQ, %7, %9, FLOAT : (tensor<9xf64>, tensor<9xf64>) -> tensor<9xi1>
    %11 = stablehlo.sine %7 : tensor<9xf64>
    %12 = stablehlo.cosine %7 : tensor<9xf64>
    %13 = stablehlo.exponential_minus_one %8 : tensor<9xf64>
    %14 = stablehlo.negate %8 : tensor<9xf64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<9xf64>
    %16 = stablehlo.subtract %13, %15 : tensor<9xf64>
    %cst_0 = stablehlo.constant dense<2.000000e+00> : tensor<f64>
    %17 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f64>) -> tensor<9xf64>
    %18 = stablehlo.divide %16, %17 : tensor<9xf64>
    %19 = stablehlo.add %13, %15 : tensor<9xf64>
    %cst_1 = stablehlo.constant dense<2.000000e+00> : tensor<f64>
    %20 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f64>) -> tensor<9xf64>
    %21 = stablehlo.add %19, %20 : tensor<9xf64>
    %cst_2 = stablehlo.constant dense<2.000000e+00> : tensor<f64>
    %22 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f64>) -> tensor<9xf64>
    %23 = stablehlo.divide %21, %22 : tensor<9xf64>
    %24 = stablehlo.multiply %11, %23 : tensor<9xf64>
    %25 = stablehlo.multiply %12, %18 : tensor<9xf64>
    %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f64>
    %26 = stablehlo.broadcast_in_dim %cst_3, dims = [] : (tensor<f64>) -> tensor<9xf64>
    %27 = stablehlo.complex %26, %25 : tensor<9xcomplex<f64>>
    %28 = stablehlo.complex %24, %25 : tensor<9xcomplex<f64>>
    %29 = stablehlo.select %10, %27, %28 : tensor<9xi1>, tensor<9xcomplex<f64>>
    %30 = stablehlo.divide %29, %arg1 : tensor<9xcomplex<f64>>
    return %0, %1, %2, %3, %4, %5, %6, %30 : tensor<9xcomplex<f64>>, tensor<9xcomplex<f64>>, tensor<9xcomplex<f64>>, tensor<9xcomplex<f64>>, tensor<9xcomplex<f64>>, tensor<9xf64>, tensor<9xcomplex<f64>>, tensor<9xcomplex<f64>>
  }
  func.func private @fft(%arg0: tensor<9xcomplex<f64>>) -> tensor<9xcomplex<f64>> {
    %0 = stablehlo.fft %arg0, type = FFT, length = [9] : (tensor<9xcomplex<f64>>) -> tensor<9xcomplex<f64>>
    return %0 : tensor<9xcomplex<f64>>
  }
}
