// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{needs one of broadcast_dimensions per dimension: expected 2, got 1}}
  %0 = tenon.broadcast_in_dim %x dims = [0] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{needs unique broadcast_dimensions below 2, got [0, 0]}}
  %0 = tenon.broadcast_in_dim %x dims = [0, 0] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{needs unique broadcast_dimensions below 2, got [0, 3]}}
  %0 = tenon.broadcast_in_dim %x dims = [0, 3] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{operand dimension 1 has size 6, which is neither 1 nor 7, the size of result dimension 1}}
  %0 = tenon.broadcast_in_dim %x dims = [0, 1] : (tensor<4x6xf32>) -> tensor<4x7xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{keeps the element type, got 'f32' and 'f16'}}
  %0 = tenon.broadcast_in_dim %x dims = [0, 1] : (tensor<4x6xf32>) -> tensor<4x6xf16>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>>) {
  // expected-error @+1 {{operand dimension 0 has size <=8, which is neither 1 nor 8}}
  %0 = tenon.broadcast_in_dim %x dims = [0, 1] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<8x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{keeps the element count, got 24 and 25}}
  %0 = tenon.reshape %x : (tensor<4x6xf32>) -> tensor<5x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{keeps the element type, got 'f32' and 'i32'}}
  %0 = tenon.reshape %x : (tensor<4x6xf32>) -> tensor<24xi32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>>) {
  // expected-error @+1 {{keeps bounded dimensions as they are}}
  %0 = tenon.reshape %x : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<48xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a permutation of 2 dimensions, got [0, 0]}}
  %0 = tenon.transpose %x dims = [0, 0] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a permutation of 2 dimensions, got [0]}}
  %0 = tenon.transpose %x dims = [0] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<6x4xf32>' are incompatible}}
  %0 = tenon.transpose %x dims = [1, 0] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of start_indices per dimension: expected 2, got 1}}
  %0 = tenon.slice %x [0:4] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{takes 0 to 5 of dimension 0, which has size 4}}
  %0 = tenon.slice %x [0:5, 0:6] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{takes -1 to 4 of dimension 0, which has size 4}}
  %0 = tenon.slice %x [-1:4, 0:6] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{takes 3 to 2 of dimension 0, which has size 4}}
  %0 = tenon.slice %x [3:2, 0:6] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs strides of at least 1, got 0 for dimension 1}}
  %0 = tenon.slice %x [0:4, 0:6:0] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot take a part of dimension 0, which is bounded}}
  %0 = tenon.slice %x [0:4, 0:6] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of limit_indices per dimension: expected 2, got 1}}
  %0 = "tenon.slice"(%x) {start_indices = array<i64: 0, 0>, limit_indices = array<i64: 1>, strides = array<i64: 1, 1>} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of strides per dimension: expected 2, got 1}}
  %0 = "tenon.slice"(%x) {start_indices = array<i64: 0, 0>, limit_indices = array<i64: 1, 1>, strides = array<i64: 1>} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a padding value of 'f32', got 'f16'}}
  %0 = tenon.pad %x, %s low = [0, 0] high = [0, 0] interior = [0, 0] : (tensor<4x6xf32>, tensor<f16>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<1xf32>) {
  // expected-error @+1 {{operand #1 must be 0-D tensor of float, i1, integer or complex values, but got 'tensor<1xf32>'}}
  %0 = tenon.pad %x, %s low = [0, 0] high = [0, 0] interior = [0, 0] : (tensor<4x6xf32>, tensor<1xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of edge_padding_low per dimension: expected 2, got 1}}
  %0 = tenon.pad %x, %s low = [0] high = [0, 0] interior = [0, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of edge_padding_high per dimension: expected 2, got 1}}
  %0 = tenon.pad %x, %s low = [0, 0] high = [0] interior = [0, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of interior_padding per dimension: expected 2, got 0}}
  %0 = tenon.pad %x, %s low = [0, 0] high = [0, 0] interior = [] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs interior padding of at least 0, got -1 for dimension 1}}
  %0 = tenon.pad %x, %s low = [0, 0] high = [0, 0] interior = [0, -1] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{leaves dimension 0 with fewer than 0 elements}}
  %0 = tenon.pad %x, %s low = [-3, 0] high = [-3, 0] interior = [0, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{leaves dimension 0 with too many elements}}
  %0 = tenon.pad %x, %s low = [9223372036854775807, 0] high = [9223372036854775807, 0] interior = [0, 0] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>>, %s: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot pad dimension 0, which is bounded}}
  %0 = tenon.pad %x, %s low = [1, 0] high = [0, 0] interior = [0, 0] : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>, tensor<f32>) -> tensor<?x6xf32, #tenon.bounds<[8, ?]>>
  tenon.return
}

