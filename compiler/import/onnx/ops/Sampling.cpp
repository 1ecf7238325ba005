//===- Sampling.cpp - ONNX's ops that sample images -----------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ops/Products.h"
#include "compiler/import/onnx/ops/Sampler.h"
#include "compiler/import/onnx/ops/Windows.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

/// f32, or f64 for what is f64: places are computed in it.
mlir::Type placeType(Emitter &e, mlir::Type element) {
  return element.isF64() ? element
                         : mlir::Type(mlir::Float32Type::get(e.context()));
}

/// GridSample: what its attributes say, and places on the way to samples.
struct GridSample {
  NodeContext &n;
  Emitter e;
  Sampler sampler;
  std::string mode, padding;
  bool alignCorners;

  explicit GridSample(NodeContext &n)
      : n(n), e(n.emit()), sampler(n.emit(), n.value(0)) {
    mode = n.attrs().getString("mode", "linear");
    padding = n.attrs().getString("padding_mode", "zeros");
    alignCorners = n.attrs().getInt("align_corners", 0) != 0;
  }

  /// From -1 .. 1 to elements along dimension `d`.
  Value denormalize(Value x, int64_t d) {
    auto size = static_cast<double>(sampler.size(d));
    Value one = e.scalar(x, 1), half = e.scalar(x, 0.5);
    if (alignCorners)
      return e.mul(e.mul(e.add(x, one), half), e.scalar(x, size - 1));
    Value scaled = e.mul(e.add(x, one), e.scalar(x, size));
    return e.mul(e.sub(scaled, one), half);
  }

  /// Folds a place back at the borders of dimension `d`.
  Value reflect(Value x, int64_t d) {
    auto size = static_cast<double>(sampler.size(d));
    double low = alignCorners ? 0 : -0.5;
    double range = alignCorners ? size - 1 : size;
    if (range == 0)
      return e.mul(x, e.scalar(x, 0));
    // Distance from the lower border, in a period of two ranges.
    Value away = e.abs(e.sub(x, e.scalar(x, low)));
    Value rest = e.binary<graph::RemainderOp>(away, e.scalar(x, 2 * range));
    Value folded = e.min(rest, e.sub(e.scalar(x, 2 * range), rest));
    return e.add(folded, e.scalar(x, low));
  }

  /// The sample at whole places, which may lie outside.
  Value pixel(ArrayRef<Value> places) {
    if (padding == "zeros" || padding == "border") {
      llvm::SmallVector<Value> at;
      for (Value place : places)
        at.push_back(asIndex(e, place));
      return padding == "zeros" ? sampler.atOrZero(at) : sampler.at(at);
    }
    llvm::SmallVector<Value> at;
    for (auto [d, place] : llvm::enumerate(places))
      at.push_back(asIndex(e, reflect(place, static_cast<int64_t>(d))));
    return sampler.at(at);
  }

  /// Weights of the neighbours of a place that is `part` beyond a whole one.
  llvm::SmallVector<Value> weights(Value part) {
    Value one = e.scalar(part, 1);
    if (mode == "linear")
      return {e.sub(one, part), part};
    constexpr double a = -0.75;
    auto k = [&](double value) { return e.scalar(part, value); };
    // Keys' cubic: |x| <= 1 and 1 < |x| < 2.
    auto near = [&](Value x) {
      Value inner = e.sub(e.mul(k(a + 2), x), k(a + 3));
      return e.add(e.mul(e.mul(inner, x), x), one);
    };
    auto far = [&](Value x) {
      Value inner = e.add(e.mul(e.sub(e.mul(k(a), x), k(5 * a)), x), k(8 * a));
      return e.sub(e.mul(inner, x), k(4 * a));
    };
    Value rest = e.sub(one, part);
    return {far(e.add(part, one)), near(part), near(rest),
            far(e.add(rest, one))};
  }

  Value interpolate(ArrayRef<Value> places) {
    int64_t first = mode == "linear" ? 0 : -1;
    llvm::SmallVector<Value> base;
    llvm::SmallVector<llvm::SmallVector<Value>> along;
    for (Value place : places) {
      base.push_back(e.unary<graph::FloorOp>(place));
      along.push_back(weights(e.sub(place, base.back())));
    }
    size_t each = along[0].size(), count = 1;
    for (size_t d = 0; d < places.size(); ++d)
      count *= each;
    Value sum;
    for (size_t corner = 0; corner < count; ++corner) {
      llvm::SmallVector<Value> at;
      Value weight;
      size_t rest = corner;
      for (size_t d = 0; d < places.size(); ++d, rest /= each) {
        auto step = first + static_cast<int64_t>(rest % each);
        at.push_back(
            e.add(base[d], e.scalar(base[d], static_cast<double>(step))));
        Value own = along[d][rest % each];
        weight = weight ? e.mul(weight, own) : own;
      }
      Value values = pixel(at);
      Value weighted = e.mul(
          values, sampler.perChannel(e.convert(weight, elementOf(values))));
      sum = sum ? e.add(sum, weighted) : weighted;
    }
    return sum;
  }

