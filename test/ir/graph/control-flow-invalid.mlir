// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.entry @e(%n: tensor<i64>) {
  // expected-error @+1 {{needs a cond that returns ('tensor<i1>'), got ('tensor<i64>')}}
  %0 = tenon.while %n : (tensor<i64>) -> tensor<i64> cond {
  ^bb0(%k: tensor<i64>):
    tenon.return %k : tensor<i64>
  } do {
  ^bb0(%k: tensor<i64>):
    tenon.return %k : tensor<i64>
  }
  tenon.return
}

// -----

tenon.entry @e(%n: tensor<i64>, %p: tensor<i1>) {
  // expected-error @+1 {{needs a body that takes ('tensor<i64>'), got ('tensor<i32>')}}
  %0 = tenon.while %n : (tensor<i64>) -> tensor<i64> cond {
  ^bb0(%k: tensor<i64>):
    tenon.return %p : tensor<i1>
  } do {
  ^bb0(%k: tensor<i32>):
    tenon.return %n : tensor<i64>
  }
  tenon.return
}

// -----

tenon.entry @e(%n: tensor<i64>, %p: tensor<i1>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<i64>' are incompatible with return type(s) of operation 'tensor<i32>'}}
  %0 = tenon.while %n : (tensor<i64>) -> tensor<i32> cond {
  ^bb0(%k: tensor<i64>):
    tenon.return %p : tensor<i1>
  } do {
  ^bb0(%k: tensor<i64>):
    tenon.return %n : tensor<i64>
  }
  tenon.return
}

// -----

tenon.entry @e(%p: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{needs a false branch that returns ('tensor<4xf32>'), got ('tensor<i1>')}}
  %0 = tenon.if %p : (tensor<i1>) -> tensor<4xf32> {
    tenon.return %x : tensor<4xf32>
  } else {
    tenon.return %p : tensor<i1>
  }
  tenon.return
}

// -----

tenon.entry @e(%p: tensor<2xi1>) {
  // expected-error @+1 {{operand #0 must be 0-D tensor of i1 values, but got 'tensor<2xi1>'}}
  tenon.if %p : (tensor<2xi1>) -> () {
    tenon.return
  } else {
    tenon.return
  }
  tenon.return
}

// -----

tenon.entry @e(%i: tensor<i32>, %x: tensor<4xf32>) {
  // expected-error @+1 {{needs a branch that returns ('tensor<4xf32>'), got ('tensor<i32>')}}
  %0 = tenon.case %i : (tensor<i32>) -> tensor<4xf32> {
    tenon.return %x : tensor<4xf32>
  }, {
    tenon.return %i : tensor<i32>
  }
  tenon.return
}

// -----

tenon.entry @e(%i: tensor<i32>) {
  // expected-error @+1 {{needs at least one branch}}
  "tenon.case"(%i) : (tensor<i32>) -> ()
  tenon.return
}
