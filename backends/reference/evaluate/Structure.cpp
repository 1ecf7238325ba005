//===- Structure.cpp - Constants and weights ------------------------------===//

#include "backends/reference/Evaluator.h"
#include "backends/reference/Literals.h"
#include "ir/graph/StructureOps.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

void addStructureEvaluations(EvaluationTable &table) {
  table.add<graph::ConstantOp>([](graph::ConstantOp op, ArrayRef<Tensor>,
                                  Evaluator &) -> FailureOr<Tensors> {
    FailureOr<Tensor> value = toTensor(op.getValue(), op);
    if (failed(value))
      return failure();
    return Tensors{*value};
  });
  table.add<graph::GetWeightOp>([](graph::GetWeightOp op, ArrayRef<Tensor>,
                                   Evaluator &evaluator) -> FailureOr<Tensors> {
    auto weight = SymbolTable::lookupNearestSymbolFrom<graph::WeightOp>(
        op, op.getWeightAttr());
    if (!weight)
      return op.emitOpError("names no weight");
    FailureOr<Tensor> value = evaluator.getWeight(weight);
    if (failed(value))
      return failure();
    return Tensors{*value};
  });
}

} // namespace tenon::reference
