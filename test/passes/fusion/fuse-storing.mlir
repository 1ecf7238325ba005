// RUN: tenon-opt %s --split-input-file --pass-pipeline='builtin.module(tenon.entry(tenon-fuse),tenon-verify-fused)' | FileCheck %s

// No plan is left with a kernel that cannot store what is read of it.

// A broadcast that permutes dimensions and repeats nothing is a renaming.
// CHECK-LABEL: tenon.entry @permuting_broadcast
// CHECK: kernel.stage loop -> (tensor<8x1x13xi64>, tensor<13x1x8x1xi64>)
// CHECK-NOT: kernel.stage
tenon.entry @permuting_broadcast(%x: tensor<8x13x1xi64>) -> (tensor<13x1x8x1xi64>, tensor<8x1x13xi64>) {
  %t = tenon.transpose %x dims = [0, 2, 1] : (tensor<8x13x1xi64>) -> tensor<8x1x13xi64>
  %n = tenon.negate %t : tensor<8x1x13xi64>
  %b = tenon.broadcast_in_dim %n dims = [2, 1, 0] : (tensor<8x1x13xi64>) -> tensor<13x1x8x1xi64>
  tenon.return %b, %n : tensor<13x1x8x1xi64>, tensor<8x1x13xi64>
}

// -----

// The bits of a product are as many elements as the product.
// CHECK-LABEL: tenon.entry @bits_of_a_product
// CHECK: kernel.stage contraction
// CHECK: tenon.bitcast_convert
// CHECK: kernel.stage row
tenon.entry @bits_of_a_product(%x: tensor<64x8xf32>, %w: tensor<8x16xf32>) -> (tensor<64x16xi32>, tensor<64xi32>) {
  %zero = tenon.constant dense<0> : tensor<i32>
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<64x8xf32>, tensor<8x16xf32>) -> tensor<64x16xf32>
  %b = tenon.bitcast_convert %d : (tensor<64x16xf32>) -> tensor<64x16xi32>
  %r = tenon.reduce %b init %zero dims = [1] : (tensor<64x16xi32>, tensor<i32>) -> tensor<64xi32> with add
  tenon.return %b, %r : tensor<64x16xi32>, tensor<64xi32>
}

// -----

// One element is no scalar: it has a kernel of its own.
// CHECK-LABEL: tenon.entry @chosen_by_rows
// CHECK: kernel.fused "reduce"
// CHECK-SAME: refused = [{{.*}}consumer = "select", producer = "reduce", reason = "the kernel could not store what is read elsewhere of select"
// CHECK: kernel.fused "select"
tenon.entry @chosen_by_rows(%x: tensor<5x12xi1>, %a: tensor<1xi32>, %b: tensor<1xi32>) -> tensor<1xi32> {
  %true = tenon.constant dense<true> : tensor<i1>
  %p = tenon.reduce %x init %true dims = [0, 1] : (tensor<5x12xi1>, tensor<i1>) -> tensor<i1> with and
  %s = tenon.select %p, %a, %b : (tensor<i1>, tensor<1xi32>, tensor<1xi32>) -> tensor<1xi32>
  tenon.return %s : tensor<1xi32>
}
