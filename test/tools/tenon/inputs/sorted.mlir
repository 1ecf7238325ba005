tenon.entry @main(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %0 = tenon.sort %x dim = 1 : (tensor<2x5xf32>) -> tensor<2x5xf32> by {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %p = tenon.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    tenon.return %p : tensor<i1>
  }
  tenon.return %0 : tensor<2x5xf32>
}
