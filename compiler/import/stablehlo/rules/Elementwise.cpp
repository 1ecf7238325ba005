//===- Elementwise.cpp - Rules of element-wise ops ------------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// The result type of an op whose result has the shape of an operand.
static RankedTensorType shapedLike(OpConversion &conversion, unsigned operand) {
  return conversion.operandType(operand).clone(
      conversion.resultType().getElementType());
}

static LogicalResult convertConvert(OpConversion &conversion) {
  Operation *made = conversion.create("convert", conversion.getOperands(),
                                      shapedLike(conversion, 0));
  return made ? conversion.replace(made->getResults()) : failure();
}

static LogicalResult convertBitcast(OpConversion &conversion) {
  if (!conversion.resultType().hasStaticShape())
    return conversion.unsupported("a shape that is not static");
  return convertRenamed(conversion);
}

static LogicalResult convertCompare(OpConversion &conversion) {
  auto direction =
      conversion.attr<ComparisonDirectionAttr>("comparison_direction")
          .getValue();
  auto type = conversion.attr<ComparisonTypeAttr>("compare_type");
  MLIRContext *context = conversion.getBuilder().getContext();
  // The words are the same in both dialects, the numbers need not be.
  auto word = graph::symbolizeComparisonDirection(stringifyEnum(direction));
  SmallVector<NamedAttribute> attributes{conversion.named(
      "direction", graph::ComparisonDirectionAttr::get(context, *word))};
  if (type && type.getValue() != ComparisonType::NOTYPE)
    attributes.push_back(conversion.named(
        "compare_type", graph::ComparisonTypeAttr::get(
                            context, *graph::symbolizeComparisonType(
                                         stringifyEnum(type.getValue())))));
  return conversion.replaceWith("compare", conversion.getOperands(),
                                attributes);
}

static LogicalResult keepOperands(OpConversion &conversion) {
  return conversion.replace(conversion.getOperands());
}

void stablehlo::addElementwiseRules(RuleTable &table) {
  for (StringRef name : {"abs",
                         "cbrt",
                         "ceil",
                         "count_leading_zeros",
                         "cosine",
                         "exponential",
                         "exponential_minus_one",
                         "floor",
                         "imag",
                         "is_finite",
                         "log",
                         "log_plus_one",
                         "logistic",
                         "negate",
                         "not",
                         "popcnt",
                         "real",
                         "round_nearest_afz",
                         "round_nearest_even",
                         "rsqrt",
                         "sign",
                         "sine",
                         "sqrt",
                         "tan",
                         "tanh",
                         "add",
                         "and",
                         "atan2",
                         "divide",
                         "maximum",
                         "minimum",
                         "multiply",
                         "or",
                         "power",
                         "remainder",
                         "shift_left",
                         "shift_right_arithmetic",
                         "shift_right_logical",
                         "subtract",
                         "xor",
                         "complex",
                         "select",
                         "clamp",
                         "reduce_precision"})
    table.add(("stablehlo." + name).str(), convertRenamed);
  table.add("stablehlo.bitcast_convert", convertBitcast);
  table.add("stablehlo.convert", convertConvert);
  table.add("stablehlo.compare", convertCompare);
  table.add("stablehlo.optimization_barrier", keepOperands);
}
