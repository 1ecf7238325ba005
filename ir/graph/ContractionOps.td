//===- ContractionOps.td - Dot products and convolution -------------------===//
//
// Ops that multiply two tensors and sum over shared dimensions.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphAttrs.td"

def Tenon_DotGeneralOp : Tenon_Op<"dot_general", [
    Pure, InferTypeOpAdaptorWithIsCompatible]> {
  let summary = "Batched products summed over contracting dimensions";
  let description = [{
    result[b, m, n] = sum over k of lhs[b, m, k] * rhs[b, n, k], where b are
    the batching, k the contracting and m, n the remaining dimensions of each side
    in their order; the result's dimensions are b, then m, then n.
    The result's element type may be wider than the operands' (the sum is then
    kept in it); by default it is theirs. The order of the sum is not specified.
    Constraints: batching and contracting dimensions are unique, in range, equal in
    number and pairwise in size; both operands have one element type.
    (StableHLO: dot_general.)

        %0 = tenon.dot_general %a, %b batch = [0] x [0] contract = [2] x [1]
            : (tensor<8x4x6xf32>, tensor<8x6x5xf32>) -> tensor<8x4x5xf32>
  }];
  let arguments = (ins Tenon_Tensor:$lhs, Tenon_Tensor:$rhs,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$lhs_batching_dimensions,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$rhs_batching_dimensions,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$lhs_contracting_dimensions,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$rhs_contracting_dimensions,
      DefaultValuedAttr<Tenon_PrecisionAttr,
          "::tenon::graph::Precision::DEFAULT">:$lhs_precision,
      DefaultValuedAttr<Tenon_PrecisionAttr,
          "::tenon::graph::Precision::DEFAULT">:$rhs_precision);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs
    (`batch` `=` $lhs_batching_dimensions^ `x` $rhs_batching_dimensions)?
    (`contract` `=` $lhs_contracting_dimensions^ `x`
     $rhs_contracting_dimensions)?
    (`precision` `=` custom<Precisions>($lhs_precision, $rhs_precision)^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let builders = [
    // A plain product: lhs [.., m, k] times rhs [.., k, n], all leading
    // dimensions batching. With `elementType`, sums are kept in it.
    OpBuilder<(ins "::mlir::Value":$lhs, "::mlir::Value":$rhs,
                   "::llvm::ArrayRef<int64_t>":$lhsBatching,
                   "::llvm::ArrayRef<int64_t>":$rhsBatching,
                   "::llvm::ArrayRef<int64_t>":$lhsContracting,
                   "::llvm::ArrayRef<int64_t>":$rhsContracting,
                   CArg<"::mlir::Type", "{}">:$elementType)>];
  let extraClassDeclaration = [{
    /// The dimensions of lhs that neither batch nor contract, ascending.
    ::llvm::SmallVector<int64_t> getLhsFreeDimensions();
    /// The dimensions of rhs that neither batch nor contract, ascending.
    ::llvm::SmallVector<int64_t> getRhsFreeDimensions();
  }];
}

def Tenon_ConvolutionOp : Tenon_Op<"convolution", [
    Pure, InferTypeOpAdaptorWithIsCompatible]> {
  let summary = "Slide a kernel over the spatial dimensions";
  let description = [{
    result[b, o, f] = sum over w and i of lhs[b, o * stride + w * rhs_dilation -
    padding_low, i] * rhs[w, i, f], with b the batch, o the output's place, w the
    place in the kernel, i the input and f the output feature. The lhs is first
    spread by `lhs_dilation` with zeros; places in the padding count as zero;
    `window_reversal` reverses w. `feature_group_count` splits i and f, and
    `batch_group_count` b and f, into groups that meet only each other.
    Where each of b, i, f and the spatial dimensions stands is said by the
    dimension numbers, written as `[b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f]`:
    of the lhs, the rhs and the result.
    Element types are as in `dot_general`. Result size per spatial dimension:
    floor((padded - dilated kernel) / stride) + 1, or 0.
    Constraints: every list has one entry per spatial dimension; at most one group
    count differs from 1; the lhs features are feature_group_count times the rhs
    input features; both group counts divide what they split.
    (StableHLO: convolution.)

        %0 = tenon.convolution %x, %w dims = [b, 0, 1, f] x [0, 1, i, o] -> [b, 0, 1, f]
            strides = [2, 2] padding_low = [1, 1] padding_high = [1, 1]
            : (tensor<1x56x56x64xf32>, tensor<3x3x64x128xf32>) -> tensor<1x28x28x128xf32>
  }];
  let arguments = (ins Tenon_Tensor:$lhs, Tenon_Tensor:$rhs,
      I64Attr:$input_batch_dimension, I64Attr:$input_feature_dimension,
      DenseI64ArrayAttr:$input_spatial_dimensions,
      I64Attr:$kernel_input_feature_dimension,
      I64Attr:$kernel_output_feature_dimension,
      DenseI64ArrayAttr:$kernel_spatial_dimensions,
      I64Attr:$output_batch_dimension, I64Attr:$output_feature_dimension,
      DenseI64ArrayAttr:$output_spatial_dimensions,
      DenseI64ArrayAttr:$window_strides, DenseI64ArrayAttr:$padding_low,
      DenseI64ArrayAttr:$padding_high, DenseI64ArrayAttr:$lhs_dilation,
      DenseI64ArrayAttr:$rhs_dilation, DenseBoolArrayAttr:$window_reversal,
      DefaultValuedAttr<I64Attr, "1">:$feature_group_count,
      DefaultValuedAttr<I64Attr, "1">:$batch_group_count,
      DefaultValuedAttr<Tenon_PrecisionAttr,
          "::tenon::graph::Precision::DEFAULT">:$lhs_precision,
      DefaultValuedAttr<Tenon_PrecisionAttr,
          "::tenon::graph::Precision::DEFAULT">:$rhs_precision);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `dims` `=` custom<ConvolutionDims>(
        $input_batch_dimension, $input_feature_dimension,
        $input_spatial_dimensions, $kernel_input_feature_dimension,
        $kernel_output_feature_dimension, $kernel_spatial_dimensions,
        $output_batch_dimension, $output_feature_dimension,
        $output_spatial_dimensions)
    `` custom<ConvolutionWindow>(ref($input_spatial_dimensions),
        $window_strides, $padding_low, $padding_high, $lhs_dilation,
        $rhs_dilation, $window_reversal)
    (`feature_groups` `=` $feature_group_count^)?
    (`batch_groups` `=` $batch_group_count^)?
    (`precision` `=` custom<Precisions>($lhs_precision, $rhs_precision)^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let builders = [
    // Channels last: lhs [b, spatial, f], rhs [spatial, i, o], result like
    // lhs; no dilation, no reversal, default precision.
    OpBuilder<(ins "::mlir::Value":$lhs, "::mlir::Value":$rhs,
                   "::llvm::ArrayRef<int64_t>":$strides,
                   "::llvm::ArrayRef<int64_t>":$paddingLow,
                   "::llvm::ArrayRef<int64_t>":$paddingHigh,
                   CArg<"int64_t", "1">:$featureGroups)>];
  let extraClassDeclaration = [{
    /// How many spatial dimensions there are.
    int64_t getSpatialRank() { return getWindowStrides().size(); }
  }];
}
