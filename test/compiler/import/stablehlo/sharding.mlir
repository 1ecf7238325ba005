// What JAX notes about devices, in the form that as_text() prints and in the
// generic one: nothing is left of it where there is one device.
// RUN: split-file %s %t
// RUN: tenon compile %t/one.mlir --compile-to=input -o - | FileCheck %t/one.mlir
// RUN: tenon compile %t/generic.mlir --compile-to=input -o - | FileCheck %t/one.mlir
// RUN: not tenon compile %t/many.mlir --compile-to=input -o - 2>&1 | FileCheck %t/many.mlir
// RUN: not tenon compile %t/broken.mlir --compile-to=input -o - 2>&1 | FileCheck %t/broken.mlir

//--- one.mlir
// CHECK-LABEL: tenon.entry @main
// CHECK-NEXT: %[[A:.*]] = tenon.tanh %arg0
// CHECK-NEXT: %[[B:.*]] = tenon.negate %[[A]]
// CHECK-NEXT: tenon.return %[[B]]
module @jit_f attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["data"=1, "model"=1]> {stablehlo.mesh = {axes = [{name = "data", size = 1 : i64}, {name = "model", size = 1 : i64}]}}
  sdy.mesh @single = <[], device_ids=[0]>
  func.func public @main(%arg0: tensor<8x4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data"}, {}]>}) -> (tensor<8x4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", ?}p1, {}], replicated={"model"}>}) {
    %0 = sdy.sharding_constraint %arg0 <@mesh, [{"data", "model":(1)1}, {?}]> : tensor<8x4xf32>
    %1 = stablehlo.tanh %0 : tensor<8x4xf32>
    %2 = sdy.reshard %1 <mesh<["x"=1]>, [{"x"}, {}]> : tensor<8x4xf32>
    sdy.sharding_group %2 group_id=3 : tensor<8x4xf32>
    %3 = sdy.manual_computation(%2) in_shardings=[<@mesh, [{"data"}, {}]>] out_shardings=[<@mesh, [{"data"}, {}]>] manual_axes={"data", "model"} (%arg1: tensor<8x4xf32>) {
      %4 = stablehlo.negate %arg1 : tensor<8x4xf32>
      sdy.return %4 : tensor<8x4xf32>
    } : (tensor<8x4xf32>) -> tensor<8x4xf32>
    return %3 : tensor<8x4xf32>
  }
}

//--- generic.mlir
"builtin.module"() ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["data"=1]>, sym_name = "mesh"}> : () -> ()
  func.func public @main(%arg0: tensor<8x4xf32>) -> tensor<8x4xf32> {
    %0 = "sdy.sharding_constraint"(%arg0) <{sharding = #sdy.sharding<@mesh, [{"data"}, {}]>}> : (tensor<8x4xf32>) -> tensor<8x4xf32>
    %1 = stablehlo.tanh %0 : tensor<8x4xf32>
    %2 = "sdy.manual_computation"(%1) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{"data"}, {}]>]>, manual_axes = #sdy<manual_axes{"data"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{"data"}, {}]>]>}> ({
    ^bb0(%arg1: tensor<8x4xf32>):
      %3 = stablehlo.negate %arg1 : tensor<8x4xf32>
      "sdy.return"(%3) : (tensor<8x4xf32>) -> ()
    }) : (tensor<8x4xf32>) -> tensor<8x4xf32>
    return %2 : tensor<8x4xf32>
  }
}) : () -> ()

//--- many.mlir
// CHECK: asks for 3 things that Tenon does not support: [T0103]
// CHECK-DAG: sdy.mesh: a mesh of 6 devices; an artifact is for one
// CHECK-DAG: sdy.manual_computation: parts of tensors on several devices
// CHECK-DAG: stablehlo.all_reduce: is not imported
sdy.mesh @mesh = <["data"=2, "model"=3]>
func.func public @main(%arg0: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"data"}, {}]>] out_shardings=[<@mesh, [{}, {}]>] manual_axes={"data", "model"} (%arg1: tensor<4x4xf32>) {
    sdy.return %arg1 : tensor<4x4xf32>
  } : (tensor<8x4xf32>) -> tensor<4x4xf32>
  %1 = "stablehlo.all_reduce"(%arg0) <{replica_groups = dense<[[0, 1, 2, 3, 4, 5]]> : tensor<1x6xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<8x4xf32>) -> tensor<8x4xf32>
  return %1 : tensor<8x4xf32>
}

//--- broken.mlir
// CHECK: broken.mlir:3:{{.*}} [T0102]
sdy.mesh @mesh = <["data"=1]
func.func public @main(%arg0: tensor<8x4xf32>) -> tensor<8x4xf32> {
  return %arg0 : tensor<8x4xf32>
}
