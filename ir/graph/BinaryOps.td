//===- BinaryOps.td - Element-wise ops of two operands --------------------===//
//
// result[i] = f(lhs[i], rhs[i]). Both operands have the result's type: there is
// no implicit broadcast, `broadcast_in_dim` says it.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

class Tenon_BinaryOp<string mnemonic, Type tensor, list<Trait> traits = []>
    : Tenon_Op<mnemonic, !listconcat(
          [Pure, SameOperandsAndResultType, Tenon_Elementwise], traits)> {
  let arguments = (ins tensor:$lhs, tensor:$rhs);
  let results = (outs tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def Tenon_AddOp : Tenon_BinaryOp<"add", Tenon_Tensor, [Commutative]> {
  let summary = "Sum";
  let description = [{
    result = lhs + rhs. Integers wrap around; `i1` is a logical or.
    (StableHLO: add.)
  }];
  let hasFolder = 1;
}

def Tenon_SubtractOp : Tenon_BinaryOp<"subtract", Tenon_IntOrFloatOrComplexTensor> {
  let summary = "Difference";
  let description = [{
    result = lhs - rhs. Integers wrap around.
    (StableHLO: subtract.)
  }];
  let hasFolder = 1;
}

def Tenon_MultiplyOp : Tenon_BinaryOp<"multiply", Tenon_Tensor, [Commutative]> {
  let summary = "Product";
  let description = [{
    result = lhs * rhs. Integers wrap around; `i1` is a logical and.
    (StableHLO: multiply.)
  }];
  let hasFolder = 1;
}

def Tenon_DivideOp : Tenon_BinaryOp<"divide", Tenon_IntOrFloatOrComplexTensor> {
  let summary = "Quotient";
  let description = [{
    result = lhs / rhs. Integers truncate towards zero; division by zero gives
    all bits set, and the smallest integer divided by -1 gives itself.
    (StableHLO: divide.)
  }];
  let hasFolder = 1;
}

def Tenon_RemainderOp : Tenon_BinaryOp<"remainder", Tenon_IntOrFloatOrComplexTensor> {
  let summary = "Remainder of the division";
  let description = [{
    result = lhs - rhs * trunc(lhs / rhs), with the sign of lhs (C's fmod for
    floats). An integer remainder by zero gives lhs, smallest % -1 gives 0.
    (StableHLO: remainder.)
  }];
}

def Tenon_MaximumOp : Tenon_BinaryOp<"maximum", Tenon_Tensor, [Commutative]> {
  let summary = "Larger operand";
  let description = [{
    result = the larger one. Floats: NaN if either operand is NaN, and
    +0 > -0 (IEEE 754-2019 maximum). `i1` is a logical or; complex numbers
    compare by (real, imaginary).
    (StableHLO: maximum.)
  }];
}

def Tenon_MinimumOp : Tenon_BinaryOp<"minimum", Tenon_Tensor, [Commutative]> {
  let summary = "Smaller operand";
  let description = [{
    result = the smaller one. Floats: NaN if either operand is NaN, and
    -0 < +0 (IEEE 754-2019 minimum). `i1` is a logical and; complex numbers
    compare by (real, imaginary).
    (StableHLO: minimum.)
  }];
}

def Tenon_PowerOp : Tenon_BinaryOp<"power", Tenon_IntOrFloatOrComplexTensor> {
  let summary = "Power";
  let description = [{
    result = lhs ^ rhs. Floats follow IEEE 754 pow. Integers: a negative
    exponent gives 0, except for lhs = 1 (1) and lhs = -1 (1 or -1).
    (StableHLO: power.)
  }];
}

def Tenon_Atan2Op : Tenon_BinaryOp<"atan2", Tenon_FloatOrComplexTensor> {
  let summary = "Angle of a point";
  let description = [{
    result = the angle of the point (x = rhs, y = lhs), in -pi .. pi, as IEEE
    754 atan2.
    (StableHLO: atan2.)
  }];
}

def Tenon_AndOp : Tenon_BinaryOp<"and", Tenon_BoolOrIntTensor, [Commutative]> {
  let summary = "Bitwise or logical and";
  let description = [{
    result = lhs & rhs.
    (StableHLO: and.)
  }];
}

def Tenon_OrOp : Tenon_BinaryOp<"or", Tenon_BoolOrIntTensor, [Commutative]> {
  let summary = "Bitwise or logical or";
  let description = [{
    result = lhs | rhs.
    (StableHLO: or.)
  }];
}

def Tenon_XorOp : Tenon_BinaryOp<"xor", Tenon_BoolOrIntTensor, [Commutative]> {
  let summary = "Bitwise or logical exclusive or";
  let description = [{
    result = lhs ^ rhs.
    (StableHLO: xor.)
  }];
}

def Tenon_ShiftLeftOp : Tenon_BinaryOp<"shift_left", Tenon_IntTensor> {
  let summary = "Shift left";
  let description = [{
    result = lhs * 2^rhs, wrapping; 0 when rhs is negative or at least the width.
    (StableHLO: shift_left.)
  }];
}

def Tenon_ShiftRightArithmeticOp : Tenon_BinaryOp<"shift_right_arithmetic", Tenon_IntTensor> {
  let summary = "Shift right, copying the sign bit";
  let description = [{
    result = floor(lhs / 2^rhs) on the signed value; all copies of the sign bit
    when rhs is negative or at least the width.
    (StableHLO: shift_right_arithmetic.)
  }];
}

def Tenon_ShiftRightLogicalOp : Tenon_BinaryOp<"shift_right_logical", Tenon_IntTensor> {
  let summary = "Shift right, filling with zeros";
  let description = [{
    result = floor(lhs / 2^rhs) on the unsigned value; 0 when rhs is negative or
    at least the width.
    (StableHLO: shift_right_logical.)
  }];
}

def Tenon_ComplexOp : Tenon_InferOp<"complex", [
    SameOperandsAndResultShape, Tenon_Elementwise]> {
  let summary = "Complex number from its parts";
  let description = [{
    result = lhs + i * rhs. Both operands are f32 or both are f64.
    (StableHLO: complex.)
  }];
  let arguments = (ins Tenon_TensorOf<[F32, F64]>:$lhs,
                       Tenon_TensorOf<[F32, F64]>:$rhs);
  let results = (outs Tenon_ComplexTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}
