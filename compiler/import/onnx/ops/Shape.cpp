//===- Shape.cpp - ONNX ops that move elements ----------------------------===//
#include "compiler/import/onnx/BoundedShapes.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"

using namespace tenon;
using namespace tenon::onnx;
using llvm::ArrayRef;

static std::optional<ArrayRef<int64_t>> refOf(const std::optional<Dims> &dims) {
  return dims ? std::optional<ArrayRef<int64_t>>(*dims) : std::nullopt;
}

static absl::Status identity(NodeContext &n) {
  n.set(0, n.value(0));
  return absl::OkStatus();
}

/// Sets output 0 to the input in another shape.
static absl::Status reshapeTo(NodeContext &n, const std::optional<Dims> &dims) {
  if (!dims)
    return n.invalid(absl::StrCat("it does not fit an input of shape ",
                                  dimsText(n.dims(0))));
  n.set(0, n.emit().reshape(n.value(0), *dims));
  return absl::OkStatus();
}

/// Whether shape operand `i` is given and only known at run time; what the
/// model declares of the result then decides.
static bool isLate(NodeContext &n, size_t i) {
  return n.has(i) && !n.known(i) && n.dims(i) != ArrayRef<int64_t>(0);
}

/// Sets output 0 to the input in the shape that the model declares.
static absl::Status reshapeAsDeclared(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(Dims dims, n.declaredDims(0));
  Dims from(n.dims(0).begin(), n.dims(0).end());
  if (*elementCount(dims) != *elementCount(from))
    return n.invalid("the shape that the model declares does not fit");
  return reshapeTo(n, dims);
}

static absl::Status reshape(NodeContext &n) {
  if (isLate(n, 1)) {
    TENON_ASSIGN_OR_RETURN(Dims dims, n.declaredDims(0));
    // -1 stands for what is left over, 0 for what the input has there.
    Dims kept = dims;
    bool keepsZeros = n.attrs().getInt("allowzero", 0) != 0;
    for (size_t d = 0; d < dims.size(); ++d)
      if (!keepsZeros && static_cast<int64_t>(d) < n.rank(0) &&
          dims[d] == n.dims(0)[d])
        kept[d] = 0;
    TENON_RETURN_IF_ERROR(
        n.requireNumbers(1, {dims, Dims(dims.size(), -1), kept}));
    return reshapeAsDeclared(n);
  }
  TENON_ASSIGN_OR_RETURN(auto shape, n.intsFrom(1, "shape"));
  if (!shape)
    return n.invalid("it has no shape");
  return reshapeTo(
      n, reshapeDims(n.dims(0), *shape, n.attrs().getInt("allowzero", 0) != 0));
}

static absl::Status flatten(NodeContext &n) {
  int64_t axis = n.attrs().getInt("axis", 1);
  if (axis < -n.rank(0) || axis > n.rank(0))
    return n.invalid(
        absl::StrCat("axis ", axis, " lies outside of rank ", n.rank(0)));
  if (axis < 0)
    axis += n.rank(0);
  Dims dims = {1, 1};
  for (auto [i, dim] : llvm::enumerate(n.dims(0)))
    dims[static_cast<int64_t>(i) < axis ? 0 : 1] *= dim;
  return reshapeTo(n, dims);
}

static absl::Status squeeze(NodeContext &n) {
  if (isLate(n, 1))
    return reshapeAsDeclared(n);
  TENON_ASSIGN_OR_RETURN(auto axes, n.intsFrom(1, "axes"));
  return reshapeTo(n, squeezeDims(n.dims(0), refOf(axes)));
}

static absl::Status unsqueeze(NodeContext &n) {
  if (isLate(n, 1))
    return reshapeAsDeclared(n);
  TENON_ASSIGN_OR_RETURN(auto axes, n.intsFrom(1, "axes"));
  if (!axes)
    return n.invalid("it has no axes");
  return reshapeTo(n, unsqueezeDims(n.dims(0), *axes));
}

static absl::Status transpose(NodeContext &n) {
  Dims order;
  for (int64_t i = n.rank(0); i-- > 0;)
    order.push_back(i);
  auto normal =
      normalizeAxes(n.attrs().getInts("perm").value_or(order), n.rank(0));
  if (!normal || static_cast<int64_t>(normal->size()) != n.rank(0))
    return n.invalid("perm is no permutation of the input's axes");
  n.set(0, n.emit().transpose(n.value(0), *normal));
  return absl::OkStatus();
}

