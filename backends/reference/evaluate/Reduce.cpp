//===- Reduce.cpp - Reductions over dimensions ----------------------------===//

#include "backends/reference/evaluate/Contraction.h"
#include "backends/reference/evaluate/Convert.h"
#include "backends/reference/evaluate/Reducer.h"
#include "ir/graph/ReductionOps.h"
#include "ir/graph/Shapes.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

using graph::ReductionKind;

/// Inputs as rows of what is reduced, in the body's element types.
struct Rows {
  Tensors inputs, inits;
  Index resultShape;
  int64_t count = 1;  ///< Rows, one per element of the result.
  int64_t length = 1; ///< Elements of a row.
};

Rows getRows(graph::ReduceOp op, ArrayRef<Tensor> operands) {
  Rows rows;
  SmallVector<ElementType> types = getBodyTypes(op.getBody());
  size_t count = operands.size() / 2;
  const Tensor &first = operands[0];
  Index kept(graph::getComplement(first.getRank(), op.getDimensions()));
  // Which dimension runs fastest is not specified; the plain order it is.
  Index reduced(op.getDimensions());
  llvm::sort(reduced);
  for (size_t i = 0; i < count; ++i) {
    rows.inputs.push_back(
        convertTo(permute(operands[i], join({kept, reduced})), types[i]));
    rows.inits.push_back(convertTo(operands[count + i], types[i]));
  }
  for (int64_t dim : kept)
    rows.resultShape.push_back(first.getDim(dim));
  rows.count = countElements(first, kept);
  rows.length = countElements(first, reduced);
  return rows;
}

template <typename C>
Tensor reduceStandard(const Rows &rows, ReductionKind kind) {
  Tensor result(rows.inits[0].getElementType(), rows.resultShape);
  std::vector<C> row(rows.length);
  for (int64_t i = 0; i < rows.count; ++i) {
    rows.inputs[0].read<C>(i * rows.length, row);
    C value = rows.inits[0].get<C>(0);
    for (C next : row)
      value = combine(kind, value, next);
    result.set<C>(i, value);
  }
  return result;
}

FailureOr<Tensors> reduce(graph::ReduceOp op, ArrayRef<Tensor> operands,
                          Evaluator &evaluator) {
  Rows rows = getRows(op, operands);
  ReductionKind kind = graph::getReductionKind(op.getBody());
  ElementType type = rows.inits[0].getElementType();
  if (isStandard(kind, type)) {
    Tensor result;
    withValueType(
        type, [&]<typename C>(C) { result = reduceStandard<C>(rows, kind); });
    return Tensors{result};
  }
  Tensors results;
  for (const Tensor &init : rows.inits)
    results.emplace_back(init.getElementType(), rows.resultShape);
  for (int64_t i = 0; i < rows.count; ++i) {
    Tensors values = rows.inits;
    for (int64_t k = 0; k < rows.length; ++k) {
      Tensors next;
      for (const Tensor &input : rows.inputs)
        next.push_back(getElement(input, i * rows.length + k));
      if (failed(combine(op.getBody(), evaluator, values, next)))
        return failure();
    }
    for (auto [result, value] : zip_equal(results, values))
      setElement(result, i, value);
  }
  return results;
}

} // namespace

void addReduceEvaluations(EvaluationTable &table) {
  table.add<graph::ReduceOp>(reduce);
}

} // namespace tenon::reference
