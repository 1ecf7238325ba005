module @jit_control attributes {jax.uses_shape_polymorphism = false, mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<4x6xf32>, %arg1: tensor<i32>) -> (tensor<4x6xf32> {jax.result_info = "result[0]"}, tensor<4x6xf32> {jax.result_info = "result[1]"}, tensor<4x6xi32> {jax.result_info = "result[2]"}, tensor<4x6xf32> {jax.result_info = "result[3]"}, tensor<4x6xf32> {jax.result_info = "result[4]"}, tensor<4x6xf32> {jax.result_info = "result[5]"}, tensor<4x2xi32> {jax.result_info = "result[6]"}, tensor<4x4xf32> {jax.result_info = "result[7]"}, tensor<i32> {jax.result_info = "result[8]"}, tensor<6xi32> {jax.result_info = "result[9]"}) {
    %cst = stablehlo.constant dense<2.000000e+00> : tensor<f32>
    %c = stablehlo.constant dense<2> : tensor<i32>
    %cst_0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %c_1 = stablehlo.constant dense<1> : tensor<i32>
    %c_2 = stablehlo.constant dense<0> : tensor<i32>
    %0:3 = stablehlo.while(%iterArg = %c_2, %iterArg_3 = %arg1, %iterArg_4 = %arg0) : tensor<i32>, tensor<i32>, tensor<4x6xf32>
    cond {
      %20 = stablehlo.compare LT, %iterArg, %iterArg_3, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %20 : tensor<i1>
    } do {
      %20 = stablehlo.add %iterArg, %c_1 : tensor<i32>
      %21 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<4x6xf32>
      %22 = stablehlo.multiply %iterArg_4, %21 : tensor<4x6xf32>
      %23 = stablehlo.convert %iterArg : (tensor<i32>) -> tensor<f32>
      %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<4x6xf32>
      %25 = stablehlo.add %22, %24 : tensor<4x6xf32>
      stablehlo.return %20, %iterArg_3, %25 : tensor<i32>, tensor<i32>, tensor<4x6xf32>
    }
    %1 = stablehlo.clamp %c_2, %arg1, %c : tensor<i32>
    %2 = "stablehlo.case"(%1) ({
      %20 = stablehlo.sine %arg0 : tensor<4x6xf32>
      stablehlo.return %20 : tensor<4x6xf32>
    }, {
      %20 = stablehlo.cosine %arg0 : tensor<4x6xf32>
      stablehlo.return %20 : tensor<4x6xf32>
    }, {
      %20 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<4x6xf32>
      %21 = stablehlo.multiply %arg0, %20 : tensor<4x6xf32>
      stablehlo.return %21 : tensor<4x6xf32>
    }) : (tensor<i32>) -> tensor<4x6xf32>
    %3 = call @argsort(%arg0) : (tensor<4x6xf32>) -> tensor<4x6xi32>
    %4 = stablehlo.iota dim = 0 : tensor<4x4xi32>
    %5 = stablehlo.iota dim = 1 : tensor<4x4xi32>
    %6 = stablehlo.broadcast_in_dim %c_2, dims = [] : (tensor<i32>) -> tensor<4x4xi32>
    %7 = stablehlo.add %4, %6 : tensor<4x4xi32>
    %8 = stablehlo.compare EQ, %7, %5, SIGNED : (tensor<4x4xi32>, tensor<4x4xi32>) -> tensor<4x4xi1>
    %9 = stablehlo.convert %8 : (tensor<4x4xi1>) -> tensor<4x4xf32>
    %10 = stablehlo.slice %arg0 [0:4, 0:4] : (tensor<4x6xf32>) -> tensor<4x4xf32>
    %11 = call @tril(%10) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %12 = stablehlo.add %9, %11 : tensor<4x4xf32>
    %13 = "stablehlo.triangular_solve"(%12, %arg0) <{left_side = true, lower = true, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = true}> : (tensor<4x4xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %14 = call @cumsum(%arg0) : (tensor<4x6xf32>) -> tensor<4x6xf32>
    %15 = stablehlo.composite "chlo.erf" %arg0 {decomposition = @chlo.erf.impl, version = 1 : i32} : (tensor<4x6xf32>) -> tensor<4x6xf32>
    %16:2 = stablehlo.composite "chlo.top_k" %arg0 {composite_attributes = {k = 2 : i64}, decomposition = @chlo.top_k.impl, version = 1 : i32} : (tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>)
    %17 = stablehlo.dot_general %arg0, %arg0, contracting_dims = [1] x [1], precision = [HIGHEST, HIGHEST] : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x4xf32>
    %18 = stablehlo.shift_right_logical %arg1, %c_1 : tensor<i32>
    %19 = call @argmin(%arg0) : (tensor<4x6xf32>) -> tensor<6xi32>
    return %0#2, %2, %3, %13, %14, %15, %16#1, %17, %18, %19 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x2xi32>, tensor<4x4xf32>, tensor<i32>, tensor<6xi32>
  }
  func.func private @chlo.top_k.impl(%arg0: tensor<4x6xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>) {
    %0 = stablehlo.iota dim = 1 : tensor<4x6xi32>
    %1:2 = "stablehlo.sort"(%arg0, %0) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<i32>, %arg4: tensor<i32>):
      %4 = stablehlo.compare GT, %arg1, %arg2, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %4 : tensor<i1>
    }) : (tensor<4x6xf32>, tensor<4x6xi32>) -> (tensor<4x6xf32>, tensor<4x6xi32>)
    %2 = stablehlo.slice %1#0 [0:4, 0:2] : (tensor<4x6xf32>) -> tensor<4x2xf32>
    %3 = stablehlo.slice %1#1 [0:4, 0:2] : (tensor<4x6xi32>) -> tensor<4x2xi32>
    return %2, %3 : tensor<4x2xf32>, tensor<4x2xi32>
  }
  func.func private @chlo.erf.impl(%arg0: tensor<4x6xf32>) -> tensor<4x6xf32> {
    %cst = stablehlo.constant dense<1.000000e+00> : tensor<4x6xf32>
    %cst_0 = stablehlo.constant dense<-1.000000e+00> : tensor<4x6xf32>
    %cst_1 = stablehlo.constant dense<-0.0142647391> : tensor<4x6xf32>
    %cst_2 = stablehlo.constant dense<-0.00737332925> : tensor<4x6xf32>
    %cst_3 = stablehlo.constant dense<-0.00168282702> : tensor<4x6xf32>
    %cst_4 = stablehlo.constant dense<-2.13374049E-4> : tensor<4x6xf32>
    %cst_5 = stablehlo.constant dense<-1.45660715E-5> : tensor<4x6xf32>
    %cst_6 = stablehlo.constant dense<-0.0160960332> : tensor<4x6xf32>
    %cst_7 = stablehlo.constant dense<-2.954600e-03> : tensor<4x6xf32>
    %cst_8 = stablehlo.constant dense<-7.34990637E-4> : tensor<4x6xf32>
    %cst_9 = stablehlo.constant dense<-5.69250624E-5> : tensor<4x6xf32>
    %cst_10 = stablehlo.constant dense<-2.10102394E-6> : tensor<4x6xf32>
    %cst_11 = stablehlo.constant dense<2.77068146E-8> : tensor<4x6xf32>
    %cst_12 = stablehlo.constant dense<-2.72614237E-10> : tensor<4x6xf32>
    %cst_13 = stablehlo.constant dense<-4.000000e+00> : tensor<4x6xf32>
    %cst_14 = stablehlo.constant dense<4.000000e+00> : tensor<4x6xf32>
    %0 = stablehlo.clamp %cst_13, %arg0, %cst_14 : tensor<4x6xf32>
    %1 = stablehlo.multiply %0, %0 : tensor<4x6xf32>
    %2 = stablehlo.multiply %cst_12, %1 : tensor<4x6xf32>
    %3 = stablehlo.add %2, %cst_11 : tensor<4x6xf32>
    %4 = stablehlo.multiply %3, %1 : tensor<4x6xf32>
    %5 = stablehlo.add %4, %cst_10 : tensor<4x6xf32>
    %6 = stablehlo.multiply %5, %1 : tensor<4x6xf32>
    %7 = stablehlo.add %6, %cst_9 : tensor<4x6xf32>
    %8 = stablehlo.multiply %7, %1 : tensor<4x6xf32>
    %9 = stablehlo.add %8, %cst_8 : tensor<4x6xf32>
    %10 = stablehlo.multiply %9, %1 : tensor<4x6xf32>
    %11 = stablehlo.add %10, %cst_7 : tensor<4x6xf32>
    %12 = stablehlo.multiply %11, %1 : tensor<4x6xf32>
    %13 = stablehlo.add %12, %cst_6 : tensor<4x6xf32>
    %14 = stablehlo.multiply %cst_5, %1 : tensor<4x6xf32>
    %15 = stablehlo.add %14, %cst_4 : tensor<4x6xf32>
    %16 = stablehlo.multiply %15, %1 : tensor<4x6xf32>
    %17 = stablehlo.add %16, %cst_3 : tensor<4x6xf32>
    %18 = stablehlo.multiply %17, %1 : tensor<4x6xf32>
    %19 = stablehlo.add %18, %cst_2 : tensor<4x6xf32>
    %20 = stablehlo.multiply %19, %1 : tensor<4x6xf32>
    %21 = stablehlo.add %20, %cst_1 : tensor<4x6xf32>
    %22 = stablehlo.multiply %0, %13 : tensor<4x6xf32>
    %23 = stablehlo.divide %22, %21 : tensor<4x6xf32>
    %24 = stablehlo.clamp %cst_0, %23, %cst : tensor<4x6xf32>
    return %24 : tensor<4x6xf32>
  }
  func.func private @argsort(%arg0: tensor<4x6xf32>) -> tensor<4x6xi32> {
    %cst = stablehlo.constant dense<0x7FC00000> : tensor<f32>
    %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.iota dim = 1 : tensor<4x6xi32>
    %1:2 = "stablehlo.sort"(%arg0, %0) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<i32>, %arg4: tensor<i32>):
      %2 = stablehlo.compare EQ, %arg1, %cst_0, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %3 = stablehlo.select %2, %cst_0, %arg1 : tensor<i1>, tensor<f32>
      %4 = stablehlo.compare NE, %arg1, %arg1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %5 = stablehlo.select %4, %cst, %3 : tensor<i1>, tensor<f32>
      %6 = stablehlo.compare EQ, %arg2, %cst_0, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %7 = stablehlo.select %6, %cst_0, %arg2 : tensor<i1>, tensor<f32>
      %8 = stablehlo.compare NE, %arg2, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %9 = stablehlo.select %8, %cst, %7 : tensor<i1>, tensor<f32>
      %10 = stablehlo.compare LT, %5, %9, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %10 : tensor<i1>
    }) : (tensor<4x6xf32>, tensor<4x6xi32>) -> (tensor<4x6xf32>, tensor<4x6xi32>)
    return %1#1 : tensor<4x6xi32>
  }
  func.func private @tril(%arg0: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %c = stablehlo.constant dense<-1> : tensor<i32>
    %0 = stablehlo.iota dim = 0 : tensor<4x4xi32>
    %1 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i32>) -> tensor<4x4xi32>
    %2 = stablehlo.add %0, %1 : tensor<4x4xi32>
    %3 = stablehlo.iota dim = 1 : tensor<4x4xi32>
    %4 = stablehlo.compare GE, %2, %3, SIGNED : (tensor<4x4xi32>, tensor<4x4xi32>) -> tensor<4x4xi1>
    %5 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<4x4xf32>
    %6 = stablehlo.select %4, %arg0, %5 : tensor<4x4xi1>, tensor<4x4xf32>
    return %6 : tensor<4x4xf32>
  }
  func.func private @cumsum(%arg0: tensor<4x6xf32>) -> tensor<4x6xf32> {
    %0 = call @cumsum_0(%arg0) : (tensor<4x6xf32>) -> tensor<4x6xf32>
    return %0 : tensor<4x6xf32>
  }
  func.func private @cumsum_0(%arg0: tensor<4x6xf32>) -> tensor<4x6xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<f32>
    %1 = "stablehlo.reduce_window"(%arg0, %0) <{padding = dense<[[0, 0], [5, 0]]> : tensor<2x2xi64>, window_dimensions = array<i64: 1, 6>}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
      %2 = stablehlo.add %arg1, %arg2 : tensor<f32>
      stablehlo.return %2 : tensor<f32>
    }) : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
    return %1 : tensor<4x6xf32>
  }
  func.func private @argmin(%arg0: tensor<4x6xf32>) -> tensor<6xi32> {
    %c = stablehlo.constant dense<0> : tensor<i32>
    %cst = stablehlo.constant dense<0x7F800000> : tensor<f32>
    %0 = stablehlo.iota dim = 0 : tensor<4x6xi32>
    %1:2 = stablehlo.reduce(%arg0 init: %cst), (%0 init: %c) across dimensions = [0] : (tensor<4x6xf32>, tensor<4x6xi32>, tensor<f32>, tensor<i32>) -> (tensor<6xf32>, tensor<6xi32>)
     reducer(%arg1: tensor<f32>, %arg3: tensor<f32>) (%arg2: tensor<i32>, %arg4: tensor<i32>)  {
      %2 = stablehlo.compare LT, %arg1, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %3 = stablehlo.compare NE, %arg1, %arg1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %4 = stablehlo.or %2, %3 : tensor<i1>
      %5 = stablehlo.compare EQ, %arg1, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %6 = stablehlo.compare LT, %arg2, %arg4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %7 = stablehlo.and %5, %6 : tensor<i1>
      %8 = stablehlo.or %4, %7 : tensor<i1>
      %9 = stablehlo.select %4, %arg1, %arg3 : tensor<i1>, tensor<f32>
      %10 = stablehlo.select %8, %arg2, %arg4 : tensor<i1>, tensor<i32>
      stablehlo.return %9, %10 : tensor<f32>, tensor<i32>
    }
    return %1#1 : tensor<6xi32>
  }
}
