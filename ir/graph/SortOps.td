//===- SortOps.td - Ordering elements -------------------------------------===//
//
// Sorting by a comparator.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

def Tenon_SortOp : Tenon_InferOp<"sort", [
    IsolatedFromAbove, RecursiveMemoryEffects]> {
  let summary = "Order elements along one dimension";
  let description = [{
    Along `dimension`, the inputs are permuted alike, so that no element comes
    after one that has to stand behind it: the comparator says of two places
    whether the first stands before the second. Places of which it says
    neither keep their order (StableHLO leaves that to `is_stable`; here it is
    always so).

    The comparator takes two scalars of each input, first those of input 0, then
    those of input 1, and returns one `i1`. It has to be a strict weak order.
    Constraints: at least one input; all have one shape; 0 <= dimension < rank.
    (StableHLO: sort.)

        %k, %v = tenon.sort %keys, %values dim = 1
            : (tensor<4x8xf32>, tensor<4x8xi32>) -> (tensor<4x8xf32>, tensor<4x8xi32>) by {
        ^bb0(%a: tensor<f32>, %b: tensor<f32>, %i: tensor<i32>, %j: tensor<i32>):
          %before = tenon.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
          tenon.return %before : tensor<i1>
        }
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs, I64Attr:$dimension);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$comparator);
  let assemblyFormat = [{
    $inputs `dim` `=` $dimension attr-dict `:`
    functional-type(operands, results) `by` $comparator
  }];
  let hasRegionVerifier = 1;
}
