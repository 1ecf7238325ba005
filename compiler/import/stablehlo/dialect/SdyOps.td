//===- SdyOps.td - The sdy dialect ----------------------------------------===//
//
// Shardy's notes about meshes of devices and who holds which part of a tensor,
// as far as JAX prints them. What a note says is kept as its text.
//
//===----------------------------------------------------------------------===//

include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"

def Sdy_Dialect : Dialect {
  let name = "sdy";
  let cppNamespace = "::tenon::sdy";
  let summary = "Meshes of devices and shardings, to be read";
  let extraClassDeclaration = [{
    // Any attribute of the dialect is a builtin OpaqueAttr.
    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser,
                                     ::mlir::Type type) const override;
  }];
}

class Sdy_Op<string mnemonic, list<Trait> traits = []>
    : Op<Sdy_Dialect, mnemonic, traits>;

// The printed forms leave out the words that the attributes begin with.

def Sdy_MeshOp : Sdy_Op<"mesh", [Symbol]> {
  let arguments = (ins SymbolNameAttr:$sym_name, AnyAttr:$mesh);
  let assemblyFormat = "$sym_name `=` custom<Mesh>($mesh) attr-dict";
}

class Sdy_ConstraintOp<string mnemonic>
    : Sdy_Op<mnemonic, [AllTypesMatch<["input", "result"]>]> {
  let arguments = (ins AnyType:$input, AnyAttr:$sharding);
  let results = (outs AnyType:$result);
  let assemblyFormat =
      "$input custom<Sharding>($sharding) attr-dict `:` type($result)";
}

def Sdy_ShardingConstraintOp : Sdy_ConstraintOp<"sharding_constraint">;
def Sdy_ReshardOp : Sdy_ConstraintOp<"reshard">;

def Sdy_ShardingGroupOp : Sdy_Op<"sharding_group"> {
  let arguments = (ins AnyType:$input, I64Attr:$group_id);
  let assemblyFormat =
      "$input `group_id` `=` $group_id attr-dict `:` type($input)";
}

// The body computes what one device does with its part.
def Sdy_ManualComputationOp : Sdy_Op<"manual_computation"> {
  let arguments = (ins Variadic<AnyType>:$tensors, AnyAttr:$in_shardings,
      AnyAttr:$out_shardings, AnyAttr:$manual_axes);
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `(` operands `)` `in_shardings` `=` custom<Shardings>($in_shardings)
    `out_shardings` `=` custom<Shardings>($out_shardings)
    `manual_axes` `=` custom<Axes>($manual_axes) custom<Body>($body)
    attr-dict `:` functional-type(operands, results)
  }];
}

def Sdy_ReturnOp : Sdy_Op<"return", [Terminator]> {
  let arguments = (ins Variadic<AnyType>:$results);
  let assemblyFormat = "attr-dict ($results^ `:` type($results))?";
}
