//===- Dot.cpp - dot_general ----------------------------------------------===//
//
// Floats are summed in double, in the order of k, and rounded once: closer to
// the exact sum than any order in the element type, so that a backend's error
// is its own. Integers wrap in 64 bits, which the result's width then cuts.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/View.h"
#include "ir/graph/ContractionOps.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

/// An operand with its dimensions brought into an order, read as C.
template <typename C>
std::vector<C> readPermuted(const Tensor &operand, ArrayRef<int64_t> order) {
  Index strides = getStrides(operand.getShape()), shape, permuted;
  for (int64_t dim : order) {
    shape.push_back(operand.getDim(dim));
    permuted.push_back(strides[dim]);
  }
  return readView(operand, shape, 0, permuted).readAll<C>();
}

int64_t countElements(const Tensor &operand, ArrayRef<int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= operand.getDim(dim);
  return count;
}

Index join(ArrayRef<int64_t> a, ArrayRef<int64_t> b, ArrayRef<int64_t> c) {
  Index result(a);
  result.append(b.begin(), b.end());
  result.append(c.begin(), c.end());
  return result;
}

/// result[b, m, n] = sum over k of lhs[b, m, k] * rhs[b, k, n].
template <typename C, typename Add, typename Multiply>
void multiplyInto(Tensor &result, graph::DotGeneralOp op, const Tensor &lhs,
                  const Tensor &rhs, Add add, Multiply multiply) {
  Index lhsFree(op.getLhsFreeDimensions()), rhsFree(op.getRhsFreeDimensions());
  std::vector<C> a =
      readPermuted<C>(lhs, join(op.getLhsBatchingDimensions(), lhsFree,
                                op.getLhsContractingDimensions()));
  std::vector<C> b =
      readPermuted<C>(rhs, join(op.getRhsBatchingDimensions(),
                                op.getRhsContractingDimensions(), rhsFree));
  int64_t batches = countElements(lhs, op.getLhsBatchingDimensions());
  int64_t m = countElements(lhs, lhsFree);
  int64_t n = countElements(rhs, rhsFree);
  int64_t depth = countElements(lhs, op.getLhsContractingDimensions());
  std::vector<C> sums(n);
  for (int64_t row = 0; row < batches * m; ++row) {
    std::fill(sums.begin(), sums.end(), C(0));
    const C *left = a.data() + row * depth;
    const C *right = b.data() + row / m * depth * n;
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t j = 0; j < n; ++j)
        sums[j] = add(sums[j], multiply(left[k], right[k * n + j]));
    result.write<C>(row * n, sums);
  }
}

Tensor dotGeneral(graph::DotGeneralOp op, ArrayRef<Tensor> operands) {
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

  auto add = [](auto a, auto b) { return a + b; };
  auto multiply = [](auto a, auto b) { return a * b; };
  if (isComplex(type))
    multiplyInto<Complex>(result, op, lhs, rhs, add, multiply);
  else if (isFloat(type))
    multiplyInto<double>(result, op, lhs, rhs, add, multiply);
  else if (type == ElementType::I1)
    multiplyInto<uint64_t>(
        result, op, lhs, rhs, [](uint64_t a, uint64_t b) { return a | b; },
        [](uint64_t a, uint64_t b) { return a & b; });
  else
    multiplyInto<uint64_t>(result, op, lhs, rhs, add, multiply);
  return result;
}

} // namespace

void addDotEvaluations(EvaluationTable &table) {
  table.addSimple<graph::DotGeneralOp>(dotGeneral);
}

} // namespace tenon::reference
