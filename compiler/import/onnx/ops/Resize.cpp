//===- Resize.cpp - ONNX's Resize and Upsample ----------------------------===//
//
// Interpolation is separable: each axis is resized by itself, as a sum of
// neighbours, each taken along the axis and weighted.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/AxisLine.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

namespace {

/// One axis: sizes, what its scale is, and the region it shows.
struct ResizedAxis {
  int64_t axis;
  int64_t from;
  int64_t to;
  Line scale;
  Line start;
  Line end;
};

/// A neighbour of each place: where it is and how much it counts.
struct Tap {
  Line place;
  Line weight;
};

struct Resize {
  NodeContext &n;
  Emitter e;
  std::string mode, coordinates, nearest, policy;
  bool antialias, excludeOutside;
  double cubic;
  std::vector<ResizedAxis> axes;
  /// What an axis is interpolated in.
  mlir::Type wide;

  explicit Resize(NodeContext &n) : n(n), e(n.emit()) {}

  absl::Status readAttributes() {
    bool isOld = n.op() == "Upsample" || n.opset() < 11;
    mode = n.attrs().getString("mode", "nearest");
    if (mode == "bilinear" || mode == "trilinear")
      mode = "linear";
    coordinates = n.attrs().getString("coordinate_transformation_mode",
                                      isOld ? "asymmetric" : "half_pixel");
    nearest = n.attrs().getString("nearest_mode",
                                  isOld ? "floor" : "round_prefer_floor");
    policy = n.attrs().getString("keep_aspect_ratio_policy", "stretch");
    antialias = n.attrs().getInt("antialias", 0) != 0;
    excludeOutside = n.attrs().getInt("exclude_outside", 0) != 0;
    cubic = n.attrs().getFloat("cubic_coeff_a", -0.75f);
    auto isOneOf = [](const std::string &what,
                      std::initializer_list<const char *> names) {
      return llvm::is_contained(names, what);
    };
    if (!isOneOf(mode, {"nearest", "linear", "cubic"}) ||
        !isOneOf(coordinates,
                 {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                  "align_corners", "asymmetric", "tf_crop_and_resize",
                  "tf_half_pixel_for_nn"}) ||
        !isOneOf(nearest, {"round_prefer_floor", "round_prefer_ceil", "floor",
                           "ceil"}) ||
        !isOneOf(policy, {"stretch", "not_larger", "not_smaller"}))
      return n.invalid("one of its modes is not known to ONNX");
    return absl::OkStatus();
  }

  /// Number `at` of input `i`, known or not.
  Line numberOf(LineMath &math, size_t i, int64_t at) {
    if (const HostTensor *known = n.known(i))
      return math.number(known->asDouble(at));
    return math.scalar(e.element(n.value(i), at));
  }

  absl::Status readAxes() {
    bool isUpsample = n.op() == "Upsample";
    bool isOld = isUpsample || n.opset() < 11;
    size_t scalesInput = isOld ? 1 : 2, roiInput = 1, sizesInput = 3;
    auto isGiven = [&](size_t i) {
      return n.has(i) && n.dims(i) != ArrayRef<int64_t>(0);
    };
    auto scaleList = isUpsample && n.opset() < 9 ? n.attrs().getFloats("scales")
                                                 : std::nullopt;
    bool hasSizes = !isOld && isGiven(sizesInput);
    bool hasScales = scaleList || isGiven(scalesInput);
    if (hasSizes == hasScales)
      return n.invalid("it has not one of scales and sizes");
    Dims which(n.rank(0));
    std::iota(which.begin(), which.end(), 0);
    if (auto given = n.attrs().getInts("axes")) {
      auto normal = normalizeAxes(*given, n.rank(0));
      if (!normal)
        return n.invalid("its axes do not fit the input");
      which = *normal;
    }
    auto count = static_cast<int64_t>(which.size());
    size_t source = hasSizes ? sizesInput : scalesInput;
    int64_t given = scaleList ? static_cast<int64_t>(scaleList->size())
                    : n.rank(source) == 1 ? n.dims(source)[0]
                                          : -1;
    if (given != count)
      return n.invalid("it has not one scale or size per axis");
    bool isKnown = scaleList || n.known(source);
    Dims declared;
    if (!isKnown) {
      TENON_ASSIGN_OR_RETURN(declared, n.declaredDims(0));
      if (static_cast<int64_t>(declared.size()) != n.rank(0))
        return n.invalid("the shape that the model declares does not fit");
    }
    for (int64_t i = 0; i < count; ++i) {
      int64_t axis = which[i], from = n.dims(0)[axis];
      // Lengths are set below; scalars have none.
      LineMath math(e, 1);
      Line number =
          scaleList ? math.number((*scaleList)[i]) : numberOf(math, source, i);
      ResizedAxis one{axis, from, 0, number, math.number(0), math.number(1)};
      if (hasSizes)
        one.scale = math.div(number, math.number(static_cast<double>(from)));
      if (coordinates == "tf_crop_and_resize") {
        if (!isGiven(roiInput) || n.rank(roiInput) != 1 ||
            n.dims(roiInput)[0] != 2 * count)
          return n.invalid("its roi is not two numbers per axis");
        one.start = numberOf(math, roiInput, i);
        one.end = numberOf(math, roiInput, count + i);
      }
      axes.push_back(std::move(one));
    }
    if (hasSizes && policy != "stretch")
      keepAspectRatio();
    for (ResizedAxis &axis : axes) {
      axis.to = isKnown ? resizedLength(axis, hasSizes) : declared[axis.axis];
      if (axis.from < 1 && axis.to > 0)
        return n.invalid("it resizes an empty axis");
      // Beyond this no product of sizes below is exact.
      if (axis.to < 0 || axis.to > int64_t{1} << 31)
        return n.invalid("a size is out of range");
      // What stretches is scaled by what it becomes.
      if (hasSizes && policy == "stretch")
        axis.scale = {
            {static_cast<double>(axis.to) / static_cast<double>(axis.from)},
            {}};
    }
    return absl::OkStatus();
  }

