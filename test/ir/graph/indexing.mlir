// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @gather
tenon.entry @gather(%t: tensor<100x8xf32> {tenon.name = "t"}, %i: tensor<4x16xi64> {tenon.name = "i"}, %j: tensor<2x7xi64> {tenon.name = "j"}) {
  // CHECK: tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  // CHECK: tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 3] sorted : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x3xf32>
  %1 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 3] sorted : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x3xf32>
  // CHECK: tenon.gather %t at %j offset_dims = [0, 2] start_index_map = [1, 0] index_vector_dim = 0 slice_sizes = [2, 3] : (tensor<100x8xf32>, tensor<2x7xi64>) -> tensor<2x7x3xf32>
  %2 = tenon.gather %t at %j offset_dims = [0, 2] start_index_map = [1, 0] index_vector_dim = 0 slice_sizes = [2, 3] : (tensor<100x8xf32>, tensor<2x7xi64>) -> tensor<2x7x3xf32>
  tenon.return
}

// CHECK-LABEL: tenon.entry @batched
tenon.entry @batched(%t: tensor<5x100x8xf32> {tenon.name = "t"}, %i: tensor<16x5x1xi32> {tenon.name = "i"}) {
  // CHECK: tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [1] batching_dims = [0] x [1] start_index_map = [1] index_vector_dim = 2 slice_sizes = [1, 1, 8] : (tensor<5x100x8xf32>, tensor<16x5x1xi32>) -> tensor<16x5x8xf32>
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [1] batching_dims = [0] x [1] start_index_map = [1] index_vector_dim = 2 slice_sizes = [1, 1, 8] : (tensor<5x100x8xf32>, tensor<16x5x1xi32>) -> tensor<16x5x8xf32>
  tenon.return
}

// CHECK-LABEL: tenon.entry @scatter
tenon.entry @scatter(%t: tensor<100x8xf32> {tenon.name = "t"}, %i: tensor<4x16xi64> {tenon.name = "i"}, %u: tensor<4x16x8xf32> {tenon.name = "u"}) {
  // CHECK: tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with add
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with add
  // CHECK: tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 sorted unique : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with maximum
  %1 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 sorted unique : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with maximum
  tenon.return
}

// CHECK-LABEL: tenon.entry @batched_scatter
tenon.entry @batched_scatter(%t: tensor<5x100x8xf32> {tenon.name = "t"}, %i: tensor<16x5x1xi32> {tenon.name = "i"}, %u: tensor<16x5x8xf32> {tenon.name = "u"}) {
  // CHECK: tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [1] batching_dims = [0] x [1] scatter_dims_to_operand_dims = [1] index_vector_dim = 2 : (tensor<5x100x8xf32>, tensor<16x5x1xi32>, tensor<16x5x8xf32>) -> tensor<5x100x8xf32> with add
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [1] batching_dims = [0] x [1] scatter_dims_to_operand_dims = [1] index_vector_dim = 2 : (tensor<5x100x8xf32>, tensor<16x5x1xi32>, tensor<16x5x8xf32>) -> tensor<5x100x8xf32> with add
  tenon.return
}

// A body of the writer's own: keep the update.
// CHECK-LABEL: tenon.entry @overwrite
tenon.entry @overwrite(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf32>) {
  // CHECK: tenon.scatter {{.*}} with {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<f32>, %[[NEW:.*]]: tensor<f32>):
  // CHECK-NEXT: tenon.return %[[NEW]] : tensor<f32>
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with {
  ^bb0(%old: tensor<f32>, %new: tensor<f32>):
    tenon.return %new : tensor<f32>
  }
  tenon.return
}

// CHECK-LABEL: tenon.entry @sort
tenon.entry @sort(%k: tensor<4x8xf32>, %v: tensor<4x8xi32>) -> (tensor<4x8xf32>, tensor<4x8xi32>) {
  // CHECK: tenon.sort %{{.*}}, %{{.*}} dim = 1 : (tensor<4x8xf32>, tensor<4x8xi32>) -> (tensor<4x8xf32>, tensor<4x8xi32>) by {
  %0, %1 = tenon.sort %k, %v dim = 1 : (tensor<4x8xf32>, tensor<4x8xi32>) -> (tensor<4x8xf32>, tensor<4x8xi32>) by {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %i: tensor<i32>, %j: tensor<i32>):
    %before = tenon.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tenon.return %before : tensor<i1>
  }
  tenon.return %0, %1 : tensor<4x8xf32>, tensor<4x8xi32>
}
