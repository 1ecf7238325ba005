// RUN: tenon-opt %s --tenon-decompose | FileCheck %s

// A composite becomes its primitives.
// CHECK-LABEL: tenon.entry @softmax
// CHECK-NOT: tenon.softmax
// CHECK: tenon.reduce {{.*}} with maximum
// CHECK: tenon.subtract
// CHECK: tenon.exponential
// CHECK: tenon.reduce {{.*}} with add
// CHECK: tenon.divide
tenon.entry @softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = tenon.softmax %x axis = 1 : tensor<4x8xf32>
  tenon.return %y : tensor<4x8xf32>
}
