//===- Shape.cpp - Ops that move elements ---------------------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/View.h"
#include "ir/graph/ShapeOps.h"

#include <algorithm>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

/// The result's static sizes; a bounded one is given by `actual`, which has -1
/// where it does not know either.
FailureOr<Index> getActualShape(Operation *op, ArrayRef<int64_t> actual) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Index shape(type.getShape());
  for (auto [size, known] : zip_equal(shape, actual)) {
    if (!ShapedType::isDynamic(size))
      continue;
    if (known < 0)
      return op->emitOpError("has a bounded size that no operand gives");
    size = known;
  }
  return shape;
}

FailureOr<Tensors> broadcastInDim(graph::BroadcastInDimOp op,
                                  ArrayRef<Tensor> operands, Evaluator &) {
  const Tensor &operand = operands[0];
  ArrayRef<int64_t> dims = op.getBroadcastDimensions();
  Index actual(op.getType().getRank(), -1);
  for (auto [dim, size] : zip_equal(dims, operand.getShape()))
    actual[dim] = size == 1 ? -1 : size;
  FailureOr<Index> shape = getActualShape(op, actual);
  if (failed(shape))
    return failure();
  Index strides(shape->size(), 0);
  Index operandStrides = getStrides(operand.getShape());
  for (auto [from, to] : enumerate(dims))
    if (operand.getDim(from) != 1)
      strides[to] = operandStrides[from];
  return Tensors{readView(operand, *shape, 0, strides)};
}

FailureOr<Tensors> reshape(graph::ReshapeOp op, ArrayRef<Tensor> operands,
                           Evaluator &) {
  Index shape(op.getType().getShape());
  int64_t known = 1;
  for (int64_t size : shape)
    known *= ShapedType::isDynamic(size) ? 1 : size;
  Index actual(shape.size(), -1);
  if (llvm::count(shape, ShapedType::kDynamic) == 1 && known != 0)
    *(actual.begin() +
      std::distance(shape.begin(), llvm::find(shape, ShapedType::kDynamic))) =
        operands[0].getNumElements() / known;
  FailureOr<Index> result = getActualShape(op, actual);
  if (failed(result))
    return failure();
  return Tensors{operands[0].withShape(*result)};
}

Tensor transpose(graph::TransposeOp op, ArrayRef<Tensor> operands) {
  Index operandStrides = getStrides(operands[0].getShape()), shape, strides;
  for (int64_t dim : op.getPermutation()) {
    shape.push_back(operands[0].getDim(dim));
    strides.push_back(operandStrides[dim]);
  }
  return readView(operands[0], shape, 0, strides);
}

Tensor slice(graph::SliceOp op, ArrayRef<Tensor> operands) {
  Index operandStrides = getStrides(operands[0].getShape()), shape, strides;
  for (auto [start, limit, step, stride] :
       zip_equal(op.getStartIndices(), op.getLimitIndices(), op.getStrides(),
                 operandStrides)) {
    shape.push_back((limit - start + step - 1) / step);
    strides.push_back(stride * step);
  }
  return readView(operands[0], shape,
                  getOffset(op.getStartIndices(), operandStrides), strides);
}

Tensor pad(graph::PadOp op, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  Index operandStrides = getStrides(operand.getShape());
  Index shape, kept, firstKept, firstTarget, steps;
  for (auto [size, low, high, interior] :
       zip_equal(operand.getShape(), op.getEdgePaddingLow(),
                 op.getEdgePaddingHigh(), op.getInteriorPadding())) {
    int64_t step = interior + 1;
    int64_t padded =
        low + size + std::max<int64_t>(size - 1, 0) * interior + high;
    shape.push_back(padded);
    steps.push_back(step);
    // Negative padding removes elements at either end.
    int64_t first = low < 0 ? (-low + step - 1) / step : 0;
    int64_t limit =
        std::min(size, padded - low > 0 ? (padded - low + step - 1) / step : 0);
    firstKept.push_back(first);
    firstTarget.push_back(low + first * step);
    kept.push_back(std::max<int64_t>(limit - first, 0));
  }
  Tensor result = splat(operands[1], shape);
  if (is_contained(kept, 0))
    return result;
  Tensor box = readView(operand, kept, getOffset(firstKept, operandStrides),
                        operandStrides);
  Index strides = getStrides(shape);
  int64_t offset = getOffset(firstTarget, strides);
  for (auto [stride, step] : zip_equal(strides, steps))
    stride *= step;
  writeView(result, offset, strides, box);
  return result;
}

