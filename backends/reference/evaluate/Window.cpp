//===- Window.cpp - Reductions over sliding windows -----------------------===//

#include "backends/reference/View.h"
#include "backends/reference/evaluate/Convert.h"
#include "backends/reference/evaluate/Reducer.h"
#include "ir/graph/ReductionOps.h"
#include "ir/graph/Windows.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

using graph::ReductionKind;
using graph::WindowDim;

/// Windows over a row-major tensor.
struct Windows {
  SmallVector<WindowDim> dims;
  Index base;   ///< The tensor's shape.
  Index window; ///< The window's shape.
  Index counts; ///< How many windows there are along each dimension.
};

LogicalResult fillCounts(Windows &windows, Operation *op) {
  for (auto [index, dim] : enumerate(windows.dims)) {
    windows.window.push_back(dim.size);
    FailureOr<int64_t> count =
        graph::getWindowCount(op->getLoc(), op->getName().getStringRef(), index,
                              windows.base[index], dim);
    if (failed(count))
      return failure();
    windows.counts.push_back(*count);
  }
  return success();
}

/// The offset of the element at `place` in window `index`; nothing where that
/// is padding or lies between spread elements.
std::optional<int64_t> getElementOffset(const Windows &windows,
                                        ArrayRef<int64_t> index,
                                        ArrayRef<int64_t> place) {
  int64_t offset = 0;
  for (size_t i = 0; i < index.size(); ++i) {
    const WindowDim &dim = windows.dims[i];
    int64_t at =
        index[i] * dim.stride + place[i] * dim.windowDilation - dim.paddingLow;
    if (at < 0 || at % dim.baseDilation != 0 ||
        at / dim.baseDilation >= windows.base[i])
      return std::nullopt;
    offset = offset * windows.base[i] + at / dim.baseDilation;
  }
  return offset;
}

template <typename C>
Tensor reduceStandard(const Windows &windows, const Tensor &input,
                      const Tensor &init, ReductionKind kind) {
  Tensor result(init.getElementType(), windows.counts);
  std::vector<C> values = input.readAll<C>();
  C initial = init.get<C>(0);
  int64_t next = 0;
  forEachIndex(windows.counts, [&](ArrayRef<int64_t> index) {
    C value = initial;
    forEachIndex(windows.window, [&](ArrayRef<int64_t> place) {
      auto offset = getElementOffset(windows, index, place);
      value = combine(kind, value, offset ? values[*offset] : initial);
    });
    result.set<C>(next++, value);
  });
  return result;
}

FailureOr<Tensors> reduceGeneric(const Windows &windows, Region &body,
                                 ArrayRef<Tensor> inputs,
                                 ArrayRef<Tensor> inits, Evaluator &evaluator) {
  Tensors results;
  for (const Tensor &init : inits)
    results.emplace_back(init.getElementType(), windows.counts);
  LogicalResult status = success();
  int64_t next = 0;
  forEachIndex(windows.counts, [&](ArrayRef<int64_t> index) {
    Tensors values(inits);
    forEachIndex(windows.window, [&](ArrayRef<int64_t> place) {
      if (failed(status))
        return;
      auto offset = getElementOffset(windows, index, place);
      Tensors elements;
      for (auto [input, init] : zip_equal(inputs, inits))
        elements.push_back(offset ? getElement(input, *offset) : init);
      status = combine(body, evaluator, values, elements);
    });
    for (auto [result, value] : zip_equal(results, values))
      setElement(result, next, value);
    ++next;
  });
  if (failed(status))
    return failure();
  return results;
}

FailureOr<Tensors> reduceWindow(graph::ReduceWindowOp op,
                                ArrayRef<Tensor> operands,
                                Evaluator &evaluator) {
  Windows windows;
  windows.base.assign(operands[0].getShape().begin(),
                      operands[0].getShape().end());
  for (size_t i = 0; i < windows.base.size(); ++i)
    windows.dims.push_back({op.getWindowDimensions()[i],
                            op.getWindowStrides()[i], op.getBaseDilations()[i],
                            op.getWindowDilations()[i], op.getPaddingLow()[i],
                            op.getPaddingHigh()[i]});
  if (failed(fillCounts(windows, op)))
    return failure();
  SmallVector<ElementType> types = getBodyTypes(op.getBody());
  size_t count = operands.size() / 2;
  Tensors inputs, inits;
  for (size_t i = 0; i < count; ++i) {
    inputs.push_back(convertTo(operands[i], types[i]));
    inits.push_back(convertTo(operands[count + i], types[i]));
  }
  ReductionKind kind = graph::getReductionKind(op.getBody());
  if (!isStandard(kind, types[0]))
    return reduceGeneric(windows, op.getBody(), inputs, inits, evaluator);
  Tensor result;
  withValueType(types[0], [&]<typename C>(C) {
    result = reduceStandard<C>(windows, inputs[0], inits[0], kind);
  });
  return Tensors{result};
}

