//===- HloAttrs.td - Attributes of the stablehlo dialect ------------------===//
//
// Enumerations, and the dimension numbers of the ops that move and combine.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOATTRS_TD
#define TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOATTRS_TD

include "compiler/import/stablehlo/dialect/HloBase.td"

//===----------------------------------------------------------------------===//
// Enumerations
//===----------------------------------------------------------------------===//

class Hlo_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tenon::stablehlo";
  let genSpecializedAttr = 0;
}

def Hlo_ComparisonDirection : Hlo_Enum<
    "ComparisonDirection", "the direction of a comparison", [
      I32EnumAttrCase<"EQ", 0>, I32EnumAttrCase<"NE", 1>,
      I32EnumAttrCase<"GE", 2>, I32EnumAttrCase<"GT", 3>,
      I32EnumAttrCase<"LE", 4>, I32EnumAttrCase<"LT", 5>]>;
def Hlo_ComparisonDirectionAttr
    : EnumAttr<Hlo_Dialect, Hlo_ComparisonDirection, "comparison_direction">;

def Hlo_ComparisonType : Hlo_Enum<
    "ComparisonType", "the type of a comparison", [
      I32EnumAttrCase<"NOTYPE", 0>, I32EnumAttrCase<"FLOAT", 1>,
      I32EnumAttrCase<"TOTALORDER", 2>, I32EnumAttrCase<"SIGNED", 3>,
      I32EnumAttrCase<"UNSIGNED", 4>]>;
def Hlo_ComparisonTypeAttr
    : EnumAttr<Hlo_Dialect, Hlo_ComparisonType, "comparison_type">;

def Hlo_Precision : Hlo_Enum<
    "Precision", "the precision of a product", [
      I32EnumAttrCase<"DEFAULT", 0>, I32EnumAttrCase<"HIGH", 1>,
      I32EnumAttrCase<"HIGHEST", 2>]>;
def Hlo_PrecisionAttr : EnumAttr<Hlo_Dialect, Hlo_Precision, "precision">;
def Hlo_PrecisionConfigAttr
    : TypedArrayAttrBase<Hlo_PrecisionAttr, "array of precisions">;

def Hlo_FftType : Hlo_Enum<
    "FftType", "the kind of a Fourier transform", [
      I32EnumAttrCase<"FFT", 0>, I32EnumAttrCase<"IFFT", 1>,
      I32EnumAttrCase<"RFFT", 2>, I32EnumAttrCase<"IRFFT", 3>]>;
def Hlo_FftTypeAttr : EnumAttr<Hlo_Dialect, Hlo_FftType, "fft_type">;

def Hlo_Transpose : Hlo_Enum<
    "Transpose", "how a matrix is read", [
      I32EnumAttrCase<"TRANSPOSE_INVALID", 0>,
      I32EnumAttrCase<"NO_TRANSPOSE", 1>, I32EnumAttrCase<"TRANSPOSE", 2>,
      I32EnumAttrCase<"ADJOINT", 3>]>;
def Hlo_TransposeAttr : EnumAttr<Hlo_Dialect, Hlo_Transpose, "transpose">;

def Hlo_RngDistribution : Hlo_Enum<
    "RngDistribution", "the distribution of random numbers", [
      I32EnumAttrCase<"UNIFORM", 1>, I32EnumAttrCase<"NORMAL", 2>]>;
def Hlo_RngDistributionAttr
    : EnumAttr<Hlo_Dialect, Hlo_RngDistribution, "rng_distribution">;

def Hlo_RngAlgorithm : Hlo_Enum<
    "RngAlgorithm", "the generator of random bits", [
      I32EnumAttrCase<"DEFAULT", 0>, I32EnumAttrCase<"THREE_FRY", 1>,
      I32EnumAttrCase<"PHILOX", 2>]>;
def Hlo_RngAlgorithmAttr
    : EnumAttr<Hlo_Dialect, Hlo_RngAlgorithm, "rng_algorithm">;

def Hlo_ResultAccuracyMode : Hlo_Enum<
    "ResultAccuracyMode", "how the accuracy of a function is asked for", [
      I32EnumAttrCase<"DEFAULT", 0>, I32EnumAttrCase<"HIGHEST", 1>,
      I32EnumAttrCase<"TOLERANCE", 2>]>;
