#include "backends/common/stage/StagePath.h"

#include "ir/graph/GraphOps.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

bool tenon::emit::isElementwise(Operation *op) {
  return op->hasTrait<graph::Elementwise>();
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// A broadcast that only inserts unit dimensions is a reshape.
static bool isReshape(graph::BroadcastInDimOp op) {
  return op.getOperand().getType().getNumElements() ==
             op.getResult().getType().getNumElements() &&
         llvm::is_sorted(op.getBroadcastDimensions());
}

/// Depth first from the value upwards; `steps` collects the way in reverse.
static bool search(Value value, llvm::function_ref<bool(Value)> isRoot,
                   llvm::DenseSet<Value> &dead,
                   SmallVectorImpl<Operation *> &steps) {
  if (isRoot(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || dead.contains(value))
    return false;
  if (isElementwise(op)) {
    for (Value operand : op->getOperands())
      if (shapeOf(operand) == shapeOf(value) &&
          search(operand, isRoot, dead, steps))
        return true;
  } else if (auto broadcast = dyn_cast<graph::BroadcastInDimOp>(op);
             isa<graph::TransposeOp, graph::ReshapeOp, graph::ReverseOp>(op) ||
             (broadcast && isReshape(broadcast))) {
    if (search(op->getOperand(0), isRoot, dead, steps)) {
      steps.push_back(op);
      return true;
    }
  }
  dead.insert(value);
  return false;
}

std::optional<StagePath>
StagePath::find(Value value, llvm::function_ref<bool(Value)> isRoot) {
  llvm::DenseSet<Value> dead;
  StagePath path;
  if (!search(value, isRoot, dead, path.steps))
    return std::nullopt;
  return path;
}

static IndexMap reversed(graph::ReverseOp op, IndexMap indices) {
  for (int64_t dim : op.getDimensions())
    indices[dim] = indices[dim] * -1 + (shapeOf(op.getResult())[dim] - 1);
  return indices;
}

IndexMap StagePath::forward(const IndexSpace &space, IndexMap indices) const {
  for (Operation *step : steps)
    indices =
        llvm::TypeSwitch<Operation *, IndexMap>(step)
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
              return space.reshape(indices, shapeOf(op.getOperand()),
                                   shapeOf(op.getResult()));
            })
            .Case([&](graph::ReverseOp op) { return reversed(op, indices); });
  return indices;
}

IndexMap StagePath::backward(const IndexSpace &space, IndexMap indices) const {
  for (Operation *step : llvm::reverse(steps))
    indices =
        llvm::TypeSwitch<Operation *, IndexMap>(step)
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
              return space.reshape(indices, shapeOf(op.getResult()),
                                   shapeOf(op.getOperand()));
            })
            .Case([&](graph::ReverseOp op) { return reversed(op, indices); });
  return indices;
}
