//===- HloBase.td - The import-only dialects: types and op classes --------===//
//
// `stablehlo` and `chlo` as far as reading them asks for: names, attributes and
// assembly formats as published, with the constraints that the conversion relies
// on. What an op computes is not said here: the conversion gives it a meaning in
// `tenon` ops, whose verifiers check shapes and types.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOBASE_TD
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Hlo_Dialect : Dialect {
  let name = "stablehlo";
  let cppNamespace = "::tenon::stablehlo";
  let summary = "StableHLO, to be read and converted";
  let description = [{
    The portable op set that JAX, TensorFlow and PyTorch/XLA print. Modules of
    it are converted on import; no pass ever sees them.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    // Each family's .cpp registers its own ops.
    void addElementwiseOps();
    void addShapeOps();
    void addIndexingOps();
    void addReductionOps();
    void addAlgebraOps();
    void addControlOps();
    void addDistributedOps();
  }];
}

def Chlo_Dialect : Dialect {
  let name = "chlo";
  let cppNamespace = "::tenon::chlo";
  let summary = "Client ops above StableHLO, to be read and converted";
  let description = [{
    Functions that front ends print whole, and that StableHLO itself spells out:
    special functions, broadcasting arithmetic, top_k.
  }];
  let useDefaultAttributePrinterParser = 1;
}

def Hlo_Tensor : RankedTensorOf<[AnyType], [], "ranked tensor">;
def Hlo_Token : DialectType<Hlo_Dialect,
    CPred<"::llvm::isa<::tenon::stablehlo::TokenType>($_self)">, "token">;
// What loops and branches carry, and what calls take.
def Hlo_Any : AnyTypeOf<[Hlo_Tensor, Hlo_Token, AnyTuple], "tensor, token or tuple">;

class Hlo_Op<string mnemonic, list<Trait> traits = []>
    : Op<Hlo_Dialect, mnemonic, traits>;

// An op of one result, written `op %a : type`, or with all types where they
// differ.
class Hlo_UnaryOp<string mnemonic> : Hlo_Op<mnemonic> {
  let arguments = (ins Hlo_Tensor:$operand);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $operand attr-dict `:` custom<SameType>(type($operand), type($result))
  }];
}

class Hlo_BinaryOp<string mnemonic> : Hlo_Op<mnemonic> {
  let arguments = (ins Hlo_Tensor:$lhs, Hlo_Tensor:$rhs);
  let results = (outs Hlo_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:`
    custom<SameType>(type($lhs), type($rhs), type($result))
  }];
}

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOBASE_TD
