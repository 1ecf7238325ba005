// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @types(%x: tensor<4xf32>, %y: tensor<4xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs operands of one type, got 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = tenon.compare LT, %x, %y : (tensor<4xf32>, tensor<4xf16>) -> tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @order(%x: tensor<4xi32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot compare 'i32' as TOTALORDER}}
  %0 = tenon.compare LT, %x, %x type TOTALORDER : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @sign(%x: tensor<4xui32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{cannot compare 'ui32' as SIGNED}}
  %0 = tenon.compare LT, %x, %x type SIGNED : (tensor<4xui32>, tensor<4xui32>) -> tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @complexes(%x: tensor<4xcomplex<f32>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{compares complex numbers by EQ and NE only, got LT}}
  %0 = tenon.compare LT, %x, %x : (tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>) -> tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @direction(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected one of [EQ, NE, GE, GT, LE, LT] for the direction of a comparison, got: LOWER}}
  %0 = tenon.compare LOWER, %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @values(%p: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs both values of one type, got 'tensor<4xf32>' and 'tensor<4xf16>'}}
  %0 = tenon.select %p, %x, %y : (tensor<4xi1>, tensor<4xf32>, tensor<4xf16>) -> tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @predicate(%p: tensor<5xi1>, %x: tensor<4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs a predicate that is a scalar or shaped like 'tensor<4xf32>', got 'tensor<5xi1>'}}
  %0 = tenon.select %p, %x, %x : (tensor<5xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @limits(%a: tensor<2xf32>, %x: tensor<4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs max to be a scalar or shaped like 'tensor<4xf32>', got 'tensor<2xf32>'}}
  %0 = tenon.clamp %x, %x, %a : (tensor<4xf32>, tensor<4xf32>, tensor<2xf32>) -> tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @convert(%x: tensor<4xf32>) {
  // expected-error @+1 {{requires the same shape for all operands and results}}
  %0 = tenon.convert %x : (tensor<4xf32>) -> tensor<5xf16>
  tenon.return
}

// -----

tenon.entry @bits(%x: tensor<4xf32>) {
  // expected-error @+1 {{cannot reinterpret 'f32' as 'complex<f32>'}}
  %0 = tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<2xcomplex<f32>>
  tenon.return
}

// -----

tenon.entry @narrower(%x: tensor<4xf32>) {
  // expected-error @+1 {{expects a result of type 'tensor<4x2xi16>', got 'tensor<8xi16>'}}
  %0 = tenon.bitcast_convert %x : (tensor<4xf32>) -> tensor<8xi16>
  tenon.return
}

// -----

tenon.entry @wider(%x: tensor<4x3xi8>) {
  // expected-error @+1 {{needs a last operand dimension of 4 to make 'f32' of 'i8', got 'tensor<4x3xi8>'}}
  %0 = tenon.bitcast_convert %x : (tensor<4x3xi8>) -> tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @exponent(%x: tensor<4xf32>) {
  // expected-error @+1 {{needs at least 1 exponent bit, got 0}}
  %0 = tenon.reduce_precision %x to e0m3 : tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @format(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a float format such as e5m10}}
  %0 = tenon.reduce_precision %x to bf16 : tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @mantissa(%x: tensor<4xf32>) {
  // expected-error @+1 {{needs at least 0 mantissa bits, got -1}}
  %0 = "tenon.reduce_precision"(%x) {exponent_bits = 3 : i32, mantissa_bits = -1 : i32} : (tensor<4xf32>) -> tensor<4xf32>
  tenon.return
}
