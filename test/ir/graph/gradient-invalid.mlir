// RUN: tenon-opt %s --split-input-file --verify-diagnostics

tenon.entry @loss_of_another_block(%x: tensor<f32>, %n: tensor<i1>) -> (tensor<f32>) {
  %r = tenon.if %n : (tensor<i1>) -> tensor<f32> {
    %y = tenon.tanh %x : tensor<f32>
    // expected-error @+1 {{needs values of its own block, #0 of wrt is not}}
    %g = tenon.gradient %y wrt (%x) : tensor<f32>, (tensor<f32>) -> tensor<f32>
    tenon.return %g : tensor<f32>
  } else {
    tenon.return %x : tensor<f32>
  }
  tenon.return %r : tensor<f32>
}

// -----

tenon.entry @loss_from_above(%x: tensor<f32>, %n: tensor<i1>) -> (tensor<f32>) {
  %r = tenon.if %n : (tensor<i1>) -> tensor<f32> {
    %y = tenon.tanh %x : tensor<f32>
    // expected-error @+1 {{needs a loss of its own block}}
    %g = tenon.gradient %x wrt (%y) : tensor<f32>, (tensor<f32>) -> tensor<f32>
    tenon.return %g : tensor<f32>
  } else {
    tenon.return %x : tensor<f32>
  }
  tenon.return %r : tensor<f32>
}

// -----

tenon.entry @vector_loss(%x: tensor<4xf32>) -> (tensor<4xf32>) {
  // expected-error @+1 {{operand #0 must be 0-D tensor of float values}}
  %g = tenon.gradient %x wrt (%x) : tensor<4xf32>, (tensor<4xf32>) -> tensor<4xf32>
  tenon.return %g : tensor<4xf32>
}

// -----

tenon.entry @integer_value(%x: tensor<f32>, %n: tensor<i32>) -> (tensor<i32>) {
  // expected-error @+1 {{operand #1 must be variadic of static or bounded tensor of float values}}
  %g = tenon.gradient %x wrt (%n) : tensor<f32>, (tensor<i32>) -> tensor<i32>
  tenon.return %g : tensor<i32>
}

// -----

tenon.entry @wrong_result(%x: tensor<f32>, %y: tensor<4xf32>) -> (tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4xf32>' are incompatible with return type(s) of operation 'tensor<f32>'}}
  %g = tenon.gradient %x wrt (%y) : tensor<f32>, (tensor<4xf32>) -> tensor<f32>
  tenon.return %g : tensor<f32>
}
