tenon.variable @n : tensor<i64> = dense<0> : tensor<i64>
tenon.entry @main(%x: tensor<16x8xf32> {tenon.name = "x"},
                  %w: tensor<8x8xf32> {tenon.name = "w"},
                  %n: tensor<i64> {tenon.variable = @n})
    -> (tensor<16x8xf32> {tenon.name = "y"}, tensor<i64> {tenon.tied = 2 : i64}) {
  %a = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %b = tenon.softmax %a axis = 1 : tensor<16x8xf32>
  %c = tenon.gelu exact %b : tensor<16x8xf32>
  %m = tenon.add %n, %n : tensor<i64>
  tenon.return %c, %m : tensor<16x8xf32>, tensor<i64>
}
