//===- ReductionOps.td - Reductions over dimensions and windows -----------===//
//
// Their body is a region over scalars that refers to nothing outside of it;
// Reducers.h recognizes the standard ones.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphAttrs.td"

def Tenon_ReduceOp : Tenon_InferOp<"reduce", [
    SameVariadicOperandSize, IsolatedFromAbove,
    RecursiveMemoryEffects]> {
  let summary = "Reduce over dimensions";
  let description = [{
    results[i] = the inputs' elements at i in the kept dimensions, combined by
    `body` with the initial values. The order, and how often an initial value takes
    part, are not specified: it has to be neutral.
    The body takes 2 n scalars, n values of one side and n of the other, and
    returns n. A body of one standard op (add multiply maximum minimum and or
    xor) is written by its name.
    Constraints: as many inputs as initial values; inputs have one shape;
    dimensions are unique and in range; the body's and results' element types are
    the initial values', to which the inputs' can be promoted (the sum is then kept
    in the wider type). (StableHLO: reduce.)

        %0 = tenon.reduce %x init %zero dims = [1]
            : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32> with add
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs,
                       Variadic<Tenon_ScalarTensor>:$init_values,
                       DenseI64ArrayAttr:$dimensions);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $inputs `init` $init_values `dims` `=` $dimensions attr-dict
    custom<ReductionTypes>($body, type($inputs), type($init_values),
                           type($results))
  }];
  let builders = [
    // One input and a standard body.
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$init,
                   "::llvm::ArrayRef<int64_t>":$dimensions,
                   "::tenon::graph::ReductionKind":$kind)>];
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
}

def Tenon_ReduceWindowOp : Tenon_InferOp<"reduce_window", [
    SameVariadicOperandSize, IsolatedFromAbove,
    RecursiveMemoryEffects]> {
  let summary = "Reduce over sliding windows";
  let description = [{
    results[i] = the inputs' elements in window i, combined by `body` with the
    initial values. The inputs are first spread by `base_dilations` (size becomes
    (size - 1) * dilation + 1), then padded by `padding_low` and `padding_high`
    (negative ones remove), both with the initial values. Window i starts at i *
    window_strides and takes `window_dimensions` elements, `window_dilations` apart.
    Result size: floor((padded - dilated window) / stride) + 1, or 0.
    Body and element types are as in `reduce`.
    Constraints: one entry per dimension in every list; window dimensions, strides
    and dilations are at least 1. (StableHLO: reduce_window.)

        %0 = tenon.reduce_window %x init %ninf window = [1, 3, 3, 1]
            strides = [1, 2, 2, 1] padding_low = [0, 1, 1, 0] padding_high = [0, 1, 1, 0]
            : (tensor<1x56x56x64xf32>, tensor<f32>) -> tensor<1x28x28x64xf32> with maximum
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs,
      Variadic<Tenon_ScalarTensor>:$init_values,
      DenseI64ArrayAttr:$window_dimensions, DenseI64ArrayAttr:$window_strides,
      DenseI64ArrayAttr:$base_dilations, DenseI64ArrayAttr:$window_dilations,
      DenseI64ArrayAttr:$padding_low, DenseI64ArrayAttr:$padding_high);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $inputs `init` $init_values custom<Window>($window_dimensions,
        $window_strides, $base_dilations, $window_dilations, $padding_low,
        $padding_high) attr-dict
    custom<ReductionTypes>($body, type($inputs), type($init_values),
                           type($results))
  }];
  let builders = [
    // One input, a standard body, no dilation.
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$init,
                   "::llvm::ArrayRef<int64_t>":$window,
                   "::llvm::ArrayRef<int64_t>":$strides,
                   "::llvm::ArrayRef<int64_t>":$paddingLow,
                   "::llvm::ArrayRef<int64_t>":$paddingHigh,
                   "::tenon::graph::ReductionKind":$kind)>];
  let hasRegionVerifier = 1;
}

def Tenon_SelectAndScatterOp : Tenon_InferOp<"select_and_scatter", [
    IsolatedFromAbove,
    RecursiveMemoryEffects]> {
  let summary = "Send values to the element that a window selects";
  let description = [{
    The gradient of pooling. Windows slide over the operand as in `reduce_window`
    (padding takes no part in the choice). In window i, `select` picks one
    element: going through it in row-major order, it keeps the current one while
    select(current, next) is true. source[i] is then combined, by `scatter`, into
    the result at the picked place; places never picked hold the initial value.
    Standard regions are written by name: `GE` for compare GE, `add` for add.
    Constraints: one entry per dimension in every list; the source has the shape
    of the windows; one element type. (StableHLO: select_and_scatter.)

        %0 = tenon.select_and_scatter %x, %grad init %zero window = [1, 2, 2, 1]
            strides = [1, 2, 2, 1] : (tensor<1x8x8x4xf32>, tensor<1x4x4x4xf32>, tensor<f32>)
            -> tensor<1x8x8x4xf32> select GE scatter add
  }];
  let arguments = (ins Tenon_Tensor:$operand, Tenon_Tensor:$source,
      Tenon_ScalarTensor:$init_value, DenseI64ArrayAttr:$window_dimensions,
      DenseI64ArrayAttr:$window_strides, DenseI64ArrayAttr:$padding_low,
      DenseI64ArrayAttr:$padding_high);
  let results = (outs Tenon_Tensor:$result);
  let regions = (region SizedRegion<1>:$select, SizedRegion<1>:$scatter);
  let assemblyFormat = [{
    $operand `,` $source `init` $init_value custom<PlainWindow>(
        $window_dimensions, $window_strides, $padding_low, $padding_high)
    attr-dict custom<SelectAndScatterTypes>($select, $scatter, type($operand),
        type($source), type($init_value), type($result))
  }];
  let builders = [
    // Standard bodies.
    OpBuilder<(ins "::mlir::Value":$operand, "::mlir::Value":$source,
                   "::mlir::Value":$init, "::llvm::ArrayRef<int64_t>":$window,
                   "::llvm::ArrayRef<int64_t>":$strides,
                   "::llvm::ArrayRef<int64_t>":$paddingLow,
                   "::llvm::ArrayRef<int64_t>":$paddingHigh,
                   "::tenon::graph::ComparisonDirection":$select,
                   "::tenon::graph::ReductionKind":$scatter)>];
  let hasRegionVerifier = 1;
}
