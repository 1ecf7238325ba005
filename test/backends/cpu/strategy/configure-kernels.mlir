// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon-decompose,tenon.entry(tenon-fuse),tenon-assign-layouts,tenon-configure-kernels{target=x86-64-v3})' | FileCheck %s --check-prefixes=CHECK,V3
// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon-decompose,tenon.entry(tenon-fuse),tenon-assign-layouts,tenon-configure-kernels{target=x86-64-v4})' | FileCheck %s --check-prefixes=CHECK,V4

// The register tile comes from the target, the tile grid leaves work for
// several workers.
// CHECK-LABEL: tenon.entry @product
// CHECK: tile = #kernel.tile<domain = [128, 3072]
// V3: kernel.stage contraction config #kernel.contraction_config<vl = 8, mr = 6, nr = 16
// V4: kernel.stage contraction config #kernel.contraction_config<vl = 16, mr = 14, nr = 32
tenon.entry @product(%x: tensor<128x768xf32>, %w: tensor<768x3072xf32>) -> tensor<128x3072xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<128x768xf32>, tensor<768x3072xf32>) -> tensor<128x3072xf32>
  tenon.return %d : tensor<128x3072xf32>
}

// Rows are never split along what is reduced; a small kernel is one tile.
// CHECK-LABEL: tenon.entry @rows
// CHECK: tile = #kernel.tile<domain = [512, 384], sizes = [{{[0-9]+}}, 384]>
tenon.entry @rows(%x: tensor<512x384xf32>) -> tensor<512x384xf32> {
  %y = tenon.softmax %x axis = 1 : tensor<512x384xf32>
  tenon.return %y : tensor<512x384xf32>
}

// CHECK-LABEL: tenon.entry @small
// CHECK: tile = #kernel.tile<domain = [16], sizes = [16]>
tenon.entry @small(%x: tensor<16xf32>) -> tensor<16xf32> {
  %y = tenon.negate %x : tensor<16xf32>
  tenon.return %y : tensor<16xf32>
}
