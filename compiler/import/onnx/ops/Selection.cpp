//===- Selection.cpp - ONNX ops that find elements ------------------------===//
//
// TopK, and the ops whose results are as long as the data decide: as long as
// the model declares, or else bounded by the input's size. All
// work by counting, for each element, those that come before it, which takes
// the square of their number.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <limits>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

/// More elements than this are not compared with each other.
constexpr int64_t kMostCompared = 4096;

mlir::Type index(Emitter &e) { return mlir::IntegerType::get(e.context(), 64); }

Value both(Emitter &e, Value a, Value b) {
  auto dims = broadcastDims(dimsOf(a), dimsOf(b));
  return e.binary<graph::AndOp>(e.broadcast(a, *dims), e.broadcast(b, *dims));
}

/// How many of `which`, a tensor of bools, hold along its last dimension.
Value countLast(Emitter &e, Value which) {
  return e.reduce(ReductionKind::Add, e.convert(which, index(e)),
                  {rankOf(which) - 1}, false);
}

/// How many of the vector `which` of bools hold, a scalar of 64 bits.
Value countOf(Emitter &e, Value which) {
  // As a product, exact up to 2^24: a kernel of its own beside those that look
  // for the places.
  mlir::Type f32 = mlir::Float32Type::get(e.context());
  int64_t size = dimsOf(which)[0];
  Value ones = e.splat(mlir::RankedTensorType::get({size, 1}, f32), 1);
  Value found = e.dot(e.reshape(e.convert(which, f32), {1, size}), ones, {}, {},
                      {1}, {0});
  return e.convert(e.reshape(found, {}), index(e));
}

/// Demands that `count` of the vector `which` of bools hold.
void requireCount(NodeContext &n, Value which, int64_t count) {
  Emitter e = n.emit();
  n.require(
      e.isNumber(countOf(e, which), count),
      absl::StrCat("it does not find the ", count, " that the model declares"));
}

/// The length of a result that the vector `which` of bools decides: what the
/// model declares, or all of it, with the number that hold as its size.
struct Length {
  int64_t count;
  Value size;

  static Length of(NodeContext &n, Value which,
                   std::optional<int64_t> declared) {
    Emitter e = n.emit();
    if (!declared)
      return {dimsOf(which)[0], countOf(e, which)};
    requireCount(n, which, *declared);
    return {*declared, {}};
  }
};

/// For ranks [.., n], of which each 0 .. count - 1 occurs once: where in n each
/// is, [.., count]. Ranks that `where` excludes do not count; may be null.
Value placesOf(Emitter &e, Value ranks, Value where, int64_t count) {
  Dims dims(dimsOf(ranks).begin(), dimsOf(ranks).end());
  int64_t last = rankOf(ranks) - 1;
  dims.insert(dims.begin() + last, count);
  Dims map;
  for (int64_t d = 0; d < last; ++d)
    map.push_back(d);
  map.push_back(last + 1);
  Value hit =
      e.compare(ComparisonDirection::EQ, e.broadcastInDim(ranks, dims, map),
                e.iota(index(e), dims, last));
  if (where)
    hit = e.binary<graph::AndOp>(hit, e.broadcastInDim(where, dims, map));
  Value place = e.iota(index(e), dims, last + 1);
  return e.reduce(ReductionKind::Add, e.select(hit, place, e.scalar(place, 0)),
                  {last + 1}, false);
}

/// Where the vector `holds` of bools is true, in order: [count]. What is beyond
/// its number of trues reads 0.
Value placesWhere(Emitter &e, Value holds, int64_t count) {
  int64_t size = dimsOf(holds)[0];
  Dims square = {size, size};
  Value earlier =
      e.compare(ComparisonDirection::LT, e.iota(index(e), square, 1),
                e.iota(index(e), square, 0));
  Value rank =
      countLast(e, both(e, earlier, e.broadcastInDim(holds, square, {1})));
  return placesOf(e, rank, holds, count);
}

/// Slices of rows: `rows` [r, n, ...] at `places` [r, k]: [r, k, ...].
Value takePerRow(Emitter &e, Value rows, Value places) {
  auto from = dimsOf(rows), at = dimsOf(places);
  Dims dims = {at[0], at[1]}, slice(from.begin(), from.end()), offsets;
  slice[0] = slice[1] = 1;
  for (int64_t d = 2; d < rankOf(rows); ++d) {
    dims.push_back(from[d]);
    offsets.push_back(d);
  }
  const int64_t batch = 0, place = 1;
  return e.make<graph::GatherOp>(
      mlir::RankedTensorType::get(dims, elementOf(rows)), rows, places,
      ArrayRef<int64_t>(offsets), ArrayRef<int64_t>(place),
      ArrayRef<int64_t>(batch), ArrayRef<int64_t>(batch),
      ArrayRef<int64_t>(place), static_cast<uint64_t>(2),
      ArrayRef<int64_t>(slice), false);
}

