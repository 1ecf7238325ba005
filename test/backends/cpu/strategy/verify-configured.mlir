// RUN: tenon-opt %s --split-input-file --verify-diagnostics --tenon-verify-configured

// What the strategy writes passes.
plan.kernel @dot(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>) {
  %0 = kernel.fused "dot" (%x = %a, %w = %b) attributes {
      input_layouts = [#kernel.layout<[0, 1]>, #kernel.layout<[1 floordiv 32, 0, 1 mod 32]>],
      output_layouts = [#kernel.layout<[0, 1]>], ties = array<i64: -1>,
      tile = #kernel.tile<domain = [4, 16], sizes = [4, 16]>} : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> {
    %1 = kernel.stage contraction config #kernel.contraction_config<vl = 16, mr = 4, nr = 16, kc = 8, unroll = 4, prefetch = 0, packA = false, rowsOuter = false> -> tensor<4x16xf32> {
      %2 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
      kernel.yield %2 : tensor<4x16xf32>
    }
    kernel.yield %1 : tensor<4x16xf32>
  }
}

// -----

plan.kernel @dot(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>) {
  %0 = kernel.fused "dot" (%x = %a, %w = %b) : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> {
    // expected-error @+1 {{of kind contraction states no registers}}
    %1 = kernel.stage contraction -> tensor<4x16xf32> {
      %2 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
      kernel.yield %2 : tensor<4x16xf32>
    }
    kernel.yield %1 : tensor<4x16xf32>
  }
}

// -----

plan.kernel @dot(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>) {
  %0 = kernel.fused "dot" (%x = %a, %w = %b) : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> {
    // expected-error @+1 {{has a register tile of 17 columns, no multiple of 16 lanes}}
    %1 = kernel.stage contraction config #kernel.contraction_config<vl = 16, mr = 4, nr = 17, kc = 8, unroll = 4, prefetch = 0, packA = false, rowsOuter = false> -> tensor<4x16xf32> {
      %2 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
      kernel.yield %2 : tensor<4x16xf32>
    }
    kernel.yield %1 : tensor<4x16xf32>
  }
}

// -----

plan.kernel @dot(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>) {
  %0 = kernel.fused "dot" (%x = %a, %w = %b) attributes {
      input_layouts = [#kernel.layout<[0, 1]>, #kernel.layout<[1 floordiv 32, 0, 1 mod 32]>],
      output_layouts = [#kernel.layout<[0, 1]>]} : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> {
    // expected-error @+1 {{has a register tile of 48 columns, which do not divide panels of 32}}
    %1 = kernel.stage contraction config #kernel.contraction_config<vl = 16, mr = 4, nr = 48, kc = 8, unroll = 4, prefetch = 0, packA = false, rowsOuter = false> -> tensor<4x16xf32> {
      %2 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
      kernel.yield %2 : tensor<4x16xf32>
    }
    kernel.yield %1 : tensor<4x16xf32>
  }
}

// -----

plan.kernel @dot(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>) {
  %0 = kernel.fused "dot" (%x = %a, %w = %b) : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> {
    // expected-error @+1 {{has a register tile of 0 rows}}
    %1 = kernel.stage contraction config #kernel.contraction_config<vl = 16, mr = 0, nr = 16, kc = 8, unroll = 4, prefetch = 0, packA = false, rowsOuter = false> -> tensor<4x16xf32> {
      %2 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
      kernel.yield %2 : tensor<4x16xf32>
    }
    kernel.yield %1 : tensor<4x16xf32>
  }
}

// -----

plan.kernel @negate(%a: tensor<4x8xf32>) {
  // expected-error @+1 {{has a tile over [4, 9] where its first stage runs over [4, 8]}}
  %0 = kernel.fused "negate" (%x = %a) attributes {tile = #kernel.tile<domain = [4, 9], sizes = [4, 9]>} : (tensor<4x8xf32>) -> tensor<4x8xf32> {
    %1 = kernel.stage loop -> tensor<4x8xf32> {
      %2 = tenon.negate %x : tensor<4x8xf32>
      kernel.yield %2 : tensor<4x8xf32>
    }
    kernel.yield %1 : tensor<4x8xf32>
  }
}
