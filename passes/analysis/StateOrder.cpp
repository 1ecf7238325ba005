//===- StateOrder.cpp - What must run before a variable is overwritten ----===//

#include "passes/analysis/StateOrder.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

#include <set>

using namespace mlir;
using namespace tenon;
using kernel::FusedOp;

SmallVector<StateWrite> tenon::getStateWrites(graph::EntryOp entry) {
  SmallVector<StateWrite> writes;
  Block &block = entry.getBody().front();
  for (auto [i, value] : llvm::enumerate(block.getTerminator()->getOperands()))
    if (std::optional<unsigned> tied = entry.getTiedArgument(i);
        tied && value.getDefiningOp<FusedOp>())
      writes.push_back({cast<OpResult>(value), block.getArgument(*tied)});
  return writes;
}

BlockArgument tenon::getOverwrittenArgument(OpResult value) {
  for (OpOperand &use : value.getUses()) {
    if (!isa<graph::ReturnOp>(use.getOwner()))
      continue;
    auto entry = cast<graph::EntryOp>(use.getOwner()->getParentOp());
    if (std::optional<unsigned> tied =
            entry.getTiedArgument(use.getOperandNumber()))
      return entry.getBody().getArgument(*tied);
  }
  return {};
}

SmallVector<StateEdge> tenon::getStateEdges(ArrayRef<StateWrite> writes) {
  SmallVector<StateEdge> edges;
  for (const StateWrite &write : writes) {
    llvm::SmallPtrSet<Operation *, 8> seen{write.getWriter()};
    for (Operation *user : write.argument.getUsers())
      if (isa<FusedOp>(user) && seen.insert(user).second)
        edges.push_back({cast<FusedOp>(user), write.getWriter()});
  }
  return edges;
}

void tenon::sortKernels(graph::EntryOp entry, ArrayRef<StateEdge> edges) {
  SmallVector<FusedOp> kernels = llvm::to_vector(entry.getOps<FusedOp>());
  llvm::DenseMap<Operation *, unsigned> numberOf;
  for (auto [i, kernel] : llvm::enumerate(kernels))
    numberOf[kernel] = i;
  SmallVector<llvm::SmallSetVector<unsigned, 4>> successors(kernels.size());
  for (auto [i, kernel] : llvm::enumerate(kernels))
    for (Operation *user : kernel->getUsers())
      if (auto it = numberOf.find(user); it != numberOf.end())
        successors[i].insert(it->second);
  for (const StateEdge &edge : edges)
    successors[numberOf[edge.reader]].insert(numberOf[edge.writer]);
  SmallVector<unsigned> waiting(kernels.size(), 0);
  for (const auto &list : successors)
    for (unsigned next : list)
      ++waiting[next];
  std::set<unsigned> ready;
  for (unsigned i = 0; i < kernels.size(); ++i)
    if (waiting[i] == 0)
      ready.insert(i);
  Operation *terminator = entry.getBody().front().getTerminator();
  while (!ready.empty()) {
    unsigned index = *ready.begin();
    ready.erase(ready.begin());
    kernels[index]->moveBefore(terminator);
    for (unsigned next : successors[index])
      if (--waiting[next] == 0)
        ready.insert(next);
  }
}
