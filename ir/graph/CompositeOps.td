//===- CompositeOps.td - Ops that are graphs of primitives ----------------===//
//
// Kept whole as long as a kernel wants to see them. `decompose` builds the
// formula that the description gives, in that order. Types narrower than f32 are
// converted to f32 first and rounded once at the end.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphAttrs.td"
include "ir/interfaces/DecomposableOpInterface.td"

defvar Tenon_Decomposable =
    DeclareOpInterfaceMethods<DecomposableOpInterface>;

class Tenon_RowOp<string mnemonic> : Tenon_Op<mnemonic, [
    Pure, SameOperandsAndResultType, Tenon_Decomposable]> {
  let arguments = (ins Tenon_FloatTensor:$operand, I64Attr:$axis);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = "$operand `axis` `=` $axis attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Tenon_SoftmaxOp : Tenon_RowOp<"softmax"> {
  let summary = "Exponentials that sum to one along an axis";
  let description = [{
    m = max of operand along axis; e = e^(operand - m);
    result = e / (sum of e along axis).
    A row that is -inf throughout, or that holds NaN or +inf, gives NaN.
    Constraints: 0 <= axis < rank.
    (Composite; ONNX: Softmax of opset 13.)

        %0 = tenon.softmax %x axis = 1 : tensor<4x8xf32>
  }];
}

def Tenon_LogSoftmaxOp : Tenon_RowOp<"log_softmax"> {
  let summary = "Logarithm of the softmax along an axis";
  let description = [{
    m = max of operand along axis; c = operand - m;
    result = c - log(sum of e^c along axis).
    Constraints: 0 <= axis < rank.
    (Composite; ONNX: LogSoftmax of opset 13.)

        %0 = tenon.log_softmax %x axis = 1 : tensor<4x8xf32>
  }];
}

