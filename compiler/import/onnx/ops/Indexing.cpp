//===- Indexing.cpp - ONNX's gathers and scatters -------------------------===//
//
// Negative indices count from the end; the graph's gather and scatter have no
// such rule, so that indices are corrected first. What lies outside then is an
// error in ONNX and is clamped (gather) or dropped (scatter) here.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "ir/graph/Reducers.h"
#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using llvm::ArrayRef;

/// 0 .. count - 1 from `first`.
static Dims countFrom(int64_t first, int64_t count) {
  Dims result(count);
  std::iota(result.begin(), result.end(), first);
  return result;
}

/// Adds `sizes`, which broadcasts to the indices, to negative ones.
static Value fromTheEnd(Emitter &e, Value indices, Value sizes) {
  auto type = llvm::dyn_cast<mlir::IntegerType>(elementOf(indices));
  if (!type || type.isUnsigned())
    return indices;
  Value isNegative =
      e.compare(ComparisonDirection::LT, indices, e.scalar(indices, 0));
  return e.select(isNegative, e.add(indices, sizes), indices);
}

/// Input `i` as indices into a dimension of `size`.
static Value indicesInto(NodeContext &n, size_t i, int64_t size) {
  Emitter e = n.emit();
  if (const HostTensor *known = n.known(i); known && !known->isFloat()) {
    HostTensor fixed = *known;
    for (int64_t &index : fixed.ints)
      index += index < 0 ? size : 0;
    return e.constant(fixed);
  }
  Value indices = n.value(i);
  return fromTheEnd(e, indices, e.scalar(indices, static_cast<double>(size)));
}

/// The elements `indices` of dimension `axis`, where they are evenly spaced: a
/// slice, reversed or repeated. Null where they are not.
static Value takeEvenly(Emitter &e, Value x, int64_t axis,
                        ArrayRef<int64_t> indices) {
  auto count = static_cast<int64_t>(indices.size());
  if (count == 0)
    return {};
  int64_t step = count > 1 ? indices[1] - indices[0] : 1;
  for (int64_t i = 1; i < count; ++i)
    if (indices[i] - indices[i - 1] != step)
      return {};
  Dims starts(rankOf(x), 0), limits(dimsOf(x).begin(), dimsOf(x).end()),
      strides(rankOf(x), 1);
  starts[axis] = std::min(indices.front(), indices.back());
  limits[axis] = std::max(indices.front(), indices.back()) + 1;
  strides[axis] = std::max<int64_t>(std::abs(step), 1);
  Value run = e.slice(x, starts, limits, strides);
  if (step < 0)
    return e.reverse(run, {axis});
  if (step > 0)
    return run;
  Dims dims(dimsOf(run).begin(), dimsOf(run).end());
  dims[axis] = count;
  return e.broadcast(run, dims);
}

/// Corrects known indices into a dimension of `size`; an error for those that
/// lie outside.
static absl::Status correct(NodeContext &n, std::vector<int64_t> &indices,
                            int64_t size) {
  for (int64_t &index : indices) {
    if (index < -size || index >= size)
      return n.invalid(
          absl::StrCat("index ", index, " lies outside of ", size));
    index += index < 0 ? size : 0;
  }
  return absl::OkStatus();
}

static bool isIndexType(TensorProto::DataType type) {
  return type == TensorProto::INT32 || type == TensorProto::INT64;
}

static absl::Status gather(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  if (!isIndexType(n.type(1)))
    return n.invalid("its indices are not int32 or int64");
  auto data = n.dims(0), where = n.dims(1);
  Dims whereDims(where.begin(), where.end());
  if (data[axis] == 0 && *elementCount(whereDims) != 0)
    return n.invalid("it takes elements of an empty axis");
  Emitter e = n.emit();
  int64_t count = n.rank(1);
  Dims dims(data.begin(), data.begin() + axis);
  dims.insert(dims.end(), where.begin(), where.end());
  dims.insert(dims.end(), data.begin() + axis + 1, data.end());

  if (const HostTensor *known = n.known(1)) {
    std::vector<int64_t> indices = known->ints;
    TENON_RETURN_IF_ERROR(correct(n, indices, data[axis]));
    if (Value taken = takeEvenly(e, n.value(0), axis, indices)) {
      n.set(0, e.reshape(taken, dims));
      return absl::OkStatus();
    }
  }
  Dims offsets = countFrom(0, axis);
  Dims after = countFrom(axis + count, n.rank(0) - axis - 1);
  offsets.insert(offsets.end(), after.begin(), after.end());
  Dims slice(data.begin(), data.end());
  slice[axis] = data[axis] == 0 ? 0 : 1;
  Value x = n.value(0);
  ArrayRef<int64_t> none;
  n.set(0, e.make<graph::GatherOp>(
               mlir::RankedTensorType::get(dims, elementOf(x)), x,
               indicesInto(n, 1, data[axis]), ArrayRef<int64_t>(offsets),
               ArrayRef<int64_t>(axis), none, none, ArrayRef<int64_t>(axis),
               static_cast<uint64_t>(count), ArrayRef<int64_t>(slice), false));
  return absl::OkStatus();
}

