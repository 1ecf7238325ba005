// RUN: tenon-opt %s --pass-pipeline='builtin.module(tenon.entry(tenon-fuse),tenon-assign-layouts,tenon-verify-layouts,tenon.entry(tenon-schedule),tenon-verify-layouts)' | FileCheck %s

tenon.variable @w : tensor<8x4xf32> = dense<1.0> : tensor<8x4xf32>
tenon.variable @m : tensor<8x4xf32> = dense<0.0> : tensor<8x4xf32>

// One kernel makes both new values in place. Though the model has it before,
// it runs after the last reader of the old weight.
// CHECK-LABEL: tenon.entry @step
// CHECK: %[[Y:.*]] = kernel.fused "dot_general" ({{.*}} = %x, {{.*}} = %arg0)
// CHECK: kernel.fused "dot_general" ({{.*}} = %[[Y]], {{.*}} = %arg0)
// CHECK: kernel.fused "multiply_add_subtract" ({{.*}} = %arg1, {{.*}}, {{.*}} = %arg0)
// CHECK-SAME: ties = array<i64: 0, 2>
// CHECK-NOT: relayout
// CHECK: tenon.return
tenon.entry @step(%x: tensor<16x8xf32> {tenon.name = "x"}, %w: tensor<8x4xf32> {tenon.variable = @w}, %m: tensor<8x4xf32> {tenon.variable = @m})
    -> (tensor<8x4xf32> {tenon.tied = 1 : i64}, tensor<8x4xf32> {tenon.tied = 2 : i64}, tensor<16x8xf32>) {
  %y = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<16x8xf32>, tensor<8x4xf32>) -> tensor<16x4xf32>
  %g = tenon.dot_general %x, %y contract = [0] x [0] : (tensor<16x8xf32>, tensor<16x4xf32>) -> tensor<8x4xf32>
  %half = tenon.constant dense<0.5> : tensor<8x4xf32>
  %m0 = tenon.multiply %m, %half : tensor<8x4xf32>
  %m1 = tenon.add %m0, %g : tensor<8x4xf32>
  %d = tenon.multiply %m1, %half : tensor<8x4xf32>
  %w1 = tenon.subtract %w, %d : tensor<8x4xf32>
  %dx = tenon.dot_general %y, %w contract = [1] x [1] : (tensor<16x4xf32>, tensor<8x4xf32>) -> tensor<16x8xf32>
  tenon.return %w1, %m1, %dx : tensor<8x4xf32>, tensor<8x4xf32>, tensor<16x8xf32>
}

// Two variables change places: one of them waits aside.
// CHECK-LABEL: tenon.entry @swap
// CHECK: %[[ASIDE:.*]] = kernel.fused "relayout" ({{.*}} = %arg0)
// CHECK: %[[W:.*]] = kernel.fused "relayout" ({{.*}} = %arg1)
// CHECK: %[[M:.*]] = kernel.fused "relayout" ({{.*}} = %[[ASIDE]])
// CHECK: tenon.return %[[W]], %[[M]]
tenon.entry @swap(%w: tensor<8x4xf32> {tenon.variable = @w}, %m: tensor<8x4xf32> {tenon.variable = @m})
    -> (tensor<8x4xf32> {tenon.tied = 0 : i64}, tensor<8x4xf32> {tenon.tied = 1 : i64}) {
  tenon.return %m, %w : tensor<8x4xf32>, tensor<8x4xf32>
}

tenon.variable @s : tensor<4x4xf32> = dense<1.0> : tensor<4x4xf32>

// A kernel that reads the old value in another order writes aside.
// CHECK-LABEL: tenon.entry @reorder
// CHECK: %[[NEW:.*]] = kernel.fused "add" ({{.*}} = %arg0)
// CHECK: %[[COPY:.*]] = kernel.fused "relayout" ({{.*}} = %[[NEW]])
// CHECK: tenon.return %[[COPY]]
tenon.entry @reorder(%s: tensor<4x4xf32> {tenon.variable = @s}) -> (tensor<4x4xf32> {tenon.tied = 0 : i64}) {
  %t = tenon.transpose %s dims = [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %u = tenon.add %s, %t : tensor<4x4xf32>
  tenon.return %u : tensor<4x4xf32>
}