absl::Status topK(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0)));
  int64_t count;
  if (n.opset() < 10) {
    count = n.attrs().getInt("k", -1);
  } else if (!n.has(1)) {
    return n.invalid("it has no k");
  } else if (n.known(1)) {
    TENON_ASSIGN_OR_RETURN(double k, n.knownScalar(1));
    count = static_cast<int64_t>(std::clamp(k, -1.0, 1e15));
  } else {
    TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(n.wants(0) ? 0 : 1));
    if (static_cast<int64_t>(declared.size()) != n.rank(0))
      return n.invalid("the shape that the model declares does not fit");
    count = declared[axis];
    TENON_RETURN_IF_ERROR(n.requireNumbers(1, {Dims{count}}));
  }
  int64_t size = n.dims(0)[axis];
  if (count < 0 || count > size)
    return n.invalid(absl::StrCat("it takes ", count, " of ", size));
  if (size > kMostCompared)
    return n.unsupported(absl::StrCat("among more than ", kMostCompared));
  bool largest = n.attrs().getInt("largest", 1) != 0;
  Emitter e = n.emit();
  // The axis last, all others as rows.
  Dims order;
  for (int64_t d = 0; d < n.rank(0); ++d)
    if (d != axis)
      order.push_back(d);
  order.push_back(axis);
  Value x = e.transpose(n.value(0), order);
  Dims moved(dimsOf(x).begin(), dimsOf(x).end());
  int64_t rows = size == 0 ? 0 : *elementCount(moved) / size;
  x = e.reshape(x, {rows, size});
  Dims square = {rows, size, size};
  Value own = e.broadcastInDim(x, square, {0, 1});
  Value other = e.broadcastInDim(x, square, {0, 2});
  Value isBefore = e.compare(
      largest ? ComparisonDirection::GT : ComparisonDirection::LT, other, own);
  Value earlier =
      e.compare(ComparisonDirection::LT, e.iota(index(e), square, 2),
                e.iota(index(e), square, 1));
  Value tie = e.compare(ComparisonDirection::EQ, other, own);
  isBefore = e.binary<graph::OrOp>(isBefore, both(e, tie, earlier));
  if (llvm::isa<mlir::FloatType>(elementOf(x))) {
    // NaN counts as the largest number.
    auto isNaN = [&](Value v) {
      return e.compare(ComparisonDirection::NE, v, v);
    };
    Value nanHere = isNaN(own), nanThere = isNaN(other);
    Value bothNaN = both(e, nanHere, nanThere);
    Value first = largest ? both(e, nanThere, e.unary<graph::NotOp>(nanHere))
                          : both(e, nanHere, e.unary<graph::NotOp>(nanThere));
    isBefore = e.binary<graph::OrOp>(e.binary<graph::OrOp>(isBefore, first),
                                     both(e, bothNaN, earlier));
  }
  Value places = placesOf(e, countLast(e, isBefore), {}, count);
  moved.back() = count;
  Dims back(n.rank(0));
  for (auto [i, d] : llvm::enumerate(order))
    back[d] = static_cast<int64_t>(i);
  auto inPlace = [&](Value of) {
    return e.transpose(e.reshape(of, moved), back);
  };
  n.set(0, inPlace(takePerRow(e, x, places)));
  if (n.wants(1))
    n.set(1, inPlace(places));
  return absl::OkStatus();
}

/// x != 0.
Value isNonZero(Emitter &e, Value x) {
  return e.convert(x, mlir::IntegerType::get(e.context(), 1));
}

absl::Status nonZero(NodeContext &n) {
  const Dims *declared = n.declared(0);
  int64_t rank = n.rank(0), size = *elementCount(Dims(n.dims(0)));
  if (declared && (declared->size() != 2 || (*declared)[0] != rank ||
                   (*declared)[1] > size))
    return n.invalid("the shape that the model declares does not fit");
  if (size > kMostCompared)
    return n.unsupported(absl::StrCat("among more than ", kMostCompared));
  if (size == 0) {
    n.set(0, HostTensor::zeros(TensorProto::INT64, {rank, 0}));
    return absl::OkStatus();
  }
  Emitter e = n.emit();
  Value flat = e.reshape(isNonZero(e, n.value(0)), {size});
  Length length = Length::of(
      n, flat, declared ? std::optional((*declared)[1]) : std::nullopt);
  Value places = placesWhere(e, flat, length.count);
  llvm::SmallVector<Value> parts(rank);
  for (int64_t d = rank; d-- > 0;) {
    parts[d] = e.reshape(e.wrap(places, n.dims(0)[d]), {1, length.count});
    places = e.div(places, e.scalar(places, static_cast<double>(n.dims(0)[d])));
  }
  // Of a scalar there are no places to state.
  n.set(0, rank == 0 ? e.splat(mlir::RankedTensorType::get({0, length.count},
                                                           index(e)),
                               0)
                     : e.concat(parts, 0));
  n.setSizes(0, {Value(), length.size});
  return absl::OkStatus();
}

