//===- HloShapeOps.td - Constants, and ops that move elements -------------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

def Hlo_ConstantOp : Hlo_Op<"constant", [InferTypeOpAdaptor]> {
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Hlo_Tensor:$output);
  let assemblyFormat = "attr-dict $value";
}

def Hlo_IotaOp : Hlo_Op<"iota"> {
  let arguments = (ins I64Attr:$iota_dimension);
  let results = (outs Hlo_Tensor:$output);
  let assemblyFormat = "`dim` `=` $iota_dimension attr-dict `:` type($output)";
}

def Hlo_DynamicIotaOp : Hlo_Op<"dynamic_iota"> {
  let arguments = (ins Hlo_Tensor:$output_shape, I64Attr:$iota_dimension);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $output_shape `,` `dim` `=` $iota_dimension attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_BroadcastOp : Hlo_Op<"broadcast"> {
  let arguments = (ins Hlo_Tensor:$operand, DenseI64ArrayAttr:$broadcast_sizes);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `sizes` `=` $broadcast_sizes attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_BroadcastInDimOp : Hlo_Op<"broadcast_in_dim"> {
  let arguments = (ins Hlo_Tensor:$operand,
                       DenseI64ArrayAttr:$broadcast_dimensions);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `dims` `=` $broadcast_dimensions attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_DynamicBroadcastInDimOp : Hlo_Op<"dynamic_broadcast_in_dim"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$output_dimensions,
      DenseI64ArrayAttr:$broadcast_dimensions,
      OptionalAttr<DenseI64ArrayAttr>:$known_expanding_dimensions,
      OptionalAttr<DenseI64ArrayAttr>:$known_nonexpanding_dimensions);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $output_dimensions `,` `dims` `=` $broadcast_dimensions
    attr-dict `:` functional-type(operands, results)
  }];
}

def Hlo_ReshapeOp : Hlo_Op<"reshape"> {
  let arguments = (ins Hlo_Tensor:$operand);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Hlo_DynamicReshapeOp : Hlo_Op<"dynamic_reshape"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$output_shape);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Hlo_TransposeOp : Hlo_Op<"transpose"> {
  let arguments = (ins Hlo_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `dims` `=` $permutation attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_SliceOp : Hlo_Op<"slice"> {
  let arguments = (ins Hlo_Tensor:$operand, DenseI64ArrayAttr:$start_indices,
      DenseI64ArrayAttr:$limit_indices, DenseI64ArrayAttr:$strides);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand custom<SliceRanges>($start_indices, $limit_indices, $strides)
    attr-dict `:` functional-type(operands, results)
  }];
}

def Hlo_DynamicSliceOp : Hlo_Op<"dynamic_slice"> {
  let arguments = (ins Hlo_Tensor:$operand, Variadic<Hlo_Tensor>:$start_indices,
                       DenseI64ArrayAttr:$slice_sizes);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` custom<OperandsBefore>($start_indices) `sizes` `=` $slice_sizes
    attr-dict `:` functional-type(operands, results)
  }];
}

def Hlo_RealDynamicSliceOp : Hlo_Op<"real_dynamic_slice"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$start_indices,
                       Hlo_Tensor:$limit_indices, Hlo_Tensor:$strides);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Hlo_DynamicUpdateSliceOp : Hlo_Op<"dynamic_update_slice"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$update,
                       Variadic<Hlo_Tensor>:$start_indices);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Hlo_PadOp : Hlo_Op<"pad"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$padding_value,
      DenseI64ArrayAttr:$edge_padding_low, DenseI64ArrayAttr:$edge_padding_high,
      DenseI64ArrayAttr:$interior_padding);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $padding_value `,` `low` `=` $edge_padding_low `,` `high` `=`
    $edge_padding_high `,` `interior` `=` $interior_padding attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_DynamicPadOp : Hlo_Op<"dynamic_pad"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$padding_value,
      Hlo_Tensor:$edge_padding_low, Hlo_Tensor:$edge_padding_high,
      Hlo_Tensor:$interior_padding);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Hlo_ConcatenateOp : Hlo_Op<"concatenate"> {
  let arguments = (ins Variadic<Hlo_Tensor>:$inputs, I64Attr:$dimension);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    custom<OperandsBefore>($inputs) `dim` `=` $dimension attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_ReverseOp : Hlo_Op<"reverse"> {
  let arguments = (ins Hlo_Tensor:$operand, DenseI64ArrayAttr:$dimensions);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `dims` `=` $dimensions attr-dict `:`
    custom<SameType>(type($operand), type($result))
  }];
}

def Hlo_GetDimensionSizeOp : Hlo_Op<"get_dimension_size"> {
  let arguments = (ins Hlo_Tensor:$operand, I64Attr:$dimension);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `dim` `=` $dimension attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_SetDimensionSizeOp : Hlo_Op<"set_dimension_size"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$size,
                       I64Attr:$dimension);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $size `,` `dim` `=` $dimension attr-dict `:`
    functional-type(operands, results)
  }];
}
