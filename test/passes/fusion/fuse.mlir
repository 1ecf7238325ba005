// RUN: tenon-opt %s --split-input-file --pass-pipeline='builtin.module(tenon.entry(tenon-fuse))' | FileCheck %s

// An epilogue joins the product; broadcasts are repeated inside.
// CHECK-LABEL: tenon.entry @epilogue
// CHECK-COUNT-1: kernel.fused "dot_general_add_maximum"
// CHECK: decisions = {fused = [{{.*}}producer = "dot_general", reason = "element-wise over the same iteration space"
// CHECK: kernel.stage contraction
// CHECK: tenon.dot_general
// CHECK: tenon.broadcast_in_dim
// CHECK: tenon.maximum
// CHECK-NOT: kernel.fused
tenon.entry @epilogue(%x: tensor<8x16xf32>, %w: tensor<16x32xf32>, %b: tensor<32xf32>) -> tensor<8x32xf32> {
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<8x16xf32>, tensor<16x32xf32>) -> tensor<8x32xf32>
  %bb = tenon.broadcast_in_dim %b dims = [1] : (tensor<32xf32>) -> tensor<8x32xf32>
  %s = tenon.add %d, %bb : tensor<8x32xf32>
  %z = tenon.constant dense<0.0> : tensor<8x32xf32>
  %r = tenon.maximum %s, %z : tensor<8x32xf32>
  tenon.return %r : tensor<8x32xf32>
}

// -----

// A chain of row reductions is one kernel without a pattern that names it.
// CHECK-LABEL: tenon.entry @softmax
// CHECK-COUNT-1: kernel.fused
// CHECK: kernel.stage row
// CHECK: tenon.reduce
// CHECK: tenon.reduce
// CHECK: tenon.divide
// CHECK-NOT: kernel.fused
tenon.entry @softmax(%x: tensor<8x32xf32>) -> tensor<8x32xf32> {
  %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %m = tenon.reduce %x init %ninf dims = [1] : (tensor<8x32xf32>, tensor<f32>) -> tensor<8xf32> with maximum
  %mb = tenon.broadcast_in_dim %m dims = [0] : (tensor<8xf32>) -> tensor<8x32xf32>
  %c = tenon.subtract %x, %mb : tensor<8x32xf32>
  %e = tenon.exponential %c : tensor<8x32xf32>
  %s = tenon.reduce %e init %zero dims = [1] : (tensor<8x32xf32>, tensor<f32>) -> tensor<8xf32> with add
  %sb = tenon.broadcast_in_dim %s dims = [0] : (tensor<8xf32>) -> tensor<8x32xf32>
  %y = tenon.divide %e, %sb : tensor<8x32xf32>
  tenon.return %y : tensor<8x32xf32>
}

// -----

// Attention: scores, their softmax and the product with the values are three
// stages of one kernel; the scores never reach memory.
// CHECK-LABEL: tenon.entry @attention
// CHECK-COUNT-1: kernel.fused
// CHECK: kernel.stage contraction
// CHECK: kernel.stage row
// CHECK: kernel.stage contraction
// CHECK-NOT: kernel.fused
tenon.entry @attention(%q: tensor<8x64x32xf32>, %k: tensor<8x64x32xf32>, %v: tensor<8x64x32xf32>) -> tensor<8x64x32xf32> {
  %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %d = tenon.dot_general %q, %k batch = [0] x [0] contract = [2] x [2] : (tensor<8x64x32xf32>, tensor<8x64x32xf32>) -> tensor<8x64x64xf32>
  %scale = tenon.constant dense<0.25> : tensor<8x64x64xf32>
  %x = tenon.multiply %d, %scale : tensor<8x64x64xf32>
  %m = tenon.reduce %x init %ninf dims = [2] : (tensor<8x64x64xf32>, tensor<f32>) -> tensor<8x64xf32> with maximum
  %mb = tenon.broadcast_in_dim %m dims = [0, 1] : (tensor<8x64xf32>) -> tensor<8x64x64xf32>
  %c = tenon.subtract %x, %mb : tensor<8x64x64xf32>
  %e = tenon.exponential %c : tensor<8x64x64xf32>
  %s = tenon.reduce %e init %zero dims = [2] : (tensor<8x64x64xf32>, tensor<f32>) -> tensor<8x64xf32> with add
  %sb = tenon.broadcast_in_dim %s dims = [0, 1] : (tensor<8x64xf32>) -> tensor<8x64x64xf32>
  %p = tenon.divide %e, %sb : tensor<8x64x64xf32>
  %o = tenon.dot_general %p, %v batch = [0] x [0] contract = [2] x [1] : (tensor<8x64x64xf32>, tensor<8x64x32xf32>) -> tensor<8x64x32xf32>
  tenon.return %o : tensor<8x64x32xf32>
}

