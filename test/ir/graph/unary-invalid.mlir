// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @ints(%x: tensor<4xi32>) {
  // expected-error @+1 {{operand #0 must be static or bounded tensor of float or complex values, but got 'tensor<4xi32>'}}
  %0 = "tenon.tanh"(%x) : (tensor<4xi32>) -> tensor<4xi32>
  tenon.return
}

// -----

tenon.entry @complexes(%x: tensor<4xcomplex<f32>>) {
  // expected-error @+1 {{operand #0 must be static or bounded tensor of float values}}
  %0 = "tenon.floor"(%x) : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  tenon.return
}

// -----

tenon.entry @shapes(%x: tensor<4xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "tenon.tanh"(%x) : (tensor<4xf32>) -> tensor<5xf32>
  tenon.return
}

// -----

tenon.entry @unsigned_sign(%x: tensor<4xui8>) {
  // expected-error @+1 {{must be static or bounded tensor of signed integer or float or complex values}}
  %0 = "tenon.sign"(%x) : (tensor<4xui8>) -> tensor<4xui8>
  tenon.return
}

// -----

tenon.entry @abs_of_complex(%x: tensor<4xcomplex<f64>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4xf64>' are incompatible with return type(s) of operation 'tensor<4xcomplex<f64>>'}}
  %0 = tenon.abs %x : (tensor<4xcomplex<f64>>) -> tensor<4xcomplex<f64>>
  tenon.return
}

// -----

tenon.entry @unbounded(%x: tensor<4xf32>) {
  // expected-error @+1 {{result #0 must be static or bounded tensor of integer or float or complex values, but got 'tensor<?xf32>'}}
  %0 = tenon.iota dim = 0 : tensor<?xf32>
  tenon.return
}
