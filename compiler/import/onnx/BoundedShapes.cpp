//===- BoundedShapes.cpp - shapes that depend on values -------------------===//
#include "compiler/import/onnx/BoundedShapes.h"

#include <algorithm>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

static Value number(Emitter &e, int64_t value) {
  return e.splat(mlir::RankedTensorType::get({}, e.indexType()),
                 static_cast<double>(value));
}

Value tenon::onnx::sizeOf(NodeContext &n, size_t i, int64_t axis) {
  if (Value size = n.sizeAlong(i, axis))
    return size;
  Emitter e = n.emit();
  return number(e, n.dims(i)[axis]);
}

Value tenon::onnx::fillBeyond(Emitter &e, Value x, int64_t axis, Value size,
                              Value fill) {
  if (!x || !size || !fill)
    return {};
  Value place = e.iota(e.indexType(), dimsOf(x), axis);
  Value isWithin = e.compare(ComparisonDirection::LT, place, size);
  return e.select(isWithin, x, fill);
}

Value tenon::onnx::pack(Emitter &e, Value x, llvm::ArrayRef<Value> sizes) {
  // Along the first dimension of more than one element they lie so already.
  auto dims = dimsOf(x);
  int64_t rank = rankOf(x), last = rank;
  while (last > 0 && !sizes[last - 1])
    --last;
  bool isPacked = true;
  for (int64_t axis = 0; axis + 1 < last; ++axis)
    isPacked &= dims[axis] == 1;
  Dims bounds(dims.begin(), dims.end());
  int64_t total = *elementCount(bounds);
  if (isPacked || total == 0)
    return x;
  Value rest = e.count(total), from;
  int64_t stride = 1;
  for (int64_t axis = rank; axis-- > 0; stride *= bounds[axis]) {
    Value place = rest;
    if (axis > 0) {
      Value size = sizes[axis] ? e.max(sizes[axis], number(e, 1))
                               : number(e, bounds[axis]);
      size = e.broadcast(size, {total});
      place = e.binary<graph::RemainderOp>(rest, size);
      rest = e.div(rest, size);
    }
    Value offset = e.mul(place, number(e, stride));
    from = from ? e.add(from, offset) : offset;
  }
  return e.reshape(e.take(e.reshape(x, {total}), 0, from), bounds);
}

absl::StatusOr<Slot> tenon::onnx::chooseBounded(NodeContext &n, Value condition,
                                                const Slot &a, const Slot &b) {
  if (a.sequence || b.sequence || a.type != b.type ||
      a.dims.size() != b.dims.size())
    return n.unsupported("a choice at run time between results that differ in "
                         "rank or type");
  Emitter e = n.emit();
  auto sizeAlong = [&](const Slot &slot, size_t axis) {
    Value size = slot.sizes.empty() ? Value() : slot.sizes[axis];
    return size ? size : number(e, slot.dims[axis]);
  };
  Dims dims;
  std::vector<Value> sizes(a.dims.size());
  for (size_t axis = 0; axis < a.dims.size(); ++axis) {
    dims.push_back(std::max(a.dims[axis], b.dims[axis]));
    bool isStatic = a.dims[axis] == b.dims[axis] &&
                    (a.sizes.empty() || !a.sizes[axis]) &&
                    (b.sizes.empty() || !b.sizes[axis]);
    if (!isStatic)
      sizes[axis] = e.select(condition, sizeAlong(a, axis), sizeAlong(b, axis));
  }
  auto widened = [&](const Slot &slot) {
    Value x = n.valueOf(slot);
    Dims low(dims.size(), 0), high = dims;
    for (size_t axis = 0; axis < dims.size(); ++axis)
      high[axis] -= slot.dims[axis];
    return slot.dims == dims ? x : e.pad(x, e.scalar(x, 0), low, high);
  };
  Value chosen = e.select(condition, widened(a), widened(b));
  if (!chosen)
    return n.unsupported("a choice at run time between such results");
  Slot result = n.slotFor(chosen);
  result.type = a.type;
  if (llvm::any_of(sizes, [](Value size) { return static_cast<bool>(size); }))
    result.sizes = std::move(sizes);
  return result;
}