def Tenon_LayerNormOp : Tenon_InferOp<"layer_norm", [
    AttrSizedOperandSegments, Tenon_Decomposable]> {
  let summary = "Normalize each row to mean 0 and variance 1";
  let description = [{
    Over the n elements of the dimensions from `axis` to the last:
    mean = sum(operand) / n; c = operand - mean; variance = sum(c * c) / n;
    result = c * rsqrt(variance + epsilon) * scale + bias.
    Constraints: 0 <= axis < rank; scale and bias, where given, have the shape of
    those dimensions and the operand's element type; epsilon >= 0.
    (Composite; ONNX: LayerNormalization.)

        %0 = tenon.layer_norm %x scale %s bias %b axis = 1 epsilon = 1.0e-5
            : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  }];
  let arguments = (ins Tenon_FloatTensor:$operand,
      Optional<Tenon_FloatTensor>:$scale, Optional<Tenon_FloatTensor>:$bias,
      I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = [{
    $operand (`scale` $scale^)? (`bias` $bias^)? `axis` `=` $axis `epsilon` `=`
    $epsilon attr-dict `:` functional-type(operands, results)
  }];
}

def Tenon_RmsNormOp : Tenon_InferOp<"rms_norm", [Tenon_Decomposable]> {
  let summary = "Normalize each row to a mean square of 1";
  let description = [{
    Over the n elements of the dimensions from `axis` to the last:
    square = sum(operand * operand) / n;
    result = operand * rsqrt(square + epsilon) * scale.
    Constraints: as `layer_norm`.
    (Composite; ONNX: RMSNormalization.)

        %0 = tenon.rms_norm %x scale %s axis = 1 epsilon = 1.0e-5
            : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  }];
  let arguments = (ins Tenon_FloatTensor:$operand,
      Optional<Tenon_FloatTensor>:$scale, I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = [{
    $operand (`scale` $scale^)? `axis` `=` $axis `epsilon` `=` $epsilon
    attr-dict `:` functional-type(operands, results)
  }];
}

def Tenon_BatchNormInferenceOp : Tenon_InferOp<"batch_norm_inference", [
    Tenon_Decomposable]> {
  let summary = "Normalize each feature by given statistics";
  let description = [{
    With scale, offset, mean and variance repeated along all dimensions but
    `feature_index`:
    result = (operand - mean) / sqrt(variance + epsilon) * scale + offset.
    Constraints: 0 <= feature_index < rank; the four statistics are vectors of that
    dimension's size and of the operand's element type; epsilon >= 0.
    (StableHLO: batch_norm_inference.)

        %0 = tenon.batch_norm_inference %x, %scale, %offset, %mean, %variance
            feature = 3 epsilon = 1.0e-5 : (tensor<1x8x8x4xf32>, tensor<4xf32>,
            tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  }];
  let arguments = (ins Tenon_FloatTensor:$operand, Tenon_FloatTensor:$scale,
      Tenon_FloatTensor:$offset, Tenon_FloatTensor:$mean,
      Tenon_FloatTensor:$variance, F32Attr:$epsilon, I64Attr:$feature_index);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = [{
    $operand `,` $scale `,` $offset `,` $mean `,` $variance `feature` `=`
    $feature_index `epsilon` `=` $epsilon attr-dict `:`
    functional-type(operands, results)
  }];
}

def Tenon_BatchNormTrainingOp : Tenon_InferOp<"batch_norm_training", [
    Tenon_Decomposable]> {
  let summary = "Normalize each feature by the batch's statistics";
  let description = [{
    Over the n elements of all dimensions but `feature_index`:
    batch_mean = sum(operand) / n; c = operand - batch_mean;
    batch_var = sum(c * c) / n;
    output = c / sqrt(batch_var + epsilon) * scale + offset.
    Constraints: as `batch_norm_inference`.
    (StableHLO: batch_norm_training.)

        %y, %m, %v = tenon.batch_norm_training %x, %scale, %offset feature = 3
            epsilon = 1.0e-5 : (tensor<2x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>)
            -> (tensor<2x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>)
  }];
  let arguments = (ins Tenon_FloatTensor:$operand, Tenon_FloatTensor:$scale,
      Tenon_FloatTensor:$offset, F32Attr:$epsilon, I64Attr:$feature_index);
  let results = (outs Tenon_FloatTensor:$output, Tenon_FloatTensor:$batch_mean,
      Tenon_FloatTensor:$batch_var);
  let assemblyFormat = [{
    $operand `,` $scale `,` $offset `feature` `=` $feature_index `epsilon` `=`
    $epsilon attr-dict `:` functional-type(operands, results)
  }];
}

def Tenon_BatchNormGradOp : Tenon_InferOp<"batch_norm_grad", [
    Tenon_Decomposable]> {
  let summary = "Gradients of batch_norm_training";
  let description = [{
    Over the n elements of all dimensions but `feature_index`, with
    c = operand - mean and s = sqrt(variance + epsilon):
    grad_offset = sum(grad_output); grad_scale = sum(grad_output * (c / s));
    grad_operand = scale / s / n * (n * grad_output - grad_offset
    - c * sum(grad_output * c) / (variance + epsilon)).
    Constraints: as `batch_norm_inference`; grad_output has the operand's type.
    (StableHLO: batch_norm_grad.)
  }];
  let arguments = (ins Tenon_FloatTensor:$operand, Tenon_FloatTensor:$scale,
      Tenon_FloatTensor:$mean, Tenon_FloatTensor:$variance,
      Tenon_FloatTensor:$grad_output, F32Attr:$epsilon, I64Attr:$feature_index);
  let results = (outs Tenon_FloatTensor:$grad_operand,
      Tenon_FloatTensor:$grad_scale, Tenon_FloatTensor:$grad_offset);
  let assemblyFormat = [{
    $operand `,` $scale `,` $mean `,` $variance `,` $grad_output `feature` `=`
    $feature_index `epsilon` `=` $epsilon attr-dict `:`
    functional-type(operands, results)
  }];
}

def Tenon_GeluOp : Tenon_Op<"gelu", [
    Pure, SameOperandsAndResultType, Tenon_Elementwise, Tenon_Decomposable]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    exact: result = 0.5 * x * (1 + erf(x * sqrt(1/2)));
    tanh: result = 0.5 * x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x * x * x))).
    (Composite; ONNX: Gelu.)

        %0 = tenon.gelu exact %x : tensor<4x8xf32>
  }];
  let arguments = (ins Tenon_FloatTensor:$operand, Tenon_GeluFormAttr:$form);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = "custom<Enum>($form) $operand attr-dict `:` type($result)";
}

def Tenon_AttentionOp : Tenon_InferOp<"attention", [Tenon_Decomposable]> {
  let summary = "Scaled dot-product attention";
  let description = [{
    For query [.., s, d], key [.., t, d] and value [.., t, e], all leading
    dimensions batching:
    score = scale * (sum over d of query * key), of [.., s, t];
    masked = score + mask for a float mask, score where mask holds else -inf for
    an `i1` mask, and -inf where j > i + t - s if `causal`;
    result = (softmax of masked over t), in the operands' type, times value: [.., s, e].
    Both products are summed in at least f32. A row masked throughout gives NaN.
    Constraints: rank >= 2; one element type (but for an `i1` mask); equal leading
    dimensions; the mask's dimensions, aligned at the last, are 1 or those of
    the score.
    (Composite; ONNX: Attention without its cache and head layouts.)

        %0 = tenon.attention %q, %k, %v mask %m scale = 0.125 causal
            : (tensor<2x4x16x64xf32>, tensor<2x4x16x64xf32>, tensor<2x4x16x64xf32>,
               tensor<16x16xi1>) -> tensor<2x4x16x64xf32>
  }];
  let arguments = (ins Tenon_FloatTensor:$query, Tenon_FloatTensor:$key,
      Tenon_FloatTensor:$value, Optional<Tenon_Tensor>:$mask, F64Attr:$scale,
      UnitAttr:$causal);
  let results = (outs Tenon_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? `scale` `=` $scale
    (`causal` $causal^)? attr-dict `:` functional-type(operands, results)
  }];
}
