//===- Control.cpp - Rules of loops, branches and calls -------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// Makes an op with regions, converts them, and takes its results.
static LogicalResult replaceWithRegions(OpConversion &conversion,
                                        StringRef name, TypeRange results,
                                        TypeRange arguments) {
  OperationState state(conversion.getLoc(), ("tenon." + name).str());
  state.addOperands(conversion.getOperands());
  state.addTypes(results);
  Operation *op = conversion.getOp();
  for (unsigned i = 0; i < op->getNumRegions(); ++i)
    state.addRegion();
  Operation *made = conversion.getBuilder().create(state);
  for (auto [from, to] : llvm::zip_equal(op->getRegions(), made->getRegions()))
    if (failed(conversion.getConverter().convertRegion(from, to, arguments,
                                                       /*isolated=*/false)))
      return failure();
  // Branches settle what shapes they return.
  if (arguments.empty())
    for (auto [result, value] :
         llvm::zip(made->getResults(),
                   made->getRegion(0).front().getTerminator()->getOperands()))
      if (!cast<RankedTensorType>(result.getType()).hasStaticShape())
        result.setType(value.getType());
  return conversion.replace(made->getResults());
}

/// Tensors only: loops that carry tokens or tuples order side effects.
static bool carriesTensors(OpConversion &conversion) {
  return llvm::all_of(conversion.getOp()->getResultTypes(),
                      [](Type type) { return isa<RankedTensorType>(type); });
}

static LogicalResult convertWhile(OpConversion &conversion) {
  if (!carriesTensors(conversion))
    return conversion.unsupported("a state that is not a tensor");
  SmallVector<Type> types;
  for (Value operand : conversion.getOperands())
    types.push_back(operand.getType());
  return replaceWithRegions(conversion, "while", types, types);
}

static LogicalResult convertIf(OpConversion &conversion) {
  if (!carriesTensors(conversion))
    return conversion.unsupported("a result that is not a tensor");
  return replaceWithRegions(conversion, "if",
                            conversion.getOp()->getResultTypes(), {});
}

static LogicalResult convertCase(OpConversion &conversion) {
  if (!carriesTensors(conversion))
    return conversion.unsupported("a result that is not a tensor");
  if (conversion.getOp()->getNumRegions() == 0)
    return conversion.invalid("needs a branch");
  return replaceWithRegions(conversion, "case",
                            conversion.getOp()->getResultTypes(), {});
}

static LogicalResult expand(OpConversion &conversion, StringRef callee) {
  auto results = conversion.getConverter().expandCall(
      conversion.getOp(), callee, conversion.getOperands());
  return failed(results) ? failure() : conversion.replace(*results);
}

static LogicalResult convertCall(OpConversion &conversion) {
  return expand(conversion,
                conversion.attr<FlatSymbolRefAttr>("callee").getValue());
}

/// A composite is what its decomposition says.
static LogicalResult convertComposite(OpConversion &conversion) {
  return expand(conversion,
                conversion.attr<FlatSymbolRefAttr>("decomposition").getValue());
}

static LogicalResult convertCustomCall(OpConversion &conversion) {
  StringRef target = conversion.attr<StringAttr>("call_target_name").getValue();
  Operation *op = conversion.getOp();
  // What they say about shapes and devices is settled when compiling.
  if (target == "shape_assertion" && op->getNumResults() == 0)
    return success();
  bool isMarker = llvm::is_contained(
      {"Sharding", "SPMDFullToShardShape", "SPMDShardToFullShape",
       "LayoutConstraint", "annotate_device_placement"},
      target);
  if (isMarker && conversion.getOperands().size() == 1 &&
      op->getNumResults() == 1 &&
      conversion.operand(0).getType() == op->getResult(0).getType())
    return conversion.replace(conversion.operand(0));
  return conversion.unsupported("a call of '" + target +
                                "', which is not in the program");
}

void stablehlo::addControlRules(RuleTable &table) {
  table.add("stablehlo.while", convertWhile, "states of tensors");
  table.add("stablehlo.if", convertIf, "results that are tensors");
  table.add("stablehlo.case", convertCase, "results that are tensors");
  table.add("func.call", convertCall, "no recursion");
  table.add("stablehlo.composite", convertComposite);
  table.add("stablehlo.custom_call", convertCustomCall,
            "assertions about shapes and notes about devices");
}
