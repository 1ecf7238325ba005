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
