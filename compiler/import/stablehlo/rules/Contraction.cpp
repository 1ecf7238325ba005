//===- Contraction.cpp - Rules of products and convolutions ---------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// The precisions of both sides, as far as they are stated.
static void addPrecisions(OpConversion &conversion,
                          SmallVectorImpl<NamedAttribute> &attributes) {
  auto config = conversion.attr<ArrayAttr>("precision_config");
  if (!config || config.size() != 2)
    return;
  MLIRContext *context = conversion.getBuilder().getContext();
  constexpr StringLiteral names[] = {"lhs_precision", "rhs_precision"};
  for (auto [name, side] : llvm::zip(names, config)) {
    Precision precision = cast<PrecisionAttr>(side).getValue();
    attributes.push_back(conversion.named(
        name,
        graph::PrecisionAttr::get(
            context, *graph::symbolizePrecision(stringifyEnum(precision)))));
  }
}

/// Operands of different types meet in the result's, and so do unsigned ones
/// whose products are summed as signed numbers.
static SmallVector<Value> alignOperands(OpConversion &conversion) {
  Value lhs = conversion.operand(0), rhs = conversion.operand(1);
  Type from = conversion.operandType(0).getElementType();
  Type element = conversion.resultType().getElementType();
  if (from == conversion.operandType(1).getElementType() &&
      from.isUnsignedInteger() == element.isUnsignedInteger())
    return {lhs, rhs};
  return {conversion.build().convert(lhs, element),
          conversion.build().convert(rhs, element)};
}

/// Writes the product. Where the result is narrower than the operands, the sum
/// is kept in their type and rounded once.
static LogicalResult replaceProduct(OpConversion &conversion, StringRef name,
                                    ArrayRef<NamedAttribute> attributes) {
  SmallVector<Value> operands = alignOperands(conversion);
  RankedTensorType stated = conversion.resultType();
  Type element = graph::getTensor(operands[0]).getElementType();
  auto isNarrower = [&](Type a, Type b) {
    return isa<FloatType>(a) && isa<FloatType>(b) &&
           a.getIntOrFloatBitWidth() < b.getIntOrFloatBitWidth();
  };
  bool rounds = isNarrower(stated.getElementType(), element);
  Operation *made = conversion.create(
      name, operands, rounds ? stated.clone(element) : stated, attributes);
  if (!made)
    return failure();
  Value result = made->getResult(0);
  if (!stated.hasStaticShape())
    result.setType(graph::getTensor(result).clone(
        rounds ? element : stated.getElementType()));
  return conversion.replace(
      rounds ? conversion.build().convert(result, stated.getElementType())
             : result);
}

static LogicalResult convertDotGeneral(OpConversion &conversion) {
  auto dims = conversion.attr<DotDimsAttr>("dot_dimension_numbers");
  SmallVector<NamedAttribute> attributes{
      conversion.named("lhs_batching_dimensions",
                       dims.getLhsBatchingDimensions()),
      conversion.named("rhs_batching_dimensions",
                       dims.getRhsBatchingDimensions()),
      conversion.named("lhs_contracting_dimensions",
                       dims.getLhsContractingDimensions()),
      conversion.named("rhs_contracting_dimensions",
                       dims.getRhsContractingDimensions())};
  addPrecisions(conversion, attributes);
  return replaceProduct(conversion, "dot_general", attributes);
}

/// `dot` contracts the last dimension of the left with the first of the right.
static LogicalResult convertDot(OpConversion &conversion) {
  int64_t rank = conversion.operandType(0).getRank();
  if (rank < 1 || rank > 2 || conversion.operandType(1).getRank() < 1 ||
      conversion.operandType(1).getRank() > 2)
    return conversion.invalid("needs vectors or matrices");
  SmallVector<NamedAttribute> attributes{
      conversion.named("lhs_contracting_dimensions",
                       ArrayRef<int64_t>{rank - 1}),
      conversion.named("rhs_contracting_dimensions", ArrayRef<int64_t>{0})};
  addPrecisions(conversion, attributes);
  return replaceProduct(conversion, "dot_general", attributes);
}

static LogicalResult convertConvolutionWith(OpConversion &conversion,
                                            ArrayRef<int64_t> padding) {
  auto dims = conversion.attr<ConvDimsAttr>("dimension_numbers");
  size_t rank = dims.getInputSpatialDimensions().size();
  if (padding.size() != 2 * rank)
    return conversion.invalid("needs a pair of paddings per spatial dimension");
  SmallVector<int64_t> low, high;
  for (size_t i = 0; i < rank; ++i) {
    low.push_back(padding[2 * i]);
    high.push_back(padding[2 * i + 1]);
  }
  auto reversal = conversion.attr<DenseBoolArrayAttr>("window_reversal");
  if (!reversal)
    reversal = conversion.getBuilder().getDenseBoolArrayAttr(
        SmallVector<bool>(rank, false));
  SmallVector<NamedAttribute> attributes{
      conversion.named("input_batch_dimension", dims.getInputBatchDimension()),
      conversion.named("input_feature_dimension",
                       dims.getInputFeatureDimension()),
      conversion.named("input_spatial_dimensions",
                       dims.getInputSpatialDimensions()),
      conversion.named("kernel_input_feature_dimension",
                       dims.getKernelInputFeatureDimension()),
      conversion.named("kernel_output_feature_dimension",
                       dims.getKernelOutputFeatureDimension()),
      conversion.named("kernel_spatial_dimensions",
                       dims.getKernelSpatialDimensions()),
      conversion.named("output_batch_dimension",
                       dims.getOutputBatchDimension()),
      conversion.named("output_feature_dimension",
                       dims.getOutputFeatureDimension()),
      conversion.named("output_spatial_dimensions",
                       dims.getOutputSpatialDimensions()),
      conversion.named("window_strides",
                       conversion.integers("window_strides", rank, 1)),
      conversion.named("padding_low", low),
      conversion.named("padding_high", high),
      conversion.named("lhs_dilation",
                       conversion.integers("lhs_dilation", rank, 1)),
      conversion.named("rhs_dilation",
                       conversion.integers("rhs_dilation", rank, 1)),
      conversion.named("window_reversal", reversal),
      conversion.named("feature_group_count",
                       conversion.attr<IntegerAttr>("feature_group_count")),
      conversion.named("batch_group_count",
                       conversion.attr<IntegerAttr>("batch_group_count"))};
  addPrecisions(conversion, attributes);
  return replaceProduct(conversion, "convolution", attributes);
}

static LogicalResult convertConvolution(OpConversion &conversion) {
  size_t rank = conversion.attr<ConvDimsAttr>("dimension_numbers")
                    .getInputSpatialDimensions()
                    .size();
  return convertConvolutionWith(conversion,
                                conversion.integers("padding", 2 * rank));
}

static LogicalResult convertDynamicConv(OpConversion &conversion) {
  auto padding = OpConversion::constant(conversion.operand(2));
  if (!padding)
    return conversion.unsupported("padding that is not known at compile time");
  return convertConvolutionWith(conversion, *padding);
}

void stablehlo::addContractionRules(RuleTable &table) {
  table.add("stablehlo.dot", convertDot);
  table.add("stablehlo.dot_general", convertDotGeneral,
            "algorithms are not told apart");
  table.add("stablehlo.convolution", convertConvolution);
  table.add("stablehlo.dynamic_conv", convertDynamicConv,
            "padding known at compile time");
}
