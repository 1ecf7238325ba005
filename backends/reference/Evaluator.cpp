//===- Evaluator.cpp - Executes ops, regions and blocks -------------------===//

#include "backends/reference/Evaluator.h"
#include "backends/reference/Literals.h"
#include "ir/graph/ControlFlowOps.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

/// Whether a value has a given static type, or one that a bounded type covers.
static bool fits(const Tensor &tensor, Type type) {
  auto ranked = dyn_cast<RankedTensorType>(type);
  if (!ranked || tensor.isNull() || ranked.getRank() != tensor.getRank() ||
      getElementType(ranked.getElementType()) != tensor.getElementType())
    return false;
  for (auto [size, actual] : zip(ranked.getShape(), tensor.getShape()))
    if (!ShapedType::isDynamic(size) && size != actual)
      return false;
  return true;
}

FailureOr<Tensors> Evaluator::evaluateOp(Operation *op,
                                         ArrayRef<Tensor> operands) {
  const Evaluation *evaluation =
      EvaluationTable::get().find(op->getName().getStringRef());
  if (!evaluation)
    return op->emitOpError("has no evaluation in the reference interpreter");
  for (auto [index, pair] :
       enumerate(zip_equal(operands, op->getOperandTypes())))
    if (!fits(std::get<0>(pair), std::get<1>(pair)))
      return op->emitOpError("got a value for operand ")
             << index << " that is not of its type, " << std::get<1>(pair);

  FailureOr<Tensors> results = (*evaluation)(op, operands, *this);
  if (failed(results))
    return failure();
  for (auto [index, pair] :
       enumerate(zip_equal(*results, op->getResultTypes()))) {
    if (fits(std::get<0>(pair), std::get<1>(pair)))
      continue;
    std::string text;
    raw_string_ostream os(text);
    std::get<0>(pair).print(os, /*limit=*/0);
    return op->emitOpError("evaluates result ")
           << index << " to " << text << ", which is not of its type, "
           << std::get<1>(pair);
  }
  return results;
}

FailureOr<Tensor> Evaluator::lookUp(Value value, Operation *user) {
  for (Frame *frame : reverse(frames))
    if (auto it = frame->find(value); it != frame->end())
      return it->second;
  return user->emitOpError("uses a value from outside of what is evaluated");
}

FailureOr<Tensors> Evaluator::evaluateRegion(Region &region,
                                             ArrayRef<Tensor> arguments) {
  assert(region.hasOneBlock() && "regions have one block at these levels");
  Block &block = region.front();
  Frame frame;
  frames.push_back(&frame);
  llvm::scope_exit leave([&] { frames.pop_back(); });

  // How often a value is still read here, so that it can go after its last
  // use: a model's intermediates together are far larger than its peak. A use
  // in a nested region counts for the op of this block around it, which reads
  // it any number of times before it is done.
  llvm::DenseMap<Value, int64_t> remaining;
  auto define = [&](Value value, const Tensor &tensor) {
    if (value.use_empty())
      return;
    frame[value] = tensor;
    remaining[value] = std::distance(value.use_begin(), value.use_end());
  };
  auto releaseOperands = [&](Operation *op) {
    op->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands()) {
        auto it = remaining.find(operand);
        if (it != remaining.end() && --it->second == 0)
          frame.erase(operand);
      }
    });
  };

  for (auto [argument, tensor] : zip_equal(block.getArguments(), arguments)) {
    if (!fits(tensor, argument.getType()))
      return region.getParentOp()->emitOpError("got a value for argument ")
             << argument.getArgNumber()
             << " of its region that is not of its type, "
             << argument.getType();
    define(argument, tensor);
  }
  bool isObserved =
      observer && isa_and_nonnull<graph::IfOp, graph::CaseOp, graph::WhileOp>(
                      region.getParentOp());
  for (Operation &op : block) {
    Tensors operands;
    for (Value operand : op.getOperands()) {
      FailureOr<Tensor> tensor = lookUp(operand, &op);
      if (failed(tensor))
        return failure();
      operands.push_back(*tensor);
    }
    if (op.hasTrait<OpTrait::IsTerminator>())
      return operands;
    FailureOr<Tensors> results = evaluateOp(&op, operands);
    if (failed(results) ||
        (isObserved && failed(observer(&op, operands, *results))))
      return failure();
    operands.clear();
    for (auto [value, tensor] : zip_equal(op.getResults(), *results))
      define(value, tensor);
    releaseOperands(&op);
  }
  return region.getParentOp()->emitOpError("has a region without terminator");
}

FailureOr<Tensor> Evaluator::getWeight(graph::WeightOp weight) {
  if (ElementsAttr splat = weight.getSplatAttr())
    return toTensor(splat, weight);
  if (!weights)
    return weight.emitOpError("is read, but no weights were given");
  FailureOr<Tensor> value = weights(weight);
  if (succeeded(value) && !fits(*value, weight.getTensorType()))
    return weight.emitOpError("was given a value of another type");
  return value;
}

} // namespace tenon::reference