static absl::Status gatherElements(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  if (!isIndexType(n.type(1)) || n.rank(1) != n.rank(0))
    return n.invalid("its indices are not int32 or int64 of the data's rank");
  int64_t rank = n.rank(0);
  Emitter e = n.emit();
  Value x = n.value(0);
  Dims others;
  for (int64_t i = 0; i < rank; ++i) {
    if (i == axis)
      continue;
    others.push_back(i);
    if (n.dims(1)[i] > n.dims(0)[i])
      return n.invalid("its indices are larger than the data");
    // Fewer indices than data along another axis read its first part.
    x = e.sliceAxis(x, i, 0, n.dims(1)[i]);
  }
  if (n.dims(0)[axis] == 0 && n.dims(1)[axis] != 0)
    return n.invalid("it takes elements of an empty axis");
  Dims slice(rank, 1);
  for (int64_t i = 0; i < rank; ++i)
    slice[i] = dimsOf(x)[i] == 0 ? 0 : 1;
  n.set(0, e.make<graph::GatherOp>(
               mlir::RankedTensorType::get(n.dims(1), elementOf(x)), x,
               indicesInto(n, 1, n.dims(0)[axis]), ArrayRef<int64_t>(),
               ArrayRef<int64_t>(axis), ArrayRef<int64_t>(others),
               ArrayRef<int64_t>(others), ArrayRef<int64_t>(axis),
               static_cast<uint64_t>(rank), ArrayRef<int64_t>(slice), false));
  return absl::OkStatus();
}

/// Index vectors in the last dimension of input 1, each component corrected by
/// the size of the data's dimension `first + component`.
static Value indexVectors(NodeContext &n, int64_t first) {
  Emitter e = n.emit();
  int64_t length = n.dims(1).back();
  std::vector<int64_t> sizes(n.dims(0).begin() + first,
                             n.dims(0).begin() + first + length);
  if (const HostTensor *known = n.known(1)) {
    HostTensor fixed = *known;
    for (auto [i, index] : llvm::enumerate(fixed.ints))
      index += index < 0 ? sizes[i % length] : 0;
    return e.constant(fixed);
  }
  Value indices = n.value(1);
  return fromTheEnd(e, indices, e.constant(HostTensor::vector(sizes)));
}

/// Known index vectors as places in the addressed dimensions taken as one; an
/// error for those that lie outside.
static absl::StatusOr<std::vector<int64_t>>
linearPlaces(NodeContext &n, const HostTensor &vectors, int64_t length) {
  std::vector<int64_t> places;
  for (size_t i = 0; i < vectors.ints.size(); i += length) {
    int64_t place = 0;
    for (int64_t axis = 0; axis < length; ++axis) {
      std::vector<int64_t> index = {vectors.ints[i + axis]};
      TENON_RETURN_IF_ERROR(correct(n, index, n.dims(0)[axis]));
      place = place * n.dims(0)[axis] + index[0];
    }
    places.push_back(place);
  }
  return places;
}