// -----

// A reduction of a large product stays apart, with the reason recorded.
// CHECK-LABEL: tenon.entry @refused
// CHECK: kernel.fused "dot_general"{{.*}}refused = [{{.*}}reason = "whole rows per tile would read
// CHECK: kernel.fused "reduce"
tenon.entry @refused(%x: tensor<64x1536xf32>, %w: tensor<1536x384xf32>) -> tensor<64xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<64x1536xf32>, tensor<1536x384xf32>) -> tensor<64x384xf32>
  %s = tenon.reduce %d init %zero dims = [1] : (tensor<64x384xf32>, tensor<f32>) -> tensor<64xf32> with add
  tenon.return %s : tensor<64xf32>
}

// -----

// A value used by two kernels leaves its kernel once; several outputs of one
// iteration space share a kernel.
// CHECK-LABEL: tenon.entry @multi_output
// CHECK-COUNT-1: kernel.fused {{.*}} -> (tensor<8x32xf32>, tensor<8x32xf32>)
// CHECK-NOT: kernel.fused
tenon.entry @multi_output(%x: tensor<8x32xf32>) -> (tensor<8x32xf32>, tensor<8x32xf32>) {
  %a = tenon.exponential %x : tensor<8x32xf32>
  %b = tenon.negate %a : tensor<8x32xf32>
  tenon.return %a, %b : tensor<8x32xf32>, tensor<8x32xf32>
}

// -----

// Two producers of one consumer: one is joined, the other merged into it.
// CHECK-LABEL: tenon.entry @merge
// CHECK-COUNT-1: kernel.fused
// CHECK-NOT: kernel.fused
tenon.entry @merge(%x: tensor<8x32xf32>, %y: tensor<8x32xf32>) -> tensor<8x32xf32> {
  %a = tenon.exponential %x : tensor<8x32xf32>
  %b = tenon.negate %y : tensor<8x32xf32>
  %c = tenon.add %a, %b : tensor<8x32xf32>
  tenon.return %c : tensor<8x32xf32>
}

// -----

// No cycle: %c needs %a and %b, where %b is a product of %a.
// CHECK-LABEL: tenon.entry @no_cycle
// CHECK: %[[A:.*]] = kernel.fused "exponential"
// CHECK: kernel.fused "dot_general_add" (%{{.*}} = %[[A]]
tenon.entry @no_cycle(%x: tensor<8x8xf32>, %w: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %a = tenon.exponential %x : tensor<8x8xf32>
  %b = tenon.dot_general %a, %w contract = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %c = tenon.add %a, %b : tensor<8x8xf32>
  tenon.return %c : tensor<8x8xf32>
}

// -----

// What is made of the rows of scores alone does not join the stage of the
// second product, though it runs over as many elements.
// CHECK-LABEL: tenon.entry @beside_the_product
// CHECK: reason = "it does not follow from the kernel's last product"
// CHECK: kernel.stage contraction
// CHECK: kernel.stage row
// CHECK: kernel.stage contraction
// CHECK: kernel.fused "compare"
tenon.entry @beside_the_product(%q: tensor<2x2x8x8xf32>, %k: tensor<2x2x8x8xf32>, %v: tensor<2x2x8x8xf32>) -> (tensor<2x2x8x8xf32>, tensor<2x2x8x8xi1>) {
  %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
  %s = tenon.dot_general %q, %k batch = [0, 1] x [0, 1] contract = [3] x [3] : (tensor<2x2x8x8xf32>, tensor<2x2x8x8xf32>) -> tensor<2x2x8x8xf32>
  %m = tenon.reduce %s init %ninf dims = [3] : (tensor<2x2x8x8xf32>, tensor<f32>) -> tensor<2x2x8xf32> with maximum
  %b = tenon.broadcast_in_dim %m dims = [0, 1, 2] : (tensor<2x2x8xf32>) -> tensor<2x2x8x8xf32>
  %c = tenon.subtract %s, %b : tensor<2x2x8x8xf32>
  %o = tenon.dot_general %c, %v batch = [0, 1] x [0, 1] contract = [3] x [2] : (tensor<2x2x8x8xf32>, tensor<2x2x8x8xf32>) -> tensor<2x2x8x8xf32>
  %p = tenon.compare EQ, %s, %b : (tensor<2x2x8x8xf32>, tensor<2x2x8x8xf32>) -> tensor<2x2x8x8xi1>
  tenon.return %o, %p : tensor<2x2x8x8xf32>, tensor<2x2x8x8xi1>
}

