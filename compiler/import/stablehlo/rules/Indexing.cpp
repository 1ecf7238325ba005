//===- Indexing.cpp - Rules of gather, scatter and sort -------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// The gather's attributes, all but its slice sizes.
static SmallVector<NamedAttribute> getGatherAttrs(OpConversion &conversion) {
  auto dims = conversion.attr<GatherDimsAttr>("dimension_numbers");
  SmallVector<NamedAttribute> attributes{
      conversion.named("offset_dims", dims.getOffsetDims()),
      conversion.named("collapsed_slice_dims", dims.getCollapsedSliceDims()),
      conversion.named("operand_batching_dims", dims.getOperandBatchingDims()),
      conversion.named("start_indices_batching_dims",
                       dims.getStartIndicesBatchingDims()),
      conversion.named("start_index_map", dims.getStartIndexMap()),
      conversion.named("index_vector_dim", dims.getIndexVectorDim())};
  if (conversion.flag("indices_are_sorted"))
    attributes.push_back(conversion.named(
        "indices_are_sorted", conversion.getBuilder().getUnitAttr()));
  return attributes;
}

static LogicalResult convertGather(OpConversion &conversion) {
  SmallVector<NamedAttribute> attributes = getGatherAttrs(conversion);
  attributes.push_back(
      conversion.named("slice_sizes", conversion.integers("slice_sizes")));
  return conversion.replaceWith("gather", conversion.getOperands(), attributes);
}

static LogicalResult convertDynamicGather(OpConversion &conversion) {
  auto sizes = OpConversion::constant(conversion.operand(2));
  if (!sizes)
    return conversion.unsupported("a size that is not known at compile time");
  SmallVector<NamedAttribute> attributes = getGatherAttrs(conversion);
  attributes.push_back(conversion.named("slice_sizes", *sizes));
  return conversion.replaceWith(
      "gather", conversion.getOperands().take_front(2), attributes);
}

static LogicalResult convertScatter(OpConversion &conversion) {
  auto dims = conversion.attr<ScatterDimsAttr>("scatter_dimension_numbers");
  int32_t count = conversion.getOp()->getNumResults();
  if (static_cast<size_t>(2 * count + 1) != conversion.getOperands().size())
    return conversion.invalid("needs one result per input");
  OpBuilder &builder = conversion.getBuilder();
  OperationState state(conversion.getLoc(), "tenon.scatter");
  state.addOperands(conversion.getOperands());
  state.addAttributes(
      {conversion.named("operandSegmentSizes",
                        builder.getDenseI32ArrayAttr({count, 1, count})),
       conversion.named("update_window_dims", dims.getUpdateWindowDims()),
       conversion.named("inserted_window_dims", dims.getInsertedWindowDims()),
       conversion.named("input_batching_dims", dims.getInputBatchingDims()),
       conversion.named("scatter_indices_batching_dims",
                        dims.getScatterIndicesBatchingDims()),
       conversion.named("scatter_dims_to_operand_dims",
                        dims.getScatterDimsToOperandDims()),
       conversion.named("index_vector_dim", dims.getIndexVectorDim())});
  for (StringRef flag : {"indices_are_sorted", "unique_indices"})
    if (conversion.flag(flag))
      state.addAttribute(flag, builder.getUnitAttr());
  SmallVector<Type> scalars;
  for (int side = 0; side < 2; ++side)
    for (int32_t index = 0; index < count; ++index)
      scalars.push_back(RankedTensorType::get(
          {}, conversion.operandType(index).getElementType()));
  for (int32_t index = 0; index < count; ++index)
    state.addTypes(conversion.operandType(index));
  state.addRegion();
  Operation *made = builder.create(state);
  if (failed(conversion.getConverter().convertRegion(
          conversion.getOp()->getRegion(0), made->getRegion(0), scalars,
          /*isolated=*/true)))
    return failure();
  return conversion.replace(made->getResults());
}

static LogicalResult convertSort(OpConversion &conversion) {
  Operation *op = conversion.getOp();
  if (op->getNumResults() != conversion.getOperands().size() ||
      op->getNumResults() == 0)
    return conversion.invalid("needs one result per input");
  auto stated = conversion.attr<IntegerAttr>("dimension");
  int64_t rank = conversion.operandType(0).getRank();
  int64_t dimension = stated ? stated.getInt() : -1;
  if (rank == 0)
    return conversion.replace(conversion.getOperands());
  OperationState state(conversion.getLoc(), "tenon.sort");
  state.addOperands(conversion.getOperands());
  state.addAttributes(conversion.named(
      "dimension", dimension < 0 ? dimension + rank : dimension));
  SmallVector<Type> scalars;
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    state.addTypes(conversion.operandType(i));
    scalars.append(2, RankedTensorType::get(
                          {}, conversion.operandType(i).getElementType()));
  }
  state.addRegion();
  Operation *made = conversion.getBuilder().create(state);
  if (failed(conversion.getConverter().convertRegion(
          op->getRegion(0), made->getRegion(0), scalars, /*isolated=*/true)))
    return failure();
  return conversion.replace(made->getResults());
}

void stablehlo::addIndexingRules(RuleTable &table) {
  table.add("stablehlo.gather", convertGather);
  table.add("stablehlo.dynamic_gather", convertDynamicGather,
            "sizes known at compile time");
  table.add("stablehlo.scatter", convertScatter);
  table.add("stablehlo.sort", convertSort);
}
