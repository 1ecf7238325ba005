//===- AxisOperands.cpp - one number per axis, known at run time ----------===//
#include "compiler/import/onnx/ops/AxisOperands.h"

#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;

absl::StatusOr<AxisOperands>
AxisOperands::read(NodeContext &n, size_t i, size_t axesInput, int64_t parts) {
  Emitter e = n.emit();
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  AxisOperands result;
  if (!n.has(i) || n.rank(i) != 1 || n.dims(i)[0] % parts != 0)
    return n.invalid(absl::StrCat("input ", i, " is no list of numbers"));
  result.count = n.dims(i)[0] / parts;
  result.numbers = e.convert(n.value(i), index);
  if (!n.has(axesInput)) {
    result.known.emplace(result.count);
    std::iota(result.known->begin(), result.known->end(), 0);
  } else if (n.known(axesInput)) {
    TENON_ASSIGN_OR_RETURN(Dims axes, n.knownInts(axesInput));
    result.known = normalizeAxes(axes, n.rank(0));
  } else {
    result.computed = e.wrap(e.convert(n.value(axesInput), index), n.rank(0));
  }
  bool fits = result.known
                  ? static_cast<int64_t>(result.known->size()) == result.count
                  : result.computed && rankOf(result.computed) == 1 &&
                        dimsOf(result.computed)[0] == result.count;
  if (!fits || result.count > n.rank(0))
    return n.invalid("its axes do not fit the input");
  return result;
}

Value AxisOperands::along(Emitter &e, int64_t axis, double otherwise,
                          int64_t part) {
  if (known) {
    auto place = llvm::find(*known, axis);
    if (place == known->end())
      return {};
    return e.element(numbers, part * count + (place - known->begin()));
  }
  // At most one of the axes is this one: the sum picks its number.
  Value mine = e.sliceAxis(numbers, 0, part * count, count);
  Value isThis = e.compare(graph::ComparisonDirection::EQ, computed,
                           e.scalar(computed, static_cast<double>(axis)));
  Value change = e.sub(mine, e.scalar(mine, otherwise));
  Value picked =
      e.reduce(graph::ReductionKind::Add,
               e.select(isThis, change, e.scalar(change, 0)), {0}, false);
  return e.add(picked, e.scalar(picked, otherwise));
}
