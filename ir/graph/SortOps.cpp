//===- SortOps.cpp - Ordering elements ------------------------------------===//
//
// Type inference and verifiers.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/SortOps.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/StructureOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/SortOps.cpp.inc"

LogicalResult SortOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  ValueRange inputs = adaptor.getInputs();
  if (inputs.empty())
    return inferError(loc, name, "needs at least one input");
  Dims dims = getDims(inputs.front());
  for (Value input : inputs)
    if (getDims(input) != dims)
      return inferError(loc, name, "needs inputs of one shape, got ",
                        inputs.front().getType(), " and ", input.getType());
  auto dimension = static_cast<int64_t>(adaptor.getDimension());
  if (dimension < 0 || dimension >= static_cast<int64_t>(dims.size()))
    return inferError(loc, name, "has no dimension ", dimension);
  llvm::append_range(types, inputs.getTypes());
  return success();
}

LogicalResult SortOp::verifyRegions() {
  SmallVector<Type> scalars;
  for (Value input : getInputs())
    scalars.append(
        2, RankedTensorType::get({}, getTensor(input).getElementType()));
  Block &block = getComparator().front();
  if (block.getArgumentTypes() != TypeRange(scalars))
    return emitOpError("needs a comparator of (")
           << scalars << "), got (" << block.getArgumentTypes() << ")";
  auto ret = block.empty() ? ReturnOp() : dyn_cast<ReturnOp>(block.back());
  Type truth = RankedTensorType::get({}, IntegerType::get(getContext(), 1));
  if (!ret || ret.getOperandTypes() != TypeRange(truth))
    return emitOpError("needs a comparator that ends in tenon.return of an i1");
  return success();
}
