// RUN: tenon-opt %s -canonicalize | FileCheck %s

// Adding +0 turns -0 into +0, so only -0 is neutral.
// CHECK-LABEL: tenon.entry @zeros
tenon.entry @zeros(%x: tensor<4xf32> {tenon.name = "x"})
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %p = tenon.constant dense<0.0> : tensor<4xf32>
  %n = tenon.constant dense<-0.0> : tensor<4xf32>
  // CHECK: %[[SUM:.*]] = tenon.add %x
  // CHECK: %[[DIFF:.*]] = tenon.subtract %x
  // CHECK: return %[[SUM]], %x, %x, %[[DIFF]]
  %0 = tenon.add %p, %x : tensor<4xf32>
  %1 = tenon.add %n, %x : tensor<4xf32>
  %2 = tenon.subtract %x, %p : tensor<4xf32>
  %3 = tenon.subtract %x, %n : tensor<4xf32>
  tenon.return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// 0 * NaN is NaN, so a product with 0 stays; x * 1 and x / 1 are x.
// CHECK-LABEL: tenon.entry @factors
tenon.entry @factors(%x: tensor<4xf32> {tenon.name = "x"}, %i: tensor<4xi32> {tenon.name = "i"})
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi32>, tensor<4xi32>) {
  %zero = tenon.constant dense<0.0> : tensor<4xf32>
  %one = tenon.constant dense<1.0> : tensor<4xf32>
  %zeroI = tenon.constant dense<0> : tensor<4xi32>
  %oneI = tenon.constant dense<1> : tensor<4xi32>
  // CHECK: %[[ZERO:.*]] = tenon.constant dense<0> : tensor<4xi32>
  // CHECK: %[[PRODUCT:.*]] = tenon.multiply %x
  // CHECK: return %[[PRODUCT]], %x, %x, %[[ZERO]], %i
  %0 = tenon.multiply %x, %zero : tensor<4xf32>
  %1 = tenon.multiply %one, %x : tensor<4xf32>
  %2 = tenon.divide %x, %one : tensor<4xf32>
  %3 = tenon.multiply %i, %zeroI : tensor<4xi32>
  %4 = tenon.multiply %i, %oneI : tensor<4xi32>
  tenon.return %0, %1, %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi32>, tensor<4xi32>
}

// CHECK-LABEL: tenon.entry @splats
tenon.entry @splats() -> (tensor<4xf32>, tensor<4xf32>, tensor<2xi8>, tensor<2xi1>) {
  %a = tenon.constant dense<1.5> : tensor<4xf32>
  %b = tenon.constant dense<0.5> : tensor<4xf32>
  %c = tenon.constant dense<100> : tensor<2xi8>
  %t = tenon.constant dense<true> : tensor<2xi1>
  // CHECK-DAG: dense<1.000000e+00> : tensor<4xf32>
  // CHECK-DAG: dense<3.000000e+00> : tensor<4xf32>
  // CHECK-DAG: dense<-56> : tensor<2xi8>
  // CHECK-DAG: dense<true> : tensor<2xi1>
  // CHECK-NOT: tenon.add
  %0 = tenon.subtract %a, %b : tensor<4xf32>
  %1 = tenon.divide %a, %b : tensor<4xf32>
  %2 = tenon.add %c, %c : tensor<2xi8>
  %3 = tenon.add %t, %t : tensor<2xi1>
  tenon.return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<2xi8>, tensor<2xi1>
}