  absl::Status build() {
    if (mode == "bilinear")
      mode = "linear";
    if (mode == "bicubic")
      mode = "cubic";
    if ((mode != "linear" && mode != "nearest" && mode != "cubic") ||
        (padding != "zeros" && padding != "border" && padding != "reflection"))
      return n.invalid("one of its modes is not known to ONNX");
    int64_t spatial = n.rank(0) - 2;
    if (n.rank(1) != n.rank(0) || n.dims(1).back() != spatial ||
        n.dims(1)[0] != n.dims(0)[0])
      return n.invalid("its grid is not [N, spatial..., rank]");
    if (*elementCount(Dims(n.dims(0).drop_front(2))) == 0)
      return n.invalid("it samples empty images");
    Value grid = e.convert(n.value(1), placeType(e, n.element(1)));
    Dims points(n.dims(1).begin(), n.dims(1).end() - 1);
    llvm::SmallVector<Value> places;
    // The grid names the last dimension first.
    for (int64_t d = 0; d < spatial; ++d) {
      Value x = e.reshape(e.sliceAxis(grid, n.rank(1) - 1, spatial - 1 - d, 1),
                          points);
      x = denormalize(x, d);
      if (mode == "nearest")
        x = e.unary<graph::RoundNearestEvenOp>(x);
      places.push_back(brought(x, d));
    }
    n.set(0, mode == "nearest" ? pixel(places) : interpolate(places));
    return absl::OkStatus();
  }

  /// Place `x` in dimension `d`, brought back where it lies beyond the borders.
  Value brought(Value x, int64_t d) {
    if (padding == "zeros")
      return x;
    if (padding == "reflection")
      return reflect(x, d);
    double margin = alignCorners ? 0 : 0.5;
    double last = static_cast<double>(sampler.size(d)) - 1;
    Value isOutside = e.binary<graph::OrOp>(
        e.compare(ComparisonDirection::LT, x, e.scalar(x, -margin)),
        e.compare(ComparisonDirection::GT, x, e.scalar(x, last + margin)));
    return e.select(isOutside, e.clamp(x, 0, last), x);
  }
};

absl::Status gridSample(NodeContext &n) {
  if (n.rank(0) < 3)
    return n.invalid("its input is not [N, C, spatial...]");
  return GridSample(n).build();
}

/// The places of the grid's points in the input, by an affine map.
absl::Status affineGrid(NodeContext &n) {
  Emitter e = n.emit();
  bool alignCorners = n.attrs().getInt("align_corners", 0) != 0;
  int64_t spatial = n.rank(0) == 3 ? n.dims(0)[1] : 0;
  if ((spatial != 2 && spatial != 3) || n.dims(0)[2] != spatial + 1)
    return n.invalid("its maps are not [N, 2, 3] or [N, 3, 4]");
  Dims sizes;
  if (n.known(1)) {
    TENON_ASSIGN_OR_RETURN(sizes, n.knownInts(1));
    if (static_cast<int64_t>(sizes.size()) != spatial + 2)
      return n.invalid("its size does not fit its maps");
    sizes.erase(sizes.begin(), sizes.begin() + 2);
  } else {
    TENON_ASSIGN_OR_RETURN(sizes, n.declaredDims(0));
    if (static_cast<int64_t>(sizes.size()) != spatial + 2)
      return n.invalid("the shape that the model declares does not fit");
    sizes = Dims(sizes.begin() + 1, sizes.end() - 1);
  }
  if (auto count = elementCount(sizes); !count.ok())
    return n.invalid(count.status().message());
  // Homogeneous coordinates of the points, the last dimension first.
  Value theta = n.value(0);
  Dims column = sizes;
  column.push_back(1);
  llvm::SmallVector<Value> parts;
  for (int64_t d = spatial; d-- > 0;) {
    auto size = static_cast<double>(sizes[d]);
    Value i = e.iota(elementOf(theta), column, d);
    Value scaled;
    if (alignCorners) {
      double step = sizes[d] > 1 ? 2 / (size - 1) : 0;
      scaled =
          e.sub(e.mul(i, e.scalar(i, step)), e.scalar(i, sizes[d] > 1 ? 1 : 0));
    } else {
      Value twice = e.add(e.mul(i, e.scalar(i, 2)), e.scalar(i, 1));
      scaled = e.sub(e.div(twice, e.scalar(i, size)), e.scalar(i, 1));
    }
    parts.push_back(scaled);
  }
  parts.push_back(
      e.splat(mlir::RankedTensorType::get(column, elementOf(theta)), 1));
  Value points = e.concat(parts, spatial);
  // [N, out, in] x [points..., in]: [N, out, points...].
  Value grid = e.dot(theta, points, {}, {}, {2}, {spatial});
  Dims order = {0};
  for (int64_t d = 0; d < spatial; ++d)
    order.push_back(d + 2);
  order.push_back(1);
  n.set(0, e.transpose(grid, order));
  return absl::OkStatus();
}

