//===- Slice.cpp - ONNX's Slice -------------------------------------------===//
//
// A slice whose range is known is one of the graph, reversed where a step is
// negative. Otherwise the places are computed at run time, axis by axis: as
// many as the model declares, or as many as there can be, with a size that
// depends on values.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/BoundedShapes.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/AxisOperands.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

/// Where an axis of `size`, a scalar, is read from: start + step * i.
static Value placesAlong(Emitter &e, Value start, Value step, Value size,
                         int64_t count) {
  Value zero = e.scalar(start, 0);
  Value isNegative = e.compare(graph::ComparisonDirection::LT, start, zero);
  // A start outside is moved to the first element that the slice can hold.
  Value first = e.select(isNegative, e.add(start, size), start);
  first = e.max(e.min(first, e.sub(size, e.scalar(size, 1))), zero);
  return e.add(e.mul(e.count(count), step), first);
}

/// How many elements a slice of an axis of `size`, a scalar, has.
static Value lengthOf(Emitter &e, Value start, Value end, Value step,
                      Value size) {
  auto number = [&](int64_t value) {
    return e.scalar(start, static_cast<double>(value));
  };
  Value zero = number(0);
  auto isNegative = [&](Value x) {
    return e.compare(graph::ComparisonDirection::LT, x, zero);
  };
  auto fromEnd = [&](Value x) {
    return e.select(isNegative(x), e.add(x, size), x);
  };
  // Forwards both lie in 0 .. size, backwards in -1 .. size - 1.
  Value isBackwards = isNegative(step);
  Value low = e.select(isBackwards, number(-1), zero);
  Value high = e.select(isBackwards, e.sub(size, number(1)), size);
  auto within = [&](Value x) { return e.min(e.max(fromEnd(x), low), high); };
  Value way = e.sub(within(end), within(start));
  Value stride = e.abs(step);
  way = e.max(e.select(isBackwards, e.neg(way), way), zero);
  return e.div(e.add(way, e.sub(stride, number(1))), e.max(stride, number(1)));
}

/// Starts, ends, axes or steps that are only known at run time.
static absl::Status sliceAtRunTime(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims dims, n.declaredDims(0));
  if (static_cast<int64_t>(dims.size()) != n.rank(0))
    return n.invalid("the shape that the model declares does not fit");
  for (auto [declared, given] : llvm::zip_equal(dims, n.dims(0)))
    if (declared > given)
      return n.invalid("the shape that the model declares does not fit");
  TENON_ASSIGN_OR_RETURN(AxisOperands starts, AxisOperands::read(n, 1, 3));
  TENON_ASSIGN_OR_RETURN(AxisOperands ends, AxisOperands::read(n, 2, 3));
  Emitter e = n.emit();
  Value x = n.value(0);
  std::optional<AxisOperands> steps;
  if (n.has(4)) {
    TENON_ASSIGN_OR_RETURN(steps, AxisOperands::read(n, 4, 3));
  }
  for (int64_t axis = 0; axis < n.rank(0); ++axis) {
    int64_t size = n.dims(0)[axis];
    Value start = starts.along(e, axis, 0);
    if (!start)
      continue;
    Value step = steps ? steps->along(e, axis, 1) : e.scalar(start, 1);
    Value end = ends.along(e, axis, static_cast<double>(size));
    Value whole = sizeOf(n, 0, axis);
    n.require(e.isNumber(lengthOf(e, start, end, step, whole), dims[axis]),
              absl::StrCat("along axis ", axis, " it does not give the ",
                           dims[axis], " elements that the model declares"));
    if (dims[axis] == 0) {
      x = e.sliceAxis(x, axis, 0, 0);
      continue;
    }
    x = e.take(x, axis, placesAlong(e, start, step, whole, dims[axis]));
  }
  n.set(0, x);
  return absl::OkStatus();
}

/// The number in input `i` for `axis`, where that is known.
static std::optional<int64_t> knownAlong(NodeContext &n, size_t i, int64_t axis,
                                         int64_t otherwise) {
  if (!n.has(i))
    return otherwise;
  const HostTensor *numbers = n.known(i);
  if (!numbers || (n.has(3) && !n.known(3)))
    return std::nullopt;
  for (size_t k = 0; k < numbers->ints.size(); ++k) {
    int64_t at = n.has(3) ? n.known(3)->ints[k] : static_cast<int64_t>(k);
    if (normalizeAxis(at, n.rank(0)) == axis)
      return numbers->ints[k];
  }
  return otherwise;
}

/// The most elements that a slice of an axis of at most `bound` can have.
static int64_t mostElements(int64_t bound, std::optional<int64_t> start,
                            std::optional<int64_t> end,
                            std::optional<int64_t> step) {
  if (!step || *step == 0)
    return bound;
  int64_t stride = std::abs(*step);
  // The distance is exact where both count from the same end.
  if (start && end && (*start < 0) == (*end < 0))
    bound = std::clamp<int64_t>(*step > 0 ? *end - *start : *start - *end, 0,
                                bound);
  return (bound + stride - 1) / stride;
}

