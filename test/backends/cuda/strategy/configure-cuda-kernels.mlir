// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon-decompose,tenon.entry(tenon-fuse),tenon-assign-layouts,tenon-configure-cuda-kernels{target=sm_80})' | FileCheck %s --check-prefixes=CHECK,A100
// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon-decompose,tenon.entry(tenon-fuse),tenon-assign-layouts,tenon-configure-cuda-kernels{target=sm_90})' | FileCheck %s --check-prefixes=CHECK,H100

// The tile that takes least time where 108 or 132 multiprocessors share the
// tiles, and twice or four times the threads that its sums need.
// CHECK-LABEL: tenon.entry @product
// A100: tile = #kernel.tile<domain = [256, 4096], sizes = [64, 32]>
// A100: kernel.stage contraction config #kernel.block_contraction_config<threads = 512, rows = 64, columns = 32, depth = 64, threadRows = 4, threadColumns = 4, mma = false>
// H100: tile = #kernel.tile<domain = [256, 4096], sizes = [128, 64]>
// H100: kernel.stage contraction config #kernel.block_contraction_config<threads = 512, rows = 128, columns = 64, depth = 32, threadRows = 8, threadColumns = 4, mma = false>
tenon.entry @product(%x: tensor<256x768xf32>, %w: tensor<768x4096xf32>) -> tensor<256x4096xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<256x768xf32>, tensor<768x4096xf32>) -> tensor<256x4096xf32>
  tenon.return %d : tensor<256x4096xf32>
}

// Few tiles: sixteen warps share the depth of each.
// CHECK-LABEL: tenon.entry @deep
// CHECK: tile = #kernel.tile<domain = [48, 512], sizes = [16, 32]>
// CHECK: block_contraction_config<threads = 512, rows = 16, columns = 32, depth = 128, threadRows = 4, threadColumns = 4, mma = false>
tenon.entry @deep(%x: tensor<48x4608xf32>, %w: tensor<4608x512xf32>) -> tensor<48x512xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<48x4608xf32>, tensor<4608x512xf32>) -> tensor<48x512xf32>
  tenon.return %d : tensor<48x512xf32>
}

// As many parts as have eight steps each; one row is no tile of sixteen.
// CHECK-LABEL: tenon.entry @row
// CHECK: tile = #kernel.tile<domain = [1, 1000], sizes = [1, 32]>
// CHECK: block_contraction_config<threads = 128, rows = 2, columns = 32, depth = 32, threadRows = 1, threadColumns = 2, mma = false>
tenon.entry @row(%x: tensor<1x32xf32>, %w: tensor<32x1000xf32>) -> tensor<1x1000xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<1x32xf32>, tensor<32x1000xf32>) -> tensor<1x1000xf32>
  tenon.return %d : tensor<1x1000xf32>
}

// Tensor cores where the types are theirs, whatever kind of stage it is.
// CHECK-LABEL: tenon.entry @half
// CHECK: block_contraction_config<{{.*}}depth = 32{{.*}}mma = true>
tenon.entry @half(%x: tensor<128x64xf16>, %w: tensor<64x128xf16>) -> tensor<128x128xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<128x64xf16>, tensor<64x128xf16>) -> tensor<128x128xf32>
  tenon.return %d : tensor<128x128xf32>
}

// A warp for each row of many; rows are never split.
// CHECK-LABEL: tenon.entry @rows
// CHECK: tile = #kernel.tile<domain = [2048, 384], sizes = [8, 384]>
// CHECK: #kernel.thread_config<threads = 256, group = 32, alongRow = true>
tenon.entry @rows(%x: tensor<2048x384xf32>) -> tensor<2048x384xf32> {
  %y = tenon.softmax %x axis = 1 : tensor<2048x384xf32>
  tenon.return %y : tensor<2048x384xf32>
}

// A block for each row of few.
// CHECK-LABEL: tenon.entry @few_rows
// CHECK: tile = #kernel.tile<domain = [4, 4096], sizes = [1, 4096]>
// CHECK: #kernel.thread_config<threads = 512, group = 512, alongRow = true>
tenon.entry @few_rows(%x: tensor<4x4096xf32>) -> tensor<4x4096xf32> {
  %y = tenon.softmax %x axis = 1 : tensor<4x4096xf32>
  tenon.return %y : tensor<4x4096xf32>
}

// Neighbouring threads on neighbouring columns where rows run across memory.
// CHECK-LABEL: tenon.entry @columns
// CHECK: #kernel.thread_config<threads = 256, group = 8, alongRow = false>
tenon.entry @columns(%x: tensor<512x384xf32>) -> tensor<384xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %y = tenon.reduce %x init %zero dims = [0] : (tensor<512x384xf32>, tensor<f32>) -> tensor<384xf32> with add
  tenon.return %y : tensor<384xf32>
}

// CHECK-LABEL: tenon.entry @small
// CHECK: tile = #kernel.tile<domain = [16], sizes = [16]>
tenon.entry @small(%x: tensor<16xf32>) -> tensor<16xf32> {
  %y = tenon.negate %x : tensor<16xf32>
  tenon.return %y : tensor<16xf32>
}
