// An artifact's entry cannot take over the caller's own buffer.
tenon.entry @predict(%x: tensor<4xf32> {tenon.donated, tenon.name = "x"})
    -> (tensor<4xf32> {tenon.name = "y", tenon.tied = 0 : i64}) {
  %y = tenon.add %x, %x : tensor<4xf32>
  tenon.return %y : tensor<4xf32>
}
