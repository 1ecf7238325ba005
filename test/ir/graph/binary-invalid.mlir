// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @shapes(%x: tensor<4xf32>, %y: tensor<5xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "tenon.add"(%x, %y) : (tensor<4xf32>, tensor<5xf32>) -> tensor<4xf32>
  tenon.return
}

// -----

// expected-note @+1 {{prior use here}}
tenon.entry @elements(%x: tensor<4xf32>, %y: tensor<4xf16>) {
  // expected-error @+1 {{expects different type than prior uses: 'tensor<4xf32>' vs 'tensor<4xf16>'}}
  %0 = tenon.add %x, %y : tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @booleans(%x: tensor<4xi1>) {
  // expected-error @+1 {{operand #0 must be static or bounded tensor of integer or float or complex values, but got 'tensor<4xi1>'}}
  %0 = tenon.subtract %x, %x : tensor<4xi1>
  tenon.return
}

// -----

tenon.entry @bits_of_floats(%x: tensor<4xf32>) {
  // expected-error @+1 {{operand #0 must be static or bounded tensor of i1 or integer values}}
  %0 = tenon.and %x, %x : tensor<4xf32>
  tenon.return
}

// -----

tenon.entry @parts(%x: tensor<4xf32>, %y: tensor<4xf64>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{needs operands of one type, got 'tensor<4xf32>' and 'tensor<4xf64>'}}
  %0 = tenon.complex %x, %y : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xcomplex<f32>>
  tenon.return
}
