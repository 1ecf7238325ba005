//===- ElementwiseOps.td - Comparison, selection, conversion --------------===//
//
// The element-wise ops whose operands and result differ in type.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphAttrs.td"

def Tenon_CompareOp : Tenon_InferOp<"compare", [
    SameOperandsAndResultShape, Tenon_Elementwise]> {
  let summary = "Compare two tensors";
  let description = [{
    result = lhs DIRECTION rhs, with direction one of EQ NE GE GT LE LT.
    `compare_type` follows the element type where it is not stated: FLOAT for
    floats and complex numbers, SIGNED for signed integers, UNSIGNED for
    unsigned ones and `i1`. FLOAT is IEEE 754: NaN is unequal to everything,
    -0 equals +0. TOTALORDER (floats only) is IEEE 754's total order: -NaN <
    -inf < ... < -0 < +0 < ... < +inf < +NaN.
    Constraints: operands of one type; complex numbers only EQ and NE.
    (StableHLO: compare.)

        %0 = tenon.compare LT, %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
        %1 = tenon.compare EQ, %a, %b type TOTALORDER : ...
  }];
  let arguments = (ins Tenon_Tensor:$lhs, Tenon_Tensor:$rhs,
      Tenon_ComparisonDirectionAttr:$direction,
      OptionalAttr<Tenon_ComparisonTypeAttr>:$compare_type);
  let results = (outs Tenon_BoolTensor:$result);
  let assemblyFormat = [{
    custom<Enum>($direction) `,` $lhs `,` $rhs
    (`type` custom<Enum>($compare_type)^)? attr-dict `:`
    functional-type(operands, results)
  }];
  let builders = [OpBuilder<(ins "::tenon::graph::ComparisonDirection":$direction,
                                 "::mlir::Value":$lhs, "::mlir::Value":$rhs)>];
  let extraClassDeclaration = [{
    /// The stated comparison type, or the one the element type implies.
    ::tenon::graph::ComparisonType getEffectiveType();
  }];
}

def Tenon_SelectOp : Tenon_InferOp<"select", [Tenon_Elementwise]> {
  let summary = "Choose element by element";
  let description = [{
    result = pred ? on_true : on_false. The predicate has the result's shape
    or is one scalar for all.
    Constraints: on_true and on_false have the result's type.
    (StableHLO: select.)

        %0 = tenon.select %p, %a, %b : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  }];
  let arguments = (ins Tenon_BoolTensor:$pred, Tenon_Tensor:$on_true,
                       Tenon_Tensor:$on_false);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $pred `,` $on_true `,` $on_false attr-dict `:`
    functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def Tenon_ClampOp : Tenon_InferOp<"clamp", [Tenon_Elementwise]> {
  let summary = "Limit to a range";
  let description = [{
    result = minimum(maximum(operand, min), max), with the NaN and zero rules of
    those ops. `min` and `max` have the operand's shape or are scalars.
    Constraints: one element type. (StableHLO: clamp.)

        %0 = tenon.clamp %lo, %x, %hi : (tensor<f32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  }];
  let arguments = (ins Tenon_Tensor:$min, Tenon_Tensor:$operand,
                       Tenon_Tensor:$max);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $min `,` $operand `,` $max attr-dict `:` functional-type(operands, results)
  }];
}

def Tenon_ConvertOp : Tenon_PureOp<"convert", [
    SameOperandsAndResultShape, Tenon_Elementwise]> {
  let summary = "Convert the element type";
  let description = [{
    result = the operand's value in the result's element type. To floats:
    rounded to nearest, ties to even; overflow gives an infinity where the type
    has one, else NaN. Float to integer truncates towards zero; what does not fit
    saturates and NaN gives 0 (StableHLO leaves both open). To `i1`: value != 0,
    with NaN true. Complex to real takes the real part; real to complex has
    imaginary part 0. Integers to narrower integers keep the low bits.
    (StableHLO: convert.)

        %0 = tenon.convert %a : (tensor<4xi32>) -> tensor<4xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$operand,
                                 "::mlir::Type":$elementType)>];
  let hasVerifier = 0;
  let hasFolder = 1;
}

def Tenon_BitcastConvertOp : Tenon_PureOp<"bitcast_convert"> {
  let summary = "Reinterpret the bits";
  let description = [{
    The same bits under another element type. Equal widths keep the shape. To
    a type n times narrower, a last dimension of size n is appended, with the low
    bits first; to a wider one, the last dimension of size n goes away.
    Constraints: complex only to complex, `i1` only to `i1`.
    (StableHLO: bitcast_convert.)

        %0 = tenon.bitcast_convert %a : (tensor<4xf32>) -> tensor<4xi32>
        %1 = tenon.bitcast_convert %a : (tensor<4xf32>) -> tensor<4x2xi16>
  }];
  let arguments = (ins Tenon_Tensor:$operand);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Tenon_ReducePrecisionOp : Tenon_Op<"reduce_precision", [
    Pure, SameOperandsAndResultType, Tenon_Elementwise]> {
  let summary = "Round to a narrower float format and back";
  let description = [{
    result = operand rounded (nearest, ties to even) to a float with
    `exponent_bits` and `mantissa_bits`, in the operand's type. What overflows
    that format becomes an infinity, what underflows becomes zero.
    Constraints: exponent_bits >= 1, mantissa_bits >= 0.
    (StableHLO: reduce_precision.)

        %0 = tenon.reduce_precision %a to e5m10 : tensor<4xf32>
  }];
  let arguments = (ins Tenon_FloatTensor:$operand, I32Attr:$exponent_bits,
                       I32Attr:$mantissa_bits);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = [{
    $operand `to` custom<FloatFormat>($exponent_bits, $mantissa_bits) attr-dict
    `:` type($result)
  }];
  let hasVerifier = 1;
}
