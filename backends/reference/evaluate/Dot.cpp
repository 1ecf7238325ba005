//===- Dot.cpp - dot_general ----------------------------------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/evaluate/Contraction.h"
#include "ir/graph/ContractionOps.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

Tensor permute(const Tensor &operand, ArrayRef<int64_t> order) {
  Index strides = getStrides(operand.getShape()), shape, permuted;
  for (int64_t dim : order) {
    shape.push_back(operand.getDim(dim));
    permuted.push_back(strides[dim]);
  }
  return readView(operand, shape, 0, permuted);
}

int64_t countElements(const Tensor &operand, ArrayRef<int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= operand.getDim(dim);
  return count;
}

Index join(std::initializer_list<ArrayRef<int64_t>> lists) {
  Index result;
  for (ArrayRef<int64_t> list : lists)
    result.append(list.begin(), list.end());
  return result;
}

/// result[b, m, n] = sum over k of lhs[b, m, k] * rhs[b, k, n].
template <typename Arithmetic>
static void multiplyInto(Tensor &result, graph::DotGeneralOp op,
                         const Tensor &lhs, const Tensor &rhs) {
  using C = typename Arithmetic::Value;
  Index lhsFree(op.getLhsFreeDimensions()), rhsFree(op.getRhsFreeDimensions());
  std::vector<C> a = permute(lhs, join({op.getLhsBatchingDimensions(), lhsFree,
                                        op.getLhsContractingDimensions()}))
                         .readAll<C>();
  std::vector<C> b =
      permute(rhs, join({op.getRhsBatchingDimensions(),
                         op.getRhsContractingDimensions(), rhsFree}))
          .readAll<C>();
  int64_t batches = countElements(lhs, op.getLhsBatchingDimensions());
  int64_t m = countElements(lhs, lhsFree), n = countElements(rhs, rhsFree);
  int64_t depth = countElements(lhs, op.getLhsContractingDimensions());
  std::vector<C> sums(n);
  for (int64_t row = 0; row < batches * m; ++row) {
    std::fill(sums.begin(), sums.end(), C(0));
    const C *left = a.data() + row * depth;
    const C *right = b.data() + row / m * depth * n;
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t j = 0; j < n; ++j)
        sums[j] = Arithmetic::add(
            sums[j], Arithmetic::multiply(left[k], right[k * n + j]));
    result.write<C>(row * n, sums);
  }
}

static Tensor dotGeneral(graph::DotGeneralOp op, ArrayRef<Tensor> operands) {
  const Tensor &lhs = operands[0], &rhs = operands[1];
  Index shape;
  for (int64_t dim : op.getLhsBatchingDimensions())
    shape.push_back(lhs.getDim(dim));
  for (int64_t dim : op.getLhsFreeDimensions())
    shape.push_back(lhs.getDim(dim));
  for (int64_t dim : op.getRhsFreeDimensions())
    shape.push_back(rhs.getDim(dim));
  ElementType type = *getElementType(op.getType().getElementType());
  Tensor result(type, shape);
  withArithmetic(type,
                 [&]<typename A>(A) { multiplyInto<A>(result, op, lhs, rhs); });
  return result;
}

void addDotEvaluations(EvaluationTable &table) {
  table.addSimple<graph::DotGeneralOp>(dotGeneral);
}

} // namespace tenon::reference