static absl::Status concat(NodeContext &n) {
  // The axis had a default until version 4.
  if (n.opset() >= 4 && !n.attrs().has("axis"))
    return n.invalid("its attribute 'axis' is missing");
  TENON_ASSIGN_OR_RETURN(
      int64_t axis,
      n.axis(n.attrs().getInt("axis", n.opset() < 4 ? 1 : 0), n.rank(0)));
  llvm::SmallVector<Value> parts;
  for (size_t i = 0; i < n.numInputs(); ++i) {
    bool fits = n.type(i) == n.type(0) && n.rank(i) == n.rank(0);
    for (int64_t d = 0; fits && d < n.rank(0); ++d)
      fits = d == axis || n.dims(i)[d] == n.dims(0)[d];
    if (!fits)
      return n.invalid(absl::StrCat("input ", i, " of shape ",
                                    dimsText(n.dims(i)), " does not join ",
                                    dimsText(n.dims(0)), " along axis ", axis));
    parts.push_back(n.value(i));
  }
  n.set(0, n.emit().concat(parts, axis));
  return absl::OkStatus();
}

static absl::Status split(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  std::optional<Dims> given;
  if (isLate(n, 1)) {
    given.emplace();
    for (size_t i = 0; i < n.numOutputs(); ++i) {
      TENON_ASSIGN_OR_RETURN(Dims part, n.declaredDims(i));
      if (static_cast<int64_t>(part.size()) != n.rank(0))
        return n.invalid("the shapes that the model declares do not fit");
      given->push_back(part[axis]);
    }
    TENON_RETURN_IF_ERROR(n.requireNumbers(1, {*given}));
  } else {
    TENON_ASSIGN_OR_RETURN(given, n.intsFrom(1, "split"));
  }
  auto parts = static_cast<int64_t>(n.numOutputs());
  if (n.attrs().getInt("num_outputs", parts) != parts)
    return n.invalid("num_outputs is not the number of its outputs");
  auto sizes =
      splitSizes(n.dims(0)[axis], parts, refOf(given), n.opset() >= 18);
  if (!sizes)
    return n.invalid(absl::StrCat("it does not split ", n.dims(0)[axis],
                                  " into ", parts, " parts"));
  Emitter e = n.emit();
  Value x = n.value(0);
  int64_t start = 0;
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    if (n.wants(i))
      n.set(i, e.sliceAxis(x, axis, start, size));
    start += size;
  }
  return absl::OkStatus();
}

static absl::Status expand(NodeContext &n) {
  Dims shape;
  if (n.input(1).shapeOf)
    return expandToBounds(n, *n.input(1).shapeOf);
  if (isLate(n, 1)) {
    TENON_ASSIGN_OR_RETURN(shape, n.declaredDims(0));
    // Aligned at the end; a one takes the input's size.
    auto given = *elementCount(Dims(n.dims(1)));
    auto rank = static_cast<int64_t>(shape.size());
    if (given > rank)
      return n.invalid("the shape that the model declares does not fit");
    Dims asked(shape.end() - given, shape.end()), kept = asked;
    for (int64_t d = rank - given; d < rank; ++d) {
      int64_t own = d - (rank - n.rank(0));
      if (own >= 0 && n.dims(0)[own] == shape[d])
        kept[d - (rank - given)] = 1;
    }
    TENON_RETURN_IF_ERROR(n.requireNumbers(1, {asked, kept}));
  } else {
    TENON_ASSIGN_OR_RETURN(shape, n.knownInts(1));
  }
  auto dims = llvm::any_of(shape, [](int64_t d) { return d < 0; })
                  ? std::nullopt
                  : broadcastDims(n.dims(0), shape);
  if (!dims)
    return n.invalid(absl::StrCat("shape ", dimsText(n.dims(0)),
                                  " does not broadcast to ", dimsText(shape)));
  n.set(0, n.emit().broadcast(n.value(0), *dims));
  return absl::OkStatus();
}

static absl::Status tile(NodeContext &n) {
  Dims repeats;
  if (isLate(n, 1)) {
    TENON_ASSIGN_OR_RETURN(Dims result, n.declaredDims(0));
    for (auto [whole, part] : llvm::zip(result, n.dims(0)))
      repeats.push_back(part == 0 ? 0 : whole / part);
    if (!llvm::is_contained(n.dims(0), 0))
      TENON_RETURN_IF_ERROR(n.requireNumbers(1, {repeats}));
  } else {
    TENON_ASSIGN_OR_RETURN(repeats, n.knownInts(1));
  }
  if (static_cast<int64_t>(repeats.size()) != n.rank(0))
    return n.invalid("it has not one repeat per axis");
  // Each axis as (repeats, size), of which the first is broadcast.
  Dims wide, map, dims;
  for (auto [i, size] : llvm::enumerate(n.dims(0))) {
    if (repeats[i] < 0 || repeats[i] > (int64_t{1} << 40))
      return n.invalid(absl::StrCat("a repeat of ", repeats[i]));
    wide.insert(wide.end(), {repeats[i], size});
    map.push_back(2 * static_cast<int64_t>(i) + 1);
    dims.push_back(repeats[i] * size);
  }
  if (auto count = elementCount(wide); !count.ok())
    return n.invalid(count.status().message());
  Emitter e = n.emit();
  Value x = n.value(0);
  if (ArrayRef<int64_t>(dims) != n.dims(0))
    x = e.reshape(e.broadcastInDim(x, wide, map), dims);
  n.set(0, x);
  return absl::OkStatus();
}

