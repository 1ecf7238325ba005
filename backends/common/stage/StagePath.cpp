#include "backends/common/stage/StagePath.h"

#include "ir/graph/GraphOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static IndexMap reversed(graph::ReverseOp op, IndexMap indices) {
  for (int64_t dim : op.getDimensions())
    indices[dim] = indices[dim] * -1 + (shapeOf(op.getResult())[dim] - 1);
  return indices;
}

/// Indices of the result of a renaming from those of its operand.
static IndexMap stepDown(const IndexSpace &space, Operation *step,
                         IndexMap indices) {
  return llvm::TypeSwitch<Operation *, IndexMap>(step)
      .Case([&](graph::TransposeOp op) {
        IndexMap result;
        for (int64_t dim : op.getPermutation())
          result.push_back(indices[dim]);
        return result;
      })
      .Case([&](graph::ReshapeOp op) {
        return space.reshape(indices, shapeOf(op.getOperand()),
                             shapeOf(op.getResult()));
      })
      .Case([&](graph::BroadcastInDimOp op) {
        // The dimensions that it inserts have one element.
        IndexMap result(shapeOf(op.getResult()).size(), space.constant(0));
        for (auto [i, dim] : llvm::enumerate(op.getBroadcastDimensions()))
          result[dim] = indices[i];
        return result;
      })
      .Case([&](graph::ReverseOp op) { return reversed(op, indices); });
}

/// Indices of the operand of a renaming from those of its result.
static IndexMap stepUp(const IndexSpace &space, Operation *step,
                       IndexMap indices) {
  return llvm::TypeSwitch<Operation *, IndexMap>(step)
      .Case([&](graph::TransposeOp op) {
        IndexMap result(indices.size());
        for (auto [i, dim] : llvm::enumerate(op.getPermutation()))
          result[dim] = indices[i];
        return result;
      })
      .Case([&](graph::ReshapeOp op) {
        return space.reshape(indices, shapeOf(op.getResult()),
                             shapeOf(op.getOperand()));
      })
      .Case([&](graph::BroadcastInDimOp op) {
        IndexMap result;
        for (int64_t dim : op.getBroadcastDimensions())
          result.push_back(indices[dim]);
        return result;
      })
      .Case([&](graph::ReverseOp op) { return reversed(op, indices); });
}

/// Against the steps to one end of a path, then along those to the other.
static IndexMap walk(const IndexSpace &space, ArrayRef<Operation *> up,
                     ArrayRef<Operation *> down, IndexMap indices) {
  for (Operation *step : llvm::reverse(up))
    indices = stepUp(space, step, std::move(indices));
  for (Operation *step : down)
    indices = stepDown(space, step, std::move(indices));
  return indices;
}

IndexMap tenon::emit::toValueIndices(const IndexSpace &space,
                                     const StagePath &path, IndexMap root) {
  return walk(space, path.toRoot, path.toValue, std::move(root));
}

IndexMap tenon::emit::toRootIndices(const IndexSpace &space,
                                    const StagePath &path, IndexMap value) {
  return walk(space, path.toValue, path.toRoot, std::move(value));
}