Tensor concatenate(graph::ConcatenateOp op, ArrayRef<Tensor> operands) {
  int64_t dim = op.getDimension();
  Index shape(operands[0].getShape());
  shape[dim] = 0;
  for (const Tensor &operand : operands)
    shape[dim] += operand.getDim(dim);
  Tensor result(operands[0].getElementType(), shape);
  Index strides = getStrides(shape);
  int64_t offset = 0;
  for (const Tensor &operand : operands) {
    writeView(result, offset, strides, operand);
    offset += operand.getDim(dim) * strides[dim];
  }
  return result;
}

FailureOr<Tensors> iota(graph::IotaOp op, ArrayRef<Tensor>, Evaluator &) {
  RankedTensorType type = op.getType();
  FailureOr<Index> shape = getActualShape(op, Index(type.getRank(), -1));
  if (failed(shape))
    return failure();
  int64_t dim = op.getIotaDimension(), count = (*shape)[dim];
  ElementType element = *getElementType(type.getElementType());
  Tensor line(element, count);
  for (int64_t i = 0; i < count; ++i) {
    if (isInteger(element))
      line.set<int64_t>(i, i);
    else
      line.set<double>(i, static_cast<double>(i));
  }
  Index strides(shape->size(), 0);
  strides[dim] = 1;
  return Tensors{readView(line, *shape, 0, strides)};
}

Tensor reverseDims(graph::ReverseOp op, ArrayRef<Tensor> operands) {
  ArrayRef<int64_t> shape = operands[0].getShape();
  Index strides = getStrides(shape);
  int64_t offset = 0;
  for (int64_t dim : op.getDimensions()) {
    offset += strides[dim] * (shape[dim] - 1);
    strides[dim] = -strides[dim];
  }
  return readView(operands[0], shape, offset, strides);
}

/// Where a box of `sizes` begins that is asked for at `starts`: moved so that
/// it lies inside of `shape`.
Index clampStarts(ArrayRef<Tensor> starts, ArrayRef<int64_t> shape,
                  ArrayRef<int64_t> sizes) {
  Index result;
  for (auto [start, size, box] : zip_equal(starts, shape, sizes)) {
    int64_t value = start.get<int64_t>(0);
    // Beyond int64_t there are only large starts.
    if (start.getElementType() == ElementType::UI64 && value < 0)
      value = size;
    result.push_back(std::clamp<int64_t>(value, 0, size - box));
  }
  return result;
}

Tensor dynamicSlice(graph::DynamicSliceOp op, ArrayRef<Tensor> operands) {
  Index strides = getStrides(operands[0].getShape());
  Index starts = clampStarts(operands.drop_front(1), operands[0].getShape(),
                             op.getSliceSizes());
  return readView(operands[0], op.getSliceSizes(), getOffset(starts, strides),
                  strides);
}

Tensor dynamicUpdateSlice(graph::DynamicUpdateSliceOp,
                          ArrayRef<Tensor> operands) {
  Tensor result = copy(operands[0]);
  Index strides = getStrides(result.getShape());
  Index starts = clampStarts(operands.drop_front(2), result.getShape(),
                             operands[1].getShape());
  writeView(result, getOffset(starts, strides), strides, operands[1]);
  return result;
}

} // namespace

void addShapeEvaluations(EvaluationTable &table) {
  table.add<graph::BroadcastInDimOp>(broadcastInDim);
  table.add<graph::ReshapeOp>(reshape);
  table.addSimple<graph::TransposeOp>(transpose);
  table.addSimple<graph::SliceOp>(slice);
  table.addSimple<graph::PadOp>(pad);
  table.addSimple<graph::ConcatenateOp>(concatenate);
  table.add<graph::IotaOp>(iota);
  table.addSimple<graph::ReverseOp>(reverseDims);
  table.addSimple<graph::DynamicSliceOp>(dynamicSlice);
  table.addSimple<graph::DynamicUpdateSliceOp>(dynamicUpdateSlice);
}

} // namespace tenon::reference
