//===- IndexingOps.td - Gather and scatter --------------------------------===//
//
// Reading and updating slices at computed places.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

def Tenon_GatherOp : Tenon_InferOp<"gather"> {
  let summary = "Take slices at computed places";
  let description = [{
    Each index vector, read from `start_indices` along `index_vector_dim`,
    places a slice of `slice_sizes` in the operand; the result lists the slices.

    For a result index r: b = r at the dimensions outside `offset_dims`, o = r at
    `offset_dims`. The vector v is start_indices[b, :] (a scalar if
    index_vector_dim is the rank). The slice starts at s, with
    s[start_index_map[i]] = v[i] clamped to 0 .. size - slice_size, at
    operand_batching_dims the value of b at the matching start_indices_batching_dims,
    and 0 elsewhere. o counts inside the slice, over all dimensions but
    `collapsed_slice_dims` and `operand_batching_dims`. result[r] = operand[s + o].
    `indices_are_sorted` promises ascending index vectors.

    Constraints: every operand dimension is in offset_dims' order, collapsed or
    batching; offset_dims, collapsed_slice_dims and operand_batching_dims are sorted
    and unique; collapsed and batching dimensions have slice size at most 1;
    batching dimensions have equal sizes pairwise; slice sizes fit.
    (StableHLO: gather.)

        // Rows of a table.
        %0 = tenon.gather %table at %ids offset_dims = [2]
            collapsed_slice_dims = [0] start_index_map = [0] index_vector_dim = 2
            slice_sizes = [1, 64]
            : (tensor<1000x64xf32>, tensor<4x16xi64>) -> tensor<4x16x64xf32>
  }];
  let arguments = (ins Tenon_Tensor:$operand, Tenon_IntTensor:$start_indices,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$offset_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$collapsed_slice_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$operand_batching_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$start_indices_batching_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$start_index_map,
      I64Attr:$index_vector_dim, DenseI64ArrayAttr:$slice_sizes,
      UnitAttr:$indices_are_sorted);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $operand `at` $start_indices (`offset_dims` `=` $offset_dims^)?
    (`collapsed_slice_dims` `=` $collapsed_slice_dims^)?
    (`batching_dims` `=` $operand_batching_dims^ `x`
     $start_indices_batching_dims)?
    (`start_index_map` `=` $start_index_map^)?
    `index_vector_dim` `=` $index_vector_dim `slice_sizes` `=` $slice_sizes
    (`sorted` $indices_are_sorted^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

def Tenon_ScatterOp : Tenon_InferOp<"scatter", [
    AttrSizedOperandSegments, IsolatedFromAbove,
    RecursiveMemoryEffects]> {
  let summary = "Update slices at computed places";
  let description = [{
    results = inputs, with every element of the updates combined into its place:
    results[p] = body(results[p], updates[u]).

    For an updates index u: b = u at the dimensions outside `update_window_dims`, w
    = u at them. The vector v is scatter_indices[b, :] along
    `index_vector_dim`. p = s + w, with s[scatter_dims_to_operand_dims[i]] = v[i],
    at input_batching_dims the value of b at the matching
    scatter_indices_batching_dims, 0 elsewhere, and w counting over all dimensions but
    `inserted_window_dims` and `input_batching_dims`. An element whose place lies
    outside is dropped. Elements are combined in the order of u, row-major, so
    that the result is the same each time (StableHLO leaves the order open).
    `indices_are_sorted` promises ascending vectors, `unique_indices` that no
    place is hit twice.

    The body takes 2 n scalars, the current values and the updates, and returns n.
    A body of one standard op is written by its name.
    Constraints: as gather, with updates in the place of the result; inputs have
    one shape, updates another; body arguments are of the inputs' element types.
    (StableHLO: scatter.)

        %0 = tenon.scatter %zero at %ids by %u update_window_dims = [2]
            inserted_window_dims = [0] scatter_dims_to_operand_dims = [0]
            index_vector_dim = 2
            : (tensor<1000x64xf32>, tensor<4x16xi64>, tensor<4x16x64xf32>) -> tensor<1000x64xf32> with add
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs,
      Tenon_IntTensor:$scatter_indices, Variadic<Tenon_Tensor>:$updates,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$update_window_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$inserted_window_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$input_batching_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$scatter_indices_batching_dims,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$scatter_dims_to_operand_dims,
      I64Attr:$index_vector_dim, UnitAttr:$indices_are_sorted,
      UnitAttr:$unique_indices);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $inputs `at` $scatter_indices `by` $updates
    (`update_window_dims` `=` $update_window_dims^)?
    (`inserted_window_dims` `=` $inserted_window_dims^)?
    (`batching_dims` `=` $input_batching_dims^ `x`
     $scatter_indices_batching_dims)?
    (`scatter_dims_to_operand_dims` `=` $scatter_dims_to_operand_dims^)?
    `index_vector_dim` `=` $index_vector_dim (`sorted` $indices_are_sorted^)?
    (`unique` $unique_indices^)? attr-dict
    custom<ScatterTypes>($body, type($inputs), type($scatter_indices),
                         type($updates), type($results))
  }];
  let hasRegionVerifier = 1;
}