// -----

tenon.entry @e() {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs at least one input}}
  %0 = "tenon.concatenate"() {dimension = 0 : i64} : () -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{joins along dimension 2 of tensors of rank 2}}
  %0 = tenon.concatenate %x, %x dim = 2 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %y: tensor<4x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot join input 1 of type 'tensor<4x5xf32>' to 'tensor<4x6xf32>' along dimension 0}}
  %0 = tenon.concatenate %x, %y dim = 0 : (tensor<4x6xf32>, tensor<4x5xf32>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %y: tensor<4x6xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot join input 1 of type 'tensor<4x6xf16>'}}
  %0 = tenon.concatenate %x, %y dim = 0 : (tensor<4x6xf32>, tensor<4x6xf16>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot join along dimension 0, which is bounded}}
  %0 = tenon.concatenate %x, %x dim = 0 : (tensor<?x6xf32, #tenon.bounds<[8, ?]>>, tensor<?x6xf32, #tenon.bounds<[8, ?]>>) -> tensor<?x6xf32, #tenon.bounds<[8, ?]>>
  tenon.return
}

// -----

tenon.entry @e() {
  // expected-error @+1 {{counts along dimension 2 of a tensor of rank 2}}
  %0 = tenon.iota dim = 2 : tensor<4x5xi32>
  tenon.return
}

// -----

tenon.entry @e() {
  // expected-error @+1 {{must be static or bounded tensor of integer or float or complex values}}
  %0 = tenon.iota dim = 0 : tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>) {
  // expected-error @+1 {{needs unique dimensions below 2, got [0, 0]}}
  %0 = tenon.reverse %x dims = [0, 0] : tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x6xf32, #tenon.bounds<[8, ?]>>) {
  // expected-error @+1 {{cannot reverse dimension 0, which is bounded}}
  %0 = tenon.reverse %x dims = [0] : tensor<?x6xf32, #tenon.bounds<[8, ?]>>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %i: tensor<i64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of start_indices per dimension: expected 2, got 1}}
  %0 = tenon.dynamic_slice %x at %i sizes = [1, 1] : (tensor<4x6xf32>, tensor<i64>) -> tensor<1x1xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %i: tensor<i64>, %j: tensor<i32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs start indices of one type, got 'tensor<i64>' and 'tensor<i32>'}}
  %0 = tenon.dynamic_slice %x at %i, %j sizes = [1, 1] : (tensor<4x6xf32>, tensor<i64>, tensor<i32>) -> tensor<1x1xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %i: tensor<i64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of slice_sizes per dimension: expected 2, got 1}}
  %0 = tenon.dynamic_slice %x at %i, %i sizes = [1] : (tensor<4x6xf32>, tensor<i64>, tensor<i64>) -> tensor<1x1xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %i: tensor<i64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{takes 5 elements of dimension 0, which has size 4}}
  %0 = tenon.dynamic_slice %x at %i, %i sizes = [5, 1] : (tensor<4x6xf32>, tensor<i64>, tensor<i64>) -> tensor<5x1xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %u: tensor<6xf32>, %i: tensor<i64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs an update like 'tensor<4x6xf32>', got 'tensor<6xf32>'}}
  %0 = tenon.dynamic_update_slice %x, %u at %i, %i : (tensor<4x6xf32>, tensor<6xf32>, tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x6xf32>, %u: tensor<5x6xf32>, %i: tensor<i64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{writes 5 elements of dimension 0, which has size 4}}
  %0 = tenon.dynamic_update_slice %x, %u at %i, %i : (tensor<4x6xf32>, tensor<5x6xf32>, tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  tenon.return
}