static absl::Status gatherND(NodeContext &n) {
  int64_t batch = n.attrs().getInt("batch_dims", 0);
  if (n.type(1) != TensorProto::INT64 || n.rank(1) == 0)
    return n.invalid("its indices are not int64 vectors");
  int64_t length = n.dims(1).back();
  if (batch < 0 || batch >= n.rank(1) || length > n.rank(0) - batch)
    return n.invalid("its indices do not fit the data");
  for (int64_t i = 0; i < batch; ++i)
    if (n.dims(0)[i] != n.dims(1)[i])
      return n.invalid("its batch dimensions differ");
  Dims dims(n.dims(1).begin(), n.dims(1).end() - 1);
  Dims offsets =
      countFrom(static_cast<int64_t>(dims.size()), n.rank(0) - batch - length);
  dims.insert(dims.end(), n.dims(0).begin() + batch + length, n.dims(0).end());
  Dims slice(n.dims(0).begin(), n.dims(0).end());
  for (int64_t i = 0; i < batch + length; ++i) {
    if (slice[i] == 0)
      return n.invalid("it takes elements of an empty axis");
    slice[i] = 1;
  }
  Dims batching = countFrom(0, batch), indexed = countFrom(batch, length);
  Emitter e = n.emit();
  Value x = n.value(0);
  const HostTensor *known = n.known(1);
  if (known && batch == 0 && length > 0) {
    TENON_ASSIGN_OR_RETURN(auto places, linearPlaces(n, *known, length));
    Dims merged = {1};
    for (auto [i, size] : llvm::enumerate(n.dims(0)))
      if (static_cast<int64_t>(i) < length)
        merged[0] *= size;
      else
        merged.push_back(size);
    if (Value taken = takeEvenly(e, e.reshape(x, merged), 0, places)) {
      n.set(0, e.reshape(taken, dims));
      return absl::OkStatus();
    }
  }
  n.set(0, e.make<graph::GatherOp>(
               mlir::RankedTensorType::get(dims, elementOf(x)), x,
               indexVectors(n, batch), ArrayRef<int64_t>(offsets),
               ArrayRef<int64_t>(indexed), ArrayRef<int64_t>(batching),
               ArrayRef<int64_t>(batching), ArrayRef<int64_t>(indexed),
               static_cast<uint64_t>(n.rank(1) - 1), ArrayRef<int64_t>(slice),
               false));
  return absl::OkStatus();
}

/// How a scatter combines, by ONNX's name; Generic: it replaces.
static absl::StatusOr<graph::ReductionKind> scatterKind(NodeContext &n) {
  std::string name = n.attrs().getString("reduction", "none");
  if (name == "none")
    return graph::ReductionKind::Generic;
  if (name == "add")
    return graph::ReductionKind::Add;
  if (name == "mul")
    return graph::ReductionKind::Multiply;
  if (name == "max")
    return graph::ReductionKind::Maximum;
  if (name == "min")
    return graph::ReductionKind::Minimum;
  return n.invalid(absl::StrCat("unknown reduction ", quoteName(name)));
}

/// A scatter of index vectors in the last dimension of `indices`, into data
/// whose first dimensions they address.
static Value scatterVectors(Emitter &e, Value data, Value indices,
                            Value updates, graph::ReductionKind kind,
                            mlir::OpBuilder &builder) {
  int64_t length = dimsOf(indices).back();
  int64_t batchRank = rankOf(indices) - 1;
  Dims window = countFrom(batchRank, rankOf(updates) - batchRank);
  Dims indexed = countFrom(0, length);
  auto op = graph::ScatterOp::create(
      builder, e.location(), mlir::TypeRange(data.getType()),
      mlir::ValueRange(data), indices, mlir::ValueRange(updates),
      ArrayRef<int64_t>(window), ArrayRef<int64_t>(indexed),
      ArrayRef<int64_t>(), ArrayRef<int64_t>(), ArrayRef<int64_t>(indexed),
      static_cast<uint64_t>(batchRank), false, false);
  mlir::Region &body = op.getBody();
  if (kind != graph::ReductionKind::Generic) {
    graph::buildReducer(builder, e.location(), body, kind, elementOf(data));
    return op->getResult(0);
  }
  mlir::OpBuilder::InsertionGuard guard(builder);
  auto scalar = mlir::RankedTensorType::get({}, elementOf(data));
  mlir::Block *block = builder.createBlock(&body, {}, {scalar, scalar},
                                           {e.location(), e.location()});
  graph::ReturnOp::create(builder, e.location(),
                          mlir::ValueRange(block->getArgument(1)));
  return op->getResult(0);
}

