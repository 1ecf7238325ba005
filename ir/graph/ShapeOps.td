//===- ShapeOps.td - Ops that move elements without changing them ---------===//
//
// Broadcast, reshape, transpose, slices, pad, concatenate, iota, reverse.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

def Tenon_BroadcastInDimOp : Tenon_PureOp<"broadcast_in_dim"> {
  let summary = "Repeat along new or unit dimensions";
  let description = [{
    result[i] = operand[j] with j[d] = 0 where the operand's dimension d has
    size 1, else i[broadcast_dimensions[d]].
    Constraints: one unique result dimension per operand dimension; operand
    dimension d has size 1 or the size of result dimension
    broadcast_dimensions[d]; the element type stays.
    (StableHLO: broadcast_in_dim.)

        %0 = tenon.broadcast_in_dim %bias dims = [1] : (tensor<10xf32>) -> tensor<4x10xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand,
                       DenseI64ArrayAttr:$broadcast_dimensions);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand `dims` `=` $broadcast_dimensions attr-dict `:`
    functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Tenon_ReshapeOp : Tenon_PureOp<"reshape"> {
  let summary = "Same elements in row-major order, another shape";
  let description = [{
    The row-major sequence of elements stays, the shape changes.
    Constraints: equal element types and element counts.
    (StableHLO: reshape.)

        %0 = tenon.reshape %a : (tensor<4x6xf32>) -> tensor<2x12xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Tenon_TransposeOp : Tenon_InferOp<"transpose"> {
  let summary = "Permute dimensions";
  let description = [{
    result[i] = operand[j] with i[d] = j[permutation[d]]: result dimension d is
    operand dimension permutation[d].
    Constraints: `permutation` is one. (StableHLO: transpose.)

        %0 = tenon.transpose %a dims = [1, 0] : (tensor<4x6xf32>) -> tensor<6x4xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand `dims` `=` $permutation attr-dict `:`
    functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Tenon_SliceOp : Tenon_InferOp<"slice"> {
  let summary = "Take a strided box";
  let description = [{
    result[i] = operand[start_indices + i * strides], for
    ceil((limit - start) / stride) elements per dimension.
    Constraints: 0 <= start <= limit <= size and stride >= 1, per dimension.
    (StableHLO: slice.)

        %0 = tenon.slice %a [0:4:1, 2:6:2] : (tensor<4x6xf32>) -> tensor<4x2xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$start_indices,
                       DenseI64ArrayAttr:$limit_indices,
                       DenseI64ArrayAttr:$strides);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand custom<SliceRanges>($start_indices, $limit_indices, $strides)
    attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Tenon_PadOp : Tenon_InferOp<"pad"> {
  let summary = "Add elements around and between";
  let description = [{
    result[i] = operand[j] where i = edge_padding_low + j *
    (interior_padding + 1), and padding_value elsewhere. A negative edge padding
    removes elements. Result size: low + size + max(size - 1, 0) * interior + high.
    Constraints: interior_padding >= 0; a scalar padding value of the operand's
    element type; no negative result size. (StableHLO: pad.)

        %0 = tenon.pad %a, %zero low = [0, 1] high = [0, 1] interior = [0, 0]
            : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x8xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand, Tenon_ScalarTensor:$padding_value,
                       DenseI64ArrayAttr:$edge_padding_low,
                       DenseI64ArrayAttr:$edge_padding_high,
                       DenseI64ArrayAttr:$interior_padding);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $padding_value `low` `=` $edge_padding_low `high` `=`
    $edge_padding_high `interior` `=` $interior_padding attr-dict `:`
    functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def Tenon_ConcatenateOp : Tenon_InferOp<"concatenate"> {
  let summary = "Join along one dimension";
  let description = [{
    The inputs one after the other along `dimension`.
    Constraints: at least one input; all have one element type and, but for that
    dimension, one shape. (StableHLO: concatenate.)

        %0 = tenon.concatenate %a, %b dim = 1
            : (tensor<4x2xf32>, tensor<4x3xf32>) -> tensor<4x5xf32>
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs, I64Attr:$dimension);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $inputs `dim` `=` $dimension attr-dict `:`
    functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def Tenon_IotaOp : Tenon_PureOp<"iota"> {
  let summary = "Count along one dimension";
  let description = [{
    result[i] = i[iota_dimension], in the result's element type.
    Constraints: no `i1`; iota_dimension lies in the result's rank.
    (StableHLO: iota.)

        %0 = tenon.iota dim = 1 : tensor<4x5xi32>
  }];
  let arguments = (ins I64Attr:$iota_dimension);
  let results = (outs Tenon_IntOrFloatOrComplexTensor:$result);
  let assemblyFormat = "`dim` `=` $iota_dimension attr-dict `:` type($result)";
}

def Tenon_ReverseOp : Tenon_Op<"reverse", [Pure, SameOperandsAndResultType]> {
  let summary = "Reverse the order along dimensions";
  let description = [{
    result[i] = operand[j] with j[d] = size[d] - 1 - i[d] for d in
    `dimensions`, else i[d].
    Constraints: dimensions are unique and in range. (StableHLO: reverse.)

        %0 = tenon.reverse %a dims = [0] : tensor<4x6xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand, DenseI64ArrayAttr:$dimensions);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand `dims` `=` $dimensions attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tenon_DynamicSliceOp : Tenon_InferOp<"dynamic_slice"> {
  let summary = "Take a box whose place is computed";
  let description = [{
    result[i] = operand[s + i] with s[d] = clamp(0, start_indices[d],
    size[d] - slice_sizes[d]).
    Constraints: one scalar integer start per dimension, all of one type;
    0 <= slice_sizes <= sizes. (StableHLO: dynamic_slice.)

        %0 = tenon.dynamic_slice %a at %i, %j sizes = [1, 6]
            : (tensor<4x6xf32>, tensor<i64>, tensor<i64>) -> tensor<1x6xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand,
                       Variadic<Tenon_ScalarIntTensor>:$start_indices,
                       DenseI64ArrayAttr:$slice_sizes);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand `at` $start_indices `sizes` `=` $slice_sizes attr-dict `:`
    functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
}

def Tenon_DynamicUpdateSliceOp : Tenon_InferOp<"dynamic_update_slice"> {
  let summary = "Overwrite a box whose place is computed";
  let description = [{
    result = operand, but result[s + i] = update[i] with s[d] = clamp(0,
    start_indices[d], size[d] - update size[d]). In place where the operand is a
    tied variable.
    Constraints: one element type and rank; one scalar integer start per
    dimension, all of one type; the update fits. (StableHLO: dynamic_update_slice.)

        %0 = tenon.dynamic_update_slice %a, %u at %i, %j
            : (tensor<4x6xf32>, tensor<1x6xf32>, tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand, Tenon_Tensor:$update,
                       Variadic<Tenon_ScalarIntTensor>:$start_indices);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $update `at` $start_indices attr-dict `:`
    functional-type(operands, results)
  }];
  let hasFolder = 1;
}