// -----

// A scalar and a vector of one element are of different spaces.
// CHECK-LABEL: tenon.entry @scalar_beside_one_element
// CHECK: kernel.fused "not"
// CHECK: kernel.fused "select_negate"
tenon.entry @scalar_beside_one_element(%p: tensor<i1>, %x: tensor<1xf32>, %y: tensor<1xf32>) -> (tensor<i1>, tensor<1xf32>) {
  %q = tenon.not %p : tensor<i1>
  %s = tenon.select %q, %x, %y : (tensor<i1>, tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %n = tenon.negate %s : tensor<1xf32>
  tenon.return %q, %n : tensor<i1>, tensor<1xf32>
}

// -----

// What the regions of a loop read is computed before it, and given to it.
// CHECK-LABEL: tenon.entry @captured
// CHECK: %[[SUM:.*]] = kernel.fused "add"
// CHECK: kernel.fused "while" ({{.*}} = %[[SUM]]
// CHECK: tenon.return
tenon.entry @captured(%x: tensor<4xf32>, %y: tensor<4xf32>, %n: tensor<i32>) -> tensor<4xf32> {
  %z = tenon.add %x, %y : tensor<4xf32>
  %zero = tenon.constant dense<0> : tensor<i32>
  %one = tenon.constant dense<1> : tensor<i32>
  %r:2 = tenon.while %zero, %x : (tensor<i32>, tensor<4xf32>) -> (tensor<i32>, tensor<4xf32>) cond {
  ^bb0(%i: tensor<i32>, %s: tensor<4xf32>):
    %c = tenon.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    tenon.return %c : tensor<i1>
  } do {
  ^bb0(%i: tensor<i32>, %s: tensor<4xf32>):
    %j = tenon.add %i, %one : tensor<i32>
    %m = tenon.multiply %s, %z : tensor<4xf32>
    tenon.return %j, %m : tensor<i32>, tensor<4xf32>
  }
  tenon.return %r#1 : tensor<4xf32>
}

// -----

// Rows of another shape than the product's are no stage after it: tiles are cut
// along the product's dimensions.
// CHECK-LABEL: tenon.entry @moved
// CHECK: kernel.fused "dot_general"
// CHECK-SAME: refused = [{{.*}}reason = "a reshape or transposition between them moves dimensions"
// CHECK: kernel.fused "reduce"
tenon.entry @moved(%a: tensor<1x2x64x16xf32>, %b: tensor<1x2x64x16xf32>) -> tensor<2x1x64xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %d = tenon.dot_general %a, %b batch = [0, 1] x [0, 1] contract = [3] x [3] : (tensor<1x2x64x16xf32>, tensor<1x2x64x16xf32>) -> tensor<1x2x64x64xf32>
  %t = tenon.transpose %d dims = [1, 0, 2, 3] : (tensor<1x2x64x64xf32>) -> tensor<2x1x64x64xf32>
  %r = tenon.reduce %t init %zero dims = [3] : (tensor<2x1x64x64xf32>, tensor<f32>) -> tensor<2x1x64xf32> with add
  tenon.return %r : tensor<2x1x64xf32>
}

// -----

// Rows are those of the kernel's own values: a scalar that is repeated has
// none, and neither has a vector along dimensions that it is repeated in.
// CHECK-LABEL: tenon.entry @repeated
// CHECK: kernel.fused "negate"{{.*}}reason = "a scalar has no rows"
// CHECK: kernel.fused "reduce"
// CHECK: kernel.fused "exponential"{{.*}}reason = "it reduces values that are repeated beyond the kernel's iteration space"
// CHECK: kernel.fused "reduce"
tenon.entry @repeated(%x: tensor<f32>, %v: tensor<7xf32>) -> (tensor<f32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %n = tenon.negate %x : tensor<f32>
  %nb = tenon.broadcast_in_dim %n dims = [] : (tensor<f32>) -> tensor<7x17xf32>
  %a = tenon.reduce %nb init %zero dims = [1] : (tensor<7x17xf32>, tensor<f32>) -> tensor<7xf32> with add
  %e = tenon.exponential %v : tensor<7xf32>
  %eb = tenon.broadcast_in_dim %e dims = [0] : (tensor<7xf32>) -> tensor<7x17xf32>
  %b = tenon.reduce %eb init %zero dims = [1] : (tensor<7x17xf32>, tensor<f32>) -> tensor<7xf32> with add
  tenon.return %n, %a, %e, %b : tensor<f32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>
}

