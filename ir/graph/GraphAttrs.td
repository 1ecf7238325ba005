//===- GraphAttrs.td - Attributes of the tenon dialect --------------------===//
//
// The bound of dynamic dimensions, and the enumerations that ops share.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_GRAPHATTRS_TD
#define TENON_IR_GRAPH_GRAPHATTRS_TD

include "ir/graph/GraphBase.td"
include "mlir/IR/TensorEncoding.td"

class Tenon_Attr<string name, string mnemonicName, list<Trait> traits = []>
    : AttrDef<Tenon_Dialect, name, traits> {
  let mnemonic = mnemonicName;
}

def Tenon_BoundsAttr
    : Tenon_Attr<"Bounds", "bounds", [
        DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "Upper bounds of dynamic dimensions";
  let description = [{
    The encoding of a bounded tensor type, one entry per dimension: an upper
    bound (inclusive) where the dimension is `?`, and `?` where it is static.
    Storage is planned at the bound.

        tensor<?x4xf32, #tenon.bounds<[16, ?]>>
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$bounds);
  let hasCustomAssemblyFormat = 1;
}

class Tenon_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tenon::graph";
  let genSpecializedAttr = 0;
}

class Tenon_EnumAttr<Tenon_Enum enum, string mnemonic>
    : EnumAttr<Tenon_Dialect, enum, mnemonic> {
  // Op formats print the bare word through custom<Enum>, see EnumAssembly.h.
  let assemblyFormat = "`<` $value `>`";
}

def Tenon_ComparisonDirection : Tenon_Enum<
    "ComparisonDirection", "the direction of a comparison", [
      I32EnumAttrCase<"EQ", 0>, I32EnumAttrCase<"NE", 1>,
      I32EnumAttrCase<"GE", 2>, I32EnumAttrCase<"GT", 3>,
      I32EnumAttrCase<"LE", 4>, I32EnumAttrCase<"LT", 5>]>;
def Tenon_ComparisonDirectionAttr
    : Tenon_EnumAttr<Tenon_ComparisonDirection, "direction">;

def Tenon_ComparisonType : Tenon_Enum<
    "ComparisonType", "the type of a comparison", [
      I32EnumAttrCase<"FLOAT", 0>, I32EnumAttrCase<"TOTALORDER", 1>,
      I32EnumAttrCase<"SIGNED", 2>, I32EnumAttrCase<"UNSIGNED", 3>]>;
def Tenon_ComparisonTypeAttr
    : Tenon_EnumAttr<Tenon_ComparisonType, "compare_type">;

def Tenon_Precision : Tenon_Enum<
    "Precision", "the precision of a product", [
      I32EnumAttrCase<"DEFAULT", 0>, I32EnumAttrCase<"HIGH", 1>,
      I32EnumAttrCase<"HIGHEST", 2>]>;
def Tenon_PrecisionAttr : Tenon_EnumAttr<Tenon_Precision, "precision">;

def Tenon_GeluForm : Tenon_Enum<
    "GeluForm", "the form of gelu", [
      I32EnumAttrCase<"Exact", 0, "exact">,
      I32EnumAttrCase<"Tanh", 1, "tanh">]>;
def Tenon_GeluFormAttr : Tenon_EnumAttr<Tenon_GeluForm, "gelu_form">;

// What a reduction region computes, as far as backends care. Never an
// attribute: the region is the truth, see Reducers.h.
def Tenon_ReductionKind : Tenon_Enum<
    "ReductionKind", "what a reduction's body computes", [
      I32EnumAttrCase<"Generic", 0, "generic">, I32EnumAttrCase<"Add", 1, "add">,
      I32EnumAttrCase<"Multiply", 2, "multiply">,
      I32EnumAttrCase<"Maximum", 3, "maximum">,
      I32EnumAttrCase<"Minimum", 4, "minimum">, I32EnumAttrCase<"And", 5, "and">,
      I32EnumAttrCase<"Or", 6, "or">, I32EnumAttrCase<"Xor", 7, "xor">]>;

#endif // TENON_IR_GRAPH_GRAPHATTRS_TD
