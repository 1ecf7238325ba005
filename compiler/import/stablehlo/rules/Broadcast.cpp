//===- Broadcast.cpp - Rules of chlo's arithmetic that broadcasts ---------===//
#include "compiler/import/stablehlo/OpConversion.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

/// The shape that all shapes broadcast to, aligned at the last dimension.
static FailureOr<SmallVector<int64_t>>
getCommonShape(ArrayRef<RankedTensorType> types) {
  SmallVector<int64_t> common;
  for (RankedTensorType type : types) {
    ArrayRef<int64_t> shape = type.getShape();
    if (shape.size() > common.size())
      common.insert(common.begin(), shape.size() - common.size(), 1);
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t &size = common[common.size() - shape.size() + i];
      if (size == 1)
        size = shape[i];
      else if (shape[i] != 1 && shape[i] != size)
        return failure();
    }
  }
  return common;
}

/// Operands in one shape, by NumPy's rule.
static FailureOr<SmallVector<Value>> broadcastAll(OpConversion &conversion) {
  SmallVector<RankedTensorType> types;
  for (unsigned i = 0; i < conversion.getOperands().size(); ++i)
    types.push_back(conversion.operandType(i));
  auto shape = getCommonShape(types);
  if (failed(shape))
    return conversion.invalid("has operands that do not broadcast");
  // Stated dimensions other than the usual ones occur in no front end's output.
  if (conversion.getOp()->getAttr("broadcast_dimensions")) {
    auto dims = conversion.integers("broadcast_dimensions");
    size_t lower = std::min(types[0].getRank(), types[1].getRank());
    if (dims != llvm::to_vector(llvm::seq<int64_t>(shape->size() - lower,
                                                   (int64_t)shape->size())))
      return conversion.unsupported("broadcast_dimensions of its own");
  }
  SmallVector<Value> values;
  for (auto [value, type] : llvm::zip_equal(conversion.getOperands(), types)) {
    if (type.getShape() == ArrayRef<int64_t>(*shape)) {
      values.push_back(value);
      continue;
    }
    auto dims = llvm::to_vector(llvm::seq<int64_t>(
        shape->size() - type.getRank(), static_cast<int64_t>(shape->size())));
    values.push_back(
        conversion.build().broadcast(value, type.clone(*shape), dims));
  }
  return values;
}

static LogicalResult convertBinary(OpConversion &conversion) {
  auto values = broadcastAll(conversion);
  if (failed(values))
    return failure();
  StringRef name = conversion.getOp()->getName().stripDialect();
  name.consume_front("broadcast_");
  return conversion.replaceWith(name, *values);
}

void stablehlo::addBroadcastRules(RuleTable &table) {
  for (StringRef name :
       {"add", "and", "atan2", "complex", "divide", "maximum", "minimum",
        "multiply", "or", "power", "remainder", "select", "shift_left",
        "shift_right_arithmetic", "shift_right_logical", "subtract", "xor"})
    table.add(("chlo.broadcast_" + name).str(), convertBinary);
}
