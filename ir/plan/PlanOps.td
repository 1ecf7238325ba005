//===- PlanOps.td - The plan dialect ---------------------------*- tablegen -*-===//

#ifndef TENON_IR_PLAN_OPS_TD
#define TENON_IR_PLAN_OPS_TD

include "ir/kernel/KernelAttrs.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"

def PlanDialect : Dialect {
  let name = "plan";
  let cppNamespace = "::tenon::plan";
  let summary = "Buffers with offsets and launches in order";
  let description = [{
    The lowest level, one to one with the artifact. An entry names its buffers
    (inputs, outputs, weights, variables and places in the arena) and launches
    kernels on them in order. There are no tensors and no values but buffers:
    reading a plan is reading what the runtime will do.
  }];
  let dependentDialects = ["::tenon::kernel::KernelDialect"];
  let useDefaultTypePrinterParser = 1;
}

def Plan_BufferType : TypeDef<PlanDialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "A place in memory whose address is known when a session runs";
}

class Plan_Op<string mnemonic, list<Trait> traits = []>
    : Op<PlanDialect, mnemonic, traits>;

/// An op that names a buffer. `size` is in bytes and covers the physical
/// layout; `tensor` and `layout` say what stands in it.
class Plan_BufferOp<string mnemonic, list<Trait> traits = []>
    : Plan_Op<mnemonic, !listconcat([
        DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>],
        traits)> {
  let results = (outs Plan_BufferType:$buffer);
}

def Plan_KernelOp : Plan_Op<"kernel", [
    IsolatedFromAbove, SingleBlock, NoTerminator, Symbol]> {
  let summary = "The code that launches share";
  let description = [{
    Holds one `kernel.fused` op as the representative of all launches that are
    alike. Its block's arguments stand for the inputs.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// The kernel that this symbol names.
    ::mlir::Operation *getFused() { return &getBody().front().front(); }
  }];
}

def Plan_EntryOp : Plan_Op<"entry", [
    IsolatedFromAbove, SingleBlock, NoTerminator, Symbol]> {
  let summary = "What the runtime does to run an entry";
  let description = [{
    `arena_size` (bytes) is what a session must provide, `peak` the most bytes
    of the arena that are occupied at once, and `lower_bound` the most logical
    bytes (without halo and padding) that are live at once in this order:
    no plan of the order can do with less. Users call the entry by its symbol,
    or by `specializes`, which entries for several `dims` share.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       I64Attr:$arena_size, I64Attr:$peak,
                       I64Attr:$lower_bound,
                       OptionalAttr<DictionaryAttr>:$dims,
                       OptionalAttr<StrAttr>:$specializes,
                       UnitAttr:$prepare);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `arena` $arena_size `peak` $peak `lower_bound` $lower_bound
    attr-dict-with-keyword $body
  }];
}

def Plan_InputOp : Plan_BufferOp<"input"> {
  let summary = "The buffer that the caller binds to an input";
  let arguments = (ins I64Attr:$index, StrAttr:$name, I64Attr:$size,
                       TypeAttr:$tensor, OptionalAttr<FlatSymbolRefAttr>:$variable);
  let assemblyFormat = [{
    $index $name (`variable` $variable^)? `size` $size `of` $tensor attr-dict
  }];
}

def Plan_OutputOp : Plan_BufferOp<"output"> {
  let summary = "The buffer that the caller binds to an output";
  let description = [{
    An output with a `tied` input is written into that input's buffer.
  }];
  let arguments = (ins I64Attr:$index, StrAttr:$name, I64Attr:$size,
                       TypeAttr:$tensor, Kernel_LayoutAttr:$layout,
                       OptionalAttr<I64Attr>:$tied);
  let assemblyFormat = [{
    $index $name (`tied` $tied^)? `size` $size `of` $tensor $layout attr-dict
  }];
}

def Plan_WeightOp : Plan_BufferOp<"weight"> {
  let summary = "A weight or prepared tensor in the artifact";
  let arguments = (ins FlatSymbolRefAttr:$symbol, I64Attr:$size,
                       TypeAttr:$tensor, Kernel_LayoutAttr:$layout);
  let assemblyFormat = "$symbol `size` $size `of` $tensor $layout attr-dict";
}

def Plan_ConstantOp : Plan_BufferOp<"constant"> {
  let summary = "A small constant that is stored with the weights";
  let arguments = (ins ElementsAttr:$value, I64Attr:$size);
  let assemblyFormat = "$value `size` $size attr-dict";
}

def Plan_ArenaOp : Plan_BufferOp<"arena"> {
  let summary = "A place in the arena";
  let description = [{
    `first` and `last` are the numbers of the launches between which it holds a
    value: nothing else that overlaps it in memory does so meanwhile, except
    the buffer it is `in_place` of.
  }];
  let arguments = (ins I64Attr:$offset, I64Attr:$size, TypeAttr:$tensor,
                       Kernel_LayoutAttr:$layout, I64Attr:$first, I64Attr:$last,
                       UnitAttr:$in_place);
  let assemblyFormat = [{
    `offset` $offset `size` $size `live` $first `to` $last
    (`in_place` $in_place^)? `of` $tensor $layout attr-dict
  }];
}

def Plan_LaunchOp : Plan_Op<"launch", [AttrSizedOperandSegments]> {
  let summary = "Runs a kernel on buffers";
  let description = [{
    Buffers are the kernel's inputs, then its outputs. Launches run one after
    another; the tiles of one launch run in any order on any worker.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel,
                       Variadic<Plan_BufferType>:$inputs,
                       Variadic<Plan_BufferType>:$outputs);
  let assemblyFormat = "$kernel `(` $inputs `)` `->` `(` $outputs `)` attr-dict";
}

#endif // TENON_IR_PLAN_OPS_TD