// -----

// A loop runs over the values of its own space; a renamed one is stored
// elsewhere, so it does not come first.
// CHECK-LABEL: tenon.entry @renamed
// CHECK: kernel.stage loop
// CHECK: %[[W:.*]] = tenon.reduce_window
// CHECK: %[[T:.*]] = tenon.transpose %[[W]]
// CHECK: %[[S:.*]] = tenon.sine %[[W]]
// CHECK: kernel.yield %[[S]], %[[T]]
tenon.entry @renamed(%x: tensor<10x36xf32>) -> (tensor<36x10xf32>, tensor<10x36xf32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %w = tenon.reduce_window %x init %zero window = [1, 3] padding_low = [0, 2] : (tensor<10x36xf32>, tensor<f32>) -> tensor<10x36xf32> with add
  %t = tenon.transpose %w dims = [1, 0] : (tensor<10x36xf32>) -> tensor<36x10xf32>
  %s = tenon.sine %w : tensor<10x36xf32>
  tenon.return %t, %s : tensor<36x10xf32>, tensor<10x36xf32>
}

// -----

// All reductions of a kernel run over rows of one shape.
// CHECK-LABEL: tenon.entry @turned_rows
// CHECK-COUNT-2: kernel.stage row
tenon.entry @turned_rows(%x: tensor<2x1x8xf32>) -> (tensor<2x1xf32>, tensor<1x2xf32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %e = tenon.exponential %x : tensor<2x1x8xf32>
  %a = tenon.reduce %e init %zero dims = [2] : (tensor<2x1x8xf32>, tensor<f32>) -> tensor<2x1xf32> with add
  %b = tenon.broadcast_in_dim %a dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x1x8xf32>
  %d = tenon.divide %e, %b : tensor<2x1x8xf32>
  %t = tenon.transpose %d dims = [1, 0, 2] : (tensor<2x1x8xf32>) -> tensor<1x2x8xf32>
  %q = tenon.multiply %t, %t : tensor<1x2x8xf32>
  %c = tenon.reduce %q init %zero dims = [2] : (tensor<1x2x8xf32>, tensor<f32>) -> tensor<1x2xf32> with add
  tenon.return %a, %c : tensor<2x1xf32>, tensor<1x2xf32>
}

// -----

// What is also read before it is turned is stored from the turned rows.
// CHECK-LABEL: tenon.entry @read_before_turned
// CHECK: kernel.stage row -> (tensor<17x20xf32>, tensor<20xf32>)
// CHECK-NOT: kernel.stage
tenon.entry @read_before_turned(%x: tensor<17x20xf32>) -> (tensor<17x20xf32>, tensor<20xf32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %e = tenon.exponential %x : tensor<17x20xf32>
  %t = tenon.transpose %e dims = [1, 0] : (tensor<17x20xf32>) -> tensor<20x17xf32>
  %a = tenon.reduce %t init %zero dims = [1] : (tensor<20x17xf32>, tensor<f32>) -> tensor<20xf32> with add
  tenon.return %e, %a : tensor<17x20xf32>, tensor<20xf32>
}

// -----

// CHECK-LABEL: tenon.entry @read_turned
// CHECK-NOT: kernel.stage loop
// CHECK: kernel.stage row
tenon.entry @read_turned(%x: tensor<17x20xf32>) -> tensor<20xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %e = tenon.exponential %x : tensor<17x20xf32>
  %t = tenon.transpose %e dims = [1, 0] : (tensor<17x20xf32>) -> tensor<20x17xf32>
  %a = tenon.reduce %t init %zero dims = [1] : (tensor<20x17xf32>, tensor<f32>) -> tensor<20xf32> with add
  tenon.return %a : tensor<20xf32>
}

// -----

