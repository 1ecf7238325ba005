//===- ControlFlowOps.td - Loops and branches -----------------------------===//
//
// Their regions may use values from above, and each ends in tenon.return.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

def Tenon_WhileOp : Tenon_Op<"while", [
    InferTypeOpAdaptor, RecursiveMemoryEffects, SingleBlock]> {
  let summary = "Repeat while a condition holds";
  let description = [{
    state = operands; while cond(state): state = body(state); results = state.
    Constraints: both regions take the operands' types; `cond` returns one scalar
    `i1`, `body` the operands' types. (StableHLO: while.)

        %r = tenon.while %n : (tensor<i64>) -> tensor<i64> cond {
        ^bb0(%i: tensor<i64>):
          ...
          tenon.return %again : tensor<i1>
        } do {
        ^bb0(%i: tensor<i64>):
          ...
          tenon.return %next : tensor<i64>
        }
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$operands);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$cond, SizedRegion<1>:$body);
  let assemblyFormat = [{
    ($operands^)? attr-dict `:` functional-type(operands, results)
    `cond` $cond `do` $body
  }];
  let hasRegionVerifier = 1;
}

def Tenon_IfOp : Tenon_Op<"if", [
    RecursiveMemoryEffects, RecursivelySpeculatable, SingleBlock]> {
  let summary = "Choose between two branches";
  let description = [{
    results = pred ? true_branch() : false_branch(). Only the chosen branch runs.
    Constraints: branches take nothing and return the results' types.
    (StableHLO: if.)

        %r = tenon.if %p : (tensor<i1>) -> tensor<f32> {
          tenon.return %a : tensor<f32>
        } else {
          tenon.return %b : tensor<f32>
        }
  }];
  let arguments = (ins Tenon_ScalarBoolTensor:$pred);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$true_branch,
                        SizedRegion<1>:$false_branch);
  let assemblyFormat = [{
    $pred attr-dict `:` functional-type(operands, results) $true_branch `else`
    $false_branch
  }];
  let hasRegionVerifier = 1;
}

def Tenon_CaseOp : Tenon_Op<"case", [
    RecursiveMemoryEffects, RecursivelySpeculatable, SingleBlock]> {
  let summary = "Choose among branches by number";
  let description = [{
    results = branches[index](), or the last branch where the index is out of
    range. Only the chosen branch runs.
    Constraints: at least one branch; branches take nothing and return the results'
    types; the index is a scalar i32. (StableHLO: case.)

        %r = tenon.case %i : (tensor<i32>) -> tensor<f32> {
          tenon.return %a : tensor<f32>
        }, {
          tenon.return %b : tensor<f32>
        }
  }];
  let arguments = (ins Tenon_ScalarOf<[I32]>:$index);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region VariadicRegion<SizedRegion<1>>:$branches);
  let assemblyFormat = [{
    $index attr-dict `:` functional-type(operands, results) $branches
  }];
  let hasRegionVerifier = 1;
}
