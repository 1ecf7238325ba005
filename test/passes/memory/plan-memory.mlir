// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon.entry(tenon-fuse),tenon-assign-layouts,tenon-plan-memory,tenon-verify-plan)' | FileCheck %s

// Three products in a row need two buffers in turns, and share their code.
// CHECK: plan.kernel @dot_general(
// CHECK-NOT: plan.kernel
// CHECK-LABEL: plan.entry @chain arena 512 peak 512 lower_bound 512
// CHECK: %[[X:.*]] = plan.input 0 "x" size 256
// CHECK: %[[W:.*]] = plan.input 1 "w" size 256
// CHECK: %[[Y:.*]] = plan.output 0 "y" size 256
// CHECK: %[[A:.*]] = plan.arena offset {{0|256}} size 256 live 0 to 1
// CHECK: %[[B:.*]] = plan.arena offset {{0|256}} size 256 live 1 to 2
// CHECK: plan.launch @dot_general(%[[X]], %[[W]]) -> (%[[A]])
// CHECK: plan.launch @dot_general(%[[A]], %[[W]]) -> (%[[B]])
// CHECK: plan.launch @dot_general(%[[B]], %[[W]]) -> (%[[Y]])
tenon.entry @chain(%x: tensor<8x8xf32> {tenon.name = "x"}, %w: tensor<8x8xf32> {tenon.name = "w"}) -> (tensor<8x8xf32> {tenon.name = "y"}) {
  %a = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %b = tenon.dot_general %a, %w contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %c = tenon.dot_general %b, %w contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  tenon.return %c : tensor<8x8xf32>
}
