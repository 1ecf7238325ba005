module @jit_special attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<17xf32>) -> (tensor<17xf32> {jax.result_info = "result[0]"}, tensor<17xf32> {jax.result_info = "result[1]"}, tensor<17xf32> {jax.result_info = "result[2]"}, tensor<17xf32> {jax.result_info = "result[3]"}, tensor<17xf32> {jax.result_info = "result[4]"}, tensor<17xf32> {jax.result_info = "result[5]"}) {
    %0 = chlo.lgamma %arg0 : tensor<17xf32> -> tensor<17xf32>
    %1 = chlo.digamma %arg0 : tensor<17xf32> -> tensor<17xf32>
    %2 = chlo.asinh %arg0 : tensor<17xf32> -> tensor<17xf32>
    %3 = chlo.sinh %arg0 : tensor<17xf32> -> tensor<17xf32>
    %4 = chlo.atan %arg0 : tensor<17xf32> -> tensor<17xf32>
    %5 = chlo.bessel_i1e %arg0 : tensor<17xf32> -> tensor<17xf32>
    return %0, %1, %2, %3, %4, %5 : tensor<17xf32>, tensor<17xf32>, tensor<17xf32>, tensor<17xf32>, tensor<17xf32>, tensor<17xf32>
  }
}
