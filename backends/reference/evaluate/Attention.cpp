//===- Attention.cpp - GELU and attention ---------------------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/View.h"
#include "backends/reference/evaluate/Elementwise.h"
#include "backends/reference/evaluate/Normalize.h"
#include "ir/graph/CompositeOps.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

namespace {

Tensor gelu(graph::GeluOp op, ArrayRef<Tensor> operands) {
  constexpr double pi = 3.14159265358979323846;
  ElementType type = operands[0].getElementType();
  if (op.getForm() == graph::GeluForm::Exact)
    return mapElements<double>(operands[0], type, [](double x) {
      // erfc keeps what 1 + erf loses far below zero.
      return 0.5 * x * std::erfc(-x * std::sqrt(0.5));
    });
  return mapElements<double>(operands[0], type, [](double x) {
    double inner = std::sqrt(2 / pi) * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1 + std::tanh(inner));
  });
}

/// The mask with one element per score of [batches.., s, t], as doubles.
std::vector<double> readMask(const Tensor &mask, ArrayRef<int64_t> scores) {
  Index strides(scores.size(), 0), own = getStrides(mask.getShape());
  int64_t missing = scores.size() - mask.getRank();
  for (int64_t dim = 0; dim < mask.getRank(); ++dim)
    if (mask.getDim(dim) != 1)
      strides[missing + dim] = own[dim];
  return readView(mask, scores, 0, strides).readAll<double>();
}

Tensor attention(graph::AttentionOp op, ArrayRef<Tensor> operands) {
  const Tensor &query = operands[0], &key = operands[1], &value = operands[2];
  ElementType type = query.getElementType();
  int64_t rank = query.getRank();
  int64_t s = query.getDim(rank - 2), d = query.getDim(rank - 1);
  int64_t t = key.getDim(rank - 2), e = value.getDim(rank - 1);
  int64_t batches = 1;
  for (int64_t size : query.getShape().drop_back(2))
    batches *= size;
  Index scoreShape(query.getShape()), shape(query.getShape());
  scoreShape.back() = t;
  shape.back() = e;
  Tensor result(type, shape);

  std::vector<double> q = query.readAll<double>(), k = key.readAll<double>();
  std::vector<double> v = value.readAll<double>(), mask;
  if (op.getMask())
    mask = readMask(operands[3], scoreShape);
  constexpr double hidden = -std::numeric_limits<double>::infinity();
  bool isChoice =
      op.getMask() && operands[3].getElementType() == ElementType::I1;
  double scale = op.getScale().convertToDouble();
  std::vector<double> scores(t), sums(e);
  for (int64_t row = 0; row < batches * s; ++row) {
    int64_t batch = row / s, i = row % s;
    for (int64_t j = 0; j < t; ++j) {
      double sum = 0;
      for (int64_t x = 0; x < d; ++x)
        sum += q[row * d + x] * k[(batch * t + j) * d + x];
      scores[j] = scale * sum;
      if (isChoice)
        scores[j] = mask[row * t + j] != 0 ? scores[j] : hidden;
      else if (op.getMask())
        scores[j] += mask[row * t + j];
      if (op.getCausal() && j > i + t - s)
        scores[j] = hidden;
    }
    softmaxRow(scores);
    std::fill(sums.begin(), sums.end(), 0);
    for (int64_t j = 0; j < t; ++j) {
      // The op rounds the shares to the operands' type before it weighs.
      double share = roundToType(scores[j], type);
      for (int64_t x = 0; x < e; ++x)
        sums[x] += share * v[(batch * t + j) * e + x];
    }
    result.write<double>(row * e, sums);
  }
  return result;
}

} // namespace

void addAttentionEvaluations(EvaluationTable &table) {
  table.addSimple<graph::GeluOp>(gelu);
  table.addSimple<graph::AttentionOp>(attention);
}

} // namespace tenon::reference
