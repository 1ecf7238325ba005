// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt %s --mlir-print-op-generic | tenon-opt | FileCheck %s

// CHECK-LABEL: @of_argument_and_result
tenon.entry @of_argument_and_result(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %y = tenon.tanh %x : tensor<4xf32>
  %loss = tenon.reduce %y init %zero dims = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32> with add
  // CHECK: %{{.*}}:2 = tenon.gradient %{{.*}} wrt(%{{.*}}, %{{.*}}) : tensor<f32>, (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %g:2 = tenon.gradient %loss wrt (%x, %y) : tensor<f32>, (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  tenon.return %g#0, %g#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @of_one_value
tenon.entry @of_one_value(%x: tensor<f64>) -> (tensor<f64>) {
  // CHECK: tenon.gradient %{{.*}} wrt(%{{.*}}) : tensor<f64>, (tensor<f64>) -> tensor<f64>
  %g = tenon.gradient %x wrt (%x) : tensor<f64>, (tensor<f64>) -> tensor<f64>
  tenon.return %g : tensor<f64>
}
