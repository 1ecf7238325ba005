// A layer: relu(x * w + b). The weights stand in dense.bin: w, then b.
module {
  tenon.weight @w : tensor<8x16xf32> {file = "dense.bin", offset = 0 : i64}
  tenon.weight @b : tensor<16xf32> {file = "dense.bin", offset = 512 : i64}
  tenon.entry @predict(%x: tensor<4x8xf32> {tenon.name = "x"})
      -> (tensor<4x16xf32> {tenon.name = "y"}) {
    %w = tenon.get_weight @w : tensor<8x16xf32>
    %b = tenon.get_weight @b : tensor<16xf32>
    %zero = tenon.constant dense<0.0> : tensor<4x16xf32>
    %d = tenon.dot_general %x, %w contract = [1] x [0]
        : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> loc("dense/MatMul")
    %bias = tenon.broadcast_in_dim %b dims = [1]
        : (tensor<16xf32>) -> tensor<4x16xf32> loc("dense/Add")
    %s = tenon.add %d, %bias : tensor<4x16xf32> loc("dense/Add")
    %r = tenon.maximum %s, %zero : tensor<4x16xf32> loc("dense/Relu")
    tenon.return %r : tensor<4x16xf32>
  }
}
