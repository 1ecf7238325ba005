// Everything at once, with its places.
// RUN: not tenon compile %s --compile-to=input -o - 2>&1 | FileCheck %s

// CHECK: asks for 3 things that Tenon does not support: [T0103]
// CHECK-DAG: stablehlo.all_reduce: is not imported: several devices (at 'psum', 'psum again'); instead: the program for one device
// CHECK-DAG: stablehlo.custom_call: a call of 'lapack_sgeqrf', which is not in the program (at 'qr'); instead: ops that StableHLO defines
// CHECK-DAG: stablehlo.add: a value from outside of the region, which is not a constant
func.func public @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = "stablehlo.all_reduce"(%a) <{replica_groups = dense<0> : tensor<1x1xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4xf32>) -> tensor<4xf32> loc("psum")
  %1 = "stablehlo.all_reduce"(%a) <{replica_groups = dense<0> : tensor<1x1xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4xf32>) -> tensor<4xf32> loc("psum again")
  %2 = stablehlo.add %0, %1 : tensor<4xf32>
  %3 = stablehlo.custom_call @lapack_sgeqrf(%2) : (tensor<4xf32>) -> tensor<4xf32> loc("qr")
  %4 = stablehlo.slice %a [0:1] : (tensor<4xf32>) -> tensor<1xf32>
  %outer = stablehlo.reshape %4 : (tensor<1xf32>) -> tensor<f32>
  %5 = stablehlo.reduce(%a init: %zero) across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
   reducer(%x: tensor<f32>, %y: tensor<f32>) {
    %s = stablehlo.add %x, %outer : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }
  return %3 : tensor<4xf32>
}
