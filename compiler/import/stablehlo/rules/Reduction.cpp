//===- Reduction.cpp - Rules of reductions and windows --------------------===//
#include "compiler/import/stablehlo/OpConversion.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// The scalars that a body takes: each element type of `from`, twice.
static SmallVector<Type> getBodyTypes(OpConversion &conversion, unsigned from,
                                      unsigned count) {
  SmallVector<Type> types;
  for (int side = 0; side < 2; ++side)
    for (unsigned index = from; index < from + count; ++index)
      types.push_back(RankedTensorType::get(
          {}, conversion.operandType(index).getElementType()));
  return types;
}

/// Writes an op with one body. The op is made with the source's result types;
/// dynamic ones are inferred after the body stands.
static LogicalResult replaceWithBody(OpConversion &conversion, StringRef name,
                                     ArrayRef<NamedAttribute> attributes) {
  unsigned count = conversion.getOp()->getNumResults();
  if (conversion.getOperands().size() != 2 * count || count == 0)
    return conversion.invalid("needs an initial value and a result per input");
  OperationState state(conversion.getLoc(), ("tenon." + name).str());
  state.addOperands(conversion.getOperands());
  state.addTypes(conversion.getOp()->getResultTypes());
  state.addAttributes(attributes);
  state.addRegion();
  Operation *made = conversion.getBuilder().create(state);
  if (failed(conversion.getConverter().convertRegion(
          conversion.getOp()->getRegion(0), made->getRegion(0),
          getBodyTypes(conversion, count, count), /*isolated=*/true)) ||
      failed(conversion.inferTypes(made)))
    return failure();
  return conversion.replace(made->getResults());
}

static LogicalResult convertReduce(OpConversion &conversion) {
  return replaceWithBody(
      conversion, "reduce",
      conversion.named("dimensions", conversion.integers("dimensions")));
}

/// Splits pairs of low and high padding; false if they are no pairs.
static bool splitPadding(ArrayRef<int64_t> pairs, size_t rank,
                         SmallVectorImpl<int64_t> &low,
                         SmallVectorImpl<int64_t> &high) {
  if (pairs.size() != 2 * rank)
    return false;
  for (size_t i = 0; i < rank; ++i) {
    low.push_back(pairs[2 * i]);
    high.push_back(pairs[2 * i + 1]);
  }
  return true;
}

static LogicalResult convertReduceWindow(OpConversion &conversion) {
  size_t rank = conversion.operandType(0).getRank();
  SmallVector<int64_t> low, high;
  if (!splitPadding(conversion.integers("padding", 2 * rank), rank, low, high))
    return conversion.invalid("needs a pair of paddings per dimension");
  return replaceWithBody(
      conversion, "reduce_window",
      {conversion.named("window_dimensions",
                        conversion.integers("window_dimensions")),
       conversion.named("window_strides",
                        conversion.integers("window_strides", rank, 1)),
       conversion.named("base_dilations",
                        conversion.integers("base_dilations", rank, 1)),
       conversion.named("window_dilations",
                        conversion.integers("window_dilations", rank, 1)),
       conversion.named("padding_low", low),
       conversion.named("padding_high", high)});
}

static LogicalResult convertSelectAndScatter(OpConversion &conversion) {
  size_t rank = conversion.operandType(0).getRank();
  SmallVector<int64_t> low, high;
  if (!splitPadding(conversion.integers("padding", 2 * rank), rank, low, high))
    return conversion.invalid("needs a pair of paddings per dimension");
  OperationState state(conversion.getLoc(), "tenon.select_and_scatter");
  state.addOperands(conversion.getOperands());
  state.addTypes(conversion.operandType(0));
  state.addAttributes(
      {conversion.named("window_dimensions",
                        conversion.integers("window_dimensions", rank, 1)),
       conversion.named("window_strides",
                        conversion.integers("window_strides", rank, 1)),
       conversion.named("padding_low", low),
       conversion.named("padding_high", high)});
  state.addRegion();
  state.addRegion();
  Operation *made = conversion.getBuilder().create(state);
  for (unsigned region : {0, 1})
    if (failed(conversion.getConverter().convertRegion(
            conversion.getOp()->getRegion(region), made->getRegion(region),
            getBodyTypes(conversion, 0, 1), /*isolated=*/true)))
      return failure();
  return conversion.replace(made->getResults());
}

void stablehlo::addReductionRules(RuleTable &table) {
  table.add("stablehlo.reduce", convertReduce);
  table.add("stablehlo.reduce_window", convertReduceWindow);
  table.add("stablehlo.select_and_scatter", convertSelectAndScatter);
  for (StringRef name :
       {"batch_norm_inference", "batch_norm_training", "batch_norm_grad"})
    table.add(("stablehlo." + name).str(), convertRenamed);
}