static absl::Status depthToSpace(NodeContext &n) {
  int64_t block = n.attrs().getInt("blocksize", 0);
  std::string mode = n.attrs().getString("mode", "DCR");
  auto dims = n.dims(0);
  if (n.rank(0) != 4 || block < 1 || block > 65536 ||
      dims[1] % (block * block) != 0)
    return n.invalid("its input is not [N, C blocksize^2, H, W]");
  int64_t depth = dims[1] / (block * block);
  Emitter e = n.emit();
  Value x = n.value(0);
  if (mode == "CRD")
    x = e.transpose(
        e.reshape(x, {dims[0], depth, block, block, dims[2], dims[3]}),
        {0, 1, 4, 2, 5, 3});
  else
    x = e.transpose(
        e.reshape(x, {dims[0], block, block, depth, dims[2], dims[3]}),
        {0, 3, 4, 1, 5, 2});
  n.set(0, e.reshape(x, {dims[0], depth, dims[2] * block, dims[3] * block}));
  return absl::OkStatus();
}

static absl::Status spaceToDepth(NodeContext &n) {
  int64_t block = n.attrs().getInt("blocksize", 0);
  auto dims = n.dims(0);
  if (n.rank(0) != 4 || block < 1 || dims[2] % block != 0 ||
      dims[3] % block != 0)
    return n.invalid("its input is not [N, C, H blocksize, W blocksize]");
  int64_t height = dims[2] / block, width = dims[3] / block;
  Emitter e = n.emit();
  Value x =
      e.reshape(n.value(0), {dims[0], dims[1], height, block, width, block});
  // CRD, of version 28, keeps the channels in front of the block.
  bool crd = n.attrs().getString("mode", "DCR") == "CRD";
  x = crd ? e.transpose(x, {0, 1, 3, 5, 2, 4})
          : e.transpose(x, {0, 3, 5, 1, 2, 4});
  n.set(0, e.reshape(x, {dims[0], dims[1] * block * block, height, width}));
  return absl::OkStatus();
}

/// Cuts or pads axes around their middle to the sizes in input 1.
static absl::Status centerCropPad(NodeContext &n) {
  Dims axes;
  for (int64_t d = 0; d < n.rank(0); ++d)
    axes.push_back(d);
  if (auto given = n.attrs().getInts("axes")) {
    auto normal = normalizeAxes(*given, n.rank(0));
    if (!normal)
      return n.invalid("its axes do not fit the input");
    axes = *normal;
  }
  Dims sizes;
  if (isLate(n, 1)) {
    TENON_ASSIGN_OR_RETURN(Dims declared, n.declaredDims(0));
    if (static_cast<int64_t>(declared.size()) != n.rank(0))
      return n.invalid("the shape that the model declares does not fit");
    for (int64_t axis : axes)
      sizes.push_back(declared[axis]);
    TENON_RETURN_IF_ERROR(n.requireNumbers(1, {sizes}));
  } else {
    TENON_ASSIGN_OR_RETURN(sizes, n.knownInts(1));
  }
  if (sizes.size() != axes.size())
    return n.invalid("it has not one size per axis");
  Emitter e = n.emit();
  Value x = n.value(0);
  Dims low(n.rank(0), 0), high(n.rank(0), 0);
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    int64_t have = n.dims(0)[axis];
    if (size < 0 || size > int64_t{1} << 40)
      return n.invalid(absl::StrCat("a size of ", size));
    // An odd rest is cut at the end and padded at the end.
    low[axis] = size < have ? -((have - size) / 2) : (size - have) / 2;
    high[axis] = size - have - low[axis];
  }
  n.set(0, e.pad(x, e.scalar(x, 0), low, high));
  return absl::OkStatus();
}

