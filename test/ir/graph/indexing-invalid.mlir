// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs sorted, unique offset_dims below 3, got [3]}}
  %0 = tenon.gather %t at %i offset_dims = [3] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs sorted, unique collapsed_slice_dims below 2, got [2]}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [2] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique start_index_map below 2 that are not batching, got [2]}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [2] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{accounts for 3 dimensions of 'tensor<100x8xf32>'}}
  %0 = tenon.gather %t at %i offset_dims = [1, 2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs index_vector_dim in 0 to 2, got 3}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 3 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{has index vectors of length 16 but 1 entries in start_index_map}}
  %0 = tenon.gather %t at %i offset_dims = [1] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 1 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of slice_sizes per dimension: expected 2, got 1}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{takes 9 elements of dimension 1, which has size 8}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 9] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a slice size of at most 1 for dimension 0, got 2}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [2, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x16x8xf32>' are incompatible}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x9xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{names a dimension in collapsed_slice_dims and as batching: [0, 0]}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] batching_dims = [0] x [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xi64>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<5x100x8xf32>, %i: tensor<16x5x1xi32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique index batching dimensions below 3 other than 2, got [2]}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [1] batching_dims = [0] x [2] start_index_map = [1] index_vector_dim = 2 slice_sizes = [1, 1, 8] : (tensor<5x100x8xf32>, tensor<16x5x1xi32>) -> tensor<16x5x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<5x100x8xf32>, %i: tensor<16x5x1xi32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{pairs 1 batching dimensions with 2}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [1] batching_dims = [0] x [0, 1] start_index_map = [1] index_vector_dim = 2 slice_sizes = [1, 1, 8] : (tensor<5x100x8xf32>, tensor<16x5x1xi32>) -> tensor<16x5x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<5x100x8xf32>, %i: tensor<16x5x1xi32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{pairs batching dimension 0 of size 5 with dimension 0 of the indices, of size 16}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [1] batching_dims = [0] x [0] start_index_map = [1] index_vector_dim = 2 slice_sizes = [1, 1, 8] : (tensor<5x100x8xf32>, tensor<16x5x1xi32>) -> tensor<16x5x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xf32>) {
  // expected-error @+1 {{operand #1 must be static or bounded tensor of integer values}}
  %0 = tenon.gather %t at %i offset_dims = [2] collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2 slice_sizes = [1, 8] : (tensor<100x8xf32>, tensor<4x16xf32>) -> tensor<4x16x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x15x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{has updates of 'tensor<4x15x8xf32>', which do not fit indices of 'tensor<4x16xi64>'}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x15x8xf32>) -> tensor<100x8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x9xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{writes 9 elements of dimension 1, which has size 8}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x9xf32>) -> tensor<100x8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs updates of the inputs' element type, got 'tensor<4x16x8xf16>' for 'tensor<100x8xf32>'}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf16>) -> tensor<100x8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs sorted, unique update_window_dims below 3, got [3]}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [3] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs sorted, unique inserted_window_dims below 2, got [2]}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [2] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique scatter_dims_to_operand_dims below 2 that are not batching, got [-1]}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [-1] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf32>) {
  // expected-error @+1 {{needs a body of ('tensor<f32>', 'tensor<f32>'), got ('tensor<f32>')}}
  %0 = "tenon.scatter"(%t, %i, %u) ({
  ^bb0(%a: tensor<f32>):
    "tenon.return"(%a) : (tensor<f32>) -> ()
  }) {update_window_dims = array<i64: 2>, inserted_window_dims = array<i64: 0>, scatter_dims_to_operand_dims = array<i64: 0>, index_vector_dim = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%t: tensor<100x8xf32>, %i: tensor<4x16xi64>, %u: tensor<4x16x8xf32>) {
  // expected-error @+1 {{'divide' is no standard reduction}}
  %0 = tenon.scatter %t at %i by %u update_window_dims = [2] inserted_window_dims = [0] scatter_dims_to_operand_dims = [0] index_vector_dim = 2 : (tensor<100x8xf32>, tensor<4x16xi64>, tensor<4x16x8xf32>) -> tensor<100x8xf32> with divide
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %y: tensor<4x7xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs inputs of one shape, got 'tensor<4x8xf32>' and 'tensor<4x7xf32>'}}
  %0, %1 = tenon.sort %x, %y dim = 0 : (tensor<4x8xf32>, tensor<4x7xf32>) -> (tensor<4x8xf32>, tensor<4x7xf32>) by {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>):
    %p = tenon.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tenon.return %p : tensor<i1>
  }
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{has no dimension 2}}
  %0 = tenon.sort %x dim = 2 : (tensor<4x8xf32>) -> tensor<4x8xf32> by {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %p = tenon.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tenon.return %p : tensor<i1>
  }
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{needs a comparator of ('tensor<f32>', 'tensor<f32>'), got ('tensor<f32>')}}
  %0 = tenon.sort %x dim = 1 : (tensor<4x8xf32>) -> tensor<4x8xf32> by {
  ^bb0(%a: tensor<f32>):
    %p = tenon.compare LT, %a, %a : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tenon.return %p : tensor<i1>
  }
  tenon.return
}
