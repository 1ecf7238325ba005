// RUN: tenon-opt %s --tenon-hoist-weights | FileCheck %s

// Arithmetic on weights moves to compile time, renamings stay; the right-hand
// side of a product is prepared in any case, and only once.
tenon.weight @w : tensor<16x8xf32> {file = "w.bin", offset = 0 : i64}
tenon.weight @b : tensor<8xf32> {file = "w.bin", offset = 512 : i64}

// CHECK: tenon.entry @prepare_0() -> tensor<8x16xf32> attributes {tenon.prepare}
// CHECK-NEXT: tenon.get_weight @w
// CHECK-NEXT: tenon.transpose
// CHECK: kernel.prepared @prepared_0 : tensor<8x16xf32>
// CHECK: tenon.entry @prepare_1() -> tensor<8xf32>
// CHECK: tenon.exponential
// CHECK: kernel.prepared @prepared_1

// CHECK-LABEL: tenon.entry @predict
// CHECK-DAG: kernel.get_prepared @prepared_0
// CHECK-DAG: kernel.get_prepared @prepared_1
// CHECK: tenon.dot_general
// CHECK: tenon.broadcast_in_dim
tenon.entry @predict(%x: tensor<4x8xf32>) -> (tensor<4x16xf32>, tensor<4x8xf32>) {
  %w = tenon.get_weight @w : tensor<16x8xf32>
  %t = tenon.transpose %w dims = [1, 0] : (tensor<16x8xf32>) -> tensor<8x16xf32>
  %b = tenon.get_weight @b : tensor<8xf32>
  %e = tenon.exponential %b : tensor<8xf32>
  %d = tenon.dot_general %x, %t contract = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %bb = tenon.broadcast_in_dim %e dims = [1] : (tensor<8xf32>) -> tensor<4x8xf32>
  %s = tenon.add %x, %bb : tensor<4x8xf32>
  tenon.return %d, %s : tensor<4x16xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: tenon.entry @second
// CHECK: kernel.get_prepared @prepared_0
// CHECK-NOT: @prepare_2
tenon.entry @second(%x: tensor<2x8xf32>) -> tensor<2x16xf32> {
  %w = tenon.get_weight @w : tensor<16x8xf32>
  %t = tenon.transpose %w dims = [1, 0] : (tensor<16x8xf32>) -> tensor<8x16xf32>
  %d = tenon.dot_general %x, %t contract = [1] x [0] : (tensor<2x8xf32>, tensor<8x16xf32>) -> tensor<2x16xf32>
  tenon.return %d : tensor<2x16xf32>
}

// A tensor that is prepared from another one is prepared from its weights.
// CHECK: tenon.entry @prepare_{{[0-9]}}() -> tensor<8xi1>
// CHECK-NEXT: tenon.get_weight @b
// CHECK-NEXT: tenon.exponential
// CHECK-NOT: kernel.get_prepared
// CHECK: tenon.compare
// CHECK-LABEL: tenon.entry @nested
tenon.entry @nested(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %b = tenon.get_weight @b : tensor<8xf32>
  %e = tenon.exponential %b : tensor<8xf32>
  %m = tenon.compare LT, %e, %b : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xi1>
  %s = tenon.add %x, %e : tensor<8xf32>
  %r = tenon.select %m, %x, %s : (tensor<8xi1>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  tenon.return %s, %r : tensor<8xf32>, tensor<8xf32>
}
