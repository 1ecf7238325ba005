//===- Indexing.cpp - Gather, scatter and sort ----------------------------===//

#include "backends/reference/View.h"
#include "backends/reference/evaluate/Convert.h"
#include "backends/reference/evaluate/Reducer.h"
#include "ir/graph/IndexingOps.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/SortOps.h"

#include <algorithm>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

using graph::ReductionKind;

/// How index vectors place slices in an operand; gather and scatter agree but
/// for the names.
struct Places {
  const Tensor &indices;
  int64_t indexVectorDim;
  ArrayRef<int64_t> indexMap;     ///< Operand dimension per index component.
  ArrayRef<int64_t> batchingDims; ///< Of the operand.
  ArrayRef<int64_t> indicesBatchingDims;
  ArrayRef<int64_t> goneDims;   ///< Collapsed or inserted ones of the operand.
  ArrayRef<int64_t> windowDims; ///< Of the result or the updates.
};

/// One component of an index vector. What int64_t cannot hold is beyond any
/// operand.
int64_t readIndex(const Tensor &indices, int64_t offset) {
  int64_t value = indices.get<int64_t>(offset);
  if (indices.getElementType() == ElementType::UI64 && value < 0)
    return std::numeric_limits<int64_t>::max();
  return value;
}

/// Where the slice of batch index `batch` starts, not clamped.
Index getStart(const Places &places, ArrayRef<int64_t> batch, int64_t rank) {
  Index at(batch), start(rank, 0);
  Index strides = getStrides(places.indices.getShape());
  bool hasVector = places.indexVectorDim < places.indices.getRank();
  if (hasVector)
    at.insert(at.begin() + places.indexVectorDim, 0);
  for (auto [component, dim] : enumerate(places.indexMap)) {
    if (hasVector)
      at[places.indexVectorDim] = component;
    start[dim] = readIndex(places.indices, getOffset(at, strides));
  }
  for (auto [dim, indicesDim] :
       zip_equal(places.batchingDims, places.indicesBatchingDims))
    start[dim] = batch[indicesDim - (indicesDim > places.indexVectorDim)];
  return start;
}

/// Splits an index of the result or the updates into the batch part and the
/// place in the slice, in the operand's dimensions.
void splitIndex(const Places &places, ArrayRef<int64_t> index, int64_t rank,
                Index &batch, Index &inSlice) {
  batch.clear();
  inSlice.assign(rank, 0);
  int64_t operandDim = 0;
  auto isGone = [&](int64_t dim) {
    return is_contained(places.goneDims, dim) ||
           is_contained(places.batchingDims, dim);
  };
  for (auto [dim, value] : enumerate(index)) {
    if (!is_contained(places.windowDims, static_cast<int64_t>(dim))) {
      batch.push_back(value);
      continue;
    }
    while (isGone(operandDim))
      ++operandDim;
    inSlice[operandDim++] = value;
  }
}

Tensor gather(graph::GatherOp op, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  Places places{operands[1],
                static_cast<int64_t>(op.getIndexVectorDim()),
                op.getStartIndexMap(),
                op.getOperandBatchingDims(),
                op.getStartIndicesBatchingDims(),
                op.getCollapsedSliceDims(),
                op.getOffsetDims()};
  int64_t rank = operand.getRank();

  Index shape, batchShape(operands[1].getShape());
  if (places.indexVectorDim < operands[1].getRank())
    batchShape.erase(batchShape.begin() + places.indexVectorDim);
  Index sliceShape;
  for (auto [dim, size] : enumerate(op.getSliceSizes()))
    if (!is_contained(places.goneDims, static_cast<int64_t>(dim)) &&
        !is_contained(places.batchingDims, static_cast<int64_t>(dim)))
      sliceShape.push_back(size);
  auto nextBatch = batchShape.begin(), nextSlice = sliceShape.begin();
  for (size_t dim = 0; dim < batchShape.size() + sliceShape.size(); ++dim)
    shape.push_back(is_contained(places.windowDims, static_cast<int64_t>(dim))
                        ? *nextSlice++
                        : *nextBatch++);

  Tensor result(operand.getElementType(), shape);
  Index strides = getStrides(operand.getShape()), batch, inSlice;
  int64_t width = getByteWidth(operand.getElementType());
  char *to = result.getMutableDataAs<char>();
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    splitIndex(places, index, rank, batch, inSlice);
    Index at = getStart(places, batch, rank);
    for (int64_t dim = 0; dim < rank; ++dim)
      at[dim] = std::clamp<int64_t>(
                    at[dim], 0, operand.getDim(dim) - op.getSliceSizes()[dim]) +
                inSlice[dim];
    std::memcpy(to, operand.getDataAs<char>() + getOffset(at, strides) * width,
                width);
    to += width;
  });
  return result;
}

/// For each element of the updates in order, the offset of its place in the
/// operand, or -1 where that lies outside.
std::vector<int64_t> getTargets(const Places &places, ArrayRef<int64_t> updates,
                                ArrayRef<int64_t> operand) {
  std::vector<int64_t> targets;
  Index strides = getStrides(operand), batch, inSlice;
  int64_t rank = operand.size();
  forEachIndex(updates, [&](ArrayRef<int64_t> index) {
    splitIndex(places, index, rank, batch, inSlice);
    Index at = getStart(places, batch, rank);
    bool inside = true;
    for (int64_t dim = 0; dim < rank; ++dim) {
      // Subtracting instead of adding cannot overflow.
      inside &=
          at[dim] >= -inSlice[dim] && at[dim] < operand[dim] - inSlice[dim];
      at[dim] += inside ? inSlice[dim] : 0;
    }
    targets.push_back(inside ? getOffset(at, strides) : -1);
  });
  return targets;
}

