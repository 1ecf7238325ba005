//===- Pad.cpp - ONNX's Pad -----------------------------------------------===//
//
// Constant padding is an op of the graph. The other modes repeat elements of
// the tensor: slices of it, reversed or stretched, joined axis by axis.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"
#include "compiler/import/onnx/ops/AxisOperands.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;

namespace {

/// Elements to add (or, negative, to remove) before and after each axis.
struct Padding {
  Dims low, high;
};

absl::StatusOr<Padding> readPadding(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(auto pads,
                         n.intsFrom(1, n.opset() < 2 ? "paddings" : "pads"));
  Dims axes;
  for (int64_t i = 0; i < n.rank(0); ++i)
    axes.push_back(i);
  if (n.has(3)) {
    TENON_ASSIGN_OR_RETURN(Dims given, n.knownInts(3));
    auto normal = normalizeAxes(given, n.rank(0));
    if (!normal)
      return n.invalid("its axes do not fit the input");
    axes = *normal;
  }
  if (!pads || pads->size() != 2 * axes.size())
    return n.invalid("pads is not two numbers per axis");
  Padding padding{Dims(n.rank(0), 0), Dims(n.rank(0), 0)};
  constexpr int64_t kLargest = int64_t{1} << 40;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t low = (*pads)[i], high = (*pads)[i + axes.size()];
    int64_t size = n.dims(0)[axis];
    if (low < -size || high < -size || low > kLargest || high > kLargest ||
        size + low + high < 0)
      return n.invalid(absl::StrCat("a padding of ", low, " and ", high,
                                    " does not fit axis ", axis));
    padding.low[axis] = low;
    padding.high[axis] = high;
  }
  return padding;
}

/// The place in an axis of `size` that place `i` beyond its ends repeats.
Value repeated(Emitter &e, Value places, int64_t size, absl::string_view mode) {
  if (mode == "wrap")
    return e.wrap(places, size);
  if (mode != "reflect")
    return places; // Clamped by what takes them.
  if (size == 1)
    return e.mul(places, e.scalar(places, 0));
  int64_t period = 2 * (size - 1);
  Value there = e.wrap(places, period);
  Value back = e.sub(e.scalar(there, static_cast<double>(period)), there);
  return e.min(there, back);
}

/// Amounts that are only known at run time: each place of the result, of the
/// shape that the model declares, says where it comes from.
absl::Status padAtRunTime(NodeContext &n, absl::string_view mode, Value fill) {
  TENON_ASSIGN_OR_RETURN(Dims dims, n.declaredDims(0));
  if (static_cast<int64_t>(dims.size()) != n.rank(0))
    return n.invalid("the shape that the model declares does not fit");
  TENON_ASSIGN_OR_RETURN(AxisOperands pads, AxisOperands::read(n, 1, 3, 2));
  Emitter e = n.emit();
  Value x = n.value(0), isInside;
  for (int64_t axis = 0; axis < n.rank(0); ++axis) {
    Value low = pads.along(e, axis, 0);
    int64_t size = n.dims(0)[axis];
    if (!low)
      continue;
    Value added = e.add(low, pads.along(e, axis, 0, /*part=*/1));
    n.require(e.isNumber(added, dims[axis] - size),
              absl::StrCat("along axis ", axis, " it does not give the ",
                           dims[axis], " elements that the model declares"));
    if (size == 0)
      return n.unsupported("padding of an empty axis known at run time only");
    Value places = e.sub(e.count(dims[axis]), low);
    if (mode == "constant") {
      Value within = e.binary<graph::AndOp>(
          e.compare(graph::ComparisonDirection::GE, places,
                    e.scalar(places, 0)),
          e.compare(graph::ComparisonDirection::LT, places,
                    e.scalar(places, static_cast<double>(size))));
      within = e.broadcastInDim(within, dims, {axis});
      isInside = isInside ? e.binary<graph::AndOp>(isInside, within) : within;
    }
    x = e.take(x, axis, repeated(e, places, size, mode));
  }
  n.set(0, isInside ? e.select(isInside, x, fill) : x);
  return absl::OkStatus();
}

/// `count` elements before (or after) axis `axis` of `x`, by `mode`, at most
/// one repetition of it; null where the axis is empty.
Value border(Emitter &e, Value x, int64_t axis, int64_t count, bool before,
             absl::string_view mode) {
  int64_t size = dimsOf(x)[axis];
  if (mode == "edge") {
    if (size == 0)
      return {};
    Dims dims(dimsOf(x).begin(), dimsOf(x).end());
    dims[axis] = count;
    return e.broadcast(e.sliceAxis(x, axis, before ? 0 : size - 1, 1), dims);
  }
  if (mode == "wrap")
    return e.sliceAxis(x, axis, before ? size - count : 0, count);
  // Reflected without repeating the edge itself.
  Value run = e.sliceAxis(x, axis, before ? 1 : size - 1 - count, count);
  return e.reverse(run, {axis});
}

absl::Status pad(NodeContext &n) {
  std::string mode = n.attrs().getString("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" &&
      mode != "wrap")
    return n.invalid(absl::StrCat("unknown mode ", quoteName(mode)));
  Emitter e = n.emit();
  Value x = n.value(0), fill;
  if (mode == "constant") {
    if (n.has(2)) {
      if (n.type(2) != n.type(0) || *elementCount(Dims(n.dims(2))) != 1)
        return n.invalid("its value is not one element of the input's type");
      fill = e.reshape(n.value(2), {});
    } else {
      fill = e.scalar(x, n.opset() < 11 ? n.attrs().getFloat("value", 0) : 0);
    }
  }
  if ((n.has(1) && !n.known(1)) || (n.has(3) && !n.known(3)))
    return padAtRunTime(n, mode, fill);
  TENON_ASSIGN_OR_RETURN(Padding padding, readPadding(n));
  if (mode == "constant") {
    n.set(0, e.pad(x, fill, padding.low, padding.high));
    return absl::OkStatus();
  }
  for (int64_t axis = 0; axis < n.rank(0); ++axis) {
    int64_t low = padding.low[axis], high = padding.high[axis];
    int64_t drop = std::max<int64_t>(-low, 0);
    int64_t keep = dimsOf(x)[axis] - drop - std::max<int64_t>(-high, 0);
    x = e.sliceAxis(x, axis, drop, keep);
    int64_t longest = mode == "wrap" ? keep : keep - 1;
    if (mode != "edge" && std::max(low, high) > longest) {
      // More than one repetition: place by place.
      if (keep == 0)
        return n.invalid("it repeats an empty axis");
      int64_t count =
          std::max<int64_t>(low, 0) + keep + std::max<int64_t>(high, 0);
      Value places = e.count(count);
      places = e.sub(places, e.scalar(places, static_cast<double>(
                                                  std::max<int64_t>(low, 0))));
      x = e.take(x, axis, repeated(e, places, keep, mode));
      continue;
    }
    llvm::SmallVector<Value> parts = {x};
    if (low > 0)
      parts.insert(parts.begin(), border(e, x, axis, low, true, mode));
    if (high > 0)
      parts.push_back(border(e, x, axis, high, false, mode));
    if (llvm::is_contained(parts, Value()))
      return n.invalid("it repeats an empty axis");
    x = e.concat(parts, axis);
  }
  n.set(0, x);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::padOps() {
  static const OpEntry rows[] = {
      {"Pad", 1, 1, 4, 1, pad,
       "amounts known at run time only give the shape that the model "
       "declares"},
  };
  return rows;
}
