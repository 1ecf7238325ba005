//===- KernelOps.td - Kernels and their stages -----------------*- tablegen -*-===//

#ifndef TENON_IR_KERNEL_OPS_TD
#define TENON_IR_KERNEL_OPS_TD

include "ir/kernel/KernelAttrs.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_FusedOp : Kernel_Op<"fused", [
    IsolatedFromAbove, Pure, SingleBlock,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "One kernel: stages over a common tile";
  let description = [{
    Computes `outputs` from `inputs`. The region's block has one argument per
    input, of the same type; its ops are `kernel.stage` ops in order, closed by
    a `kernel.yield` of stage results.

    - `kernel_name` is a readable name; kernels that are alike share code, so
      it names no symbol.
    - `tile` is the parallel grid, absent until a strategy has chosen it.
    - `input_layouts` and `output_layouts` are the physical layouts, absent
      until the layout pass has run.
    - `ties` has one number per output: the input whose buffer it must reuse
      (in place), or -1.
    - `decisions` holds what the passes decided about this kernel and why.

    ```mlir
    %y = kernel.fused "dot_relu" (%a = %x, %b = %w)
        : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> {
      %0 = kernel.stage contraction -> tensor<4x16xf32> {
        %d = tenon.dot_general ...
        kernel.yield %r : tensor<4x16xf32>
      }
      kernel.yield %0 : tensor<4x16xf32>
    }
    ```
  }];
  let arguments = (ins
    Variadic<AnyRankedTensor>:$inputs,
    StrAttr:$kernel_name,
    OptionalAttr<Kernel_TileAttr>:$tile,
    OptionalAttr<TypedArrayAttrBase<Kernel_LayoutAttr, "layouts">>:$input_layouts,
    OptionalAttr<TypedArrayAttrBase<Kernel_LayoutAttr, "layouts">>:$output_layouts,
    OptionalAttr<DenseI64ArrayAttr>:$ties,
    OptionalAttr<DictionaryAttr>:$decisions);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$outputs, "::mlir::ValueRange":$inputs,
                   "::llvm::StringRef":$name)>
  ];
  let extraClassDeclaration = [{
    /// The stages in order.
    ::llvm::SmallVector<StageOp, 4> getStages();
    /// The physical layout of input `i`; row major when none is set.
    LayoutAttr getInputLayout(unsigned i);
    /// The physical layout of output `i`; row major when none is set.
    LayoutAttr getOutputLayout(unsigned i);
    /// The input whose buffer output `i` reuses, or -1.
    int64_t getTie(unsigned i);
    /// The values that the region yields, one per output.
    ::mlir::OperandRange getYieldedValues();
  }];
}

def Kernel_StageOp : Kernel_Op<"stage", [
    HasParent<"FusedOp">, Pure, SingleBlock,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "A part of a kernel with one loop structure";
  let description = [{
    The body holds `tenon` ops that may use the kernel's inputs and the results
    of earlier stages. A `contraction` stage holds exactly one `dot_general` or
    `convolution`, with what is computed on its operands and on its result
    while they are in registers. A `row` stage holds reductions over one set of
    dimensions and element-wise ops between them. A `loop` stage is
    element-wise over any index map. A `special` stage holds one op that has an
    emitter of its own.

    `lowering_config` is the strategy's choice of registers and loops.
  }];
  let arguments = (ins Kernel_StageKindAttr:$kind,
                       OptionalAttr<AnyAttr>:$lowering_config);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// The values that the region yields, one per output.
    ::mlir::OperandRange getYieldedValues();
  }];
}

def Kernel_YieldOp : Kernel_Op<"yield", [
    Pure, ReturnLike, Terminator, ParentOneOf<["FusedOp", "StageOp"]>]> {
  let summary = "Ends a kernel or a stage";
  let arguments = (ins Variadic<AnyRankedTensor>:$operands);
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ::mlir::ValueRange());
  }]>];
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def Kernel_PreparedOp : Kernel_Op<"prepared", [Symbol]> {
  let summary = "A tensor that is computed from weights at compile time";
  let description = [{
    Names the single result of `entry`, an entry without arguments that reads
    weights only (a folded batch normalization, a packed matrix). The driver
    compiles that entry for the host, runs it, and writes the result into the
    artifact in `layout`; at run time it is a weight like any other.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$entry,
                       TypeAttrOf<AnyRankedTensor>:$type,
                       Kernel_LayoutAttr:$layout);
  let assemblyFormat = "$sym_name `:` $type $layout `from` $entry attr-dict";
}

def Kernel_GetPreparedOp : Kernel_Op<"get_prepared", [Pure]> {
  let summary = "Reads a prepared tensor";
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

#endif // TENON_IR_KERNEL_OPS_TD
