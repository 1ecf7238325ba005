//===- GraphBase.td - The tenon dialect: types, traits, op classes --------===//
//
// What every op family of the graph level includes, and all it includes. A
// family lives in one .td and one .cpp; GraphOps.h is the umbrella header.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_GRAPHBASE_TD
#define TENON_IR_GRAPH_GRAPHBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tenon_Dialect : Dialect {
  let name = "tenon";
  let cppNamespace = "::tenon::graph";
  let summary = "Models as static graphs of pure tensor ops";
  let description = [{
    A module holds weights, state variables and entries; an entry is a list of
    pure ops over ranked tensors whose only order is data flow. An op that
    StableHLO has carries StableHLO's name and meaning; composites such as
    `softmax` can always be decomposed into primitives.

    Element types are `f64 f32 f16 bf16 f8E4M3FN f8E5M2`, `i1` for booleans,
    signless `i4 i8 i16 i32 i64` for signed integers, `ui4 ui8 ui16 ui32 ui64`
    and `complex<f32|f64>`. A dimension is static, or `?` with an upper bound
    in the type's encoding: `tensor<?x4xf32, #tenon.bounds<[16, ?]>>`.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    // Each family's .cpp registers its own ops.
    void addStructureOps();
    void addUnaryOps();
    void addBinaryOps();
    void addElementwiseOps();
    void addShapeOps();
    void addIndexingOps();
    void addReductionOps();
    void addContractionOps();
    void addCompositeOps();
    void addControlFlowOps();
  }];
}

//===----------------------------------------------------------------------===//
// Element and tensor types
//===----------------------------------------------------------------------===//

def Tenon_Float
    : AnyTypeOf<[F64, F32, F16, BF16, F8E4M3FN, F8E5M2], "float">;
def Tenon_Signed
    : AnyTypeOf<[I<4>, I<8>, I<16>, I<32>, I<64>], "signed integer">;
def Tenon_Unsigned
    : AnyTypeOf<[UI<4>, UI<8>, UI<16>, UI<32>, UI<64>], "unsigned integer">;
def Tenon_Int : AnyTypeOf<[Tenon_Signed, Tenon_Unsigned], "integer">;
def Tenon_Bool : AnyTypeOf<[I<1>], "i1">;
def Tenon_Complex : AnyTypeOf<[Complex<F32>, Complex<F64>], "complex">;
def Tenon_Element : AnyTypeOf<
    [Tenon_Float, Tenon_Bool, Tenon_Int, Tenon_Complex],
    "float, i1, integer or complex">;

// A `?` dimension needs an upper bound in the encoding.
def Tenon_StaticOrBounded
    : CPred<"::tenon::graph::isStaticOrBounded($_self)">;

class Tenon_TensorOf<list<Type> elements>
    : RankedTensorOf<elements, [Tenon_StaticOrBounded],
                     "static or bounded tensor">;
class Tenon_ScalarOf<list<Type> elements>
    : RankedTensorOf<elements, [HasAnyRankOfPred<[0]>], "0-D tensor">;

def Tenon_Tensor : Tenon_TensorOf<[Tenon_Element]>;
def Tenon_FloatTensor : Tenon_TensorOf<[Tenon_Float]>;
def Tenon_BoolTensor : Tenon_TensorOf<[Tenon_Bool]>;
def Tenon_IntTensor : Tenon_TensorOf<[Tenon_Int]>;
def Tenon_BoolOrIntTensor : Tenon_TensorOf<[Tenon_Bool, Tenon_Int]>;
def Tenon_FloatOrComplexTensor
    : Tenon_TensorOf<[Tenon_Float, Tenon_Complex]>;
def Tenon_SignedOrFloatOrComplexTensor
    : Tenon_TensorOf<[Tenon_Signed, Tenon_Float, Tenon_Complex]>;
def Tenon_IntOrFloatOrComplexTensor
    : Tenon_TensorOf<[Tenon_Int, Tenon_Float, Tenon_Complex]>;
def Tenon_ComplexTensor : Tenon_TensorOf<[Tenon_Complex]>;
def Tenon_ScalarTensor : Tenon_ScalarOf<[Tenon_Element]>;
def Tenon_ScalarIntTensor : Tenon_ScalarOf<[Tenon_Int]>;
def Tenon_ScalarBoolTensor : Tenon_ScalarOf<[Tenon_Bool]>;

//===----------------------------------------------------------------------===//
// Traits and op classes
//===----------------------------------------------------------------------===//

// Element i of each result depends on element i of the operands alone (an
// operand of rank 0 counts for every i). Fusion asks for this trait.
def Tenon_Elementwise : NativeOpTrait<"Elementwise"> {
  let cppNamespace = "::tenon::graph";
}

class Tenon_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tenon_Dialect, mnemonic, traits>;

// A pure op whose result types are given by the operands and attributes.
// `inferReturnTypes` holds all checks; the verifier runs it again.
class Tenon_InferOp<string mnemonic, list<Trait> traits = []>
    : Tenon_Op<mnemonic, !listconcat([Pure, InferTypeOpAdaptor], traits)>;

// A pure op of which the result type is itself a parameter.
class Tenon_PureOp<string mnemonic, list<Trait> traits = []>
    : Tenon_Op<mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
}

#endif // TENON_IR_GRAPH_GRAPHBASE_TD
