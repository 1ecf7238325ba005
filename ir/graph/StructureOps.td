//===- StructureOps.td - Weights, variables, entries, constants -----------===//
//
// What a module is made of, before any arithmetic.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"

def Tenon_WeightOp : Tenon_Op<"weight", [Symbol]> {
  let summary = "Name a constant tensor that lives in a mapped file";
  let description = [{
    A module-level symbol for a trained, constant tensor. The data are never in
    the IR: `file` names the file (relative to the module's folder), `offset`
    the first byte in it, and `hash` the content, as `sha256:HEX` or
    `xxh3:HEX`. Elements lie in row-major order, little endian, one byte per
    `i1`, two 4-bit elements per byte with the earlier one in the low half.

        tenon.weight @w : tensor<64x10xf32> {file = "m.onnx", offset = 512 : i64}
        tenon.weight @zero : tensor<10xf32> {splat = dense<0.0> : tensor<10xf32>}

    Constraints: the type is static; either `file` and `offset` (at least 0)
    are given, or `splat`, a splat of the weight's type.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Tenon_Tensor>:$type,
      OptionalAttr<StrAttr>:$file, OptionalAttr<I64Attr>:$offset,
      OptionalAttr<StrAttr>:$hash, OptionalAttr<ElementsAttr>:$splat,
      OptionalAttr<StrAttr>:$sym_visibility);
  let assemblyFormat = "$sym_name `:` $type attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The weight's tensor type, always static.
    ::mlir::RankedTensorType getTensorType();
    /// How many bytes the weight occupies in its file.
    int64_t getByteSize();
  }];
}

def Tenon_VariableOp : Tenon_Op<"variable", [
    Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Declare a state variable and its initial value";
  let description = [{
    A tensor that outlives a call: a parameter, an optimizer slot, a counter.
    An entry takes it as an argument marked `tenon.variable` and gives its new
    value as a result tied to that argument. The initial value is a small
    constant or a weight of the same type.

        tenon.variable @step : tensor<i64> = dense<0> : tensor<i64>
        tenon.variable @w : tensor<64x10xf32> = @w_init
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Tenon_Tensor>:$type,
      AnyAttr:$initial, OptionalAttr<StrAttr>:$sym_visibility);
  let assemblyFormat = "$sym_name `:` $type `=` $initial attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The variable's tensor type, always static.
    ::mlir::RankedTensorType getTensorType();
  }];
}

def Tenon_EntryOp : Tenon_Op<"entry", [
    IsolatedFromAbove, SingleBlock, FunctionOpInterface,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "Define a function that the artifact's user can call";
  let description = [{
    One callable function of the artifact: a single block of pure ops that
    ends in `tenon.return`. State is functional here and tied by attributes.

    Arguments may carry
    - `tenon.name = "x"`: the name in the signature, unique among arguments;
    - `tenon.variable = @v`: the argument is the state variable `@v`, of the
      same type, at most once per entry;
    - `tenon.donated`: the caller gives the buffer up, it may be overwritten.

    Results may carry
    - `tenon.name = "y"`: as above, unique among results;
    - `tenon.tied = 0 : i64`: the result takes over the storage of that
      argument, of the same type, and is the new value of its variable if it
      has one. An argument is tied at most once, and must be a variable or
      donated.

    The entry itself may carry
    - `tenon.dims = {seq = 16 : i64}`: the sizes that the model's symbolic
      dimensions were given;
    - `tenon.specializes = "predict"`: users call it by that name, which it
      shares with entries of other sizes; a session picks by the inputs' shapes.
      It needs `tenon.dims`.

        tenon.entry @step(%n: tensor<i64> {tenon.variable = @n})
            -> (tensor<i64> {tenon.tied = 0 : i64}) {
          %one = tenon.constant dense<1> : tensor<i64>
          %next = tenon.add %n, %one : tensor<i64>
          tenon.return %next : tensor<i64>
        }
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
      TypeAttrOf<FunctionType>:$function_type,
      OptionalAttr<DictArrayAttr>:$arg_attrs,
      OptionalAttr<DictArrayAttr>:$res_attrs,
      OptionalAttr<StrAttr>:$sym_visibility);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
                                 "::mlir::FunctionType":$type)>];
  let extraClassDeclaration = [{
    // What FunctionOpInterface asks for.
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }

    // The attributes of arguments and results that mean something here.
    static constexpr ::llvm::StringLiteral kNameAttr = "tenon.name";
    static constexpr ::llvm::StringLiteral kVariableAttr = "tenon.variable";
    static constexpr ::llvm::StringLiteral kDonatedAttr = "tenon.donated";
    static constexpr ::llvm::StringLiteral kTiedAttr = "tenon.tied";
    // Those of the entry itself.
    static constexpr ::llvm::StringLiteral kDimsAttr = "tenon.dims";
    static constexpr ::llvm::StringLiteral kSpecializesAttr =
        "tenon.specializes";

    /// The name that users call: the symbol, or that of the entry which this
    /// one specializes.
    ::llvm::StringRef getPublicName();

    /// The signature's name of an argument, or "" where it has none.
    ::llvm::StringRef getArgumentName(unsigned index);
    /// The signature's name of a result, or "" where it has none.
    ::llvm::StringRef getResultName(unsigned index);
    /// The variable that an argument stands for, or null.
    ::mlir::FlatSymbolRefAttr getArgumentVariable(unsigned index);
    /// Whether the caller gave up an argument's buffer.
    bool isArgumentDonated(unsigned index);
    /// The argument whose storage a result takes over, if any.
    ::std::optional<unsigned> getTiedArgument(unsigned result);
    /// The result that takes over an argument's storage, if any.
    ::std::optional<unsigned> getTiedResult(unsigned argument);
  }];
}

def Tenon_ReturnOp : Tenon_Op<"return", [
    Pure, Terminator, ReturnLike]> {
  let summary = "End an entry or a region and give its results";
  let description = [{
    Ends the body of an entry, of a reduction, or of a branch or loop. The
    operands are that region's results; the enclosing op checks their types.

        tenon.return %a, %b : tensor<4xf32>, tensor<i1>
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$results);
  let assemblyFormat = "($results^ `:` type($results))? attr-dict";
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ::mlir::ValueRange());
  }]>];
  let hasVerifier = 1;
}

def Tenon_GetWeightOp : Tenon_Op<"get_weight", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "Take a weight's value";
  let description = [{
    The value of the `tenon.weight` symbol, of the same type. Ops that depend
    on weights and constants alone are computed at compile time.

        %w = tenon.get_weight @w : tensor<64x10xf32>
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$weight attr-dict `:` type($result)";
}

def Tenon_ConstantOp : Tenon_Op<"constant", [
    Pure, ConstantLike, InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "A small constant";
  let description = [{
    result = value. Meant for scalars, splats and small tables; a tensor of
    trained numbers is a `tenon.weight`. (StableHLO: constant.)

        %c = tenon.constant dense<[1.0, 2.0]> : tensor<2xf32>
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}
