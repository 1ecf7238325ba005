//===- Reduction.cpp - ONNX's reductions and scans ------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

/// What a Reduce node reduces.
struct Reduction {
  Dims axes;
  bool keep;
  /// How many elements each result takes.
  int64_t count = 1;
};

/// Reads the axes, which newer operator sets pass as input 1 (ReduceSum since
/// 13, the others since 18).
absl::StatusOr<Reduction> readReduction(NodeContext &n) {
  int64_t asInput = n.op() == "ReduceSum" ? 13 : 18;
  if (n.opset() < asInput && n.has(1))
    return n.invalid("it has axes as an input, which is of a later version");
  TENON_ASSIGN_OR_RETURN(auto given, n.intsFrom(1, "axes"));
  std::optional<ArrayRef<int64_t>> ref;
  if (given)
    ref = *given;
  auto axes = reducedAxes(ref, n.rank(0),
                          n.attrs().getInt("noop_with_empty_axes", 0) != 0);
  if (!axes)
    return n.invalid(absl::StrCat("its axes do not fit rank ", n.rank(0)));
  Reduction result{*axes, n.attrs().getInt("keepdims", 1) != 0};
  for (int64_t axis : *axes)
    result.count *= n.dims(0)[axis];
  return result;
}

Value same(Emitter &, Value x) { return x; }
Value absolute(Emitter &e, Value x) { return e.abs(x); }
Value square(Emitter &e, Value x) { return e.mul(x, x); }
Value root(Emitter &e, Value x) { return e.sqrt(x); }
Value logarithm(Emitter &e, Value x) { return e.log(x); }

using Step = Value (*)(Emitter &, Value);

/// Post(reduce(Pre(x))).
template <ReductionKind Kind, Step Pre, Step Post>
absl::Status reduction(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Reduction r, readReduction(n));
  Emitter e = n.emit();
  Value x = Pre(e, n.value(0));
  n.set(0, Post(e, e.reduce(Kind, x, r.axes, r.keep)));
  return absl::OkStatus();
}

absl::Status mean(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Reduction r, readReduction(n));
  Emitter e = n.emit();
  // Narrow floats are divided before the one rounding.
  Value x = n.value(0);
  mlir::Type element = elementOf(x);
  if (element.isF16() || element.isBF16())
    x = e.convert(x, mlir::Float32Type::get(e.context()));
  Value sum = e.reduce(ReductionKind::Add, x, r.axes, r.keep);
  Value result = e.div(sum, e.scalar(sum, static_cast<double>(r.count)));
  n.set(0, e.convert(result, element));
  return absl::OkStatus();
}

/// ln(sum(e^x)), with the largest x taken out so that nothing overflows.
absl::Status logSumExp(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Reduction r, readReduction(n));
  Emitter e = n.emit();
  Value x = n.value(0);
  Value largest = e.reduce(ReductionKind::Maximum, x, r.axes, true);
  // An infinity would give inf - inf.
  Value isFinite = e.make<graph::IsFiniteOp>(
      mlir::RankedTensorType::get(dimsOf(largest),
                                  mlir::IntegerType::get(e.context(), 1)),
      largest);
  Value shift = e.select(isFinite, largest, e.scalar(x, 0));
  Value sum =
      e.reduce(ReductionKind::Add, e.exp(e.sub(x, shift)), r.axes, true);
  Value result = e.add(e.log(sum), shift);
  if (!r.keep) {
    Dims dims;
    for (int64_t axis = 0; axis < n.rank(0); ++axis)
      if (!llvm::is_contained(r.axes, axis))
        dims.push_back(n.dims(0)[axis]);
    result = e.reshape(result, dims);
  }
  n.set(0, result);
  return absl::OkStatus();
}

/// The first or last place of the extreme value: the least or greatest index
/// among those that hold it. A NaN counts as the extreme, as in NumPy.
template <ReductionKind Kind> absl::Status argExtreme(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  if (n.dims(0)[axis] == 0)
    return n.invalid("it chooses among no elements");
  bool keep = n.attrs().getInt("keepdims", 1) != 0;
  bool last = n.attrs().getInt("select_last_index", 0) != 0;
  Emitter e = n.emit();
  Value x = n.value(0);
  Value extreme = e.reduce(Kind, x, {axis}, true);
  Value hit = e.compare(ComparisonDirection::EQ, x, extreme);
  if (llvm::isa<mlir::FloatType>(elementOf(x)))
    hit = e.binary<graph::OrOp>(hit, e.compare(ComparisonDirection::NE, x, x));
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  Value place = e.iota(index, n.dims(0), axis);
  ReductionKind pick = last ? ReductionKind::Maximum : ReductionKind::Minimum;
  Value chosen = e.select(hit, place, e.neutral(pick, index));
  n.set(0, e.reduce(pick, chosen, {axis}, keep));
  return absl::OkStatus();
}

/// Running sums or products: windows that reach back to the first element.
template <ReductionKind Kind> absl::Status cumulative(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims given, n.knownInts(1));
  if (given.size() != 1)
    return n.invalid("its axis is no scalar");
  TENON_ASSIGN_OR_RETURN(int64_t axis, n.axis(given[0], n.rank(0)));
  bool exclusive = n.attrs().getInt("exclusive", 0) != 0;
  bool reverse = n.attrs().getInt("reverse", 0) != 0;
  int64_t size = n.dims(0)[axis];
  Emitter e = n.emit();
  if (size == 0) {
    n.set(0, n.value(0));
    return absl::OkStatus();
  }
  Dims window(n.rank(0), 1), ones(n.rank(0), 1), low(n.rank(0), 0),
      high(n.rank(0), 0);
  window[axis] = size;
  // Exclusive windows end one element before their own.
  low[axis] = exclusive ? size : size - 1;
  high[axis] = exclusive ? -1 : 0;
  if (reverse)
    std::swap(low[axis], high[axis]);
  n.set(0, e.reduceWindow(Kind, n.value(0), window, ones, ones, low, high));
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::reductionOps() {
  using Kind = ReductionKind;
  static const OpEntry rows[] = {
      {"ArgMax", 1, 1, 1, 1, argExtreme<Kind::Maximum>},
      {"ArgMin", 1, 1, 1, 1, argExtreme<Kind::Minimum>},
      {"CumProd", 26, 2, 2, 1, cumulative<Kind::Multiply>,
       "along an axis known at compile time"},
      {"CumSum", 11, 2, 2, 1, cumulative<Kind::Add>,
       "along an axis known at compile time"},
      {"ReduceL1", 1, 1, 2, 1, reduction<Kind::Add, absolute, same>},
      {"ReduceL2", 1, 1, 2, 1, reduction<Kind::Add, square, root>},
      {"ReduceLogSum", 1, 1, 2, 1, reduction<Kind::Add, same, logarithm>},
      {"ReduceLogSumExp", 1, 1, 2, 1, logSumExp},
      {"ReduceMax", 1, 1, 2, 1, reduction<Kind::Maximum, same, same>},
      {"ReduceMean", 1, 1, 2, 1, mean},
      {"ReduceMin", 1, 1, 2, 1, reduction<Kind::Minimum, same, same>},
      {"ReduceProd", 1, 1, 2, 1, reduction<Kind::Multiply, same, same>},
      {"ReduceSum", 1, 1, 2, 1, reduction<Kind::Add, same, same>},
      {"ReduceSumSquare", 1, 1, 2, 1, reduction<Kind::Add, square, same>},
  };
  return rows;
}
