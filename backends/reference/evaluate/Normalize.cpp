//===- Normalize.cpp - Softmax and the normalizations ---------------------===//
//
// Computed in double from end to end and rounded once: what the composites
// mean, not what their decompositions round in between.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/evaluate/Normalize.h"

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/View.h"
#include "ir/graph/CompositeOps.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

void softmaxRow(MutableArrayRef<double> row) {
  double largest = -std::numeric_limits<double>::infinity();
  for (double value : row)
    largest = maximum(largest, value);
  double sum = 0;
  for (double &value : row) {
    value = std::exp(value - largest);
    sum += value;
  }
  for (double &value : row)
    value /= sum;
}

namespace {

void logSoftmaxRow(MutableArrayRef<double> row) {
  double largest = -std::numeric_limits<double>::infinity();
  for (double value : row)
    largest = maximum(largest, value);
  double sum = 0;
  for (double &value : row) {
    value -= largest;
    sum += std::exp(value);
  }
  for (double &value : row)
    value -= std::log(sum);
}

/// Applies `fn` to each run of elements along `axis`.
template <typename Fn>
Tensor mapAxis(const Tensor &operand, int64_t axis, Fn fn) {
  Tensor result(operand.getElementType(), operand.getShape());
  std::vector<double> values = operand.readAll<double>();
  int64_t length = operand.getDim(axis), stride = 1;
  for (int64_t size : operand.getShape().drop_front(axis + 1))
    stride *= size;
  std::vector<double> row(length);
  int64_t rows = length == 0 ? 0 : operand.getNumElements() / length;
  for (int64_t i = 0; i < rows; ++i) {
    int64_t first = i / stride * stride * length + i % stride;
    for (int64_t k = 0; k < length; ++k)
      row[k] = values[first + k * stride];
    fn(row);
    for (int64_t k = 0; k < length; ++k)
      values[first + k * stride] = row[k];
  }
  result.write<double>(0, values);
  return result;
}

/// Applies `fn` to each run of the dimensions from `axis` to the last.
template <typename Fn>
Tensor mapTail(const Tensor &operand, int64_t axis, Fn fn) {
  Index shape(operand.getShape().take_front(axis));
  int64_t length = 1;
  for (int64_t size : operand.getShape().drop_front(axis))
    length *= size;
  shape.push_back(length);
  return mapAxis(operand.withShape(shape), axis, fn)
      .withShape(operand.getShape());
}

/// One value per element of a row: the operand's, or `standard` without one.
std::vector<double> readRow(const Tensor *operand, int64_t length,
                            double standard) {
  return operand ? operand->readAll<double>()
                 : std::vector<double>(length, standard);
}

int64_t getTailLength(const Tensor &operand, int64_t axis) {
  int64_t length = 1;
  for (int64_t size : operand.getShape().drop_front(axis))
    length *= size;
  return length;
}

Tensor layerNorm(graph::LayerNormOp op, ArrayRef<Tensor> operands) {
  int64_t axis = op.getAxis(), length = getTailLength(operands[0], axis);
  double epsilon = op.getEpsilon().convertToDouble();
  const Tensor *scale = op.getScale() ? &operands[1] : nullptr;
  const Tensor *bias = op.getBias() ? &operands.back() : nullptr;
  std::vector<double> scales = readRow(scale, length, 1);
  std::vector<double> biases = readRow(bias, length, 0);
  return mapTail(operands[0], axis, [&](std::vector<double> &row) {
    double sum = 0, squares = 0;
    for (double value : row)
      sum += value;
    double mean = sum / length;
    for (double value : row)
      squares += (value - mean) * (value - mean);
    double deviation = std::sqrt(squares / length + epsilon);
    for (int64_t i = 0; i < length; ++i)
      row[i] = (row[i] - mean) / deviation * scales[i] + biases[i];
  });
}

Tensor rmsNorm(graph::RmsNormOp op, ArrayRef<Tensor> operands) {
  int64_t axis = op.getAxis(), length = getTailLength(operands[0], axis);
  double epsilon = op.getEpsilon().convertToDouble();
  std::vector<double> scales =
      readRow(op.getScale() ? &operands[1] : nullptr, length, 1);
  return mapTail(operands[0], axis, [&](std::vector<double> &row) {
    double squares = 0;
    for (double value : row)
      squares += value * value;
    double root = std::sqrt(squares / length + epsilon);
    for (int64_t i = 0; i < length; ++i)
      row[i] = row[i] / root * scales[i];
  });
}

/// Which feature element `i` of a tensor belongs to.
struct Features {
  Features(const Tensor &operand, int64_t index)
      : count(operand.getDim(index)) {
    for (int64_t size : operand.getShape().drop_front(index + 1))
      stride *= size;
    elements = count == 0 ? 0 : operand.getNumElements() / count;
  }
  int64_t operator()(int64_t i) const { return i / stride % count; }

