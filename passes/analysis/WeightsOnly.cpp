//===- WeightsOnly.cpp - What is known when the model is compiled ---------===//

#include "passes/analysis/WeightsOnly.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

bool tenon::WeightsOnly::operator()(Value value) {
  Operation *root = value.getDefiningOp();
  if (!root)
    return false;
  // Without recursion: chains of ops may be tens of thousands long.
  SmallVector<Operation *> stack{root};
  while (!stack.empty()) {
    Operation *op = stack.back();
    if (known.contains(op)) {
      stack.pop_back();
      continue;
    }
    bool answer = isMemoryEffectFree(op), open = false;
    // What regions read from above is read as much as operands are.
    llvm::SetVector<Value> operands(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), operands);
    for (Value operand : operands) {
      Operation *producer = operand.getDefiningOp();
      if (!producer) {
        answer = false;
        break;
      }
      auto it = known.find(producer);
      if (it != known.end()) {
        answer &= it->second;
        continue;
      }
      stack.push_back(producer);
      open = true;
    }
    if (open && answer)
      continue;
    known[op] = answer;
  }
  return known[root];
}