absl::Status compress(NodeContext &n) {
  const Dims *declared = n.declared(0);
  if (n.type(1) != TensorProto::BOOL || n.rank(1) != 1)
    return n.invalid("its condition is no vector of bools");
  Emitter e = n.emit();
  Value x = n.value(0);
  int64_t axis = 0;
  if (n.attrs().has("axis")) {
    TENON_ASSIGN_OR_RETURN(axis,
                           n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  } else {
    x = e.reshape(x, {*elementCount(Dims(n.dims(0)))});
  }
  int64_t size = std::min(n.dims(1)[0], dimsOf(x)[axis]);
  Dims expected(dimsOf(x).begin(), dimsOf(x).end());
  if (declared &&
      (declared->size() != expected.size() || (*declared)[axis] > size))
    return n.invalid("the shape that the model declares does not fit");
  if (size > kMostCompared)
    return n.unsupported(absl::StrCat("among more than ", kMostCompared));
  Value holds = e.sliceAxis(n.value(1), 0, 0, size);
  if (size == 0) {
    n.set(0, e.sliceAxis(x, axis, 0, 0));
    return absl::OkStatus();
  }
  Length length = Length::of(
      n, holds, declared ? std::optional((*declared)[axis]) : std::nullopt);
  n.set(0, e.take(x, axis, placesWhere(e, holds, length.count)));
  std::vector<Value> sizes(expected.size());
  sizes[axis] = length.size;
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

/// Unique by comparing all rows [n, width] with each other.
struct Rows {
  Emitter &e;
  Value rows;
  int64_t size, width;

  /// Column `c` of rows i (axis 0) and of rows j (axis 1), both [n, n].
  std::pair<Value, Value> columns(int64_t c) {
    Value column = e.reshape(e.sliceAxis(rows, 1, c, 1), {size});
    Dims square = {size, size};
    return {e.broadcastInDim(column, square, {0}),
            e.broadcastInDim(column, square, {1})};
  }
  Value all(bool value) {
    return e.splat(mlir::RankedTensorType::get(
                       {size, size}, mlir::IntegerType::get(e.context(), 1)),
                   value);
  }
  Value equal() {
    Value result = all(true);
    for (int64_t c = 0; c < width; ++c) {
      auto [own, other] = columns(c);
      result = e.binary<graph::AndOp>(
          result, e.compare(ComparisonDirection::EQ, own, other));
    }
    return result;
  }
  /// Whether row j stands before row i.
  Value precedes() {
    Value result = all(false);
    for (int64_t c = width; c-- > 0;) {
      auto [own, other] = columns(c);
      Value tie = e.compare(ComparisonDirection::EQ, own, other);
      Value less = e.compare(ComparisonDirection::LT, other, own);
      result = e.binary<graph::OrOp>(less, e.binary<graph::AndOp>(tie, result));
    }
    return result;
  }
};

absl::Status unique(NodeContext &n) {
  bool sorted = n.attrs().getInt("sorted", 1) != 0;
  Emitter e = n.emit();
  Value x = n.value(0);
  int64_t axis = 0;
  if (n.attrs().has("axis")) {
    TENON_ASSIGN_OR_RETURN(axis,
                           n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  } else {
    x = e.reshape(x, {*elementCount(Dims(n.dims(0)))});
  }
  std::optional<int64_t> declaredCount;
  for (size_t i : {0, 1, 3})
    if (const Dims *declared = n.declared(i))
      if (declared->size() == (i == 0 ? dimsOf(x).size() : 1))
        declaredCount = (*declared)[i == 0 ? axis : 0];
  Dims order = {axis};
  for (int64_t d = 0; d < rankOf(x); ++d)
    if (d != axis)
      order.push_back(d);
  int64_t size = dimsOf(x)[axis];
  int64_t width = size == 0 ? 0 : *elementCount(Dims(dimsOf(x))) / size;
  if (size > kMostCompared || width > 256 || declaredCount.value_or(0) > size)
    return n.unsupported("so many or so long slices");
  if (size == 0)
    return n.unsupported("of nothing");
  Rows rows{e, e.reshape(e.transpose(x, order), {size, width}), size, width};
  Dims square = {size, size};
  Value earlier =
      e.compare(ComparisonDirection::LT, e.iota(index(e), square, 1),
                e.iota(index(e), square, 0));
  Value equal = rows.equal();
  Value isFirst =
      e.compare(ComparisonDirection::EQ,
                countLast(e, e.binary<graph::AndOp>(equal, earlier)),
                e.splat(mlir::RankedTensorType::get({}, index(e)), 0));
  auto [count, found] = Length::of(n, isFirst, declaredCount);
  Value firstOther = e.broadcastInDim(isFirst, square, {1});
  // What stands before each row among the first ones.
  Value before = rows.precedes();
  if (!sorted) {
    // In the order of first occurrences: those before this row's own first.
    Value place = e.iota(index(e), square, 1);
    Value own = e.reduce(
        ReductionKind::Minimum,
        e.select(equal, place, e.scalar(place, static_cast<double>(size))), {1},
        true);
    before = e.compare(ComparisonDirection::LT, place, own);
  }
  Value inverse = countLast(e, e.binary<graph::AndOp>(before, firstOther));
  Value indices = placesOf(e, inverse, isFirst, count);
  n.set(0, e.take(x, axis, indices));
  std::vector<Value> sizes(rankOf(x));
  sizes[axis] = found;
  n.setSizes(0, sizes);
  if (n.wants(1)) {
    n.set(1, indices);
    n.setSizes(1, {found});
  }
  if (n.wants(2))
    n.set(2, inverse);
  if (n.wants(3)) {
    Dims table = {count, size};
    Value hit = e.compare(ComparisonDirection::EQ,
                          e.broadcastInDim(inverse, table, {1}),
                          e.iota(index(e), table, 0));
    n.set(3, countLast(e, hit));
    n.setSizes(3, {found});
  }
  return absl::OkStatus();
}

/// Boxes [B, S] each, by their edges.
struct Boxes {
  Value top, left, bottom, right, area;
};

Boxes readBoxes(NodeContext &n) {
  Emitter e = n.emit();
  Dims dims(n.dims(0).begin(), n.dims(0).begin() + 2);
  Value part[4];
  for (int64_t i = 0; i < 4; ++i)
    part[i] = e.reshape(e.sliceAxis(n.value(0), 2, i, 1), dims);
  Boxes boxes;
  if (n.attrs().getInt("center_point_box", 0) != 0) {
    auto half = [&](Value x) { return e.mul(x, e.scalar(x, 0.5)); };
    boxes.left = e.sub(part[0], half(part[2]));
    boxes.right = e.add(part[0], half(part[2]));
    boxes.top = e.sub(part[1], half(part[3]));
    boxes.bottom = e.add(part[1], half(part[3]));
  } else {
    boxes.top = e.min(part[0], part[2]);
    boxes.bottom = e.max(part[0], part[2]);
    boxes.left = e.min(part[1], part[3]);
    boxes.right = e.max(part[1], part[3]);
  }
  boxes.area =
      e.mul(e.sub(boxes.bottom, boxes.top), e.sub(boxes.right, boxes.left));
  return boxes;
}

absl::Status nonMaxSuppression(NodeContext &n) {
  constexpr int64_t kMostSteps = 256;
  if (n.rank(0) != 3 || n.rank(1) != 3 || n.dims(0)[2] != 4 ||
      n.dims(0)[0] != n.dims(1)[0] || n.dims(0)[1] != n.dims(1)[2])
    return n.invalid("its boxes and scores do not fit together");
  int64_t batch = n.dims(1)[0], classes = n.dims(1)[1], count = n.dims(1)[2];
  Dims declared = {0, 3};
  bool isBounded = !n.declared(0);
  if (!isBounded) {
    declared = *n.declared(0);
  } else {
    int64_t most = n.has(2) ? count : 0;
    if (n.has(2) && n.known(2)) {
      TENON_ASSIGN_OR_RETURN(double given, n.knownScalar(2));
      most = static_cast<int64_t>(
          std::clamp(given, 0.0, static_cast<double>(count)));
    }
    declared[0] = batch * classes * most;
  }
  if (declared.size() != 2 || declared[1] != 3)
    return n.invalid("the shape that the model declares does not fit");
  int64_t steps = isBounded && batch * classes > 0
                      ? declared[0] / (batch * classes)
                      : std::min(count, declared[0]);
  if (steps > kMostSteps || batch * classes * steps > kMostCompared)
    return n.unsupported("so many boxes");
  if (steps == 0) {
    n.set(0, HostTensor::zeros(TensorProto::INT64, declared));
    return absl::OkStatus();
  }
  Emitter e = n.emit();
  Boxes boxes = readBoxes(n);
  Dims all = {batch, classes, count}, chosenDims = {batch, classes, 1};
  auto spread = [&](Value x) { return e.broadcastInDim(x, all, {0, 2}); };
  Value scores = n.value(1);
  Value threshold = n.has(3) ? e.reshape(n.value(3), {}) : e.scalar(scores, 0);
  Value most = n.has(2) ? e.reshape(e.convert(n.value(2), index(e)), {})
                        : e.splat(mlir::RankedTensorType::get({}, index(e)), 0);
  Value lowest = e.scalar(scores, -std::numeric_limits<double>::infinity());
  if (n.has(4)) {
    Value enough =
        e.compare(ComparisonDirection::GT, scores, e.reshape(n.value(4), {}));
    scores = e.select(enough, scores, lowest);
  }
  Value place = e.iota(index(e), all, 2);
  llvm::SmallVector<Value> chosen, valid;
  for (int64_t step = 0; step < steps; ++step) {
    Value best = e.reduce(ReductionKind::Maximum, scores, {2}, true);
    Value isBest = e.compare(ComparisonDirection::EQ, scores, best);
    Value first = e.reduce(
        ReductionKind::Minimum,
        e.select(isBest, place, e.scalar(place, static_cast<double>(count))),
        {2}, true);
    Value isChosen = e.compare(ComparisonDirection::EQ, place, first);
    auto own = [&](Value x) {
      Value picked = e.select(isChosen, spread(x), e.scalar(x, 0));
      return e.reduce(ReductionKind::Add, picked, {2}, true);
    };
    Value height = e.sub(e.min(own(boxes.bottom), spread(boxes.bottom)),
                         e.max(own(boxes.top), spread(boxes.top)));
    Value width = e.sub(e.min(own(boxes.right), spread(boxes.right)),
                        e.max(own(boxes.left), spread(boxes.left)));
    Value zero = e.scalar(height, 0);
    Value shared = e.mul(e.max(height, zero), e.max(width, zero));
    Value whole = e.sub(e.add(own(boxes.area), spread(boxes.area)), shared);
    // shared / whole > threshold, without dividing by zero.
    Value overlaps =
        e.compare(ComparisonDirection::GT, shared, e.mul(threshold, whole));
    chosen.push_back(first);
    Value isLeft = e.compare(ComparisonDirection::GT, best, lowest);
    Value isAllowed =
        e.compare(ComparisonDirection::LT,
                  e.splat(mlir::RankedTensorType::get({}, index(e)),
                          static_cast<double>(step)),
                  most);
    valid.push_back(
        e.binary<graph::AndOp>(isLeft, e.broadcast(isAllowed, chosenDims)));
    Value gone = e.binary<graph::OrOp>(isChosen, overlaps);
    scores = e.select(gone, lowest, scores);
  }
  int64_t listed = batch * classes * steps;
  Value holds = e.reshape(e.concat(valid, 2), {listed});
  Length length = Length::of(
      n, holds, isBounded ? std::nullopt : std::optional(declared[0]));
  Value places = placesWhere(e, holds, declared[0]);
  Value box = e.take(e.reshape(e.concat(chosen, 2), {listed}), 0, places);
  auto number = [&](int64_t value) {
    return e.scalar(places, static_cast<double>(value));
  };
  Value pair = e.div(places, number(steps));
  Dims column = {declared[0], 1};
  Value parts[] = {e.reshape(e.div(pair, number(classes)), column),
                   e.reshape(e.wrap(pair, classes), column),
                   e.reshape(box, column)};
  n.set(0, e.concat(parts, 1));
  n.setSizes(0, {length.size, Value()});
  return absl::OkStatus();
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::selectionOps() {
  static constexpr const char *kDeclared =
      "as many results as the model declares, or as there are within the "
      "input's size";
  static const OpEntry rows[] = {
      {"Compress", 9, 2, 2, 1, compress, kDeclared},
      {"NonMaxSuppression", 10, 2, 5, 1, nonMaxSuppression, kDeclared},
      {"NonZero", 9, 1, 1, 1, nonZero, kDeclared},
      {"TopK", 1, 1, 2, 2, topK, "among at most 4096"},
      {"Unique", 11, 1, 1, 4, unique, kDeclared},
  };
  return rows;
}
