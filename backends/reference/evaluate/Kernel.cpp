//===- Kernel.cpp - Kernels and their stages ------------------------------===//
//
// Kernels compute what the ops in them compute: layouts, tiles and lowering
// configurations change where values lie and in which order they are made,
// never what they are.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Evaluator.h"
#include "ir/kernel/KernelOps.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

static FailureOr<Tensors> getPrepared(kernel::GetPreparedOp op,
                                      ArrayRef<Tensor>, Evaluator &evaluator) {
  auto prepared = SymbolTable::lookupNearestSymbolFrom<kernel::PreparedOp>(
      op, op.getNameAttr());
  if (!prepared)
    return op.emitOpError("names no prepared tensor");
  auto entry = SymbolTable::lookupNearestSymbolFrom<graph::EntryOp>(
      prepared, prepared.getEntryAttr());
  if (!entry)
    return prepared.emitOpError("names no entry");
  return evaluator.evaluateRegion(entry.getBody(), {});
}

void addKernelEvaluations(EvaluationTable &table) {
  table.add<kernel::FusedOp>(
      [](kernel::FusedOp op, ArrayRef<Tensor> operands, Evaluator &evaluator) {
        return evaluator.evaluateRegion(op.getBody(), operands);
      });
  table.add<kernel::StageOp>(
      [](kernel::StageOp op, ArrayRef<Tensor>, Evaluator &evaluator) {
        return evaluator.evaluateRegion(op.getBody(), {});
      });
  table.add<kernel::GetPreparedOp>(getPrepared);
}

} // namespace tenon::reference
