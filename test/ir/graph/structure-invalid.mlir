// RUN: tenon-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{needs a file or a splat}}
tenon.weight @w : tensor<4xf32>

// -----

// expected-error @+1 {{needs the offset in its file, at least 0}}
tenon.weight @w : tensor<4xf32> {file = "x", offset = -1 : i64}

// -----

// expected-error @+1 {{has a splat, so it cannot refer to a file}}
tenon.weight @w : tensor<4xf32> {file = "x", splat = dense<0.0> : tensor<4xf32>}

// -----

// expected-error @+1 {{has type 'tensor<4xf32>' but its splat has 'tensor<5xf32>'}}
tenon.weight @w : tensor<4xf32> {splat = dense<0.0> : tensor<5xf32>}

// -----

// expected-error @+1 {{holds data; only a splat may stand in the IR}}
tenon.weight @w : tensor<2xf32> {splat = dense<[0.0, 1.0]> : tensor<2xf32>}

// -----

// expected-error @+1 {{needs a static type, got 'tensor<?xf32, #tenon.bounds<[4]>>'}}
tenon.weight @w : tensor<?xf32, #tenon.bounds<[4]>> {file = "x", offset = 0 : i64}

// -----

// expected-error @+1 {{needs a static type}}
tenon.variable @v : tensor<?xf32, #tenon.bounds<[4]>> = @w

// -----

// expected-error @+1 {{needs a constant or a weight as its initial value}}
tenon.variable @v : tensor<4xf32> = "zero"

// -----

// expected-error @+1 {{has type 'tensor<4xf32>' but its initial value has 'tensor<4xf16>'}}
tenon.variable @v : tensor<4xf32> = dense<0.0> : tensor<4xf16>

// -----

// expected-error @+1 {{refers to @w, which is not a weight}}
tenon.variable @v : tensor<4xf32> = @w

// -----

tenon.weight @w : tensor<5xf32> {file = "x", offset = 0 : i64}
// expected-error @+1 {{has type 'tensor<4xf32>' but weight @w has 'tensor<5xf32>'}}
tenon.variable @v : tensor<4xf32> = @w

// -----

tenon.variable @w : tensor<5xf32> = dense<0.0> : tensor<5xf32>
tenon.entry @e() {
  // expected-error @+1 {{refers to @w, which is not a weight}}
  %0 = tenon.get_weight @w : tensor<5xf32>
  tenon.return
}

// -----

// expected-error @+1 {{argument 1 repeats the name "x"}}
tenon.entry @e(%a: tensor<4xf32> {tenon.name = "x"}, %b: tensor<4xf32> {tenon.name = "x"}) {
  tenon.return
}

// -----

// expected-error @+1 {{argument 0 needs a non-empty string as tenon.name, got 3 : i32}}
tenon.entry @e(%a: tensor<4xf32> {tenon.name = 3 : i32}) {
  tenon.return
}

// -----

// expected-error @+1 {{argument 0 must be a static or bounded ranked tensor, got 'tensor<?xf32>'}}
tenon.entry @e(%a: tensor<?xf32>) {
  tenon.return
}

// -----

// expected-error @+1 {{argument 0 must be a static or bounded ranked tensor, got 'tensor<9999999999x9999999999xf32>'}}
tenon.entry @e(%a: tensor<9999999999x9999999999xf32>) {
  tenon.return
}

// -----

// expected-error @+1 {{argument 0 needs a unit attribute as tenon.donated, got true}}
tenon.entry @e(%a: tensor<4xf32> {tenon.donated = true}) {
  tenon.return
}

// -----

// expected-error @+1 {{argument 0 refers to @v, which is not a variable}}
tenon.entry @e(%a: tensor<4xf32> {tenon.variable = @v}) {
  tenon.return
}

// -----

tenon.variable @v : tensor<5xf32> = dense<0.0> : tensor<5xf32>
// expected-error @+1 {{argument 0 has type 'tensor<4xf32>' but variable @v has 'tensor<5xf32>'}}
tenon.entry @e(%a: tensor<4xf32> {tenon.variable = @v}) {
  tenon.return
}

// -----

