//===- HloElementwiseOps.td - Element-wise ops of stablehlo ---------------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"

// A function that may be asked for with an accuracy.
class Hlo_AccurateOp<string mnemonic> : Hlo_UnaryOp<mnemonic> {
  let arguments = (ins Hlo_Tensor:$operand,
                       OptionalAttr<Hlo_ResultAccuracyAttr>:$result_accuracy);
}

def Hlo_AbsOp : Hlo_UnaryOp<"abs">;
def Hlo_CbrtOp : Hlo_AccurateOp<"cbrt">;
def Hlo_CeilOp : Hlo_UnaryOp<"ceil">;
def Hlo_ConvertOp : Hlo_UnaryOp<"convert">;
def Hlo_CountLeadingZerosOp : Hlo_UnaryOp<"count_leading_zeros">;
def Hlo_CosineOp : Hlo_AccurateOp<"cosine">;
def Hlo_ExponentialOp : Hlo_AccurateOp<"exponential">;
def Hlo_ExponentialMinusOneOp : Hlo_AccurateOp<"exponential_minus_one">;
def Hlo_FloorOp : Hlo_UnaryOp<"floor">;
def Hlo_ImagOp : Hlo_UnaryOp<"imag">;
def Hlo_IsFiniteOp : Hlo_UnaryOp<"is_finite">;
def Hlo_LogOp : Hlo_AccurateOp<"log">;
def Hlo_LogPlusOneOp : Hlo_AccurateOp<"log_plus_one">;
def Hlo_LogisticOp : Hlo_AccurateOp<"logistic">;
def Hlo_NegateOp : Hlo_UnaryOp<"negate">;
def Hlo_NotOp : Hlo_UnaryOp<"not">;
def Hlo_PopcntOp : Hlo_UnaryOp<"popcnt">;
def Hlo_RealOp : Hlo_UnaryOp<"real">;
def Hlo_RoundNearestAfzOp : Hlo_UnaryOp<"round_nearest_afz">;
def Hlo_RoundNearestEvenOp : Hlo_UnaryOp<"round_nearest_even">;
def Hlo_RsqrtOp : Hlo_AccurateOp<"rsqrt">;
def Hlo_SignOp : Hlo_UnaryOp<"sign">;
def Hlo_SineOp : Hlo_AccurateOp<"sine">;
def Hlo_SqrtOp : Hlo_AccurateOp<"sqrt">;
def Hlo_TanOp : Hlo_AccurateOp<"tan">;
def Hlo_TanhOp : Hlo_AccurateOp<"tanh">;
def Hlo_UniformQuantizeOp : Hlo_UnaryOp<"uniform_quantize">;
def Hlo_UniformDequantizeOp : Hlo_UnaryOp<"uniform_dequantize">;

def Hlo_AddOp : Hlo_BinaryOp<"add">;
def Hlo_AndOp : Hlo_BinaryOp<"and">;
def Hlo_Atan2Op : Hlo_BinaryOp<"atan2">;
def Hlo_DivideOp : Hlo_BinaryOp<"divide">;
def Hlo_MaximumOp : Hlo_BinaryOp<"maximum">;
def Hlo_MinimumOp : Hlo_BinaryOp<"minimum">;
def Hlo_MultiplyOp : Hlo_BinaryOp<"multiply">;
def Hlo_OrOp : Hlo_BinaryOp<"or">;
def Hlo_PowerOp : Hlo_BinaryOp<"power">;
def Hlo_RemainderOp : Hlo_BinaryOp<"remainder">;
def Hlo_ShiftLeftOp : Hlo_BinaryOp<"shift_left">;
def Hlo_ShiftRightArithmeticOp : Hlo_BinaryOp<"shift_right_arithmetic">;
def Hlo_ShiftRightLogicalOp : Hlo_BinaryOp<"shift_right_logical">;
def Hlo_SubtractOp : Hlo_BinaryOp<"subtract">;
def Hlo_XorOp : Hlo_BinaryOp<"xor">;

def Hlo_ComplexOp : Hlo_Op<"complex"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:`
    custom<ComplexType>(type($lhs), type($rhs), type($result))
  }];
}

def Hlo_CompareOp : Hlo_Op<"compare"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs,
      Hlo_ComparisonDirectionAttr:$comparison_direction,
      OptionalAttr<Hlo_ComparisonTypeAttr>:$compare_type);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $comparison_direction `,` $lhs `,` $rhs (`,` $compare_type^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_SelectOp : Hlo_Op<"select"> {
  let arguments = (ins Hlo_Tensor:$pred, Hlo_Tensor:$on_true,
                       Hlo_Tensor:$on_false);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    operands attr-dict `:` custom<SelectType>(type($pred), type($on_true),
                                              type($on_false), type($result))
  }];
}

def Hlo_ClampOp : Hlo_Op<"clamp"> {
  let arguments = (ins Hlo_Tensor:$min, Hlo_Tensor:$operand, Hlo_Tensor:$max);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $min `,` $operand `,` $max attr-dict `:`
    custom<SameType>(type($min), type($operand), type($max), type($result))
  }];
}

def Hlo_BitcastConvertOp : Hlo_Op<"bitcast_convert"> {
  let arguments = (ins Hlo_Tensor:$operand);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Hlo_ReducePrecisionOp : Hlo_Op<"reduce_precision"> {
  let arguments = (ins Hlo_Tensor:$operand, I32Attr:$exponent_bits,
                       I32Attr:$mantissa_bits);
  let results = (outs Hlo_Tensor:$output);
  let assemblyFormat = [{
    $operand `,` `format` `=` custom<FloatFormat>($exponent_bits, $mantissa_bits)
    attr-dict `:` custom<SameType>(type($operand), type($output))
  }];
}

def Hlo_MapOp : Hlo_Op<"map"> {
  let arguments = (ins Variadic<Hlo_Tensor>:$inputs,
                       DenseI64ArrayAttr:$dimensions);
  let regions = (region SizedRegion<1>:$computation);
  let results = (outs Hlo_Tensor:$result);
}
