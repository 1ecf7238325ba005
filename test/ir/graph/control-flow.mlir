// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @loop
tenon.entry @loop(%n: tensor<i64> {tenon.name = "n"}, %limit: tensor<i64> {tenon.name = "limit"}) -> tensor<i64> {
  // CHECK: tenon.while %n : (tensor<i64>) -> tensor<i64> cond {
  %0 = tenon.while %n : (tensor<i64>) -> tensor<i64> cond {
  // CHECK-NEXT: ^bb0(%[[K:.*]]: tensor<i64>):
  ^bb0(%k: tensor<i64>):
    // CHECK-NEXT: tenon.compare LT, %[[K]], %limit
    %p = tenon.compare LT, %k, %limit : (tensor<i64>, tensor<i64>) -> tensor<i1>
    tenon.return %p : tensor<i1>
  // CHECK: } do {
  } do {
  ^bb0(%k: tensor<i64>):
    %next = tenon.add %k, %k : tensor<i64>
    tenon.return %next : tensor<i64>
  }
  tenon.return %0 : tensor<i64>
}

// CHECK-LABEL: tenon.entry @branches
tenon.entry @branches(%p: tensor<i1> {tenon.name = "p"}, %i: tensor<i32> {tenon.name = "i"}, %x: tensor<4xf32> {tenon.name = "x"}) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: tenon.if %p : (tensor<i1>) -> tensor<4xf32> {
  // CHECK-NEXT: tenon.return %x : tensor<4xf32>
  // CHECK-NEXT: } else {
  %0 = tenon.if %p : (tensor<i1>) -> tensor<4xf32> {
    tenon.return %x : tensor<4xf32>
  } else {
    %y = tenon.negate %x : tensor<4xf32>
    tenon.return %y : tensor<4xf32>
  }
  // CHECK: tenon.case %i : (tensor<i32>) -> tensor<4xf32> {
  // CHECK: }, {
  %1 = tenon.case %i : (tensor<i32>) -> tensor<4xf32> {
    tenon.return %x : tensor<4xf32>
  }, {
    tenon.return %0 : tensor<4xf32>
  }
  tenon.return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