/// For each window in order, the offset of the element that `select` picks, or
/// -1 where the window holds padding only.
FailureOr<std::vector<int64_t>> selectElements(const Windows &windows,
                                               graph::SelectAndScatterOp op,
                                               const Tensor &operand,
                                               Evaluator &evaluator) {
  std::vector<int64_t> picked;
  LogicalResult status = success();
  std::optional<graph::ComparisonDirection> direction =
      isFloat(operand.getElementType())
          ? graph::getSelectDirection(op.getSelect())
          : std::nullopt;
  auto keeps = [&](int64_t current, int64_t next) {
    if (direction == graph::ComparisonDirection::GE)
      return operand.get<double>(current) >= operand.get<double>(next);
    if (direction == graph::ComparisonDirection::LE)
      return operand.get<double>(current) <= operand.get<double>(next);
    FailureOr<Tensors> choice =
        evaluator.evaluateRegion(op.getSelect(), {getElement(operand, current),
                                                  getElement(operand, next)});
    if (failed(choice))
      status = failure();
    return failed(choice) || choice->front().get<uint64_t>(0) != 0;
  };
  forEachIndex(windows.counts, [&](ArrayRef<int64_t> index) {
    int64_t current = -1;
    forEachIndex(windows.window, [&](ArrayRef<int64_t> place) {
      auto offset = getElementOffset(windows, index, place);
      if (succeeded(status) && offset &&
          (current < 0 || !keeps(current, *offset)))
        current = *offset;
    });
    picked.push_back(current);
  });
  if (failed(status))
    return failure();
  return picked;
}

template <typename C>
Tensor scatterStandard(ArrayRef<int64_t> picked, const Tensor &source,
                       Tensor result, ReductionKind kind) {
  // In the wide type throughout, so that sums are rounded once.
  std::vector<C> values = result.readAll<C>();
  for (auto [index, offset] : enumerate(picked))
    if (offset >= 0)
      values[offset] = combine(kind, values[offset], source.get<C>(index));
  result.write<C>(0, values);
  return result;
}

FailureOr<Tensors> selectAndScatter(graph::SelectAndScatterOp op,
                                    ArrayRef<Tensor> operands,
                                    Evaluator &evaluator) {
  const Tensor &operand = operands[0];
  Windows windows;
  windows.base.assign(operand.getShape().begin(), operand.getShape().end());
  for (size_t i = 0; i < windows.base.size(); ++i)
    windows.dims.push_back({op.getWindowDimensions()[i],
                            op.getWindowStrides()[i], 1, 1,
                            op.getPaddingLow()[i], op.getPaddingHigh()[i]});
  if (failed(fillCounts(windows, op)))
    return failure();
  FailureOr<std::vector<int64_t>> picked =
      selectElements(windows, op, operand, evaluator);
  if (failed(picked))
    return failure();

  ElementType type = getBodyTypes(op.getScatter())[0];
  Tensor source = convertTo(operands[1], type);
  Tensor result = splat(convertTo(operands[2], type), operand.getShape());
  ReductionKind kind = graph::getReductionKind(op.getScatter());
  if (isStandard(kind, type)) {
    withValueType(type, [&]<typename C>(C) {
      result = scatterStandard<C>(*picked, source, result, kind);
    });
    return Tensors{result};
  }
  for (auto [index, offset] : enumerate(*picked)) {
    if (offset < 0)
      continue;
    Tensors value = {getElement(result, offset)};
    if (failed(combine(op.getScatter(), evaluator, value,
                       getElement(source, index))))
      return failure();
    setElement(result, offset, value[0]);
  }
  return Tensors{result};
}

} // namespace

void addWindowEvaluations(EvaluationTable &table) {
  table.add<graph::ReduceWindowOp>(reduceWindow);
  table.add<graph::SelectAndScatterOp>(selectAndScatter);
}

} // namespace tenon::reference