def Hlo_ResultAccuracyModeAttr : EnumAttr<
    Hlo_Dialect, Hlo_ResultAccuracyMode, "result_accuracy_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

//===----------------------------------------------------------------------===//
// Structures
//===----------------------------------------------------------------------===//

class Hlo_Attr<string name, string mnemonicName, string text>
    : AttrDef<Hlo_Dialect, name> {
  let mnemonic = mnemonicName;
  let summary = text;
}

def Hlo_Dims : ArrayRefParameter<"int64_t", "dimensions">;

def Hlo_GatherDimsAttr : Hlo_Attr<
    "GatherDims", "gather", "Which dimensions a gather moves where"> {
  let parameters = (ins Hlo_Dims:$offset_dims, Hlo_Dims:$collapsed_slice_dims,
      Hlo_Dims:$operand_batching_dims, Hlo_Dims:$start_indices_batching_dims,
      Hlo_Dims:$start_index_map, "int64_t":$index_vector_dim);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_ScatterDimsAttr : Hlo_Attr<
    "ScatterDims", "scatter", "Which dimensions a scatter moves where"> {
  let parameters = (ins Hlo_Dims:$update_window_dims,
      Hlo_Dims:$inserted_window_dims, Hlo_Dims:$input_batching_dims,
      Hlo_Dims:$scatter_indices_batching_dims,
      Hlo_Dims:$scatter_dims_to_operand_dims, "int64_t":$index_vector_dim);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_DotDimsAttr : Hlo_Attr<
    "DotDims", "dot", "Which dimensions a product batches and contracts"> {
  let parameters = (ins Hlo_Dims:$lhs_batching_dimensions,
      Hlo_Dims:$rhs_batching_dimensions, Hlo_Dims:$lhs_contracting_dimensions,
      Hlo_Dims:$rhs_contracting_dimensions);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_ConvDimsAttr : Hlo_Attr<
    "ConvDims", "conv", "Which dimension of a convolution is which"> {
  let parameters = (ins "int64_t":$input_batch_dimension,
      "int64_t":$input_feature_dimension, Hlo_Dims:$input_spatial_dimensions,
      "int64_t":$kernel_input_feature_dimension,
      "int64_t":$kernel_output_feature_dimension,
      Hlo_Dims:$kernel_spatial_dimensions, "int64_t":$output_batch_dimension,
      "int64_t":$output_feature_dimension,
      Hlo_Dims:$output_spatial_dimensions);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_DotAlgorithmAttr : Hlo_Attr<
    "DotAlgorithm", "dot_algorithm", "How exactly a product is computed"> {
  let parameters = (ins "::mlir::Type":$lhs_precision_type,
      "::mlir::Type":$rhs_precision_type, "::mlir::Type":$accumulation_type,
      "int64_t":$lhs_component_count, "int64_t":$rhs_component_count,
      "int64_t":$num_primitive_operations,
      "bool":$allow_imprecise_accumulation);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Hlo_ResultAccuracyAttr : Hlo_Attr<
    "ResultAccuracy", "result_accuracy", "The accuracy asked of a function"> {
  let parameters = (ins OptionalParameter<"::mlir::FloatAttr">:$atol,
      OptionalParameter<"::mlir::FloatAttr">:$rtol,
      DefaultValuedParameter<"int64_t", "0">:$ulps,
      "::tenon::stablehlo::ResultAccuracyModeAttr":$mode);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Hlo_ChannelHandleAttr : Hlo_Attr<
    "ChannelHandle", "channel_handle", "A channel between devices"> {
  let parameters = (ins "int64_t":$handle, "int64_t":$type);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Hlo_OutputOperandAliasAttr : Hlo_Attr<
    "OutputOperandAlias", "output_operand_alias",
    "A result of a call that shares an operand's memory"> {
  let parameters = (ins ArrayRefParameter<"int64_t">:$output_tuple_indices,
      "int64_t":$operand_index,
      ArrayRefParameter<"int64_t">:$operand_tuple_indices);
  let hasCustomAssemblyFormat = 1;
}

def Hlo_TokenType : TypeDef<Hlo_Dialect, "Token"> {
  let mnemonic = "token";
  let summary = "Orders ops with side effects";
}

#endif // TENON_COMPILER_IMPORT_STABLEHLO_DIALECT_HLOATTRS_TD