/// Whether a body gives its update and forgets the current value.
bool overwrites(Region &body) {
  Operation &first = body.front().front();
  return body.getNumArguments() == 2 &&
         first.hasTrait<OpTrait::IsTerminator>() &&
         first.getOperand(0) == body.getArgument(1);
}

FailureOr<Tensors> scatter(graph::ScatterOp op, ArrayRef<Tensor> operands,
                           Evaluator &evaluator) {
  size_t count = op.getInputs().size();
  Places places{operands[count],
                static_cast<int64_t>(op.getIndexVectorDim()),
                op.getScatterDimsToOperandDims(),
                op.getInputBatchingDims(),
                op.getScatterIndicesBatchingDims(),
                op.getInsertedWindowDims(),
                op.getUpdateWindowDims()};
  SmallVector<ElementType> types = getBodyTypes(op.getBody());
  Tensors results, updates;
  for (size_t i = 0; i < count; ++i) {
    results.push_back(copy(convertTo(operands[i], types[i])));
    updates.push_back(convertTo(operands[count + 1 + i], types[i]));
  }
  std::vector<int64_t> targets =
      getTargets(places, updates[0].getShape(), results[0].getShape());

  ReductionKind kind = graph::getReductionKind(op.getBody());
  if (isStandard(kind, types[0])) {
    withValueType(types[0], [&]<typename C>(C) {
      // In the wide type throughout, so that sums are rounded once.
      std::vector<C> values = results[0].readAll<C>();
      for (auto [index, target] : enumerate(targets))
        if (target >= 0)
          values[target] =
              combine(kind, values[target], updates[0].get<C>(index));
      results[0].write<C>(0, values);
    });
    return results;
  }
  bool isOverwrite = overwrites(op.getBody());
  for (auto [index, target] : enumerate(targets)) {
    if (target < 0)
      continue;
    if (isOverwrite) {
      setElement(results[0], target, getElement(updates[0], index));
      continue;
    }
    Tensors values, next;
    for (size_t i = 0; i < count; ++i) {
      values.push_back(getElement(results[i], target));
      next.push_back(getElement(updates[i], index));
    }
    if (failed(combine(op.getBody(), evaluator, values, next)))
      return failure();
    for (size_t i = 0; i < count; ++i)
      setElement(results[i], target, values[i]);
  }
  return results;
}

/// Sorts one line of places by the comparator; fails where it cannot be run.
LogicalResult sortLine(graph::SortOp op, ArrayRef<Tensor> operands,
                       Evaluator &evaluator, std::vector<int64_t> &places) {
  bool failedOnce = false;
  auto isBefore = [&](int64_t a, int64_t b) {
    Tensors arguments;
    for (const Tensor &operand : operands) {
      arguments.push_back(getElement(operand, a));
      arguments.push_back(getElement(operand, b));
    }
    FailureOr<Tensors> result =
        evaluator.evaluateRegion(op.getComparator(), arguments);
    failedOnce |= failed(result);
    return succeeded(result) && result->front().get<int64_t>(0) != 0;
  };
  // std::stable_sort would be undefined for a comparator that is no order,
  // which a program may bring along.
  std::vector<int64_t> merged(places.size());
  for (size_t width = 1; width < places.size(); width *= 2) {
    for (size_t begin = 0; begin < places.size(); begin += 2 * width) {
      size_t middle = std::min(begin + width, places.size());
      size_t end = std::min(begin + 2 * width, places.size());
      size_t left = begin, right = middle;
      for (size_t to = begin; to < end; ++to) {
        bool takesRight =
            right < end &&
            (left >= middle || isBefore(places[right], places[left]));
        merged[to] = places[takesRight ? right++ : left++];
      }
    }
    places.swap(merged);
  }
  return failure(failedOnce);
}

FailureOr<Tensors> sort(graph::SortOp op, ArrayRef<Tensor> operands,
                        Evaluator &evaluator) {
  Tensors results;
  for (const Tensor &operand : operands)
    results.push_back(copy(operand));
  ArrayRef<int64_t> shape = operands[0].getShape();
  auto dim = static_cast<int64_t>(op.getDimension());
  Index strides = getStrides(shape), lines(shape);
  lines[dim] = std::min<int64_t>(lines[dim], 1);
  bool failedOnce = false;
  forEachIndex(lines, [&](ArrayRef<int64_t> index) {
    std::vector<int64_t> from;
    for (int64_t i = 0; i < shape[dim]; ++i)
      from.push_back(getOffset(index, strides) + i * strides[dim]);
    std::vector<int64_t> places = from;
    failedOnce |= failed(sortLine(op, operands, evaluator, places));
    for (auto [to, place] : zip_equal(from, places))
      for (auto [operand, result] : zip_equal(operands, results))
        setElement(result, to, getElement(operand, place));
  });
  if (failedOnce)
    return failure();
  return results;
}

} // namespace

void addIndexingEvaluations(EvaluationTable &table) {
  table.addSimple<graph::GatherOp>(gather);
  table.add<graph::ScatterOp>(scatter);
  table.add<graph::SortOp>(sort);
}

} // namespace tenon::reference