  int64_t count;        ///< Of features.
  int64_t stride = 1;   ///< Elements between one feature and the next.
  int64_t elements = 0; ///< Of one feature.
};

/// A vector of one value per feature, in a float type.
Tensor makeVector(ElementType type, ArrayRef<double> values) {
  Tensor result(type, static_cast<int64_t>(values.size()));
  result.write<double>(0, values);
  return result;
}

Tensor normalizeFeatures(const Tensor &operand, const Features &featureOf,
                         ArrayRef<double> mean, ArrayRef<double> variance,
                         double epsilon, const Tensor &scale,
                         const Tensor &offset) {
  std::vector<double> values = operand.readAll<double>();
  std::vector<double> scales = scale.readAll<double>();
  std::vector<double> offsets = offset.readAll<double>();
  for (auto [i, value] : enumerate(values)) {
    int64_t f = featureOf(i);
    value = (value - mean[f]) / std::sqrt(variance[f] + epsilon) * scales[f] +
            offsets[f];
  }
  Tensor result(operand.getElementType(), operand.getShape());
  result.write<double>(0, values);
  return result;
}

Tensor batchNormInference(graph::BatchNormInferenceOp op,
                          ArrayRef<Tensor> operands) {
  return normalizeFeatures(
      operands[0], Features(operands[0], op.getFeatureIndex()),
      operands[3].readAll<double>(), operands[4].readAll<double>(),
      op.getEpsilon().convertToFloat(), operands[1], operands[2]);
}

FailureOr<Tensors> batchNormTraining(graph::BatchNormTrainingOp op,
                                     ArrayRef<Tensor> operands, Evaluator &) {
  const Tensor &operand = operands[0];
  Features featureOf(operand, op.getFeatureIndex());
  std::vector<double> mean(featureOf.count), variance(featureOf.count);
  std::vector<double> values = operand.readAll<double>();
  for (auto [i, value] : enumerate(values))
    mean[featureOf(i)] += value;
  for (double &value : mean)
    value /= featureOf.elements;
  for (auto [i, value] : enumerate(values)) {
    double centered = value - mean[featureOf(i)];
    variance[featureOf(i)] += centered * centered;
  }
  for (double &value : variance)
    value /= featureOf.elements;
  ElementType type = operand.getElementType();
  return Tensors{normalizeFeatures(operand, featureOf, mean, variance,
                                   op.getEpsilon().convertToFloat(),
                                   operands[1], operands[2]),
                 makeVector(type, mean), makeVector(type, variance)};
}

FailureOr<Tensors> batchNormGrad(graph::BatchNormGradOp op,
                                 ArrayRef<Tensor> operands, Evaluator &) {
  const Tensor &operand = operands[0];
  Features featureOf(operand, op.getFeatureIndex());
  double epsilon = op.getEpsilon().convertToFloat();
  double n = featureOf.elements;
  std::vector<double> x = operand.readAll<double>();
  std::vector<double> scale = operands[1].readAll<double>();
  std::vector<double> mean = operands[2].readAll<double>();
  std::vector<double> variance = operands[3].readAll<double>();
  std::vector<double> grad = operands[4].readAll<double>();
  // Sums of the gradient, and of the gradient times the centered operand.
  std::vector<double> sum(featureOf.count), product(featureOf.count);
  for (size_t i = 0; i < x.size(); ++i) {
    int64_t f = featureOf(i);
    sum[f] += grad[i];
    product[f] += grad[i] * (x[i] - mean[f]);
  }
  std::vector<double> gradScale(featureOf.count);
  for (int64_t f = 0; f < featureOf.count; ++f)
    gradScale[f] = product[f] / std::sqrt(variance[f] + epsilon);
  for (size_t i = 0; i < x.size(); ++i) {
    int64_t f = featureOf(i);
    double spread = variance[f] + epsilon;
    grad[i] = scale[f] / std::sqrt(spread) / n *
              (n * grad[i] - sum[f] - (x[i] - mean[f]) * product[f] / spread);
  }
  Tensor gradOperand(operand.getElementType(), operand.getShape());
  gradOperand.write<double>(0, grad);
  ElementType type = operand.getElementType();
  return Tensors{gradOperand, makeVector(type, gradScale),
                 makeVector(type, sum)};
}

} // namespace

void addNormalizeEvaluations(EvaluationTable &table) {
  using namespace graph;
  table.addSimple<SoftmaxOp>([](SoftmaxOp op, ArrayRef<Tensor> operands) {
    return mapAxis(operands[0], op.getAxis(),
                   [](std::vector<double> &row) { softmaxRow(row); });
  });
  table.addSimple<LogSoftmaxOp>([](LogSoftmaxOp op, ArrayRef<Tensor> operands) {
    return mapAxis(operands[0], op.getAxis(),
                   [](std::vector<double> &row) { logSoftmaxRow(row); });
  });
  table.addSimple<LayerNormOp>(layerNorm);
  table.addSimple<RmsNormOp>(rmsNorm);
  table.addSimple<BatchNormInferenceOp>(batchNormInference);
  table.add<BatchNormTrainingOp>(batchNormTraining);
  table.add<BatchNormGradOp>(batchNormGrad);
}

} // namespace tenon::reference
