//===- ChloOps.td - The chlo dialect --------------------------------------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"

class Chlo_Op<string mnemonic, list<Trait> traits = []>
    : Op<Chlo_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Functions of one operand
//===----------------------------------------------------------------------===//

class Chlo_UnaryOp<string mnemonic> : Chlo_Op<mnemonic> {
  let arguments = (ins Hlo_Tensor:$operand);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
}

def Chlo_AsinAcosKernelOp : Chlo_UnaryOp<"_asin_acos_kernel">;
def Chlo_AcosOp : Chlo_UnaryOp<"acos">;
def Chlo_AcoshOp : Chlo_UnaryOp<"acosh">;
def Chlo_AsinOp : Chlo_UnaryOp<"asin">;
def Chlo_AsinhOp : Chlo_UnaryOp<"asinh">;
def Chlo_AtanOp : Chlo_UnaryOp<"atan">;
def Chlo_AtanhOp : Chlo_UnaryOp<"atanh">;
def Chlo_BesselI1eOp : Chlo_UnaryOp<"bessel_i1e">;
def Chlo_ConjOp : Chlo_UnaryOp<"conj">;
def Chlo_CoshOp : Chlo_UnaryOp<"cosh">;
def Chlo_DigammaOp : Chlo_UnaryOp<"digamma">;
def Chlo_ErfOp : Chlo_UnaryOp<"erf">;
def Chlo_ErfcOp : Chlo_UnaryOp<"erfc">;
def Chlo_ErfInvOp : Chlo_UnaryOp<"erf_inv">;
def Chlo_IsInfOp : Chlo_UnaryOp<"is_inf">;
def Chlo_IsNegInfOp : Chlo_UnaryOp<"is_neg_inf">;
def Chlo_IsPosInfOp : Chlo_UnaryOp<"is_pos_inf">;
def Chlo_LgammaOp : Chlo_UnaryOp<"lgamma">;
def Chlo_SinhOp : Chlo_UnaryOp<"sinh">;
def Chlo_SquareOp : Chlo_UnaryOp<"square">;
def Chlo_TanOp : Chlo_UnaryOp<"tan">;

//===----------------------------------------------------------------------===//
// Functions of two operands
//===----------------------------------------------------------------------===//

class Chlo_BinaryOp<string mnemonic, dag operands> : Chlo_Op<mnemonic> {
  let arguments = operands;
  let results = (outs Hlo_Tensor:$result);
}

def Chlo_MulhiOp : Chlo_BinaryOp<
    "mulhi", (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs)> {
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)
  }];
}
def Chlo_NextAfterOp : Chlo_BinaryOp<
    "next_after", (ins Hlo_Tensor:$x, Hlo_Tensor:$y)> {
  let assemblyFormat = [{
    $x `,` $y attr-dict `:` type($x) `,` type($y) `->` type($result)
  }];
}
def Chlo_PolygammaOp : Chlo_BinaryOp<
    "polygamma", (ins Hlo_Tensor:$n, Hlo_Tensor:$x)> {
  let assemblyFormat = [{
    $n `,` $x attr-dict `:` type($n) `,` type($x) `->` type($result)
  }];
}
def Chlo_ZetaOp : Chlo_BinaryOp<
    "zeta", (ins Hlo_Tensor:$x, Hlo_Tensor:$q)> {
  let assemblyFormat = [{
    $x `,` $q attr-dict `:` type($x) `,` type($q) `->` type($result)
  }];
}

//===----------------------------------------------------------------------===//
// Arithmetic that broadcasts
//===----------------------------------------------------------------------===//

