//===- HloReductionOps.td - Reductions over dimensions and windows --------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"

def Hlo_ReduceOp : Hlo_Op<"reduce", [SameVariadicOperandSize]> {
  let arguments = (ins Variadic<Hlo_Tensor>:$inputs,
      Variadic<Hlo_Tensor>:$init_values, DenseI64ArrayAttr:$dimensions);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<Hlo_Tensor>:$results);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_ReduceWindowOp : Hlo_Op<"reduce_window", [SameVariadicOperandSize]> {
  let arguments = (ins Variadic<Hlo_Tensor>:$inputs,
      Variadic<Hlo_Tensor>:$init_values, DenseI64ArrayAttr:$window_dimensions,
      OptionalAttr<DenseI64ArrayAttr>:$window_strides,
      OptionalAttr<DenseI64ArrayAttr>:$base_dilations,
      OptionalAttr<DenseI64ArrayAttr>:$window_dilations,
      OptionalAttr<I64ElementsAttr>:$padding);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<Hlo_Tensor>:$results);
}

def Hlo_SelectAndScatterOp : Hlo_Op<"select_and_scatter"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$source,
      Hlo_Tensor:$init_value,
      OptionalAttr<DenseI64ArrayAttr>:$window_dimensions,
      OptionalAttr<DenseI64ArrayAttr>:$window_strides,
      OptionalAttr<I64ElementsAttr>:$padding);
  let regions = (region SizedRegion<1>:$select, SizedRegion<1>:$scatter);
  let results = (outs Hlo_Tensor:$result);
}

def Hlo_BatchNormInferenceOp : Hlo_Op<"batch_norm_inference"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$scale,
      Hlo_Tensor:$offset, Hlo_Tensor:$mean, Hlo_Tensor:$variance,
      F32Attr:$epsilon, I64Attr:$feature_index);
  let results = (outs Hlo_Tensor:$result);
}

def Hlo_BatchNormTrainingOp : Hlo_Op<"batch_norm_training"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$scale,
      Hlo_Tensor:$offset, F32Attr:$epsilon, I64Attr:$feature_index);
  let results = (outs Hlo_Tensor:$output, Hlo_Tensor:$batch_mean,
      Hlo_Tensor:$batch_var);
}

def Hlo_BatchNormGradOp : Hlo_Op<"batch_norm_grad"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_Tensor:$scale,
      Hlo_Tensor:$mean, Hlo_Tensor:$variance, Hlo_Tensor:$grad_output,
      F32Attr:$epsilon, I64Attr:$feature_index);
  let results = (outs Hlo_Tensor:$grad_operand, Hlo_Tensor:$grad_scale,
      Hlo_Tensor:$grad_offset);
}
