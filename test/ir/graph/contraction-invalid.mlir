// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique lhs dimensions below 3, got batching [0] and contracting [0]}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [0] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique rhs dimensions below 3, got batching [0] and contracting [3]}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [3] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs as many contracting dimensions of lhs as of rhs, got 2 and 1}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2, 1] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs as many batching dimensions of lhs as of rhs, got 2 and 1}}
  %0 = tenon.dot_general %a, %b batch = [0, 1] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{pairs contracting dimension 1 of lhs, of size 4, with dimension 1 of rhs, of size 6}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [1] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{pairs batching dimension 1 of lhs, of size 4, with dimension 0 of rhs, of size 8}}
  %0 = tenon.dot_general %a, %b batch = [1] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs operands of one element type}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf16>) -> tensor<8x4x5xf32>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<8x4x5xf32>' are incompatible}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf16>
  tenon.return
}

// -----

tenon.entry @e(%a: tensor<8x4x6xf32>, %b: tensor<8x6x5xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<8x4x5xf32>' are incompatible}}
  %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [1] : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x6xf64>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+1 {{expected spatial dimensions 0, 1, ..., each once}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 0, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+1 {{expected 'b', 'f' and each spatial dimension once}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, c] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+1 {{expected 'b' and 'f'}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, 2] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs each dimension of lhs, of rank 4, to have one role, got [0, 2, 1]}}
  %0 = tenon.convolution %x, %w dims = [b, 0, f] x [0, i, o] -> [b, 0, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs each dimension of rhs, of rank 4, to have one role}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs each dimension of the result, of rank 4, to have one role}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of window_strides per spatial dimension: expected 2, got 1}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] strides = [1] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of window_reversal per spatial dimension: expected 2, got 1}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] reversal = [true] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs strides of at least 1, got 0 for dimension 0}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] strides = [0, 1] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs group counts of at least 1, and one of them 1, got 0 and 1}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] feature_groups = 0 : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs group counts of at least 1, and one of them 1, got 2 and 2}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] feature_groups = 2 batch_groups = 2 : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{has 64 features in 2 groups but a kernel for 64}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] feature_groups = 2 : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x1x100xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot split 100 output features into 64 groups}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] feature_groups = 64 : (tensor<1x56x56x64xf32>, tensor<3x3x1x100xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot split a batch of 1 into 2 groups}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] batch_groups = 2 : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs operands of one element type}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf16>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs operands of one rank of at least 2}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<64x128xf32>) -> tensor<1x54x54x128xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x56x56x64xf32>, %w: tensor<3x3x64x128xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<1x54x54x128xf32>' are incompatible}}
  %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f] : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x56x56x128xf32>
  tenon.return
}
