// RUN: tenon-opt %s --split-input-file --verify-diagnostics --tenon-verify-layouts

tenon.entry @disagree(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error@+1 {{input #0 expects #kernel.layout<[1, 0]> but its producer writes #kernel.layout<[0, 1]>}}
  %y = kernel.fused "negate" (%a = %x) attributes {input_layouts = [#kernel.layout<[1, 0]>], output_layouts = [#kernel.layout<[0, 1]>]} : (tensor<4x8xf32>) -> tensor<4x8xf32> {
    %0 = kernel.stage loop -> tensor<4x8xf32> {
      %1 = tenon.negate %a : tensor<4x8xf32>
      kernel.yield %1 : tensor<4x8xf32>
    }
    kernel.yield %0 : tensor<4x8xf32>
  }
  tenon.return %y : tensor<4x8xf32>
}

// -----

tenon.entry @no_layouts(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{states no layouts}}
  %y = kernel.fused "negate" (%a = %x) : (tensor<4xf32>) -> tensor<4xf32> {
    %0 = kernel.stage loop -> tensor<4xf32> {
      %1 = tenon.negate %a : tensor<4xf32>
      kernel.yield %1 : tensor<4xf32>
    }
    kernel.yield %0 : tensor<4xf32>
  }
  tenon.return %y : tensor<4xf32>
}

// -----

tenon.variable @w : tensor<4xf32> = dense<1.0> : tensor<4xf32>
tenon.entry @too_late(%w: tensor<4xf32> {tenon.variable = @w}) -> (tensor<4xf32> {tenon.tied = 0 : i64}, tensor<4xf32>) {
  %new = kernel.fused "negate" (%a = %w) attributes {input_layouts = [#kernel.layout<[0]>], output_layouts = [#kernel.layout<[0]>], ties = array<i64: 0>} : (tensor<4xf32>) -> tensor<4xf32> {
    %0 = kernel.stage loop -> tensor<4xf32> {
      %1 = tenon.negate %a : tensor<4xf32>
      kernel.yield %1 : tensor<4xf32>
    }
    kernel.yield %0 : tensor<4xf32>
  }
  // expected-error@+1 {{reads a variable that was overwritten before}}
  %old = kernel.fused "abs" (%a = %w) attributes {input_layouts = [#kernel.layout<[0]>], output_layouts = [#kernel.layout<[0]>]} : (tensor<4xf32>) -> tensor<4xf32> {
    %0 = kernel.stage loop -> tensor<4xf32> {
      %1 = tenon.abs %a : (tensor<4xf32>) -> tensor<4xf32>
      kernel.yield %1 : tensor<4xf32>
    }
    kernel.yield %0 : tensor<4xf32>
  }
  tenon.return %new, %old : tensor<4xf32>, tensor<4xf32>
}
