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
