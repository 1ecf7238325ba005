// One kernel of several tiles.
tenon.entry @predict(%x: tensor<64x1024xf32> {tenon.name = "x"})
    -> (tensor<64x1024xf32> {tenon.name = "y"}) {
  %y = tenon.add %x, %x : tensor<64x1024xf32>
  tenon.return %y : tensor<64x1024xf32>
}
