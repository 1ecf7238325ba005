//===- Pooling.cpp - ONNX's pools -----------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ops/Windows.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ReductionKind;

/// The window that kernel_shape states.
static absl::StatusOr<Window> poolWindow(NodeContext &n) {
  if (n.rank(0) < 3)
    return n.invalid("its input is not [N, C, spatial...]");
  auto size = n.attrs().getInts("kernel_shape");
  if (!size || static_cast<int64_t>(size->size()) != n.rank(0) - 2)
    return n.invalid("kernel_shape is not one number per spatial dimension");
  return readWindow(n, *size);
}

/// Reduces the windows of `x`, whose padding is neutral.
static Value pool(Emitter &e, ReductionKind kind, Value x, const Window &w) {
  auto withBatch = [](const Dims &spatial, int64_t fill) {
    Dims all = {fill, fill};
    all.insert(all.end(), spatial.begin(), spatial.end());
    return all;
  };
  return e.reduceWindow(kind, x, withBatch(w.size, 1), withBatch(w.strides, 1),
                        withBatch(w.dilations, 1), withBatch(w.low, 0),
                        withBatch(w.exactHigh, 0));
}

/// Where each window's maximum is, in the whole input; the first of several.
/// Each element of the window is compared with the maximum in turn.
static absl::StatusOr<Value> maximumPlaces(NodeContext &n, Value x, Value most,
                                           const Window &w) {
  int64_t taps = 1;
  for (int64_t size : w.size)
    taps *= size;
  if (taps > 1024)
    return n.unsupported("Indices of windows of so many elements");
  Emitter e = n.emit();
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  auto spatial = static_cast<int64_t>(w.size.size());
  bool columnMajor = n.attrs().getInt("storage_order", 0) != 0;
  // Places within the spatial dimensions, in the order that is asked for.
  Value place;
  int64_t step = 1;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t d = 2 + (columnMajor ? i : spatial - 1 - i);
    Value along = e.iota(index, dimsOf(x), d);
    along = e.mul(along, e.scalar(along, static_cast<double>(step)));
    place = place ? e.add(place, along) : along;
    step *= dimsOf(x)[d];
  }
  // Channels and batches stand in front in either order.
  for (int64_t d : {1, 0}) {
    Value along = e.iota(index, dimsOf(x), d);
    place =
        e.add(place, e.mul(along, e.scalar(along, static_cast<double>(step))));
    step *= dimsOf(x)[d];
  }
  Dims low = {0, 0}, high = {0, 0};
  for (int64_t d = 0; d < spatial; ++d) {
    low.push_back(w.low[d]);
    high.push_back(std::max<int64_t>(w.exactHigh[d], 0));
  }
  Value neutral = e.neutral(ReductionKind::Maximum, elementOf(x));
  Value values = e.pad(x, neutral, low, high);
  Value places =
      e.pad(place, e.neutral(ReductionKind::Minimum, index), low, high);
  Value best;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Dims starts = {0, 0}, limits = {dimsOf(x)[0], dimsOf(x)[1]},
         strides = {1, 1};
    Dims at(spatial);
    for (int64_t d = spatial, rest = tap; d-- > 0; rest /= w.size[d])
      at[d] = rest % w.size[d];
    for (int64_t d = 0; d < spatial; ++d) {
      starts.push_back(at[d] * w.dilations[d]);
      limits.push_back(starts.back() + (w.output[d] - 1) * w.strides[d] + 1);
      strides.push_back(w.strides[d]);
    }
    Value value = e.slice(values, starts, limits, strides);
    Value own = e.slice(places, starts, limits, strides);
    Value hit = e.compare(graph::ComparisonDirection::EQ, value, most);
    Value candidate =
        e.select(hit, own, e.neutral(ReductionKind::Minimum, index));
    best = best ? e.min(best, candidate) : candidate;
  }
  return best;
}

static absl::Status maxPool(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Window window, poolWindow(n));
  Emitter e = n.emit();
  Value x = n.value(0);
  Value most = pool(e, ReductionKind::Maximum, x, window);
  n.set(0, most);
  if (n.wants(1)) {
    TENON_ASSIGN_OR_RETURN(Value places, maximumPlaces(n, x, most, window));
    n.set(1, places);
  }
  return absl::OkStatus();
}

