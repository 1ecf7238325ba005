tenon.weight @w : tensor<8x8xf32> {splat = dense<0.5> : tensor<8x8xf32>}
tenon.variable @n : tensor<i64> = dense<0> : tensor<i64>
tenon.entry @main(%x: tensor<16x8xf32> {tenon.name = "x"},
                  %n: tensor<i64> {tenon.variable = @n})
    -> (tensor<16x8xf32> {tenon.name = "y"}, tensor<i64> {tenon.tied = 1 : i64}) {
  %w = tenon.get_weight @w : tensor<8x8xf32>
  %a = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %b = tenon.tan %a : tensor<16x8xf32>
  %c = tenon.exponential %b : tensor<16x8xf32>
  %d = tenon.add %c, %x : tensor<16x8xf32>
  %m = tenon.add %n, %n : tensor<i64>
  tenon.return %d, %m : tensor<16x8xf32>, tensor<i64>
}