class Chlo_BroadcastOp<string mnemonic> : Chlo_Op<mnemonic> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs,
                       OptionalAttr<DenseI64ArrayAttr>:$broadcast_dimensions);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:` `(` type($lhs) `,` type($rhs) `)` `->`
    type($result)
  }];
}

def Chlo_BroadcastAddOp : Chlo_BroadcastOp<"broadcast_add">;
def Chlo_BroadcastAndOp : Chlo_BroadcastOp<"broadcast_and">;
def Chlo_BroadcastAtan2Op : Chlo_BroadcastOp<"broadcast_atan2">;
def Chlo_BroadcastComplexOp : Chlo_BroadcastOp<"broadcast_complex">;
def Chlo_BroadcastDivideOp : Chlo_BroadcastOp<"broadcast_divide">;
def Chlo_BroadcastMaximumOp : Chlo_BroadcastOp<"broadcast_maximum">;
def Chlo_BroadcastMinimumOp : Chlo_BroadcastOp<"broadcast_minimum">;
def Chlo_BroadcastMultiplyOp : Chlo_BroadcastOp<"broadcast_multiply">;
def Chlo_BroadcastNextAfterOp : Chlo_BroadcastOp<"broadcast_next_after">;
def Chlo_BroadcastOrOp : Chlo_BroadcastOp<"broadcast_or">;
def Chlo_BroadcastPolygammaOp : Chlo_BroadcastOp<"broadcast_polygamma">;
def Chlo_BroadcastPowerOp : Chlo_BroadcastOp<"broadcast_power">;
def Chlo_BroadcastRemainderOp : Chlo_BroadcastOp<"broadcast_remainder">;
def Chlo_BroadcastShiftLeftOp : Chlo_BroadcastOp<"broadcast_shift_left">;
def Chlo_BroadcastShiftRightArithmeticOp
    : Chlo_BroadcastOp<"broadcast_shift_right_arithmetic">;
def Chlo_BroadcastShiftRightLogicalOp
    : Chlo_BroadcastOp<"broadcast_shift_right_logical">;
def Chlo_BroadcastSubtractOp : Chlo_BroadcastOp<"broadcast_subtract">;
def Chlo_BroadcastXorOp : Chlo_BroadcastOp<"broadcast_xor">;
def Chlo_BroadcastZetaOp : Chlo_BroadcastOp<"broadcast_zeta">;

def Chlo_ComparisonDirectionAttr : EnumAttr<
    Chlo_Dialect, Hlo_ComparisonDirection, "comparison_direction">;
def Chlo_ComparisonTypeAttr : EnumAttr<
    Chlo_Dialect, Hlo_ComparisonType, "comparison_type">;

def Chlo_BroadcastCompareOp : Chlo_BroadcastOp<"broadcast_compare"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs,
      OptionalAttr<DenseI64ArrayAttr>:$broadcast_dimensions,
      // chlo's own attributes over stablehlo's enumerations.
      AnyAttr:$comparison_direction, OptionalAttr<AnyAttr>:$compare_type);
}

def Chlo_BroadcastSelectOp : Chlo_Op<"broadcast_select"> {
  let arguments = (ins Hlo_Tensor:$pred, Hlo_Tensor:$on_true,
                       Hlo_Tensor:$on_false);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $pred `,` $on_true `,` $on_false attr-dict `:` `(` type($pred) `,`
    type($on_true) `,` type($on_false) `)` `->` type($result)
  }];
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

def Chlo_ConstantOp : Chlo_Op<"constant"> {
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Hlo_Tensor:$output);
}

def Chlo_ConstantLikeOp : Chlo_Op<"constant_like"> {
  let arguments = (ins TypedAttrInterface:$value, Hlo_Tensor:$operand);
  let results = (outs Hlo_Tensor:$result);
}

def Chlo_TopKOp : Chlo_Op<"top_k"> {
  let arguments = (ins Hlo_Tensor:$operand, I64Attr:$k,
                       OptionalAttr<BoolAttr>:$is_stable);
  let results = (outs Hlo_Tensor:$values, Hlo_Tensor:$indices);
  let assemblyFormat = [{
    `(` $operand `,` `k` `=` $k (`,` `is_stable` `=` $is_stable^)? `)` attr-dict
    `:` type($operand) `->` `(` type($values) `,` type($indices) `)`
  }];
}

def Chlo_RaggedDotOp : Chlo_Op<"ragged_dot"> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs,
                       Hlo_Tensor:$group_sizes,
                       AnyAttr:$ragged_dot_dimension_numbers,
                       OptionalAttr<AnyAttr>:$precision_config);
  let results = (outs Hlo_Tensor:$result);
}