  void keepAspectRatio() {
    LineMath math(e, 1);
    Line common = axes[0].scale;
    for (const ResizedAxis &axis : axes)
      common = policy == "not_larger" ? math.min(common, axis.scale)
                                      : math.max(common, axis.scale);
    for (ResizedAxis &axis : axes)
      axis.scale = common;
  }

  int64_t resizedLength(const ResizedAxis &axis, bool hasSizes) {
    double length = axis.scale.known[0] * static_cast<double>(axis.from);
    if (coordinates == "tf_crop_and_resize" && !hasSizes &&
        axis.start.isKnown() && axis.end.isKnown())
      length *= axis.end.known[0] - axis.start.known[0];
    // A size times its own reciprocal may fall short of itself.
    length = hasSizes ? std::floor(length + 0.5) : std::floor(length);
    return length >= 0 && length < 1e12 ? static_cast<int64_t>(length) : -1;
  }

  /// Where in the input each place of the result lies.
  Line origins(LineMath &math, const ResizedAxis &a) {
    Line x = math.places();
    Line from = math.number(static_cast<double>(a.from));
    Line last = math.number(static_cast<double>(a.from - 1));
    Line width = math.mul(a.scale, from);
    Line half = math.number(0.5), one = math.number(1);
    Line isOne = math.equal(width, one);
    Line steps = math.select(isOne, one, math.sub(width, one));
    Line centered = math.sub(math.div(math.add(x, half), a.scale), half);
    if (coordinates == "half_pixel")
      return centered;
    if (coordinates == "pytorch_half_pixel")
      return math.select(isOne, math.number(-0.5), centered);
    if (coordinates == "asymmetric")
      return math.div(x, a.scale);
    if (coordinates == "tf_half_pixel_for_nn")
      return math.div(math.add(x, half), a.scale);
    if (coordinates == "align_corners")
      return math.select(isOne, math.number(0),
                         math.div(math.mul(x, last), steps));
    if (coordinates == "half_pixel_symmetric") {
      Line whole = math.number(static_cast<double>(a.to));
      Line adjusted = math.sub(one, math.div(whole, width));
      return math.add(math.mul(math.mul(from, half), adjusted), centered);
    }
    // tf_crop_and_resize.
    Line span = math.mul(math.sub(a.end, a.start), last);
    Line inside = math.select(isOne, math.mul(span, half),
                              math.div(math.mul(x, span), steps));
    return math.add(inside, math.mul(a.start, last));
  }

  Line nearestOf(LineMath &math, const Line &x) {
    if (nearest == "floor")
      return math.floor(x);
    if (nearest == "ceil")
      return math.ceil(x);
    Line half = math.number(0.5);
    return nearest == "round_prefer_floor" ? math.ceil(math.sub(x, half))
                                           : math.floor(math.add(x, half));
  }

  /// The weight of a neighbour at `distance`, in steps of the filter.
  Line filter(LineMath &math, const Line &distance) {
    Line d = math.abs(distance), zero = math.number(0), one = math.number(1);
    if (mode == "linear")
      return math.max(zero, math.sub(one, d));
    // Keys' cubic, piece by piece.
    auto k = [&](double value) { return math.number(value); };
    Line d2 = math.mul(d, d), d3 = math.mul(d2, d);
    Line near = math.add(
        math.sub(math.mul(k(cubic + 2), d3), math.mul(k(cubic + 3), d2)), one);
    Line far = math.sub(
        math.add(math.sub(math.mul(k(cubic), d3), math.mul(k(5 * cubic), d2)),
                 math.mul(k(8 * cubic), d)),
        k(4 * cubic));
    far = math.select(math.less(d, k(2)), far, zero);
    return math.select(math.less(d, one), near, far);
  }

