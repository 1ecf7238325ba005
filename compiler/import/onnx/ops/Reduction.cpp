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
  /// How many elements each result takes; where that depends on values, the
  /// scalar `sizes` is a further factor.
  int64_t count = 1;
  Value sizes = {};
};

/// The result's shape.
Dims reducedDims(ArrayRef<int64_t> from, const Reduction &r) {
  Dims dims;
  for (auto [axis, size] : llvm::enumerate(from)) {
    if (!llvm::is_contained(r.axes, static_cast<int64_t>(axis)))
      dims.push_back(size);
    else if (r.keep)
      dims.push_back(1);
  }
  return dims;
}

Reduction reductionOver(NodeContext &n, Dims axes, bool keep) {
  Reduction result{std::move(axes), keep};
  Emitter e = n.emit();
  for (int64_t axis : result.axes) {
    Value size = n.sizeAlong(0, axis);
    if (!size)
      result.count *= n.dims(0)[axis];
    else
      result.sizes = result.sizes ? e.mul(result.sizes, size) : size;
  }
  return result;
}

using Body = llvm::function_ref<Value(Emitter &, Value, const Reduction &)>;

/// Bit d is set where axis d is among the axes in input 1.
Value axisSet(NodeContext &n) {
  Emitter e = n.emit();
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  Value axes = e.wrap(e.convert(n.value(1), index), n.rank(0));
  Value bits = e.binary<graph::ShiftLeftOp>(e.scalar(axes, 1), axes);
  return e.reduce(ReductionKind::Add, bits, {0}, false);
}

/// Axes that are only known at run time: every set of them that gives the shape
/// that the model declares is reduced, and the one that was asked for chosen.
absl::Status reduceAtRunTime(NodeContext &n, bool keep, Body body) {
  constexpr size_t kMostChoices = 24;
  TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
  int64_t rank = n.rank(0);
  if (n.rank(1) != 1 || n.dims(1)[0] > rank || rank > 12)
    return n.invalid("its axes do not fit the input");
  llvm::SmallVector<int64_t> sets;
  llvm::SmallVector<Reduction> choices;
  for (int64_t set = 0; set < int64_t{1} << rank; ++set) {
    if (llvm::popcount(static_cast<uint64_t>(set)) != n.dims(1)[0])
      continue;
    Dims axes;
    for (int64_t axis = 0; axis < rank; ++axis)
      if (set >> axis & 1)
        axes.push_back(axis);
    Reduction r = reductionOver(n, std::move(axes), keep);
    if (reducedDims(n.dims(0), r) == declared) {
      sets.push_back(set);
      choices.push_back(std::move(r));
    }
  }
  if (choices.empty())
    return n.invalid("no axes give the shape that the model declares");
  if (choices.size() > kMostChoices)
    return n.unsupported("axes that are only known at run time, of so many "
                         "that give one shape");
  Emitter e = n.emit();
  Value x = n.value(0);
  Value result = body(e, x, choices[0]);
  Value wanted = axisSet(n), isKnown;
  for (int64_t set : sets) {
    Value isThis = e.isNumber(wanted, set);
    isKnown = isKnown ? e.binary<graph::OrOp>(isKnown, isThis) : isThis;
  }
  n.require(isKnown, "its axes do not give the shape that the model declares");
  for (size_t i = 1; i < choices.size(); ++i) {
    Value isThis = e.compare(ComparisonDirection::EQ, wanted,
                             e.scalar(wanted, static_cast<double>(sets[i])));
    result = e.select(isThis, body(e, x, choices[i]), result);
  }
  n.set(0, result);
  return absl::OkStatus();
}

/// Reads the axes, which newer operator sets pass as input 1 (ReduceSum since
/// 13, the others since 18), and sets the output to `body` over them.
absl::Status reduceOver(NodeContext &n, Body body) {
  int64_t asInput = n.op() == "ReduceSum" ? 13 : 18;
  if (n.opset() < asInput && n.has(1))
    return n.invalid("it has axes as an input, which is of a later version");
  bool keep = n.attrs().getInt("keepdims", 1) != 0;
  if (n.has(1) && !n.known(1) && n.dims(1) != ArrayRef<int64_t>(0))
    return reduceAtRunTime(n, keep, body);
  TENON_ASSIGN_OR_RETURN(Dims axes, n.reducedAxes());
  Emitter e = n.emit();
  n.set(0, body(e, n.value(0), reductionOver(n, std::move(axes), keep)));
  return absl::OkStatus();
}

Value same(Emitter &, Value x) { return x; }
Value absolute(Emitter &e, Value x) {
  auto integer = llvm::dyn_cast<mlir::IntegerType>(elementOf(x));
  return integer && integer.isUnsigned() ? x : e.abs(x);
}
Value square(Emitter &e, Value x) { return e.mul(x, x); }

