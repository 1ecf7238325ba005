//===- ControlFlow.cpp - Loops and branches -------------------------------===//

#include "backends/reference/Evaluator.h"
#include "ir/graph/ControlFlowOps.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

FailureOr<Tensors> runWhile(graph::WhileOp op, ArrayRef<Tensor> operands,
                            Evaluator &evaluator) {
  Tensors state(operands);
  while (true) {
    FailureOr<Tensors> again = evaluator.evaluateRegion(op.getCond(), state);
    if (failed(again))
      return failure();
    if (again->front().get<uint64_t>(0) == 0)
      return state;
    FailureOr<Tensors> next = evaluator.evaluateRegion(op.getBody(), state);
    if (failed(next))
      return failure();
    state = std::move(*next);
  }
}

FailureOr<Tensors> runIf(graph::IfOp op, ArrayRef<Tensor> operands,
                         Evaluator &evaluator) {
  bool pred = operands[0].get<uint64_t>(0) != 0;
  return evaluator.evaluateRegion(
      pred ? op.getTrueBranch() : op.getFalseBranch(), {});
}

FailureOr<Tensors> runCase(graph::CaseOp op, ArrayRef<Tensor> operands,
                           Evaluator &evaluator) {
  int64_t index = operands[0].get<int64_t>(0);
  int64_t count = op.getBranches().size();
  if (index < 0 || index >= count)
    index = count - 1;
  return evaluator.evaluateRegion(op.getBranches()[index], {});
}

} // namespace

void addControlFlowEvaluations(EvaluationTable &table) {
  table.add<graph::WhileOp>(runWhile);
  table.add<graph::IfOp>(runIf);
  table.add<graph::CaseOp>(runCase);
}

} // namespace tenon::reference
