// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon.entry(tenon-fuse),tenon-assign-layouts,tenon.entry(tenon-schedule))' | FileCheck %s

// Both branches end in a small row sum. Run side by side they keep two large
// values live, one after the other only one.
// CHECK-LABEL: tenon.entry @branches
// CHECK: kernel.fused "dot_general"
// CHECK: kernel.fused "reduce"
// CHECK: kernel.fused "dot_general"
// CHECK: kernel.fused "reduce
tenon.entry @branches(%x: tensor<64x1536xf32>, %v: tensor<1536x384xf32>, %w: tensor<1536x384xf32>) -> tensor<64xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %a = tenon.dot_general %x, %v contract = [1] x [0] : (tensor<64x1536xf32>, tensor<1536x384xf32>) -> tensor<64x384xf32>
  %b = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<64x1536xf32>, tensor<1536x384xf32>) -> tensor<64x384xf32>
  %ra = tenon.reduce %a init %zero dims = [1] : (tensor<64x384xf32>, tensor<f32>) -> tensor<64xf32> with add
  %rb = tenon.reduce %b init %zero dims = [1] : (tensor<64x384xf32>, tensor<f32>) -> tensor<64xf32> with add
  %y = tenon.add %ra, %rb : tensor<64xf32>
  tenon.return %y : tensor<64xf32>
}
