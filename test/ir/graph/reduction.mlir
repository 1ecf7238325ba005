// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @reduce
tenon.entry @reduce(%x: tensor<4x8xf32> {tenon.name = "x"}, %z: tensor<f32> {tenon.name = "z"}, %h: tensor<4x8xbf16> {tenon.name = "h"}, %b: tensor<?x8xf32, #tenon.bounds<[9, ?]>> {tenon.name = "b"}) {
  // CHECK: tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with add
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with add
  // CHECK: tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with multiply
  %1 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with multiply
  // CHECK: tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with maximum
  %2 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with maximum
  // CHECK: tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with minimum
  %3 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with minimum
  // CHECK: tenon.reduce %x init %z dims = [0, 1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<f32> with add
  %4 = tenon.reduce %x init %z dims = [0, 1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<f32> with add
  // CHECK: tenon.reduce %h init %z dims = [0] : (tensor<4x8xbf16>, tensor<f32>) -> tensor<8xf32> with add
  %5 = tenon.reduce %h init %z dims = [0] : (tensor<4x8xbf16>, tensor<f32>) -> tensor<8xf32> with add
  // CHECK: tenon.reduce %b init %z dims = [1] : (tensor<?x8xf32, #tenon.bounds<[9, ?]>>, tensor<f32>) -> tensor<?xf32, #tenon.bounds<[9]>> with add
  %6 = tenon.reduce %b init %z dims = [1] : (tensor<?x8xf32, #tenon.bounds<[9, ?]>>, tensor<f32>) -> tensor<?xf32, #tenon.bounds<[9]>> with add
  tenon.return
}

// CHECK-LABEL: tenon.entry @logical
tenon.entry @logical(%p: tensor<4x8xi1> {tenon.name = "p"}, %t: tensor<i1> {tenon.name = "t"}) {
  // CHECK: tenon.reduce %p init %t dims = [1] : (tensor<4x8xi1>, tensor<i1>) -> tensor<4xi1> with and
  %0 = tenon.reduce %p init %t dims = [1] : (tensor<4x8xi1>, tensor<i1>) -> tensor<4xi1> with and
  // CHECK: tenon.reduce %p init %t dims = [1] : (tensor<4x8xi1>, tensor<i1>) -> tensor<4xi1> with or
  %1 = tenon.reduce %p init %t dims = [1] : (tensor<4x8xi1>, tensor<i1>) -> tensor<4xi1> with or
  // CHECK: tenon.reduce %p init %t dims = [1] : (tensor<4x8xi1>, tensor<i1>) -> tensor<4xi1> with xor
  %2 = tenon.reduce %p init %t dims = [1] : (tensor<4x8xi1>, tensor<i1>) -> tensor<4xi1> with xor
  tenon.return
}

// CHECK-LABEL: tenon.entry @windows
tenon.entry @windows(%x: tensor<1x8x8x4xf32> {tenon.name = "x"}, %z: tensor<f32> {tenon.name = "z"}, %g: tensor<1x4x4x4xf32> {tenon.name = "g"}) {
  // CHECK: tenon.reduce_window %x init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x4x4x4xf32> with maximum
  %0 = tenon.reduce_window %x init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x4x4x4xf32> with maximum
  // CHECK: tenon.reduce_window %x init %z window = [1, 2, 2, 1] base_dilations = [1, 2, 1, 1] window_dilations = [1, 1, 3, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x14x5x4xf32> with add
  %1 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] base_dilations = [1, 2, 1, 1] window_dilations = [1, 1, 3, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x14x5x4xf32> with add
  // CHECK: tenon.reduce_window %x init %z window = [1, 9, 1, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x0x8x4xf32> with add
  %2 = tenon.reduce_window %x init %z window = [1, 9, 1, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x0x8x4xf32> with add
  // CHECK: tenon.select_and_scatter %x, %g init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<1x4x4x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> select GE scatter add
  %3 = tenon.select_and_scatter %x, %g init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<1x4x4x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> select GE scatter add
  tenon.return
}

// The place of the largest element: two inputs, a body of the writer's own. Bodies
// are isolated, so their names start anew.
// CHECK-LABEL: tenon.entry @argmax
tenon.entry @argmax(%x: tensor<4x8xf32> {tenon.name = "x"}, %i: tensor<4x8xi32> {tenon.name = "i"}, %z: tensor<f32> {tenon.name = "z"}, %n: tensor<i32> {tenon.name = "n"}) {
  // CHECK: %{{.*}}:2 = tenon.reduce %x, %i init %z, %n dims = [1] : (tensor<4x8xf32>, tensor<4x8xi32>, tensor<f32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xi32>) with {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<f32>, %[[B:.*]]: tensor<i32>, %[[C:.*]]: tensor<f32>, %[[D:.*]]: tensor<i32>):
  %0:2 = tenon.reduce %x, %i init %z, %n dims = [1] : (tensor<4x8xf32>, tensor<4x8xi32>, tensor<f32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xi32>) with {
  ^bb0(%a: tensor<f32>, %b: tensor<i32>, %c: tensor<f32>, %d: tensor<i32>):
    // CHECK-NEXT: tenon.compare GE, %[[A]], %[[C]]
    %p = tenon.compare GE, %a, %c : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %s = tenon.select %p, %a, %c : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
    %t = tenon.select %p, %b, %d : (tensor<i1>, tensor<i32>, tensor<i32>) -> tensor<i32>
    tenon.return %s, %t : tensor<f32>, tensor<i32>
  }
  tenon.return
}

// One standard op with its arguments the other way round keeps its region, so that
// text says what is there.
// CHECK-LABEL: tenon.entry @swapped
tenon.entry @swapped(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // CHECK: tenon.reduce {{.*}} with {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<f32>, %[[B:.*]]: tensor<f32>):
  // CHECK-NEXT: tenon.add %[[B]], %[[A]] : tensor<f32>
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = tenon.add %b, %a : tensor<f32>
    tenon.return %s : tensor<f32>
  }
  tenon.return
}