/// How many elements each window counts, as a constant of shape
/// [1, 1, output...], or as a scalar where all count the same.
static HostTensor windowCounts(const Window &w, llvm::ArrayRef<int64_t> spatial,
                               bool withPadding) {
  HostTensor counts = HostTensor::zeros(TensorProto::DOUBLE, {1, 1});
  counts.floats = {1};
  for (size_t axis = 0; axis < w.size.size(); ++axis) {
    // Elements of the input, and of stated padding if that counts; what
    // ceil_mode adds at the end never does.
    int64_t first = withPadding ? -w.low[axis] : 0;
    int64_t limit = spatial[axis] + (withPadding ? w.high[axis] : 0);
    std::vector<double> along;
    for (int64_t i = 0; i < w.output[axis]; ++i) {
      int64_t inside = 0;
      for (int64_t k = 0; k < w.size[axis]; ++k) {
        int64_t place =
            i * w.strides[axis] - w.low[axis] + k * w.dilations[axis];
        inside += place >= first && place < limit;
      }
      along.push_back(static_cast<double>(inside));
    }
    // Counts of a box are the products of the counts of its sides.
    std::vector<double> product;
    for (double outer : counts.floats)
      for (double inner : along)
        product.push_back(outer * inner);
    counts.floats = std::move(product);
    counts.dims.push_back(w.output[axis]);
  }
  if (!counts.floats.empty() && llvm::all_equal(counts.floats)) {
    counts.floats.resize(1);
    counts.dims.clear();
  }
  return counts;
}

static absl::Status averagePool(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Window window, poolWindow(n));
  int64_t places = 1, largest = 1;
  for (int64_t dim : window.output)
    places *= dim;
  for (int64_t dim : window.size)
    largest = std::max(largest, dim);
  if (places > int64_t{1} << 24 || largest > int64_t{1} << 20)
    return n.unsupported("windows of such a size or number");
  Emitter e = n.emit();
  Value x = n.value(0);
  mlir::Type element = elementOf(x);
  if (element.isF16() || element.isBF16())
    x = e.convert(x, mlir::Float32Type::get(e.context()));
  HostTensor counts =
      windowCounts(window, n.dims(0).drop_front(2),
                   n.attrs().getInt("count_include_pad", 0) != 0);
  counts.type = dataType(elementOf(x));
  if (!isHostFloat(counts.type))
    return n.invalid("its input is not of floats");
  Value sum = pool(e, ReductionKind::Add, x, window);
  n.set(0, e.convert(e.div(sum, e.constant(counts)), element));
  return absl::OkStatus();
}

/// Applies |x|^p to the input and ^(1/p) to the sums.
static absl::StatusOr<Value>
powerSum(NodeContext &n, llvm::function_ref<Value(Emitter &, Value)> sum) {
  int64_t p = n.attrs().getInt("p", 2);
  if (p < 1)
    return n.invalid(absl::StrCat("p is ", p));
  Emitter e = n.emit();
  Value x = e.abs(n.value(0));
  if (p == 1)
    return sum(e, x);
  if (p == 2)
    return e.sqrt(sum(e, e.mul(x, x)));
  auto power = [&](Value of, double exponent) {
    return e.binary<graph::PowerOp>(of, e.scalar(of, exponent));
  };
  auto exponent = static_cast<double>(p);
  return power(sum(e, power(x, exponent)), 1 / exponent);
}

static absl::Status lpPool(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Window window, poolWindow(n));
  TENON_ASSIGN_OR_RETURN(Value y, powerSum(n, [&](Emitter &e, Value x) {
                           return pool(e, ReductionKind::Add, x, window);
                         }));
  n.set(0, y);
  return absl::OkStatus();
}

/// All dimensions but batch and channels, or an error where there are none.
static absl::StatusOr<Dims> spatialAxes(NodeContext &n) {
  if (n.rank(0) < 3)
    return n.invalid("its input is not [N, C, spatial...]");
  Dims axes(n.rank(0) - 2);
  std::iota(axes.begin(), axes.end(), 2);
  return axes;
}

static absl::Status globalMaxPool(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims axes, spatialAxes(n));
  n.set(0, n.emit().reduce(ReductionKind::Maximum, n.value(0), axes, true));
  return absl::OkStatus();
}

static absl::Status globalAveragePool(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims axes, spatialAxes(n));
  Emitter e = n.emit();
  Value x = n.value(0);
  mlir::Type element = elementOf(x);
  if (element.isF16() || element.isBF16())
    x = e.convert(x, mlir::Float32Type::get(e.context()));
  double count = 1;
  for (int64_t axis : axes)
    count *= static_cast<double>(n.dims(0)[axis]);
  Value sum = e.reduce(ReductionKind::Add, x, axes, true);
  n.set(0, e.convert(e.div(sum, e.scalar(sum, count)), element));
  return absl::OkStatus();
}

static absl::Status globalLpPool(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims axes, spatialAxes(n));
  TENON_ASSIGN_OR_RETURN(Value y, powerSum(n, [&](Emitter &e, Value x) {
                           return e.reduce(ReductionKind::Add, x, axes, true);
                         }));
  n.set(0, y);
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::poolingOps() {
  static const OpEntry rows[] = {
      {"AveragePool", 1, 1, 1, 1, averagePool},
      {"GlobalAveragePool", 1, 1, 1, 1, globalAveragePool},
      {"GlobalLpPool", 2, 1, 1, 1, globalLpPool},
      {"GlobalMaxPool", 1, 1, 1, 1, globalMaxPool},
      {"LpPool", 2, 1, 1, 1, lpPool},
      {"MaxPool", 1, 1, 1, 2, maxPool},
  };
  return rows;
}
