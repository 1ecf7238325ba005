// RUN: tenon-opt %s --split-input-file --verify-diagnostics --tenon-verify-fused

tenon.entry @outside(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{stands outside of a kernel}}
  %y = tenon.negate %x : tensor<4xf32>
  tenon.return %y : tensor<4xf32>
}

// -----

tenon.entry @row_without_reduction(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = kernel.fused "negate" (%a = %x) : (tensor<4xf32>) -> tensor<4xf32> {
    // expected-error@+1 {{of kind row holds no reduction}}
    %0 = kernel.stage row -> tensor<4xf32> {
      %1 = tenon.negate %a : tensor<4xf32>
      kernel.yield %1 : tensor<4xf32>
    }
    kernel.yield %0 : tensor<4xf32>
  }
  tenon.return %y : tensor<4xf32>
}

// -----

// Half of the root has no place in its loops.
tenon.entry @unrelated(%x: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<2x6xf32>) {
  %y:2 = kernel.fused "negate_slice" (%a = %x) : (tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<2x6xf32>) {
    // expected-error@+1 {{yields value #1, which is not made of the stage's root element by element}}
    %0:2 = kernel.stage loop -> (tensor<4x6xf32>, tensor<2x6xf32>) {
      %1 = tenon.negate %a : tensor<4x6xf32>
      %2 = tenon.slice %1 [0:2, 0:6] : (tensor<4x6xf32>) -> tensor<2x6xf32>
      kernel.yield %1, %2 : tensor<4x6xf32>, tensor<2x6xf32>
    }
    kernel.yield %0#0, %0#1 : tensor<4x6xf32>, tensor<2x6xf32>
  }
  tenon.return %y#0, %y#1 : tensor<4x6xf32>, tensor<2x6xf32>
}

// -----

tenon.entry @beside_the_product(%x: tensor<4x6xf32>, %w: tensor<6x6xf32>) -> tensor<4x6xf32> {
  %y = kernel.fused "dot_general_negate" (%a = %x, %b = %w) : (tensor<4x6xf32>, tensor<6x6xf32>) -> tensor<4x6xf32> {
    // expected-error@+1 {{yields value #0, which is not made of the product element by element}}
    %0 = kernel.stage contraction -> tensor<4x6xf32> {
      %1 = tenon.dot_general %a, %b contract = [1] x [0] : (tensor<4x6xf32>, tensor<6x6xf32>) -> tensor<4x6xf32>
      %2 = tenon.negate %a : tensor<4x6xf32>
      kernel.yield %2 : tensor<4x6xf32>
    }
    kernel.yield %0 : tensor<4x6xf32>
  }
  tenon.return %y : tensor<4x6xf32>
}

// -----

tenon.entry @no_row(%x: tensor<4x6xf32>) -> (tensor<4xf32>, tensor<6xf32>) {
  %y:2 = kernel.fused "reduce_slice" (%a = %x) : (tensor<4x6xf32>) -> (tensor<4xf32>, tensor<6xf32>) {
    // expected-error@+1 {{yields value #1, which has neither an element per element nor one per row of what it reduces}}
    %0:2 = kernel.stage row -> (tensor<4xf32>, tensor<6xf32>) {
      %zero = tenon.constant dense<0.0> : tensor<f32>
      %1 = tenon.reduce %a init %zero dims = [1] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4xf32> with add
      %2 = tenon.slice %a [0:1, 0:6] : (tensor<4x6xf32>) -> tensor<1x6xf32>
      %3 = tenon.reshape %2 : (tensor<1x6xf32>) -> tensor<6xf32>
      kernel.yield %1, %3 : tensor<4xf32>, tensor<6xf32>
    }
    kernel.yield %0#0, %0#1 : tensor<4xf32>, tensor<6xf32>
  }
  tenon.return %y#0, %y#1 : tensor<4xf32>, tensor<6xf32>
}
