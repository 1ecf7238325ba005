// RUN: tenon-opt %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -mlir-print-op-generic %s | tenon-opt | FileCheck %s
// RUN: tenon-opt -emit-bytecode %s | tenon-opt | FileCheck %s

// CHECK: tenon.weight @w : tensor<64x10xf32> {file = "m.onnx", hash = "xxh3:00", offset = 512 : i64}
tenon.weight @w : tensor<64x10xf32> {file = "m.onnx", offset = 512 : i64, hash = "xxh3:00"}
// CHECK: tenon.weight @zero : tensor<10xf32> {splat = dense<0.000000e+00> : tensor<10xf32>}
tenon.weight @zero : tensor<10xf32> {splat = dense<0.0> : tensor<10xf32>}
// CHECK: tenon.variable @step : tensor<i64> = dense<0> : tensor<i64>
tenon.variable @step : tensor<i64> = dense<0> : tensor<i64>
// CHECK: tenon.variable @v : tensor<64x10xf32> = @w
tenon.variable @v : tensor<64x10xf32> = @w

// Arguments print under their names; weights and constants under theirs.
// CHECK-LABEL: tenon.entry @predict
// CHECK-SAME: (%x: tensor<4x64xf32> {tenon.name = "x"}, %arg0: tensor<i64> {tenon.variable = @step}
// CHECK-SAME: %buffer: tensor<10xf32> {tenon.donated, tenon.name = "buffer"})
// CHECK-SAME: -> (tensor<64x10xf32> {tenon.name = "y"}, tensor<i64> {tenon.tied = 1 : i64}, tensor<10xf32> {tenon.tied = 2 : i64})
tenon.entry @predict(%x: tensor<4x64xf32> {tenon.name = "x"}, %n: tensor<i64> {tenon.variable = @step}, %d: tensor<10xf32> {tenon.donated, tenon.name = "buffer"})
    -> (tensor<64x10xf32> {tenon.name = "y"}, tensor<i64> {tenon.tied = 1 : i64}, tensor<10xf32> {tenon.tied = 2 : i64}) {
  // CHECK: %w = tenon.get_weight @w : tensor<64x10xf32>
  %w = tenon.get_weight @w : tensor<64x10xf32>
  // CHECK: %c = tenon.constant dense<1> : tensor<i64>
  %one = tenon.constant dense<1> : tensor<i64>
  %next = tenon.add %n, %one : tensor<i64>
  // CHECK: tenon.return %w, %{{.*}}, %buffer : tensor<64x10xf32>, tensor<i64>, tensor<10xf32>
  tenon.return %w, %next, %d : tensor<64x10xf32>, tensor<i64>, tensor<10xf32>
}

// CHECK-LABEL: tenon.entry @every_element_type
tenon.entry @every_element_type() {
  %f64 = tenon.constant dense<1.0> : tensor<f64>
  %f32 = tenon.constant dense<1.0> : tensor<f32>
  %f16 = tenon.constant dense<1.0> : tensor<f16>
  %bf16 = tenon.constant dense<1.0> : tensor<bf16>
  %e4 = tenon.constant dense<1.0> : tensor<f8E4M3FN>
  %e5 = tenon.constant dense<1.0> : tensor<f8E5M2>
  %i1 = tenon.constant dense<true> : tensor<i1>
  %i4 = tenon.constant dense<-8> : tensor<i4>
  %i8 = tenon.constant dense<1> : tensor<i8>
  %i16 = tenon.constant dense<1> : tensor<i16>
  %i32 = tenon.constant dense<1> : tensor<i32>
  %i64 = tenon.constant dense<1> : tensor<i64>
  %u4 = tenon.constant dense<15> : tensor<ui4>
  %u8 = tenon.constant dense<1> : tensor<ui8>
  %u16 = tenon.constant dense<1> : tensor<ui16>
  %u32 = tenon.constant dense<1> : tensor<ui32>
  // CHECK: dense<18446744073709551615> : tensor<ui64>
  %u64 = tenon.constant dense<18446744073709551615> : tensor<ui64>
  %c64 = tenon.constant dense<(1.0, 2.0)> : tensor<complex<f32>>
  // CHECK: dense<(1.000000e+00,2.000000e+00)> : tensor<complex<f64>>
  %c128 = tenon.constant dense<(1.0, 2.0)> : tensor<complex<f64>>
  // CHECK: tenon.return
  tenon.return
}

// CHECK-LABEL: tenon.entry @bounded
// CHECK-SAME: tensor<?x4xf32, #tenon.bounds<[16, ?]>>
tenon.entry @bounded(%x: tensor<?x4xf32, #tenon.bounds<[16, ?]>> {tenon.name = "x"}) {
  // CHECK: tenon.return
  tenon.return
}
