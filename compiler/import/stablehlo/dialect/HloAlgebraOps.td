//===- HloAlgebraOps.td - Products, transforms, factorizations, random ----===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"

def Hlo_DotOp : Hlo_Op<"dot"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs,
                       OptionalAttr<Hlo_PrecisionConfigAttr>:$precision_config);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `` custom<PrecisionConfig>($precision_config) attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_DotGeneralOp : Hlo_Op<"dot_general"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs,
      Hlo_DotDimsAttr:$dot_dimension_numbers,
      OptionalAttr<Hlo_PrecisionConfigAttr>:$precision_config,
      OptionalAttr<Hlo_DotAlgorithmAttr>:$algorithm);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `,` custom<DotDimensionNumbers>($dot_dimension_numbers) ``
    custom<PrecisionAndAlgorithm>($precision_config, $algorithm) attr-dict `:`
    functional-type(operands, results)
  }];
}

class Hlo_ConvolutionBase<string mnemonic, dag padding> : Hlo_Op<mnemonic> {
  let arguments = !con((ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs), padding, (ins
      OptionalAttr<DenseI64ArrayAttr>:$window_strides,
      OptionalAttr<DenseI64ArrayAttr>:$lhs_dilation,
      OptionalAttr<DenseI64ArrayAttr>:$rhs_dilation,
      OptionalAttr<DenseBoolArrayAttr>:$window_reversal,
      Hlo_ConvDimsAttr:$dimension_numbers, I64Attr:$feature_group_count,
      I64Attr:$batch_group_count,
      OptionalAttr<Hlo_PrecisionConfigAttr>:$precision_config));
  let results = (outs Hlo_Tensor:$result);
}

def Hlo_ConvolutionOp : Hlo_ConvolutionBase<
    "convolution", (ins OptionalAttr<I64ElementsAttr>:$padding)> {
  let assemblyFormat = [{
    `(` operands `)` `dim_numbers` `=` custom<ConvDimensions>($dimension_numbers)
    `,` `window` `=` `{` custom<WindowAttributes>($window_strides, $padding,
        $lhs_dilation, $rhs_dilation, $window_reversal) `}` attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_DynamicConvOp : Hlo_ConvolutionBase<
    "dynamic_conv", (ins Hlo_Tensor:$padding)>;

def Hlo_EinsumOp : Hlo_Op<"einsum"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs, StrAttr:$einsum_config);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `,` `config` `=` $einsum_config attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_UnaryEinsumOp : Hlo_Op<"unary_einsum"> {
  let arguments = (ins Hlo_Tensor:$operand, StrAttr:$einsum_config);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `config` `=` $einsum_config attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_FftOp : Hlo_Op<"fft"> {
  let arguments = (ins Hlo_Tensor:$operand, Hlo_FftTypeAttr:$fft_type,
                       DenseI64ArrayAttr:$fft_length);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` `type` `=` $fft_type `,` `length` `=` $fft_length attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_CholeskyOp : Hlo_Op<"cholesky"> {
  let arguments = (ins Hlo_Tensor:$a, OptionalAttr<BoolAttr>:$lower);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $a (`,` `lower` `=` $lower^)? attr-dict `:`
    custom<SameType>(type($a), type($result))
  }];
}

def Hlo_TriangularSolveOp : Hlo_Op<"triangular_solve"> {
  let arguments = (ins Hlo_Tensor:$a, Hlo_Tensor:$b, BoolAttr:$left_side,
      BoolAttr:$lower, BoolAttr:$unit_diagonal, Hlo_TransposeAttr:$transpose_a);
  let results = (outs Hlo_Tensor:$result);
}

def Hlo_RngOp : Hlo_Op<"rng"> {
  let arguments = (ins Hlo_Tensor:$a, Hlo_Tensor:$b, Hlo_Tensor:$shape,
                       Hlo_RngDistributionAttr:$rng_distribution);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $a `,` $b `,` $shape `,` `distribution` `=` $rng_distribution attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_RngBitGeneratorOp : Hlo_Op<"rng_bit_generator"> {
  let arguments = (ins Hlo_RngAlgorithmAttr:$rng_algorithm,
                       Hlo_Tensor:$initial_state);
  let results = (outs Hlo_Tensor:$output_state, Hlo_Tensor:$output);
  let assemblyFormat = [{
    $initial_state `,` `algorithm` `=` $rng_algorithm attr-dict `:`
    functional-type(operands, results)
  }];
}
