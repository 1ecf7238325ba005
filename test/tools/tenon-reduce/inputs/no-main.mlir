// The interpreter is asked for an entry @main.
tenon.entry @other(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = tenon.tan %x : tensor<2xf32>
  tenon.return %0 : tensor<2xf32>
}
