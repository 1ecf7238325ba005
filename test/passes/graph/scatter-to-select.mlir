// RUN: tenon-opt %s --tenon-scatter-to-select --split-input-file | FileCheck %s

// One index per row: each element has one update that it may get.
// CHECK-LABEL: @one_per_row
// CHECK-SAME: (%[[X:.*]]: tensor<4x8xf32>, %[[I:.*]]: tensor<4x1xi32>, %[[U:.*]]: tensor<4xf32>)
tenon.entry @one_per_row(%x: tensor<4x8xf32>, %i: tensor<4x1xi32>, %u: tensor<4xf32>) -> (tensor<4x8xf32>) {
  // CHECK: %[[FLAT:.*]] = tenon.reshape %[[I]] : (tensor<4x1xi32>) -> tensor<4xi32>
  // CHECK: %[[WANT:.*]] = tenon.broadcast_in_dim %[[FLAT]] dims = [0]
  // CHECK: %[[PLACE:.*]] = tenon.iota dim = 1 : tensor<4x8xi32>
  // CHECK: %[[HIT:.*]] = tenon.compare EQ, %[[PLACE]], %[[WANT]]
  // CHECK: %[[ALL:.*]] = tenon.broadcast_in_dim %[[U]] dims = [0]
  // CHECK: %[[SUM:.*]] = tenon.add %[[X]], %[[ALL]]
  // CHECK: tenon.select %[[HIT]], %[[SUM]], %[[X]]
  // CHECK-NOT: tenon.scatter
  %y = tenon.scatter %x at %i by %u inserted_window_dims = [1] batching_dims = [0] x [0]
      scatter_dims_to_operand_dims = [1] index_vector_dim = 1
      : (tensor<4x8xf32>, tensor<4x1xi32>, tensor<4xf32>) -> tensor<4x8xf32> with add
  tenon.return %y : tensor<4x8xf32>
}

// -----

// Two updates may go to one row.
// CHECK-LABEL: @rows
tenon.entry @rows(%x: tensor<4x8xf32>, %i: tensor<3x1xi32>, %u: tensor<3x8xf32>) -> (tensor<4x8xf32>) {
  // CHECK: tenon.scatter
  %y = tenon.scatter %x at %i by %u update_window_dims = [1] inserted_window_dims = [0]
      scatter_dims_to_operand_dims = [0] index_vector_dim = 1
      : (tensor<4x8xf32>, tensor<3x1xi32>, tensor<3x8xf32>) -> tensor<4x8xf32> with add
  tenon.return %y : tensor<4x8xf32>
}

// -----

// A single update of a slice that an index places as a whole.
// CHECK-LABEL: @one_row
tenon.entry @one_row(%x: tensor<4x8xf32>, %i: tensor<1xi64>, %u: tensor<8xf32>) -> (tensor<4x8xf32>) {
  // CHECK: tenon.iota dim = 0 : tensor<4x8xi64>
  // CHECK: tenon.broadcast_in_dim %{{.*}} dims = [1] : (tensor<8xf32>) -> tensor<4x8xf32>
  // CHECK: tenon.select
  %y = tenon.scatter %x at %i by %u update_window_dims = [0] inserted_window_dims = [0]
      scatter_dims_to_operand_dims = [0] index_vector_dim = 0
      : (tensor<4x8xf32>, tensor<1xi64>, tensor<8xf32>) -> tensor<4x8xf32> with add
  tenon.return %y : tensor<4x8xf32>
}
