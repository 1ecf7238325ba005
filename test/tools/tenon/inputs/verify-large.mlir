tenon.entry @main(%x: tensor<1024x1024xf32> {tenon.name = "x"}) -> tensor<1024x1024xf32> {
  %a = tenon.dot_general %x, %x contract = [1] x [0] : (tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
  tenon.return %a : tensor<1024x1024xf32>
}