static absl::Status scatterND(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(graph::ReductionKind kind, scatterKind(n));
  if (n.type(1) != TensorProto::INT64 || n.rank(1) == 0 ||
      n.dims(1).back() > n.rank(0) || n.type(2) != n.type(0))
    return n.invalid("its indices or updates do not fit the data");
  Dims expected(n.dims(1).begin(), n.dims(1).end() - 1);
  expected.insert(expected.end(), n.dims(0).begin() + n.dims(1).back(),
                  n.dims(0).end());
  if (ArrayRef<int64_t>(expected) != n.dims(2))
    return n.invalid(absl::StrCat("its updates have shape ",
                                  dimsText(n.dims(2)), ", not ",
                                  dimsText(expected)));
  Emitter e = n.emit();
  n.set(0, scatterVectors(e, n.value(0), indexVectors(n, 0), n.value(2), kind,
                          n.builder()));
  return absl::OkStatus();
}

static absl::Status scatterElements(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(graph::ReductionKind kind, scatterKind(n));
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  if (!isIndexType(n.type(1)) || n.dims(1) != n.dims(2) ||
      n.rank(1) != n.rank(0) || n.type(2) != n.type(0))
    return n.invalid("its indices or updates do not fit the data");
  // The full index vector of each update: its own place, but for the axis.
  Emitter e = n.emit();
  Value indices = indicesInto(n, 1, n.dims(0)[axis]);
  Dims column(n.dims(1).begin(), n.dims(1).end());
  column.push_back(1);
  llvm::SmallVector<Value> parts;
  for (int64_t i = 0; i < n.rank(0); ++i)
    parts.push_back(i == axis ? e.reshape(indices, column)
                              : e.iota(elementOf(indices), column, i));
  n.set(0, scatterVectors(e, n.value(0), e.concat(parts, n.rank(0)), n.value(2),
                          kind, n.builder()));
  return absl::OkStatus();
}

static absl::Status oneHot(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0) + 1));
  double wanted = 0;
  if (n.known(1)) {
    TENON_ASSIGN_OR_RETURN(wanted, n.knownScalar(1));
  } else {
    TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
    if (static_cast<int64_t>(declared.size()) != n.rank(0) + 1)
      return n.invalid("the shape that the model declares does not fit");
    wanted = static_cast<double>(declared[axis]);
    TENON_RETURN_IF_ERROR(n.requireNumbers(1, {Dims{declared[axis]}}));
  }
  if (!(wanted >= 1 && wanted < 1e12) || n.rank(2) != 1 || n.dims(2)[0] != 2)
    return n.invalid("its depth or its values are not as ONNX says");
  auto depth = static_cast<int64_t>(wanted);
  Emitter e = n.emit();
  Value indices =
      e.convert(n.value(0), mlir::IntegerType::get(e.context(), 64));
  indices = fromTheEnd(e, indices, e.scalar(indices, wanted));
  Dims dims(n.dims(0).begin(), n.dims(0).end()), map;
  dims.insert(dims.begin() + axis, depth);
  for (int64_t i = 0; i <= n.rank(0); ++i)
    if (i != axis)
      map.push_back(i);
  Value hit =
      e.compare(ComparisonDirection::EQ, e.broadcastInDim(indices, dims, map),
                e.iota(elementOf(indices), dims, axis));
  Value values = n.value(2);
  Value off = e.reshape(e.sliceAxis(values, 0, 0, 1), {});
  Value on = e.reshape(e.sliceAxis(values, 0, 1, 1), {});
  n.set(0, e.select(hit, e.broadcast(on, dims), e.broadcast(off, dims)));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::indexingOps() {
  static const OpEntry rows[] = {
      {"Gather", 1, 2, 2, 1, gather, "indices outside are clamped"},
      {"GatherElements", 11, 2, 2, 1, gatherElements,
       "indices outside are clamped"},
      {"GatherND", 11, 2, 2, 1, gatherND, "indices outside are clamped"},
      {"OneHot", 9, 3, 3, 1, oneHot,
       "of a depth known at compile time or declared"},
      {"Scatter", 9, 3, 3, 1, scatterElements, "indices outside are dropped"},
      {"ScatterElements", 11, 3, 3, 1, scatterElements,
       "indices outside are dropped"},
      {"ScatterND", 11, 3, 3, 1, scatterND, "indices outside are dropped"},
  };
  return rows;
}