// An image that is scaled up is stored before it is convolved: windows read
// each of its elements many times.
// CHECK-LABEL: tenon.entry @scaled_up_image
// CHECK: kernel.stage loop
// CHECK: tenon.reshape
// CHECK: tenon.reshape
// CHECK: kernel.stage contraction
// CHECK-NOT: tenon.reshape
// CHECK: tenon.convolution
tenon.entry @scaled_up_image(%x: tensor<1x8x4x4xf32>, %w: tensor<16x8x3x3xf32>) -> tensor<1x16x8x8xf32> {
  %a = tenon.broadcast_in_dim %x dims = [0, 1, 2, 4] : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x2x4xf32>
  %b = tenon.reshape %a : (tensor<1x8x4x2x4xf32>) -> tensor<1x8x8x4xf32>
  %c = tenon.broadcast_in_dim %b dims = [0, 1, 2, 3] : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x4x2xf32>
  %d = tenon.reshape %c : (tensor<1x8x8x4x2xf32>) -> tensor<1x8x8x8xf32>
  %y = tenon.convolution %d, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x8x8x8xf32>, tensor<16x8x3x3xf32>) -> tensor<1x16x8x8xf32>
  tenon.return %y : tensor<1x16x8x8xf32>
}

// -----

// So is a part of an image that is convolved with zeros around it, but not one
// of channels: those zeros stand around the whole.
// CHECK-LABEL: tenon.entry @parts_of_images
// CHECK: kernel.stage contraction
// CHECK-NEXT: tenon.slice
// CHECK-NEXT: tenon.convolution
// CHECK: kernel.stage loop
// CHECK-NEXT: tenon.slice
// CHECK: kernel.stage contraction
// CHECK-NEXT: tenon.convolution
tenon.entry @parts_of_images(%x: tensor<1x8x9x9xf32>, %w: tensor<16x4x3x3xf32>, %v: tensor<16x8x3x3xf32>)
    -> (tensor<1x16x9x9xf32>, tensor<1x16x8x8xf32>) {
  %a = tenon.slice %x [0:1, 4:8, 0:9, 0:9] : (tensor<1x8x9x9xf32>) -> tensor<1x4x9x9xf32>
  %y = tenon.convolution %a, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x4x9x9xf32>, tensor<16x4x3x3xf32>) -> tensor<1x16x9x9xf32>
  %b = tenon.slice %x [0:1, 0:8, 1:9, 1:9] : (tensor<1x8x9x9xf32>) -> tensor<1x8x8x8xf32>
  %z = tenon.convolution %b, %v dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1] : (tensor<1x8x8x8xf32>, tensor<16x8x3x3xf32>) -> tensor<1x16x8x8xf32>
  tenon.return %y, %z : tensor<1x16x9x9xf32>, tensor<1x16x8x8xf32>
}

// -----

// One row of a large product is split by columns; a kernel that held it whole
// would run on one core. A small one is no work for two.
// CHECK-LABEL: tenon.entry @one_row
// CHECK-COUNT-3: kernel.fused
// CHECK-LABEL: tenon.entry @one_short_row
// CHECK: kernel.stage contraction
// CHECK: kernel.stage row
// CHECK: kernel.stage contraction
// CHECK-NOT: kernel.fused
tenon.entry @one_row(%x: tensor<1x256xf32>, %w: tensor<256x128xf32>, %v: tensor<128x256xf32>) -> tensor<1x256xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<1x256xf32>, tensor<256x128xf32>) -> tensor<1x128xf32>
  %a = tenon.reduce %d init %zero dims = [1] : (tensor<1x128xf32>, tensor<f32>) -> tensor<1xf32> with add
  %b = tenon.broadcast_in_dim %a dims = [0] : (tensor<1xf32>) -> tensor<1x128xf32>
  %s = tenon.divide %d, %b : tensor<1x128xf32>
  %y = tenon.dot_general %s, %v contract = [1] x [0] : (tensor<1x128xf32>, tensor<128x256xf32>) -> tensor<1x256xf32>
  tenon.return %y : tensor<1x256xf32>
}
tenon.entry @one_short_row(%x: tensor<1x16xf32>, %w: tensor<16x32xf32>, %v: tensor<32x16xf32>) -> tensor<1x16xf32> {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<1x16xf32>, tensor<16x32xf32>) -> tensor<1x32xf32>
  %a = tenon.reduce %d init %zero dims = [1] : (tensor<1x32xf32>, tensor<f32>) -> tensor<1xf32> with add
  %b = tenon.broadcast_in_dim %a dims = [0] : (tensor<1xf32>) -> tensor<1x32xf32>
  %s = tenon.divide %d, %b : tensor<1x32xf32>
  %y = tenon.dot_general %s, %v contract = [1] x [0] : (tensor<1x32xf32>, tensor<32x16xf32>) -> tensor<1x16xf32>
  tenon.return %y : tensor<1x16xf32>
}
