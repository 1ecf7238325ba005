//===- Evaluation.cpp - The table from ops to what they compute -----------===//

#include "backends/reference/Evaluation.h"

namespace tenon::reference {

const EvaluationTable &EvaluationTable::get() {
  static const EvaluationTable table = [] {
    EvaluationTable table;
    addStructureEvaluations(table);
    addUnaryEvaluations(table);
    addBinaryEvaluations(table);
    addElementwiseEvaluations(table);
    addConvertEvaluations(table);
    addShapeEvaluations(table);
    addDotEvaluations(table);
    addConvolutionEvaluations(table);
    addReduceEvaluations(table);
    addWindowEvaluations(table);
    addIndexingEvaluations(table);
    addNormalizeEvaluations(table);
    addAttentionEvaluations(table);
    addControlFlowEvaluations(table);
    addKernelEvaluations(table);
    return table;
  }();
  return table;
}

const Evaluation *EvaluationTable::find(llvm::StringRef opName) const {
  auto it = evaluations.find(opName);
  return it == evaluations.end() ? nullptr : &it->second;
}

} // namespace tenon::reference
