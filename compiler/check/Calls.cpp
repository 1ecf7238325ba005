#include "compiler/check/Calls.h"

#include "ir/graph/CallerType.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

#include <map>

using namespace mlir;
using namespace tenon::reference;

namespace tenon::check {

FailureOr<Tensors> evaluateInPlace(Operation *op, ArrayRef<Tensor> operands,
                                   llvm::function_ref<Tensor(Value)> lookUp,
                                   Evaluator &evaluator) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  if (captured.empty())
    return evaluator.evaluateOp(op, operands);
  // A copy in a block of its own, where what is captured are arguments too.
  Region region;
  Block &block = region.emplaceBlock();
  IRMapping map;
  Tensors values(operands);
  SmallVector<Value> copies;
  for (Value operand : op->getOperands())
    copies.push_back(block.addArgument(operand.getType(), op->getLoc()));
  for (Value value : captured) {
    map.map(value, block.addArgument(value.getType(), op->getLoc()));
    values.push_back(lookUp(value));
  }
  Operation *copy = op->clone(map);
  copy->setOperands(copies);
  block.push_back(copy);
  // The region is nobody's: the builder cannot ask it for its context.
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&block);
  graph::ReturnOp::create(builder, op->getLoc(), copy->getResults());
  return evaluator.evaluateRegion(region, values);
}

OwningOpRef<ModuleOp> isolateEntry(graph::EntryOp kept) {
  OwningOpRef<ModuleOp> copy = ModuleOp::create(kept.getLoc());
  for (Operation &op : *kept->getParentOfType<ModuleOp>().getBody()) {
    auto entry = dyn_cast<graph::EntryOp>(op);
    if (!entry || entry == kept || entry->hasAttr(kPrepareAttr))
      copy->push_back(op.clone());
  }
  return copy;
}

FailureOr<CallResults> callEntry(graph::EntryOp entry, ArrayRef<Tensor> inputs,
                                 State &state, const WeightResolver &weights,
                                 Watcher watcher) {
  llvm::DenseMap<Value, Tensor> values;
  size_t used = 0;
  for (BlockArgument argument : entry.getBody().getArguments()) {
    auto symbol = entry.getArgumentVariable(argument.getArgNumber());
    if (!symbol) {
      if (used == inputs.size())
        return entry.emitOpError("was given too few inputs");
      values[argument] = viewAs(inputs[used++], argument.getType());
      continue;
    }
    auto it = state.find(symbol.getValue());
    if (it != state.end()) {
      values[argument] = viewAs(it->second, argument.getType());
      continue;
    }
    auto variable =
        SymbolTable::lookupNearestSymbolFrom<graph::VariableOp>(entry, symbol);
    if (!variable)
      return entry.emitOpError("names no variable: ") << symbol;
    FailureOr<Tensor> initial = getInitialValue(variable, {weights, nullptr});
    if (failed(initial))
      return failure();
    state[symbol.getValue()] = *initial;
    values[argument] = viewAs(*initial, argument.getType());
  }

  int64_t work = 0;
  auto counted = [&](Operation *op, ArrayRef<Tensor> operands,
                     Tensors &results) -> LogicalResult {
    work += 10'000;
    for (const Tensor &result : results)
      work += result.getNumElements();
    if (work > kMostWork)
      return op->emitOpError("runs for too long to be checked");
    return watcher(op, operands, results);
  };
  Evaluator evaluator(weights, counted);
  auto lookUp = [&](Value value) { return values.lookup(value); };
  Block &body = entry.getBody().front();
  for (Operation &op : body.without_terminator()) {
    Tensors operands = llvm::map_to_vector(op.getOperands(), lookUp);
    FailureOr<Tensors> results =
        evaluateInPlace(&op, operands, lookUp, evaluator);
    if (failed(results) || failed(counted(&op, operands, *results)))
      return failure();
    for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results))
      values[value] = tensor;
  }

  CallResults results;
  std::map<std::string, Tensor> updates;
  for (OpOperand &result : body.getTerminator()->getOpOperands()) {
    auto tied = entry.getTiedArgument(result.getOperandNumber());
    auto variable = tied ? entry.getArgumentVariable(*tied) : nullptr;
    Tensor value =
        viewAs(lookUp(result.get()),
               graph::getResultCallerType(entry, result.getOperandNumber()));
    if (variable)
      updates[variable.getValue().str()] = value;
    else
      results.outputs.push_back(value);
  }
  for (auto &[name, value] : updates) {
    state[name] = value;
    results.state.push_back({name, value});
  }
  return results;
}

} // namespace tenon::check