/// A slice whose length depends on values, within what the axes allow.
static absl::Status sliceWithinBounds(NodeContext &n) {
  if (n.opset() < 10)
    return n.unsupported("of sizes that depend on values, before version 10");
  TENON_ASSIGN_OR_RETURN(AxisOperands starts, AxisOperands::read(n, 1, 3));
  TENON_ASSIGN_OR_RETURN(AxisOperands ends, AxisOperands::read(n, 2, 3));
  std::optional<AxisOperands> steps;
  if (n.has(4)) {
    TENON_ASSIGN_OR_RETURN(steps, AxisOperands::read(n, 4, 3));
  }
  Emitter e = n.emit();
  Value x = n.value(0);
  std::vector<Value> sizes(n.rank(0));
  for (int64_t axis = 0; axis < n.rank(0); ++axis) {
    int64_t bound = n.dims(0)[axis];
    sizes[axis] = n.sizeAlong(0, axis);
    auto knownStart = knownAlong(n, 1, axis, 0);
    auto knownEnd = knownAlong(n, 2, axis, std::numeric_limits<int64_t>::max());
    auto knownStep = knownAlong(n, 4, axis, 1);
    if (!sizes[axis] && knownStart && knownEnd && knownStep) {
      auto range =
          sliceRanges({bound}, {*knownStart}, {*knownEnd}, {0}, {*knownStep});
      if (!range)
        return n.invalid(absl::StrCat("it does not fit an input of shape ",
                                      dimsText(n.dims(0))));
      auto [first, step, count] = range->front();
      if (count == bound && step == 1)
        continue;
      Dims places;
      for (int64_t i = 0; i < count; ++i)
        places.push_back(first + i * step);
      x = count == 0  ? e.sliceAxis(x, axis, 0, 0)
          : step == 1 ? e.sliceAxis(x, axis, first, count)
                      : e.take(x, axis, e.vector(places));
      continue;
    }
    Value start = starts.along(e, axis, 0);
    if (!start)
      continue;
    Value step = steps ? steps->along(e, axis, 1) : e.scalar(start, 1);
    Value end = ends.along(e, axis, static_cast<double>(bound));
    Value whole = sizeOf(n, 0, axis);
    int64_t most = mostElements(bound, knownStart, knownEnd, knownStep);
    sizes[axis] = lengthOf(e, start, end, step, whole);
    x = most == 0 ? e.sliceAxis(x, axis, 0, 0)
                  : e.take(x, axis, placesAlong(e, start, step, whole, most));
  }
  n.set(0, x, n.type(0));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

static absl::Status slice(NodeContext &n) {
  bool isLate = false;
  for (size_t i = 1; i < 5; ++i)
    isLate |= n.has(i) && !n.known(i) && n.dims(i) != ArrayRef<int64_t>(0);
  if (isLate && n.declared(0) && !n.isBounded(0))
    return sliceAtRunTime(n);
  if (isLate || n.isBounded(0))
    return sliceWithinBounds(n);
  TENON_ASSIGN_OR_RETURN(auto starts, n.intsFrom(1, "starts"));
  TENON_ASSIGN_OR_RETURN(auto ends, n.intsFrom(2, "ends"));
  TENON_ASSIGN_OR_RETURN(auto axes, n.intsFrom(3, "axes"));
  TENON_ASSIGN_OR_RETURN(auto steps, n.intsFrom(4, "steps"));
  if (!starts || !ends)
    return n.invalid("it has no starts or no ends");
  auto ranges = sliceRanges(n.dims(0), *starts, *ends, axes.value_or(Dims()),
                            steps.value_or(Dims()));
  if (!ranges)
    return n.invalid(absl::StrCat("it does not fit an input of shape ",
                                  dimsText(n.dims(0))));
  Dims first, limit, stride, reversed;
  for (auto [axis, range] : llvm::enumerate(*ranges)) {
    auto [start, step, count] = range;
    int64_t last = count == 0 ? start : start + (count - 1) * step;
    first.push_back(std::min(start, last));
    limit.push_back(count == 0 ? start : std::max(start, last) + 1);
    stride.push_back(std::abs(step));
    if (step < 0)
      reversed.push_back(static_cast<int64_t>(axis));
  }
  Emitter e = n.emit();
  n.set(0, e.reverse(e.slice(n.value(0), first, limit, stride), reversed));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::sliceOps() {
  static const OpEntry rows[] = {
      {"Slice", 1, 1, 5, 1, slice,
       "a range known at run time gives the shape that the model declares, or "
       "one within bounds"},
  };
  return rows;
}