/// Reverses the first elements along the time axis, as many as input 1 says for
/// each place of the batch axis.
static absl::Status reverseSequence(NodeContext &n) {
  TENON_ASSIGN_OR_RETURN(int64_t batch,
                         n.axis(n.attrs().getInt("batch_axis", 1), n.rank(0)));
  TENON_ASSIGN_OR_RETURN(int64_t time,
                         n.axis(n.attrs().getInt("time_axis", 0), n.rank(0)));
  int64_t size = n.dims(0)[time], count = n.dims(0)[batch];
  if (batch == time || n.rank(1) != 1 || n.dims(1)[0] != count)
    return n.invalid("it has not one length per place of the batch axis");
  Emitter e = n.emit();
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  Value length = e.reshape(e.convert(n.value(1), index), {count, 1});
  Value place = e.iota(index, {count, size}, 1);
  Value mirrored = e.sub(e.sub(length, e.scalar(length, 1)), place);
  Value isInside = e.compare(graph::ComparisonDirection::LT, place, length);
  Value from = e.select(isInside, mirrored, place);
  // The gather gives [batch, time] in front of the other dimensions.
  Dims slice(n.dims(0).begin(), n.dims(0).end()), front = {count, size}, own;
  slice[batch] = slice[time] = 1;
  Dims order(n.rank(0));
  order[batch] = 0;
  order[time] = 1;
  int64_t next = 2;
  for (int64_t d = 0; d < n.rank(0); ++d) {
    if (d == batch || d == time)
      continue;
    front.push_back(n.dims(0)[d]);
    own.push_back(next);
    order[d] = next++;
  }
  if (count == 0 || size == 0) {
    n.set(0, n.value(0));
    return absl::OkStatus();
  }
  Value taken = e.make<graph::GatherOp>(
      mlir::RankedTensorType::get(front, n.element(0)), n.value(0), from,
      ArrayRef<int64_t>(own), ArrayRef<int64_t>(time), ArrayRef<int64_t>(batch),
      ArrayRef<int64_t>(0), ArrayRef<int64_t>(time), static_cast<uint64_t>(2),
      ArrayRef<int64_t>(slice), false);
  n.set(0, e.transpose(taken, order));
  return absl::OkStatus();
}

/// Keeps the part of each matrix on one side of diagonal k.
static absl::Status trilu(NodeContext &n) {
  if (n.rank(0) < 2)
    return n.invalid("its input has no matrices");
  Emitter e = n.emit();
  Value x = n.value(0);
  auto matrix = n.dims(0).take_back(2);
  mlir::Type index = mlir::IntegerType::get(e.context(), 64);
  Value row = e.iota(index, matrix, 0), column = e.iota(index, matrix, 1);
  // Diagonals beyond the corners are all the same.
  Value diagonal;
  if (n.has(1) && *elementCount(Dims(n.dims(1))) != 1)
    return n.invalid("k is no scalar");
  if (n.has(1))
    diagonal = e.clamp(e.reshape(e.convert(n.value(1), index), {}),
                       static_cast<double>(-matrix[0]),
                       static_cast<double>(matrix[1]));
  bool upper = n.attrs().getInt("upper", 1) != 0;
  Value keep = e.compare(upper ? graph::ComparisonDirection::GE
                               : graph::ComparisonDirection::LE,
                         column, diagonal ? e.add(row, diagonal) : row);
  n.set(0, e.select(keep, x, e.scalar(x, 0)));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::shapeOps() {
  static constexpr const char *kDeclared =
      "a shape operand known at run time only gives the shape that the model "
      "declares";
  static const OpEntry rows[] = {
      {"CenterCropPad", 18, 2, 2, 1, centerCropPad, kDeclared},
      {"Concat", 1, 1, -1, 1, concat},
      {"DepthToSpace", 1, 1, 1, 1, depthToSpace},
      {"Expand", 8, 2, 2, 1, expand, kDeclared},
      {"Flatten", 1, 1, 1, 1, flatten},
      {"Identity", 1, 1, 1, 1, identity},
      {"Reshape", 1, 1, 2, 1, reshape, kDeclared},
      {"ReverseSequence", 10, 2, 2, 1, reverseSequence},
      {"SpaceToDepth", 1, 1, 1, 1, spaceToDepth},
      {"Split", 2, 1, 2, -1, split, kDeclared},
      {"Squeeze", 1, 1, 2, 1, squeeze, kDeclared},
      {"Tile", 6, 2, 2, 1, tile, kDeclared},
      {"Transpose", 1, 1, 1, 1, transpose},
      {"Trilu", 14, 1, 2, 1, trilu},
      {"Unsqueeze", 1, 1, 2, 1, unsqueeze, kDeclared},
  };
  return rows;
}
