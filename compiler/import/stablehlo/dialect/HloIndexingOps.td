//===- HloIndexingOps.td - Gather, scatter and sort -----------------------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"

def Hlo_GatherOp : Hlo_Op<"gather"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$start_indices,
      Hlo_GatherDimsAttr:$dimension_numbers, DenseI64ArrayAttr:$slice_sizes,
      OptionalAttr<BoolAttr>:$indices_are_sorted);
  let results = (outs Hlo_Tensor:$result);
}

def Hlo_DynamicGatherOp : Hlo_Op<"dynamic_gather"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$start_indices,
      Hlo_Tensor:$slice_sizes, Hlo_GatherDimsAttr:$dimension_numbers,
      OptionalAttr<BoolAttr>:$indices_are_sorted);
  let results = (outs Hlo_Tensor:$result);
}

def Hlo_ScatterOp : Hlo_Op<"scatter", [SameVariadicOperandSize]> {
  let arguments = (ins Variadic<Hlo_Tensor>:$inputs,
      Hlo_Tensor:$scatter_indices, Variadic<Hlo_Tensor>:$updates,
      Hlo_ScatterDimsAttr:$scatter_dimension_numbers,
      OptionalAttr<BoolAttr>:$indices_are_sorted,
      OptionalAttr<BoolAttr>:$unique_indices);
  let regions = (region SizedRegion<1>:$update_computation);
  let results = (outs Variadic<Hlo_Tensor>:$results);
}

def Hlo_SortOp : Hlo_Op<"sort"> {
  let arguments = (ins Variadic<Hlo_Tensor>:$inputs,
      OptionalAttr<I64Attr>:$dimension, OptionalAttr<BoolAttr>:$is_stable);
  let regions = (region SizedRegion<1>:$comparator);
  let results = (outs Variadic<Hlo_Tensor>:$results);
}

def Hlo_TorchIndexSelectOp : Hlo_Op<"torch_index_select"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$index, I64Attr:$dim,
                       I64Attr:$batch_dims);
  let results = (outs Hlo_Tensor:$result);
}
