//===- Slice.cpp - ONNX's Slice -------------------------------------------===//
//
// A slice whose range is known is one of the graph, reversed where a step is
// negative. Otherwise the model has to declare the result's shape, and the
// places are computed at run time, axis by axis.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/AxisOperands.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

/// Where an axis is read from: start + step * i.
static Value placesAlong(Emitter &e, Value start, Value step, int64_t size,
                         int64_t count) {
  Value isNegative =
      e.compare(graph::ComparisonDirection::LT, start, e.scalar(start, 0));
  Value fromEnd = e.add(start, e.scalar(start, static_cast<double>(size)));
  // A start outside is moved to the first element that the slice can hold.
  Value first = e.clamp(e.select(isNegative, fromEnd, start), 0,
                        static_cast<double>(size - 1));
  return e.add(e.mul(e.count(count), step), first);
}

/// How many elements a slice of an axis of `size` has.
static Value lengthOf(Emitter &e, Value start, Value end, Value step,
                      int64_t size) {
  auto number = [&](int64_t value) {
    return e.scalar(start, static_cast<double>(value));
  };
  Value zero = number(0);
  auto isNegative = [&](Value x) {
    return e.compare(graph::ComparisonDirection::LT, x, zero);
  };
  auto fromEnd = [&](Value x) {
    return e.select(isNegative(x), e.add(x, number(size)), x);
  };
  // Forwards both lie in 0 .. size, backwards in -1 .. size - 1.
  Value isBackwards = isNegative(step);
  Value low = e.select(isBackwards, number(-1), zero);
  Value high = e.select(isBackwards, number(size - 1), number(size));
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
    n.require(e.isNumber(lengthOf(e, start, end, step, size), dims[axis]),
              absl::StrCat("along axis ", axis, " it does not give the ",
                           dims[axis], " elements that the model declares"));
    if (dims[axis] == 0) {
      x = e.sliceAxis(x, axis, 0, 0);
      continue;
    }
    x = e.take(x, axis, placesAlong(e, start, step, size, dims[axis]));
  }
  n.set(0, x);
  return absl::OkStatus();
}

static absl::Status slice(NodeContext &n) {
  for (size_t i = 1; i < 5; ++i)
    if (n.has(i) && !n.known(i) && n.dims(i) != ArrayRef<int64_t>(0))
      return sliceAtRunTime(n);
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
       "a range known at run time only gives the shape that the model "
       "declares"},
  };
  return rows;
}