/// Averages or maxima of samples in the bins of regions.
absl::Status roiAlign(NodeContext &n) {
  Emitter e = n.emit();
  if (n.rank(0) != 4 || n.rank(1) != 2 || n.dims(1)[1] != 4 || n.rank(2) != 1 ||
      n.dims(2)[0] != n.dims(1)[0])
    return n.invalid("its inputs are not [N, C, H, W], [R, 4] and [R]");
  int64_t height = n.attrs().getInt("output_height", 1);
  int64_t width = n.attrs().getInt("output_width", 1);
  int64_t ratio = n.attrs().getInt("sampling_ratio", 0);
  double scale = n.attrs().getFloat("spatial_scale", 1);
  std::string mode = n.attrs().getString("mode", "avg");
  // Before version 16 there was no half pixel.
  std::string coordinates =
      n.attrs().getString("coordinate_transformation_mode",
                          n.opset() < 16 ? "output_half_pixel" : "half_pixel");
  if (height < 1 || width < 1 || ratio < 0 || ratio > 64 ||
      (mode != "avg" && mode != "max"))
    return n.invalid("one of its attributes is not as ONNX says");
  if (ratio == 0)
    return n.unsupported("a number of samples that depends on the regions");
  bool halfPixel = coordinates == "half_pixel";
  int64_t regions = n.dims(1)[0];
  mlir::Type element = n.element(0), wide = placeType(e, element);
  Value corners = e.mul(e.convert(n.value(1), wide),
                        e.splat(mlir::RankedTensorType::get({}, wide), scale));
  if (halfPixel)
    corners = e.sub(corners, e.scalar(corners, 0.5));
  // Each region is an image of its own: the one its batch index names.
  Value images = e.take(n.value(0), 0, asIndex(e, n.value(2)));
  Sampler sampler(e, images);
  // Places [R, bins, samples] along one dimension, of whose corners columns
  // `first` and `first + 2` hold start and end.
  auto along = [&](int64_t first, int64_t bins) {
    Value start = e.sliceAxis(corners, 1, first, 1);
    Value extent = e.sub(e.sliceAxis(corners, 1, first + 2, 1), start);
    if (!halfPixel)
      extent = e.max(extent, e.scalar(extent, 1));
    double count = static_cast<double>(bins * ratio);
    Value step = e.iota(wide, {1, bins * ratio}, 1);
    Value fraction =
        e.div(e.add(step, e.scalar(step, 0.5)), e.scalar(step, count));
    return e.add(start, e.mul(fraction, extent));
  };
  Value y = along(1, height), x = along(0, width);
  Dims grid = {regions, height * ratio, width * ratio};
  Value places[] = {e.broadcastInDim(y, grid, {0, 1}),
                    e.broadcastInDim(x, grid, {0, 2})};
  Value isOutside;
  llvm::SmallVector<Value> low, part;
  for (auto [d, place] : llvm::enumerate(places)) {
    auto size = static_cast<double>(n.dims(0)[static_cast<int64_t>(d) + 2]);
    Value beyond = e.binary<graph::OrOp>(
        e.compare(ComparisonDirection::LT, place, e.scalar(place, -1)),
        e.compare(ComparisonDirection::GT, place, e.scalar(place, size)));
    isOutside = isOutside ? e.binary<graph::OrOp>(isOutside, beyond) : beyond;
    Value inside = e.clamp(place, 0, size - 1);
    Value floor = e.unary<graph::FloorOp>(inside);
    low.push_back(asIndex(e, floor));
    part.push_back(e.sub(inside, floor));
  }
  bool isMax = mode == "max";
  Value sample;
  for (int corner = 0; corner < 4; ++corner) {
    llvm::SmallVector<Value> at;
    Value weight;
    for (int d : {0, 1}) {
      bool isHigh = corner >> d & 1;
      at.push_back(isHigh ? e.add(low[d], e.scalar(low[d], 1)) : low[d]);
      Value own = isHigh ? part[d] : e.sub(e.scalar(part[d], 1), part[d]);
      weight = weight ? e.mul(weight, own) : own;
    }
    weight = e.select(isOutside, e.scalar(weight, 0), weight);
    Value values = sampler.at(at);
    Value weighted =
        e.mul(values, sampler.perChannel(e.convert(weight, element)));
    // ONNX takes the largest of the weighted neighbours.
    sample = !sample ? weighted
             : isMax ? e.max(sample, weighted)
                     : e.add(sample, weighted);
  }
  Value bins =
      e.reshape(sample, {regions, n.dims(0)[1], height, ratio, width, ratio});
  Value result = e.reduce(isMax ? ReductionKind::Maximum : ReductionKind::Add,
                          bins, {3, 5}, false);
  if (!isMax)
    result =
        e.div(result, e.scalar(result, static_cast<double>(ratio * ratio)));
  n.set(0, result);
  return absl::OkStatus();
}