/// f32 for integers, which ONNX takes roots and logarithms of all the same.
Value asFloat(Emitter &e, Value x) {
  bool isFloat = llvm::isa<mlir::FloatType>(elementOf(x));
  return isFloat ? x : e.convert(x, mlir::Float32Type::get(e.context()));
}
Value root(Emitter &e, Value x) { return e.sqrt(asFloat(e, x)); }
Value logarithm(Emitter &e, Value x) { return e.log(asFloat(e, x)); }

using Step = Value (*)(Emitter &, Value);

/// Post(reduce(Pre(x))), in x's element type.
template <ReductionKind Kind, Step Pre, Step Post>
absl::Status reduction(NodeContext &n) {
  return reduceOver(n, [](Emitter &e, Value x, const Reduction &r) {
    Value y = Post(e, e.reduce(Kind, Pre(e, x), r.axes, r.keep));
    return e.convert(y, elementOf(x));
  });
}

absl::Status mean(NodeContext &n) {
  return reduceOver(n, [](Emitter &e, Value x, const Reduction &r) {
    // Narrow floats are divided before the one rounding.
    mlir::Type element = elementOf(x);
    if (element.isF16() || element.isBF16())
      x = e.convert(x, mlir::Float32Type::get(e.context()));
    Value sum = e.reduce(ReductionKind::Add, x, r.axes, r.keep);
    Value count = e.scalar(sum, static_cast<double>(r.count));
    if (r.sizes)
      count = e.mul(count, e.convert(r.sizes, elementOf(sum)));
    Value result = e.div(sum, count);
    return e.convert(result, element);
  });
}

/// ln(sum(e^x)), with the largest x taken out so that nothing overflows.
absl::Status logSumExp(NodeContext &n) {
  return reduceOver(n, [](Emitter &e, Value x, const Reduction &r) {
    mlir::Type element = elementOf(x);
    x = asFloat(e, x);
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
    result = e.reshape(result, reducedDims(dimsOf(x), r));
    return e.convert(result, element);
  });
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

/// Running sums or products along `axis`: windows that reach back to the first
/// element, or ahead to the last.
Value accumulate(NodeContext &n, ReductionKind kind, int64_t axis) {
  bool exclusive = n.attrs().getInt("exclusive", 0) != 0;
  bool reverse = n.attrs().getInt("reverse", 0) != 0;
  int64_t size = n.dims(0)[axis], rank = n.rank(0);
  if (size == 0)
    return n.value(0);
  Dims window(rank, 1), ones(rank, 1), low(rank, 0), high(rank, 0);
  window[axis] = size;
  // Exclusive windows end one element before their own.
  low[axis] = exclusive ? size : size - 1;
  high[axis] = exclusive ? -1 : 0;
  if (reverse)
    std::swap(low[axis], high[axis]);
  return n.emit().reduceWindow(kind, n.value(0), window, ones, ones, low, high);
}

template <ReductionKind Kind> absl::Status cumulative(NodeContext &n) {
  Dims dims(n.dims(1).begin(), n.dims(1).end());
  if (*elementCount(dims) != 1 || n.rank(0) == 0)
    return n.invalid("its axis is no scalar");
  if (n.known(1) || n.rank(0) == 1) {
    Dims given = {0};
    if (n.known(1)) {
      TENON_ASSIGN_OR_RETURN(given, n.knownInts(1));
    }
    TENON_ASSIGN_OR_RETURN(int64_t axis, n.axis(given[0], n.rank(0)));
    n.set(0, accumulate(n, Kind, axis));
    return absl::OkStatus();
  }
  // Known at run time only: along each axis, and one is chosen.
  Emitter e = n.emit();
  Value wanted = e.wrap(e.reshape(n.value(1), {}), n.rank(0));
  Value result = accumulate(n, Kind, 0);
  for (int64_t axis = 1; axis < n.rank(0); ++axis) {
    Value isThis = e.compare(ComparisonDirection::EQ, wanted,
                             e.scalar(wanted, static_cast<double>(axis)));
    result = e.select(isThis, accumulate(n, Kind, axis), result);
  }
  n.set(0, result);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::reductionOps() {
  using Kind = ReductionKind;
  static const OpEntry rows[] = {
      {"ArgMax", 1, 1, 1, 1, argExtreme<Kind::Maximum>},
      {"ArgMin", 1, 1, 1, 1, argExtreme<Kind::Minimum>},
      {"CumProd", 26, 2, 2, 1, cumulative<Kind::Multiply>},
      {"CumSum", 11, 2, 2, 1, cumulative<Kind::Add>},
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