  std::vector<Tap> taps(LineMath &math, const ResizedAxis &a, const Line &x) {
    if (mode == "nearest")
      return {{nearestOf(math, x), math.number(1)}};
    int64_t reach = mode == "linear" ? 1 : 2;
    // Shrinking widens the filter; the least scale that gives the result's
    // length bounds it where the scale is only known at run time.
    Line narrow =
        antialias ? math.min(a.scale, math.number(1)) : math.number(1);
    int64_t first = 1 - reach;
    if (antialias) {
      double least = a.scale.isKnown()
                         ? std::min(a.scale.known[0], 1.0)
                         : std::min(1.0, static_cast<double>(a.to) / a.from);
      first = static_cast<int64_t>(
                  std::floor(-static_cast<double>(reach) / least)) +
              1;
    }
    std::vector<Tap> result;
    Line base = math.floor(x), sum = math.number(0);
    for (int64_t tap = first; tap <= 1 - first; ++tap) {
      Line place = math.add(base, math.number(static_cast<double>(tap)));
      Line weight = filter(math, math.mul(math.sub(place, x), narrow));
      if (excludeOutside) {
        Line outside = math.either(
            math.less(place, math.number(0)),
            math.less(math.number(static_cast<double>(a.from - 1)), place));
        weight = math.select(outside, math.number(0), weight);
      }
      sum = math.add(sum, weight);
      result.push_back({place, weight});
    }
    if (antialias || excludeOutside)
      for (Tap &tap : result)
        tap.weight = math.div(tap.weight, sum);
    return result;
  }

  /// `x` at known places along an axis that repeat each element `times` times,
  /// as a broadcast; null where they do not.
  Value repeatEvenly(Value x, const ResizedAxis &a, const Line &place) {
    if (!place.isKnown() || a.from == 0 || a.to % a.from != 0)
      return {};
    int64_t times = a.to / a.from;
    for (int64_t i = 0; i < a.to; ++i)
      if (place.known[i] != static_cast<double>(i / times))
        return {};
    Dims wide(dimsOf(x).begin(), dimsOf(x).end()), dims = wide, map;
    for (int64_t i = 0; i < rankOf(x); ++i)
      map.push_back(i <= a.axis ? i : i + 1);
    wide.insert(wide.begin() + a.axis + 1, times);
    dims[a.axis] = a.to;
    return e.reshape(e.broadcastInDim(x, wide, map), dims);
  }

  Value resizeAxis(Value x, const ResizedAxis &a) {
    LineMath math(e, a.to);
    Line origin = origins(math, a);
    mlir::Type index = mlir::IntegerType::get(e.context(), 64);
    mlir::Type element = elementOf(x);
    Value sum;
    Line least = math.number(0),
         most = math.number(static_cast<double>(a.from - 1));
    for (const Tap &tap : taps(math, a, origin)) {
      if (tap.weight.isAll(0))
        continue;
      Line place = math.max(least, math.min(most, tap.place));
      Value part = repeatEvenly(x, a, place);
      if (!part)
        part = e.take(x, a.axis, math.vector(place, index));
      if (!tap.weight.isAll(1))
        part = e.mul(part, e.broadcastInDim(math.vector(tap.weight, element),
                                            dimsOf(part), {a.axis}));
      sum = sum ? e.add(sum, part) : part;
    }
    if (coordinates != "tf_crop_and_resize")
      return sum;
    Line outside =
        math.either(math.less(origin, least), math.less(most, origin));
    if (outside.isAll(0))
      return sum;
    Value mask = math.vector(outside, mlir::IntegerType::get(e.context(), 1));
    Value fill = e.scalar(sum, n.attrs().getFloat("extrapolation_value", 0));
    return e.select(e.broadcastInDim(mask, dimsOf(sum), {a.axis}), fill, sum);
  }

  absl::Status build() {
    Value x = n.value(0);
    mlir::Type element = elementOf(x);
    wide = element.isF64() ? element
                           : mlir::Type(mlir::Float32Type::get(e.context()));
    if (mode != "nearest")
      x = e.convert(x, wide);
    Dims dims(n.dims(0).begin(), n.dims(0).end());
    for (const ResizedAxis &axis : axes) {
      dims[axis.axis] = axis.to;
      bool isWhole = coordinates != "tf_crop_and_resize" ||
                     (axis.start.isAll(0) && axis.end.isAll(1));
      // One element stays itself, whatever the scale.
      bool isKept =
          axis.from == axis.to && (axis.scale.isAll(1) || axis.from == 1);
      if (isWhole && isKept)
        continue;
      x = axis.to == 0 ? e.sliceAxis(x, axis.axis, 0, 0) : resizeAxis(x, axis);
    }
    n.set(0, e.convert(x, element));
    return absl::OkStatus();
  }
};

absl::Status resize(NodeContext &n) {
  Resize resize(n);
  TENON_RETURN_IF_ERROR(resize.readAttributes());
  TENON_RETURN_IF_ERROR(resize.readAxes());
  return resize.build();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::resizeOps() {
  static const OpEntry rows[] = {
      {"Resize", 10, 1, 4, 1, resize,
       "sizes known at run time only give the shape that the model declares"},
      {"Upsample", 7, 1, 2, 1, resize,
       "sizes known at run time only give the shape that the model declares"},
  };
  return rows;
}
