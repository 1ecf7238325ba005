//===- UnaryOps.td - Element-wise ops of one operand ----------------------===//
//
// result[i] = f(operand[i]). NaN, infinities and signed zero follow IEEE 754.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

// The result has the operand's type.
class Tenon_UnaryOp<string mnemonic, Type tensor, list<Trait> traits = []>
    : Tenon_Op<mnemonic, !listconcat(
          [Pure, SameOperandsAndResultType, Tenon_Elementwise], traits)> {
  let arguments = (ins tensor:$operand);
  let results = (outs tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
}

// The result has the operand's shape and another element type.
class Tenon_UnaryToOp<string mnemonic, Type from, Type to>
    : Tenon_InferOp<mnemonic, [SameOperandsAndResultShape, Tenon_Elementwise]> {
  let arguments = (ins from:$operand);
  let results = (outs to:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def Tenon_NegateOp : Tenon_UnaryOp<"negate", Tenon_IntOrFloatOrComplexTensor> {
  let summary = "Negation";
  let description = [{
    result = -operand. Integers wrap around; of a float only the sign bit
    changes, so that -(+0) = -0.
    (StableHLO: negate.)
  }];
  let hasFolder = 1;
}

def Tenon_SignOp : Tenon_UnaryOp<"sign", Tenon_SignedOrFloatOrComplexTensor> {
  let summary = "Sign";
  let description = [{
    result = -1, 0 or +1 as the operand is negative, zero or positive. Floats:
    +0 and -0 give themselves, NaN gives NaN. Complex: x / |x|, and 0 for 0.
    (StableHLO: sign.)
  }];
}

def Tenon_ExponentialOp : Tenon_UnaryOp<"exponential", Tenon_FloatOrComplexTensor> {
  let summary = "Exponential";
  let description = [{
    result = e^operand; e^-inf = +0, e^+inf = +inf.
    (StableHLO: exponential.)
  }];
}

def Tenon_ExponentialMinusOneOp : Tenon_UnaryOp<"exponential_minus_one", Tenon_FloatOrComplexTensor> {
  let summary = "Exponential minus one";
  let description = [{
    result = e^operand - 1, exact also near 0; -0 gives -0.
    (StableHLO: exponential_minus_one.)
  }];
}

def Tenon_LogOp : Tenon_UnaryOp<"log", Tenon_FloatOrComplexTensor> {
  let summary = "Natural logarithm";
  let description = [{
    result = ln(operand); ln(+-0) = -inf, a negative operand gives NaN.
    (StableHLO: log.)
  }];
}

def Tenon_LogPlusOneOp : Tenon_UnaryOp<"log_plus_one", Tenon_FloatOrComplexTensor> {
  let summary = "Logarithm of one plus the operand";
  let description = [{
    result = ln(1 + operand), exact also near 0; -0 gives -0.
    (StableHLO: log_plus_one.)
  }];
}

def Tenon_LogisticOp : Tenon_UnaryOp<"logistic", Tenon_FloatOrComplexTensor> {
  let summary = "Logistic function";
  let description = [{
    result = 1 / (1 + e^-operand), without overflow for any operand.
    (StableHLO: logistic.)
  }];
}

def Tenon_TanhOp : Tenon_UnaryOp<"tanh", Tenon_FloatOrComplexTensor> {
  let summary = "Hyperbolic tangent";
  let description = [{
    result = tanh(operand); +-inf give +-1, -0 gives -0.
    (StableHLO: tanh.)
  }];
}

def Tenon_TanOp : Tenon_UnaryOp<"tan", Tenon_FloatOrComplexTensor> {
  let summary = "Tangent";
  let description = [{
    result = tan(operand), in radians; infinities give NaN.
    (StableHLO: tan.)
  }];
}

def Tenon_SineOp : Tenon_UnaryOp<"sine", Tenon_FloatOrComplexTensor> {
  let summary = "Sine";
  let description = [{
    result = sin(operand), in radians; infinities give NaN.
    (StableHLO: sine.)
  }];
}

def Tenon_CosineOp : Tenon_UnaryOp<"cosine", Tenon_FloatOrComplexTensor> {
  let summary = "Cosine";
  let description = [{
    result = cos(operand), in radians; infinities give NaN.
    (StableHLO: cosine.)
  }];
}

def Tenon_SqrtOp : Tenon_UnaryOp<"sqrt", Tenon_FloatOrComplexTensor> {
  let summary = "Square root";
  let description = [{
    result = operand^(1/2), correctly rounded for floats; -0 gives -0, a
    negative operand gives NaN.
    (StableHLO: sqrt.)
  }];
}

def Tenon_RsqrtOp : Tenon_UnaryOp<"rsqrt", Tenon_FloatOrComplexTensor> {
  let summary = "Reciprocal square root";
  let description = [{
    result = 1 / operand^(1/2); +0 gives +inf, -0 gives -inf, +inf gives +0.
    (StableHLO: rsqrt.)
  }];
}

def Tenon_CbrtOp : Tenon_UnaryOp<"cbrt", Tenon_FloatOrComplexTensor> {
  let summary = "Cubic root";
  let description = [{
    result = operand^(1/3), defined for negative operands too.
    (StableHLO: cbrt.)
  }];
}

def Tenon_CeilOp : Tenon_UnaryOp<"ceil", Tenon_FloatTensor> {
  let summary = "Round up";
  let description = [{
    result = the least integer >= operand; keeps the sign of zero.
    (StableHLO: ceil.)
  }];
}

def Tenon_FloorOp : Tenon_UnaryOp<"floor", Tenon_FloatTensor> {
  let summary = "Round down";
  let description = [{
    result = the greatest integer <= operand; keeps the sign of zero.
    (StableHLO: floor.)
  }];
}

def Tenon_RoundNearestAfzOp : Tenon_UnaryOp<"round_nearest_afz", Tenon_FloatTensor> {
  let summary = "Round to nearest, ties away from zero";
  let description = [{
    result = the integer nearest to operand; x.5 goes away from zero.
    (StableHLO: round_nearest_afz.)
  }];
}

def Tenon_RoundNearestEvenOp : Tenon_UnaryOp<"round_nearest_even", Tenon_FloatTensor> {
  let summary = "Round to nearest, ties to even";
  let description = [{
    result = the integer nearest to operand; x.5 goes to the even one.
    (StableHLO: round_nearest_even.)
  }];
}

def Tenon_NotOp : Tenon_UnaryOp<"not", Tenon_BoolOrIntTensor> {
  let summary = "Bitwise or logical complement";
  let description = [{
    result = ~operand for integers, and the other truth value for `i1`.
    (StableHLO: not.)
  }];
  let hasFolder = 1;
}

def Tenon_PopcntOp : Tenon_UnaryOp<"popcnt", Tenon_IntTensor> {
  let summary = "Count of set bits";
  let description = [{
    result = how many bits of the operand are 1.
    (StableHLO: popcnt.)
  }];
}

def Tenon_CountLeadingZerosOp : Tenon_UnaryOp<"count_leading_zeros", Tenon_IntTensor> {
  let summary = "Count of leading zero bits";
  let description = [{
    result = how many bits stand above the highest 1; the width for 0.
    (StableHLO: count_leading_zeros.)
  }];
}

def Tenon_ErfOp : Tenon_UnaryOp<"erf", Tenon_FloatTensor> {
  let summary = "Error function";
  let description = [{
    result = 2/sqrt(pi) * integral of e^(-t^2) for t from 0 to operand; +-inf
    give +-1, -0 gives -0.
    (CHLO: erf.)
  }];
}

def Tenon_ErfcOp : Tenon_UnaryOp<"erfc", Tenon_FloatTensor> {
  let summary = "Complementary error function";
  let description = [{
    result = 1 - erf(operand), exact also where erf is near 1.
    (CHLO: erfc.)
  }];
}

def Tenon_ErfInvOp : Tenon_UnaryOp<"erf_inv", Tenon_FloatTensor> {
  let summary = "Inverse error function";
  let description = [{
    result = the x with erf(x) = operand; +-1 give +-inf, beyond them NaN.
    (CHLO: erf_inv.)
  }];
}

def Tenon_AbsOp : Tenon_UnaryToOp<"abs", Tenon_SignedOrFloatOrComplexTensor, Tenon_Tensor> {
  let summary = "Absolute value";
  let description = [{
    result = |operand|. The most negative integer stays itself; of a float only
    the sign bit changes; of a complex number it is the modulus, a float.
    (StableHLO: abs.)
  }];
}

def Tenon_IsFiniteOp : Tenon_UnaryToOp<"is_finite", Tenon_FloatTensor, Tenon_BoolTensor> {
  let summary = "Test for finite numbers";
  let description = [{
    result = true unless the operand is NaN or an infinity.
    (StableHLO: is_finite.)
  }];
}

def Tenon_RealOp : Tenon_UnaryToOp<"real", Tenon_FloatOrComplexTensor, Tenon_FloatTensor> {
  let summary = "Real part";
  let description = [{
    result = the real part; of a float, itself.
    (StableHLO: real.)
  }];
}

def Tenon_ImagOp : Tenon_UnaryToOp<"imag", Tenon_FloatOrComplexTensor, Tenon_FloatTensor> {
  let summary = "Imaginary part";
  let description = [{
    result = the imaginary part; of a float, +0.
    (StableHLO: imag.)
  }];
}
