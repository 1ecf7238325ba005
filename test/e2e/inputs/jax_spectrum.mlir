module @jit_spectrum attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x12xf32>, %arg1: tensor<5xcomplex<f32>>) -> (tensor<2x7xf32> {jax.result_info = "result[0]"}, tensor<2x12xf32> {jax.result_info = "result[1]"}, tensor<5xf32> {jax.result_info = "result[2]"}, tensor<5xf32> {jax.result_info = "result[3]"}, tensor<5xcomplex<f32>> {jax.result_info = "result[4]"}) {
    %0 = call @fft(%arg0) : (tensor<2x12xf32>) -> tensor<2x7xcomplex<f32>>
    %cst = stablehlo.constant dense<(0.000000e+00,0.000000e+00)> : tensor<complex<f32>>
    %1 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<complex<f32>>) -> tensor<5xcomplex<f32>>
    %c = stablehlo.constant dense<0> : tensor<i32>
    %2:3 = stablehlo.while(%iterArg = %arg1, %iterArg_2 = %c, %iterArg_3 = %1) : tensor<5xcomplex<f32>>, tensor<i32>, tensor<5xcomplex<f32>>
    cond {
      %c_4 = stablehlo.constant dense<4> : tensor<i32>
      %12 = stablehlo.compare LT, %iterArg_2, %c_4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %12 : tensor<i1>
    } do {
      %12 = func.call @closed_call(%iterArg, %iterArg_3) : (tensor<5xcomplex<f32>>, tensor<5xcomplex<f32>>) -> tensor<5xcomplex<f32>>
      %c_4 = stablehlo.constant dense<1> : tensor<i32>
      %13 = stablehlo.add %iterArg_2, %c_4 : tensor<i32>
      stablehlo.return %iterArg, %13, %12 : tensor<5xcomplex<f32>>, tensor<i32>, tensor<5xcomplex<f32>>
    }
    %3 = stablehlo.abs %0 : (tensor<2x7xcomplex<f32>>) -> tensor<2x7xf32>
    %cst_0 = stablehlo.constant dense<(0.000000e+00,1.000000e+00)> : tensor<complex<f32>>
    %4 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<complex<f32>>) -> tensor<2x7xcomplex<f32>>
    %5 = stablehlo.multiply %0, %4 : tensor<2x7xcomplex<f32>>
    %c_1 = stablehlo.constant dense<0> : tensor<i32>
    %6 = call @_pad(%5, %c_1) : (tensor<2x7xcomplex<f32>>, tensor<i32>) -> tensor<2x7xcomplex<f32>>
    %7 = call @fft_0(%6) : (tensor<2x7xcomplex<f32>>) -> tensor<2x12xf32>
    %8 = stablehlo.real %2#2 : (tensor<5xcomplex<f32>>) -> tensor<5xf32>
    %9 = stablehlo.exponential %arg1 : tensor<5xcomplex<f32>>
    %10 = stablehlo.imag %9 : (tensor<5xcomplex<f32>>) -> tensor<5xf32>
    %11 = stablehlo.multiply %arg1, %arg1 : tensor<5xcomplex<f32>>
    return %3, %7, %8, %10, %11 : tensor<2x7xf32>, tensor<2x12xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xcomplex<f32>>
  }
  func.func private @fft(%arg0: tensor<2x12xf32>) -> tensor<2x7xcomplex<f32>> {
    %0 = stablehlo.fft %arg0, type = RFFT, length = [12] : (tensor<2x12xf32>) -> tensor<2x7xcomplex<f32>>
    return %0 : tensor<2x7xcomplex<f32>>
  }
  func.func private @closed_call(%arg0: tensor<5xcomplex<f32>>, %arg1: tensor<5xcomplex<f32>>) -> tensor<5xcomplex<f32>> {
    %0 = stablehlo.multiply %arg1, %arg1 : tensor<5xcomplex<f32>>
    %1 = stablehlo.add %0, %arg0 : tensor<5xcomplex<f32>>
    return %1 : tensor<5xcomplex<f32>>
  }
  func.func private @_pad(%arg0: tensor<2x7xcomplex<f32>>, %arg1: tensor<i32>) -> tensor<2x7xcomplex<f32>> {
    %0 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<complex<f32>>
    %1 = stablehlo.pad %arg0, %0, low = [0, 0], high = [0, 0], interior = [0, 0] : (tensor<2x7xcomplex<f32>>, tensor<complex<f32>>) -> tensor<2x7xcomplex<f32>>
    return %1 : tensor<2x7xcomplex<f32>>
  }
  func.func private @fft_0(%arg0: tensor<2x7xcomplex<f32>>) -> tensor<2x12xf32> {
    %0 = stablehlo.fft %arg0, type = IRFFT, length = [12] : (tensor<2x7xcomplex<f32>>) -> tensor<2x12xf32>
    return %0 : tensor<2x12xf32>
  }
}
