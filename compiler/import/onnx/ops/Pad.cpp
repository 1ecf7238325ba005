//===- Pad.cpp - ONNX's Pad -----------------------------------------------===//
//
// Constant padding is an op of the graph. The other modes repeat elements of
// the tensor: slices of it, reversed or stretched, joined axis by axis.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

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

/// `count` elements before (or after) axis `axis` of `x`, by `mode`; null where
/// they are more than one repetition of the axis holds.
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
    return count > size
               ? Value()
               : e.sliceAxis(x, axis, before ? size - count : 0, count);
  // Reflected without repeating the edge itself.
  if (count > size - 1)
    return {};
  Value run = e.sliceAxis(x, axis, before ? 1 : size - 1 - count, count);
  return e.reverse(run, {axis});
}

absl::Status pad(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Padding padding, readPadding(n));
  std::string mode = n.attrs().getString("mode", "constant");
  Emitter e = n.emit();
  Value x = n.value(0);
  if (mode == "constant") {
    Value fill;
    if (n.has(2)) {
      if (n.type(2) != n.type(0) || *elementCount(Dims(n.dims(2))) != 1)
        return n.invalid("its value is not one element of the input's type");
      fill = e.reshape(n.value(2), {});
    } else {
      fill = e.scalar(x, n.opset() < 11 ? n.attrs().getFloat("value", 0) : 0);
    }
    n.set(0, e.pad(x, fill, padding.low, padding.high));
    return absl::OkStatus();
  }
  if (mode != "edge" && mode != "reflect" && mode != "wrap")
    return n.invalid(absl::StrCat("unknown mode ", quoteName(mode)));
  for (int64_t axis = 0; axis < n.rank(0); ++axis) {
    int64_t low = padding.low[axis], high = padding.high[axis];
    int64_t drop = std::max<int64_t>(-low, 0);
    int64_t keep = dimsOf(x)[axis] - drop - std::max<int64_t>(-high, 0);
    x = e.sliceAxis(x, axis, drop, keep);
    llvm::SmallVector<Value> parts = {x};
    if (low > 0)
      parts.insert(parts.begin(), border(e, x, axis, low, true, mode));
    if (high > 0)
      parts.push_back(border(e, x, axis, high, false, mode));
    if (llvm::is_contained(parts, Value()))
      return n.unsupported("padding longer than the tensor it repeats");
    x = e.concat(parts, axis);
  }
  n.set(0, x);
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::padOps() {
  static const OpEntry rows[] = {
      {"Pad", 1, 1, 4, 1, pad,
       "by amounts known at compile time; reflections within the tensor"},
  };
  return rows;
}