// expected-error @+1 {{argument 0 needs a symbol as tenon.variable, got "v"}}
tenon.entry @e(%a: tensor<4xf32> {tenon.variable = "v"}) {
  tenon.return
}

// -----

tenon.variable @v : tensor<4xf32> = dense<0.0> : tensor<4xf32>
// expected-error @+1 {{argument 1 repeats the variable @v}}
tenon.entry @e(%a: tensor<4xf32> {tenon.variable = @v}, %b: tensor<4xf32> {tenon.variable = @v}) {
  tenon.return
}

// -----

// expected-error @+1 {{result 0 has type 'tensor<4xf32>' but is tied to argument 0 of type 'tensor<5xf32>'}}
tenon.entry @e(%a: tensor<5xf32> {tenon.donated}, %b: tensor<4xf32>) -> (tensor<4xf32> {tenon.tied = 0 : i64}) {
  tenon.return %b : tensor<4xf32>
}

// -----

// expected-error @+1 {{result 0 is tied to argument 1 of 1}}
tenon.entry @e(%a: tensor<4xf32>) -> (tensor<4xf32> {tenon.tied = 1 : i64}) {
  tenon.return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{result 0 needs an i64 as tenon.tied, got 0 : i32}}
tenon.entry @e(%a: tensor<4xf32>) -> (tensor<4xf32> {tenon.tied = 0 : i32}) {
  tenon.return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{result 0 is tied to argument 0, which is neither a variable nor donated}}
tenon.entry @e(%a: tensor<4xf32>) -> (tensor<4xf32> {tenon.tied = 0 : i64}) {
  tenon.return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{result 1 is tied to argument 0, which is tied already}}
tenon.entry @e(%a: tensor<4xf32> {tenon.donated}) -> (tensor<4xf32> {tenon.tied = 0 : i64}, tensor<4xf32> {tenon.tied = 0 : i64}) {
  tenon.return %a, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{result 1 repeats the name "y"}}
tenon.entry @e(%a: tensor<4xf32>) -> (tensor<4xf32> {tenon.name = "y"}, tensor<4xf32> {tenon.name = "y"}) {
  tenon.return %a, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

tenon.entry @e(%a: tensor<4xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{gives ('tensor<4xf32>') but the entry's results are ('tensor<5xf32>')}}
  tenon.return %a : tensor<4xf32>
}

// -----

tenon.entry @e(%a: tensor<4xf32>) {
  // expected-error @+1 {{block with no terminator}}
  %0 = tenon.negate %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{ends a region of a tenon op only}}
"tenon.return"() : () -> ()

// -----

// expected-error @+1 {{bounds name 1 dimensions, the tensor has 2}}
tenon.entry @e(%a: tensor<?x4xf32, #tenon.bounds<[4]>>) {
  tenon.return
}

// -----

// expected-error @+1 {{dimension 1 is static and cannot have a bound}}
tenon.entry @e(%a: tensor<?x4xf32, #tenon.bounds<[4, 4]>>) {
  tenon.return
}

// -----

// expected-error @+1 {{dimension 0 is dynamic and needs a bound}}
tenon.entry @e(%a: tensor<?x4xf32, #tenon.bounds<[?, ?]>>) {
  tenon.return
}

// -----

// expected-error @+1 {{the bound of dimension 0 is negative: -2}}
tenon.entry @e(%a: tensor<?x4xf32, #tenon.bounds<[-2, ?]>>) {
  tenon.return
}

// -----

// expected-error @+1 {{needs a dictionary of i64 of at least 0 as tenon.dims, got 4 : i64}}
tenon.entry @e() attributes {tenon.dims = 4 : i64} {
  tenon.return
}

// -----

// expected-error @+1 {{needs a dictionary of i64 of at least 0 as tenon.dims}}
tenon.entry @e() attributes {tenon.dims = {seq = -1 : i64}} {
  tenon.return
}

// -----

// expected-error @+1 {{specializes "predict" without tenon.dims}}
tenon.entry @e() attributes {tenon.specializes = "predict"} {
  tenon.return
}

// -----

// expected-error @+1 {{needs a non-empty string as tenon.specializes, got ""}}
tenon.entry @e() attributes {tenon.dims = {}, tenon.specializes = ""} {
  tenon.return
}
