tenon.entry @main(%a: tensor<4xi64>, %b: tensor<4xi64>) -> (tensor<4xi64>, tensor<4xi64>) {
  %0 = tenon.shift_left %a, %b : tensor<4xi64>
  %1 = tenon.shift_right_logical %a, %b : tensor<4xi64>
  tenon.return %0, %1 : tensor<4xi64>, tensor<4xi64>
}
