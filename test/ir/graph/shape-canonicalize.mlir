// RUN: tenon-opt %s -canonicalize | FileCheck %s

// Moves that do nothing.
// CHECK-LABEL: tenon.entry @nothing
tenon.entry @nothing(%x: tensor<4x6xf32> {tenon.name = "x"}, %s: tensor<f32> {tenon.name = "s"}, %i: tensor<i64> {tenon.name = "i"})
    -> (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) {
  // CHECK-NEXT: tenon.return %x, %x, %x, %x, %x, %x, %x
  %0 = tenon.broadcast_in_dim %x dims = [0, 1] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = tenon.reshape %x : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %2 = tenon.transpose %x dims = [0, 1] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %3 = tenon.slice %x [0:4, 0:6] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %4 = tenon.pad %x, %s low = [0, 0] high = [0, 0] interior = [0, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %5 = tenon.concatenate %x dim = 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %6 = tenon.dynamic_update_slice %2, %x at %i, %i : (tensor<4x6xf32>, tensor<4x6xf32>, tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  tenon.return %0, %1, %2, %3, %4, %5, %6 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>
}

// A transposing broadcast is no identity.
// CHECK-LABEL: tenon.entry @square
tenon.entry @square(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: tenon.broadcast_in_dim
  %0 = tenon.broadcast_in_dim %x dims = [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  tenon.return %0 : tensor<4x4xf32>
}

// CHECK-LABEL: tenon.entry @pairs
tenon.entry @pairs(%x: tensor<2x3x4xf32> {tenon.name = "x"})
    -> (tensor<24xf32>, tensor<2x3x4xf32>, tensor<3x4x2xf32>, tensor<5x4x3x2xf32>) {
  // CHECK: %[[R:.*]] = tenon.reshape %x : (tensor<2x3x4xf32>) -> tensor<24xf32>
  %a = tenon.reshape %x : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %0 = tenon.reshape %a : (tensor<6x4xf32>) -> tensor<24xf32>
  %b = tenon.transpose %x dims = [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = tenon.transpose %b dims = [1, 2, 0] : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  // CHECK: %[[T:.*]] = tenon.transpose %x dims = [1, 2, 0] : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %2 = tenon.transpose %b dims = [2, 0, 1] : (tensor<4x2x3xf32>) -> tensor<3x4x2xf32>
  // CHECK: %[[B:.*]] = tenon.broadcast_in_dim %x dims = [3, 2, 1] : (tensor<2x3x4xf32>) -> tensor<5x4x3x2xf32>
  %c = tenon.broadcast_in_dim %x dims = [2, 1, 0] : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %3 = tenon.broadcast_in_dim %c dims = [1, 2, 3] : (tensor<4x3x2xf32>) -> tensor<5x4x3x2xf32>
  // CHECK: return %[[R]], %x, %[[T]], %[[B]]
  tenon.return %0, %1, %2, %3 : tensor<24xf32>, tensor<2x3x4xf32>, tensor<3x4x2xf32>, tensor<5x4x3x2xf32>
}

// Slices of slices, among them single and missing elements.
// CHECK-LABEL: tenon.entry @slices
tenon.entry @slices(%x: tensor<20xf32> {tenon.name = "x"})
    -> (tensor<3xf32>, tensor<1xf32>, tensor<0xf32>) {
  %a = tenon.slice %x [1:20:3] : (tensor<20xf32>) -> tensor<7xf32>
  // CHECK: tenon.slice %x [4:17:6] : (tensor<20xf32>) -> tensor<3xf32>
  %0 = tenon.slice %a [1:7:2] : (tensor<7xf32>) -> tensor<3xf32>
  // CHECK: tenon.slice %x [19:20] : (tensor<20xf32>) -> tensor<1xf32>
  %1 = tenon.slice %a [6:7:5] : (tensor<7xf32>) -> tensor<1xf32>
  // CHECK: tenon.slice %x [20:20] : (tensor<20xf32>) -> tensor<0xf32>
  %2 = tenon.slice %a [7:7] : (tensor<7xf32>) -> tensor<0xf32>
  tenon.return %0, %1, %2 : tensor<3xf32>, tensor<1xf32>, tensor<0xf32>
}

// Constant places are clamped.
// CHECK-LABEL: tenon.entry @places
tenon.entry @places(%x: tensor<4x6xf32> {tenon.name = "x"}, %u: tensor<ui8> {tenon.name = "u"})
    -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %n = tenon.constant dense<-1> : tensor<i32>
  %m = tenon.constant dense<5> : tensor<i32>
  %big = tenon.constant dense<255> : tensor<ui8>
  // CHECK: tenon.slice %x [0:2, 3:6] : (tensor<4x6xf32>) -> tensor<2x3xf32>
  %0 = tenon.dynamic_slice %x at %n, %m sizes = [2, 3] : (tensor<4x6xf32>, tensor<i32>, tensor<i32>) -> tensor<2x3xf32>
  // CHECK: tenon.slice %x [2:4, 3:6] : (tensor<4x6xf32>) -> tensor<2x3xf32>
  %1 = tenon.dynamic_slice %x at %big, %big sizes = [2, 3] : (tensor<4x6xf32>, tensor<ui8>, tensor<ui8>) -> tensor<2x3xf32>
  tenon.return %0, %1 : tensor<2x3xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: tenon.entry @constants
tenon.entry @constants() -> (tensor<2x3xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<2x2xi8>) {
  %c = tenon.constant dense<1.0> : tensor<3xf32>
  %t = tenon.constant dense<[1, 2, 3, 4]> : tensor<4xi8>
  // CHECK-DAG: dense<1.000000e+00> : tensor<2x3xf32>
  // CHECK-DAG: dense<1.000000e+00> : tensor<3x2xf32>
  // CHECK-DAG: dense<1.000000e+00> : tensor<2xf32>
  // CHECK-DAG: dense<{{\[}}[1, 2], [3, 4]]> : tensor<2x2xi8>
  // CHECK-NOT: tenon.{{broadcast|transpose|slice|reshape|reverse}}
  %0 = tenon.broadcast_in_dim %c dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = tenon.transpose %0 dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %r = tenon.reverse %c dims = [0] : tensor<3xf32>
  %2 = tenon.slice %r [0:2] : (tensor<3xf32>) -> tensor<2xf32>
  %3 = tenon.reshape %t : (tensor<4xi8>) -> tensor<2x2xi8>
  tenon.return %0, %1, %2, %3 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<2x2xi8>
}

// A broadcast that only adds dimensions of one element is a reshape, and
// broadcasts reach past such a reshape.
// CHECK-LABEL: tenon.entry @unit_dims
tenon.entry @unit_dims(%x: tensor<4x6xf32> {tenon.name = "x"}) -> (tensor<4x1x6xf32>, tensor<4x5x6xf32>) {
  // CHECK-DAG: %[[R:.*]] = tenon.reshape %x : (tensor<4x6xf32>) -> tensor<4x1x6xf32>
  %0 = tenon.broadcast_in_dim %x dims = [0, 2] : (tensor<4x6xf32>) -> tensor<4x1x6xf32>
  // CHECK-DAG: %[[B:.*]] = tenon.broadcast_in_dim %x dims = [0, 2] : (tensor<4x6xf32>) -> tensor<4x5x6xf32>
  %1 = tenon.broadcast_in_dim %0 dims = [0, 1, 2] : (tensor<4x1x6xf32>) -> tensor<4x5x6xf32>
  // CHECK: tenon.return %[[R]], %[[B]]
  tenon.return %0, %1 : tensor<4x1x6xf32>, tensor<4x5x6xf32>
}

// Short lists of numbers are put together; long ones stay apart.
// CHECK-LABEL: tenon.entry @sizes
// CHECK: %[[C:.*]] = tenon.constant dense<[3, 1, 1]> : tensor<3xi32>
// CHECK: %[[L:.*]] = tenon.concatenate
// CHECK: tenon.return %[[C]], %[[L]]
tenon.entry @sizes() -> (tensor<3xi32>, tensor<80xi32>) {
  %n = tenon.constant dense<3> : tensor<1xi32>
  %one = tenon.constant dense<1> : tensor<2xi32>
  %long = tenon.constant dense<1> : tensor<79xi32>
  %a = tenon.concatenate %n, %one dim = 0 : (tensor<1xi32>, tensor<2xi32>) -> tensor<3xi32>
  %b = tenon.concatenate %n, %long dim = 0 : (tensor<1xi32>, tensor<79xi32>) -> tensor<80xi32>
  tenon.return %a, %b : tensor<3xi32>, tensor<80xi32>
}
