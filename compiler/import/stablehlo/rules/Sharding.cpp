//===- Sharding.cpp - Notes about devices, of which there is one ----------===//
#include "compiler/import/stablehlo/OpConversion.h"

#include "compiler/import/stablehlo/dialect/SdyOps.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// Where a tensor lies says nothing about its values.
static LogicalResult convertConstraint(OpConversion &conversion) {
  return conversion.replace(conversion.getOperands());
}

static LogicalResult convertGroup(OpConversion &) { return success(); }

/// The part of the one device is the whole.
static LogicalResult convertManual(OpConversion &conversion) {
  auto op = cast<sdy::ManualComputationOp>(conversion.getOp());
  Block &body = op.getBody().front();
  Operation *end = body.mightHaveTerminator() ? body.getTerminator() : nullptr;
  if (!end || body.getArgumentTypes() != op.getOperandTypes() ||
      end->getOperandTypes() != op.getResultTypes())
    return conversion.unsupported("parts of tensors on several devices");
  auto results =
      conversion.getConverter().expandBlock(body, conversion.getOperands());
  return failed(results) ? failure() : conversion.replace(*results);
}

void stablehlo::addShardingRules(RuleTable &table) {
  table.add("sdy.sharding_constraint", convertConstraint, "one device");
  table.add("sdy.reshard", convertConstraint, "one device");
  table.add("sdy.sharding_group", convertGroup, "one device");
  table.add("sdy.manual_computation", convertManual, "one device");
}
