// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK-LABEL: tenon.entry @rows
tenon.entry @rows(%x: tensor<4x8xf32> {tenon.name = "x"}, %v: tensor<8xf32> {tenon.name = "v"}) {
  // CHECK: tenon.softmax %x axis = 1 : tensor<4x8xf32>
  %0 = tenon.softmax %x axis = 1 : tensor<4x8xf32>
  // CHECK: tenon.log_softmax %x axis = 0 : tensor<4x8xf32>
  %1 = tenon.log_softmax %x axis = 0 : tensor<4x8xf32>
  // CHECK: tenon.layer_norm %x scale %v bias %v axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %2 = tenon.layer_norm %x scale %v bias %v axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  // CHECK: tenon.layer_norm %x bias %v axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %3 = tenon.layer_norm %x bias %v axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  // CHECK: tenon.layer_norm %x axis = 0 epsilon = 0.000000e+00 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = tenon.layer_norm %x axis = 0 epsilon = 0.000000e+00 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: tenon.rms_norm %x scale %v axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %5 = tenon.rms_norm %x scale %v axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  // CHECK: tenon.rms_norm %x axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %6 = tenon.rms_norm %x axis = 1 epsilon = 1.000000e-05 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: tenon.gelu exact %x : tensor<4x8xf32>
  %7 = tenon.gelu exact %x : tensor<4x8xf32>
  // CHECK: tenon.gelu tanh %x : tensor<4x8xf32>
  %8 = tenon.gelu tanh %x : tensor<4x8xf32>
  tenon.return
}

// CHECK-LABEL: tenon.entry @batches
tenon.entry @batches(%x: tensor<2x6x6x8xf32> {tenon.name = "x"}, %v: tensor<8xf32> {tenon.name = "v"}) {
  // CHECK: tenon.batch_norm_inference %x, %v, %v, %v, %v feature = 3 epsilon = 1.000000e-03 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  %0 = tenon.batch_norm_inference %x, %v, %v, %v, %v feature = 3 epsilon = 1.000000e-03 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  // CHECK: tenon.batch_norm_training %x, %v, %v feature = 3 epsilon = 1.000000e-03 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>)
  %1:3 = tenon.batch_norm_training %x, %v, %v feature = 3 epsilon = 1.000000e-03 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>)
  // CHECK: tenon.batch_norm_grad %x, %v, %v, %v, %x feature = 3 epsilon = 1.000000e-03 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<2x6x6x8xf32>) -> (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>)
  %2:3 = tenon.batch_norm_grad %x, %v, %v, %v, %x feature = 3 epsilon = 1.000000e-03 : (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<2x6x6x8xf32>) -> (tensor<2x6x6x8xf32>, tensor<8xf32>, tensor<8xf32>)
  tenon.return
}

// CHECK-LABEL: tenon.entry @attention
tenon.entry @attention(%q: tensor<2x4x16x64xf32> {tenon.name = "q"}, %k: tensor<2x4x10x64xf32> {tenon.name = "k"}, %v: tensor<2x4x10x32xf32> {tenon.name = "v"}, %m: tensor<16x10xi1> {tenon.name = "m"}, %f: tensor<2x1x1x10xf32> {tenon.name = "f"}) {
  // CHECK: tenon.attention %q, %k, %v scale = 1.250000e-01 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>) -> tensor<2x4x16x32xf32>
  %0 = tenon.attention %q, %k, %v scale = 1.250000e-01 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>) -> tensor<2x4x16x32xf32>
  // CHECK: tenon.attention %q, %k, %v mask %m scale = 1.250000e-01 causal : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>, tensor<16x10xi1>) -> tensor<2x4x16x32xf32>
  %1 = tenon.attention %q, %k, %v mask %m scale = 1.250000e-01 causal : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>, tensor<16x10xi1>) -> tensor<2x4x16x32xf32>
  // CHECK: tenon.attention %q, %k, %v mask %f scale = 1.250000e-01 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>, tensor<2x1x1x10xf32>) -> tensor<2x4x16x32xf32>
  %2 = tenon.attention %q, %k, %v mask %f scale = 1.250000e-01 : (tensor<2x4x16x64xf32>, tensor<2x4x10x64xf32>, tensor<2x4x10x32xf32>, tensor<2x1x1x10xf32>) -> tensor<2x4x16x32xf32>
  tenon.return
}
