// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique dimensions below 2, got [2]}}
  %0 = tenon.reduce %x init %z dims = [2] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs unique dimensions below 2, got [1, 1]}}
  %0 = tenon.reduce %x init %z dims = [1, 1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4xf32>' are incompatible}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<8xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot keep input 0 of 'f32' in an initial value of 'f16'}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f16>) -> tensor<4xf16> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+1 {{'divide' is no standard reduction}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with divide
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+1 {{needs a body of ('tensor<f32>', 'tensor<f32>'), got ('tensor<f32>', 'tensor<f16>')}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with {
  ^bb0(%a: tensor<f32>, %b: tensor<f16>):
    tenon.return %a : tensor<f32>
  }
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+1 {{needs a body that returns ('tensor<f32>'), got ('tensor<f32>', 'tensor<f32>')}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    tenon.return %a, %b : tensor<f32>, tensor<f32>
  }
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %y: tensor<4x9xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs inputs of one shape, got 'tensor<4x8xf32>' and 'tensor<4x9xf32>'}}
  %0:2 = tenon.reduce %x, %y init %z, %z dims = [1] : (tensor<4x8xf32>, tensor<4x9xf32>, tensor<f32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>) with {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>):
    tenon.return %a, %b : tensor<f32>, tensor<f32>
  }
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-error @+1 {{expected as many inputs as initial values}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>) -> tensor<4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of window_dimensions per dimension: expected 4, got 3}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of window_strides per dimension: expected 4, got 1}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] strides = [1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs one of padding_low per dimension: expected 4, got 1}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] padding_low = [1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs window sizes of at least 1, got 0 for dimension 1}}
  %0 = tenon.reduce_window %x init %z window = [1, 0, 2, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs strides of at least 1, got 0 for dimension 2}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] strides = [1, 1, 0, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs base dilations of at least 1, got 0 for dimension 2}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] base_dilations = [1, 1, 0, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs window dilations of at least 1, got -1 for dimension 2}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] window_dilations = [1, 1, -1, 1] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{asks for too many windows along dimension 1}}
  %0 = tenon.reduce_window %x init %z window = [1, 2, 2, 1] padding_low = [0, 9223372036854775807, 0, 0] padding_high = [0, 9223372036854775807, 0, 0] : (tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<?x4xf32, #tenon.bounds<[8, ?]>>, %z: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot slide over dimension 0, which is bounded}}
  %0 = tenon.reduce_window %x init %z window = [2, 1] : (tensor<?x4xf32, #tenon.bounds<[8, ?]>>, tensor<f32>) -> tensor<7x4xf32> with add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>, %g: tensor<1x8x8x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a source of type 'tensor<1x4x4x4xf32>', got 'tensor<1x8x8x4xf32>'}}
  %0 = tenon.select_and_scatter %x, %g init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> select GE scatter add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f16>, %g: tensor<1x4x4x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs an initial value of 'f32', got 'f16'}}
  %0 = tenon.select_and_scatter %x, %g init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<1x4x4x4xf32>, tensor<f16>) -> tensor<1x8x8x4xf32> select GE scatter add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>, %g: tensor<1x4x4x4xf32>) {
  // expected-error @+1 {{'MORE' is no comparison}}
  %0 = tenon.select_and_scatter %x, %g init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<1x4x4x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> select MORE scatter add
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<1x8x8x4xf32>, %z: tensor<f32>, %g: tensor<1x4x4x4xf32>) {
  // expected-error @+1 {{needs a body that returns ('tensor<i1>'), got ('tensor<f32>')}}
  %0 = tenon.select_and_scatter %x, %g init %z window = [1, 3, 3, 1] strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0] : (tensor<1x8x8x4xf32>, tensor<1x4x4x4xf32>, tensor<f32>) -> tensor<1x8x8x4xf32> select {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    tenon.return %a : tensor<f32>
  } scatter add
  tenon.return
}

// -----

// Bodies see nothing from outside.
tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %0 = tenon.reduce %x init %z dims = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    // expected-error @+1 {{using value defined outside the region}}
    %s = tenon.add %a, %z : tensor<f32>
    tenon.return %s : tensor<f32>
  }
  tenon.return
}

// -----

// The pretty form cannot say it: an operand that is neither input nor initial
// value.
tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>, %extra: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs as many initial values as inputs, and at least one, got 3 operands}}
  %0 = "tenon.reduce"(%x, %z, %extra) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = tenon.add %a, %b : tensor<f32>
    tenon.return %s : tensor<f32>
  }) : (tensor<4x8xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs as many initial values as inputs, and at least one, got 1 operands}}
  %0 = "tenon.reduce"(%x) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    tenon.return %a : tensor<f32>
  }) : (tensor<4x8xf32>) -> tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @e() {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs as many initial values as inputs, and at least one, got 0 operands}}
  "tenon.reduce"() <{dimensions = array<i64>}> ({
    tenon.return
  }) : () -> ()
  tenon.return
}

// -----

tenon.entry @e(%x: tensor<4x8xf32>, %z: tensor<f32>, %extra: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs as many initial values as inputs, and at least one, got 3 operands}}
  %0 = "tenon.reduce_window"(%x, %z, %extra) <{
      window_dimensions = array<i64: 2, 2>, window_strides = array<i64: 1, 1>,
      base_dilations = array<i64: 1, 1>, window_dilations = array<i64: 1, 1>,
      padding_low = array<i64: 0, 0>, padding_high = array<i64: 0, 0>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = tenon.add %a, %b : tensor<f32>
    tenon.return %s : tensor<f32>
  }) : (tensor<4x8xf32>, tensor<f32>, tensor<f32>) -> tensor<3x7xf32>
  tenon.return
}
