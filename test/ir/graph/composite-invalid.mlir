// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+1 {{needs an axis in 0 to 1, got 2}}
  %0 = tenon.softmax %x axis = 2 : tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+1 {{needs an axis in 0 to 1, got -1}}
  %0 = tenon.log_softmax %x axis = -1 : tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a scale of type 'tensor<4x8xf32>', got 'tensor<8xf32>'}}
  %0 = tenon.layer_norm %x scale %v axis = 0 epsilon = 1.0e-5 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a bias of type 'tensor<4x8xf32>', got 'tensor<8xf32>'}}
  %0 = tenon.layer_norm %x bias %v axis = 0 epsilon = 1.0e-5 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs an axis in 0 to 1, got 2}}
  %0 = tenon.layer_norm %x axis = 2 epsilon = 1.0e-5 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a finite epsilon of at least 0}}
  %0 = tenon.layer_norm %x axis = 1 epsilon = -1.0e-5 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x8xf32, #tenon.bounds<[9, ?]>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs static normalized dimensions}}
  %0 = tenon.layer_norm %x axis = 0 epsilon = 1.0e-5 : (tensor<?x8xf32, #tenon.bounds<[9, ?]>>) -> tensor<?x8xf32, #tenon.bounds<[9, ?]>>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a scale of type 'tensor<4x8xf32>', got 'tensor<8xf32>'}}
  %0 = tenon.rms_norm %x scale %v axis = 0 epsilon = 1.0e-5 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<2x6x6x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a feature index in 0 to 3, got 4}}
  %0 = tenon.batch_norm_inference %x, %v, %v, %v, %v feature = 4 epsilon = 1.0e-3 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<2x6x6x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a scale of type 'tensor<6xf32>', got 'tensor<8xf32>'}}
  %0 = tenon.batch_norm_inference %x, %v, %v, %v, %v feature = 2 epsilon = 1.0e-3 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<2x6x6x8xf32>, %v: tensor<8xf32>, %w: tensor<4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs an offset of type 'tensor<8xf32>', got 'tensor<4xf32>'}}
  %0 = tenon.batch_norm_inference %x, %v, %w, %v, %v feature = 3 epsilon = 1.0e-3 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<2x6x6x8xf32>, %v: tensor<8xf32>, %w: tensor<4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a mean of type 'tensor<8xf32>', got 'tensor<4xf32>'}}
  %0 = tenon.batch_norm_inference %x, %v, %v, %w, %v feature = 3 epsilon = 1.0e-3 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<2x6x6x8xf32>, %v: tensor<8xf32>, %w: tensor<4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a variance of type 'tensor<8xf32>', got 'tensor<4xf32>'}}
  %0 = tenon.batch_norm_inference %x, %v, %v, %v, %w feature = 3 epsilon = 1.0e-3 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4xf32>) -> tensor<2x6x6x8xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x8xf32, #tenon.bounds<[9, ?]>>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a static operand}}
  %0:3 = tenon.batch_norm_training %x, %v, %v feature = 1 epsilon = 1.0e-3 : (tensor<?x8xf32, #tenon.bounds<[9, ?]>>, tensor<8xf32>, tensor<8xf32>) -> (tensor<?x8xf32, #tenon.bounds<[9, ?]>>, tensor<8xf32>, tensor<8xf32>)
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<2x6x6x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a gradient of type 'tensor<2x6x6x8xf32>', got 'tensor<8xf32>'}}
  %0:3 = tenon.batch_norm_grad %x, %v, %v, %v, %v feature = 3 epsilon = 1.0e-3 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>)
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<2x4x16x64xf32>, %k: tensor<2x4x10x64xf32>, %v: tensor<2x4x10x32xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a key of type 'tensor<2x4x10x64xf32>', got 'tensor<2x4x10x32xf32>'}}
  %0 = tenon.attention %q, %v, %v scale = 1.0 : (tensor<2x4x16x64xf32>, tensor<2x4x10x32xf32>, tensor<2x4x10x32xf32>) -> tensor<2x4x16x32xf32>
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<2x4x16x64xf32>, %k: tensor<2x4x10x64xf32>, %v: tensor<2x5x10x32xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a value of type 'tensor<2x4x10x32xf32>', got 'tensor<2x5x10x32xf32>'}}
  %0 = tenon.attention %q, %k, %v scale = 1.0 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x5x10x32xf32>) -> tensor<2x4x16x32xf32>
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<2x4x16x64xf32>, %k: tensor<2x4x10x64xf32>, %v: tensor<2x4x10x32xf32>, %m: tensor<16x11xi1>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a mask of i1 or 'f32' that broadcasts to 'tensor<2x4x16x10xf32>', got 'tensor<16x11xi1>'}}
  %0 = tenon.attention %q, %k, %v mask %m scale = 1.0 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>, tensor<16x11xi1>) -> tensor<2x4x16x32xf32>
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<2x4x16x64xf32>, %k: tensor<2x4x10x64xf32>, %v: tensor<2x4x10x32xf32>, %m: tensor<16x10xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a mask of i1 or 'f32'}}
  %0 = tenon.attention %q, %k, %v mask %m scale = 1.0 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>, tensor<16x10xf16>) -> tensor<2x4x16x32xf32>
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs operands of one rank of at least 2}}
  %0 = tenon.attention %q, %q, %q scale = 1.0 : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<2x4x16x64xf32>, %k: tensor<2x4x10x64xf32>, %v: tensor<2x4x10x32xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a finite scale}}
  %0 = tenon.attention %q, %k, %v scale = 0x7FF0000000000000 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>) -> tensor<2x4x16x32xf32>
  tenon.return
}

// -----

tenon.entry @e(%q: tensor<?x8xf32, #tenon.bounds<[9, ?]>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs static places to be causal}}
  %0 = tenon.attention %q, %q, %q scale = 1.0 causal : (tensor<?x8xf32, #tenon.bounds<[9, ?]>>, tensor<?x8xf32, #tenon.bounds<[9, ?]>>, tensor<?x8xf32, #tenon.bounds<[9, ?]>>) -> tensor<?x8xf32, #tenon.bounds<[9, ?]>>
  tenon.return
}