/// A convolution whose kernel elements are displaced by input 2 and weighted by
/// input 4.
absl::Status deformConv(NodeContext &n) {
  Emitter e = n.emit();
  if (n.rank(0) != 4 || n.rank(1) != 4 || n.rank(2) != 4)
    return n.unsupported("other than two spatial dimensions");
  Dims size(n.dims(1).begin() + 2, n.dims(1).end());
  TENON_ASSIGN_OR_RETURN(Window w, readWindow(n, size));
  int64_t groups = n.attrs().getInt("group", 1);
  int64_t offsetGroups = n.attrs().getInt("offset_group", 1);
  auto x = n.dims(0), kernel = n.dims(1);
  int64_t batch = x[0], channels = x[1], taps = size[0] * size[1];
  int64_t outH = w.output[0], outW = w.output[1];
  Dims offsetDims = {batch, offsetGroups * taps * 2, outH, outW};
  Dims maskDims = {batch, offsetGroups * taps, outH, outW};
  if (groups < 1 || offsetGroups < 1 || channels % offsetGroups != 0 ||
      channels != kernel[1] * groups || kernel[0] % groups != 0 ||
      n.dims(2) != ArrayRef<int64_t>(offsetDims) ||
      (n.has(4) && n.dims(4) != ArrayRef<int64_t>(maskDims)))
    return n.invalid("its kernel or offsets do not fit the input");
  // Each offset group is an image: [N * G, C / G, H, W].
  int64_t each = channels / offsetGroups;
  Value images =
      e.reshape(n.value(0), {batch * offsetGroups, each, x[2], x[3]});
  mlir::Type wide = placeType(e, n.element(2));
  Value offsets = e.reshape(e.convert(n.value(2), wide),
                            {batch * offsetGroups, taps, 2, outH, outW});
  Dims grid = {batch * offsetGroups, taps, outH, outW};
  llvm::SmallVector<Value> places;
  for (int64_t d : {0, 1}) {
    Value tap = e.count(taps);
    Value step = d == 0
                     ? e.div(tap, e.scalar(tap, static_cast<double>(size[1])))
                     : e.wrap(tap, size[1]);
    step = e.mul(step, e.scalar(step, static_cast<double>(w.dilations[d])));
    Value start = e.count(w.output[d]);
    start = e.mul(start, e.scalar(start, static_cast<double>(w.strides[d])));
    start = e.sub(start, e.scalar(start, static_cast<double>(w.low[d])));
    Value whole = e.add(e.broadcastInDim(step, grid, {1}),
                        e.broadcastInDim(start, grid, {d + 2}));
    Value offset = e.reshape(e.sliceAxis(offsets, 2, d, 1), grid);
    places.push_back(e.add(e.convert(whole, wide), offset));
  }
  Sampler sampler(e, images);
  Value columns = sampler.linear(places);
  if (n.has(4)) {
    Value mask = e.reshape(n.value(4), grid);
    columns = e.mul(columns, sampler.perChannel(mask));
  }
  // [N, G, C / G, taps, out...] x [O / G, C / G, taps], per group.
  columns = e.reshape(columns, {batch, groups, kernel[1], taps, outH, outW});
  Value weights =
      e.reshape(n.value(1), {groups, kernel[0] / groups, kernel[1], taps});
  Value y = e.dot(columns, weights, {1}, {0}, {2, 3}, {2, 3});
  // [G, N, out..., O / G] to [N, O, out...].
  y = e.reshape(e.transpose(y, {1, 0, 4, 2, 3}),
                {batch, kernel[0], outH, outW});
  if (n.has(3)) {
    if (n.rank(3) != 1 || n.dims(3)[0] != kernel[0])
      return n.invalid("its bias has not one number per feature");
    y = e.add(y, e.broadcastInDim(n.value(3), dimsOf(y), {1}));
  }
  n.set(0, y);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::samplingOps() {
  static const OpEntry rows[] = {
      {"AffineGrid", 20, 2, 2, 1, affineGrid,
       "of a size known at compile time or declared"},
      {"DeformConv", 19, 3, 5, 1, deformConv, "in two dimensions"},
      {"GridSample", 16, 2, 2, 1, gridSample},
      {"RoiAlign", 10, 3, 3, 1, roiAlign, "with a sampling_ratio"},
  };
  return rows;
}
