//===- HloControlOps.td - Loops, branches, calls and tuples ---------------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"
include "mlir/IR/OpAsmInterface.td"

def Hlo_ReturnOp : Hlo_Op<"return", [Terminator]> {
  let arguments = (ins Variadic<Hlo_Any>:$results);
  let assemblyFormat = "$results attr-dict (`:` type($results)^)?";
}

def Hlo_WhileOp : Hlo_Op<"while", [
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let arguments = (ins Variadic<Hlo_Any>:$operand);
  let regions = (region SizedRegion<1>:$cond, SizedRegion<1>:$body);
  let results = (outs Variadic<Hlo_Any>:$results);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_IfOp : Hlo_Op<"if"> {
  let arguments = (ins Hlo_Tensor:$pred);
  let regions = (region SizedRegion<1>:$true_branch,
                        SizedRegion<1>:$false_branch);
  let results = (outs Variadic<Hlo_Any>:$results);
}

def Hlo_CaseOp : Hlo_Op<"case"> {
  let arguments = (ins Hlo_Tensor:$index);
  let regions = (region VariadicRegion<SizedRegion<1>>:$branches);
  let results = (outs Variadic<Hlo_Any>:$results);
}

def Hlo_OptimizationBarrierOp : Hlo_Op<"optimization_barrier"> {
  let arguments = (ins Variadic<Hlo_Any>:$operand);
  let results = (outs Variadic<Hlo_Any>:$result);
  let assemblyFormat = [{
    attr-dict ($operand^ `:` custom<PairwiseTypes>(type($operand),
                                                   type($result))):(`(` `)`)?
  }];
}

def Hlo_CustomCallOp : Hlo_Op<"custom_call"> {
  let arguments = (ins Variadic<Hlo_Any>:$inputs, StrAttr:$call_target_name,
      OptionalAttr<BoolAttr>:$has_side_effect,
      OptionalAttr<AnyAttr>:$backend_config, OptionalAttr<I32Attr>:$api_version,
      OptionalAttr<ArrayAttr>:$called_computations,
      OptionalAttr<ArrayAttr>:$operand_layouts,
      OptionalAttr<ArrayAttr>:$result_layouts,
      OptionalAttr<ArrayAttr>:$output_operand_aliases,
      OptionalAttr<ArrayAttr>:$result_tilings);
  let results = (outs Variadic<Hlo_Any>:$results);
  let assemblyFormat = [{
    custom<CallTarget>($call_target_name) `(` $inputs `)` attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_CompositeOp : Hlo_Op<"composite"> {
  let arguments = (ins Variadic<Hlo_Any>:$inputs, StrAttr:$name,
      OptionalAttr<DictionaryAttr>:$composite_attributes,
      FlatSymbolRefAttr:$decomposition, OptionalAttr<I32Attr>:$version);
  let regions = (region VariadicRegion<AnyRegion>:$composite_regions);
  let results = (outs Variadic<Hlo_Any>:$results);
  let assemblyFormat = [{
    $name $inputs (` ` `(` $composite_regions^ `)`)? attr-dict `:`
    functional-type(operands, results)
  }];
}

def Hlo_TupleOp : Hlo_Op<"tuple"> {
  let arguments = (ins Variadic<Hlo_Any>:$val);
  let results = (outs AnyTuple:$result);
  let assemblyFormat = [{
    $val attr-dict `:` custom<TupleTypes>(type($val), type($result))
  }];
}

def Hlo_GetTupleElementOp : Hlo_Op<"get_tuple_element"> {
  let arguments = (ins AnyTuple:$operand, I32Attr:$index);
  let results = (outs Hlo_Any:$result);
  let assemblyFormat = [{
    $operand `[` $index `]` attr-dict `:` functional-type(operands, results)
  }];
}
