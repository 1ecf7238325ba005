//===- BoundedRules.cpp - what ops make of bounded inputs -----------------===//
#include "compiler/import/onnx/BoundedShapes.h"
#include "compiler/import/onnx/ShapeRules.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <limits>
#include <numeric>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;
using graph::ReductionKind;
using llvm::ArrayRef;

namespace {

using Sizes = std::vector<Value>;
using Rule = absl::Status (*)(NodeContext &, Converter);

constexpr const char *kDifferentBounds =
    "sizes that depend on values beside others, of different bounds";

/// Demands that the run's `size` is `expected`.
void requireSize(NodeContext &n, Value size, Value expected) {
  Emitter e = n.emit();
  n.require(e.compare(ComparisonDirection::EQ, size, expected),
            "two sizes that have to be equal differ");
}

void requireSize(NodeContext &n, Value size, int64_t expected) {
  Emitter e = n.emit();
  requireSize(n, size, e.scalar(size, static_cast<double>(expected)));
}

/// Dimensions and sizes of one operand.
struct Extent {
  ArrayRef<int64_t> dims;
  ArrayRef<Value> sizes;

  Value size(size_t axis) const {
    return sizes.empty() ? Value() : sizes[axis];
  }
};

Extent extentOf(NodeContext &n, size_t i) {
  return {n.dims(i), n.input(i).sizes};
}

/// The size of a dimension that operands share, of which each is one, or
/// `bound` and maybe bounded. Null: it is static.
absl::StatusOr<Value> commonSize(NodeContext &n,
                                 ArrayRef<std::pair<int64_t, Value>> given) {
  Value size;
  int64_t bound = 1;
  for (auto [dim, own] : given)
    bound = std::max(bound, dim);
  bool isStatic = bound == 1;
  for (auto [dim, own] : given) {
    if (!own) {
      isStatic |= dim == bound && bound != 1;
      if (dim != bound && dim != 1)
        return n.unsupported(kDifferentBounds);
      continue;
    }
    if (dim == 1 && bound != 1) {
      // Only one element can be repeated.
      requireSize(n, own, 1);
    } else if (dim != bound) {
      return n.unsupported(kDifferentBounds);
    } else if (!size) {
      size = own;
    } else if (size != own) {
      requireSize(n, own, size);
    }
  }
  if (bound == 1)
    return size;
  if (isStatic && size) {
    requireSize(n, size, bound);
    return Value();
  }
  return size;
}

/// The sizes of operands that are broadcast to `rank` dimensions.
absl::StatusOr<Sizes> broadcastSizes(NodeContext &n, ArrayRef<Extent> operands,
                                     size_t rank) {
  Sizes sizes(rank);
  for (size_t axis = 0; axis < rank; ++axis) {
    llvm::SmallVector<std::pair<int64_t, Value>> given;
    for (const Extent &operand : operands) {
      size_t skip = rank - operand.dims.size();
      if (operand.dims.size() <= rank && axis >= skip)
        given.emplace_back(operand.dims[axis - skip],
                           operand.size(axis - skip));
    }
    TENON_ASSIGN_OR_RETURN(sizes[axis], commonSize(n, given));
  }
  return sizes;
}

absl::Status elementwise(NodeContext &n, Converter convert) {
  llvm::SmallVector<Extent> operands;
  size_t rank = 0;
  // CastLike's second operand only gives the type.
  size_t count = n.op() == "CastLike" ? 1 : n.numInputs();
  for (size_t i = 0; i < count; ++i) {
    if (!n.has(i))
      continue;
    operands.push_back(extentOf(n, i));
    rank = std::max(rank, n.dims(i).size());
  }
  TENON_ASSIGN_OR_RETURN(Sizes sizes, broadcastSizes(n, operands, rank));
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

/// Every result has the first input's shape.
absl::Status likeFirst(NodeContext &n, Converter convert) {
  Sizes sizes = n.input(0).sizes;
  TENON_RETURN_IF_ERROR(convert(n));
  for (size_t i = 0; i < n.numOutputs(); ++i)
    if (n.result(i).dims.size() == sizes.size())
      n.setSizes(i, sizes);
  return absl::OkStatus();
}

absl::Status transpose(NodeContext &n, Converter convert) {
  Sizes from = n.input(0).sizes, sizes;
  Dims order;
  for (int64_t i = n.rank(0); i-- > 0;)
    order.push_back(i);
  auto normal =
      normalizeAxes(n.attrs().getInts("perm").value_or(order), n.rank(0));
  TENON_RETURN_IF_ERROR(convert(n));
  for (int64_t axis : *normal)
    sizes.push_back(from[axis]);
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

/// The sizes after a reshape: dimensions are matched in groups of equally many
/// elements, in which the bounded one has to come first.
absl::StatusOr<Sizes> reshapedSizes(NodeContext &n, const Extent &from,
                                    ArrayRef<int64_t> to) {
  Sizes sizes(to.size());
  Emitter e = n.emit();
  auto refuse = [&] {
    return n.unsupported(
        "dimensions joined or split whose size depends on values");
  };
  if (llvm::is_contained(from.dims, 0))
    return refuse();
  size_t i = 0, j = 0;
  while (i < from.dims.size()) {
    size_t first = i, target = j;
    int64_t have = from.dims[i++], want = j < to.size() ? to[j++] : 1;
    while (have != want)
      if (have < want && i < from.dims.size())
        have *= from.dims[i++];
      else if (have > want && j < to.size())
        want *= to[j++];
      else
        return refuse();
    // Ones in front do not count; nothing but the first may be bounded.
    while (first < i && from.dims[first] == 1 && !from.size(first))
      ++first;
    while (target + 1 < j && to[target] == 1 && have != 1)
      ++target;
    int64_t inner = 1, innerTo = 1;
    for (size_t k = first + 1; k < i; ++k) {
      if (from.size(k))
        return refuse();
      inner *= from.dims[k];
    }
    if (first == i || !from.size(first))
      continue;
    if (target >= j) {
      requireSize(n, from.size(first), 1);
      continue;
    }
    for (size_t k = target + 1; k < j; ++k)
      innerTo *= to[k];
    if (inner % innerTo != 0)
      return refuse();
    Value size = from.size(first);
    sizes[target] =
        inner == innerTo
            ? size
            : e.mul(size, e.scalar(size, static_cast<double>(inner / innerTo)));
  }
  return sizes;
}

absl::Status reshape(NodeContext &n, Converter convert) {
  if (n.has(1) && !n.known(1))
    return n.unsupported("a shape and sizes that both depend on values");
  TENON_RETURN_IF_ERROR(convert(n));
  Dims to = n.result(0).dims;
  TENON_ASSIGN_OR_RETURN(Sizes sizes, reshapedSizes(n, extentOf(n, 0), to));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

absl::Status shape(NodeContext &n, Converter) {
  int64_t rank = n.rank(0);
  auto place = [&](absl::string_view name, int64_t otherwise) {
    int64_t given = n.attrs().getInt(name, otherwise);
    return std::clamp<int64_t>(given < 0 ? given + rank : given, 0, rank);
  };
  int64_t start = place("start", 0), end = place("end", rank);
  Emitter e = n.emit();
  llvm::SmallVector<Value> parts;
  bool isStatic = true;
  for (int64_t axis = start; axis < end; ++axis) {
    isStatic &= !n.sizeAlong(0, axis);
    parts.push_back(e.reshape(sizeOf(n, 0, axis), {1}));
  }
  auto dims = n.dims(0);
  if (isStatic)
    n.set(0, HostTensor::vector(
                 start < end ? Dims(dims.begin() + start, dims.begin() + end)
                             : Dims()));
  else
    n.set(0, e.concat(parts, 0));
  if (isStatic)
    return absl::OkStatus();
  Slot whole;
  whole.dims.assign(dims.begin() + start, dims.begin() + end);
  const Sizes &sizes = n.input(0).sizes;
  whole.sizes.assign(sizes.begin() + start, sizes.begin() + end);
  n.result(0).shapeOf = std::make_shared<const Slot>(std::move(whole));
  return absl::OkStatus();
}

absl::Status size(NodeContext &n, Converter) {
  Emitter e = n.emit();
  Value product = e.splat(mlir::RankedTensorType::get({}, e.indexType()), 1);
  for (int64_t axis = 0; axis < n.rank(0); ++axis)
    product = e.mul(product, sizeOf(n, 0, axis));
  n.set(0, product);
  return absl::OkStatus();
}

/// Input `i` with `fill` of its element type beyond the sizes along `axis`.
void fill(NodeContext &n, size_t i, int64_t axis, Value size, Value fill) {
  Emitter e = n.emit();
  Slot slot = n.slotFor(fillBeyond(e, n.value(i), axis, size, fill));
  slot.type = n.type(i);
  slot.sizes = n.input(i).sizes;
  n.replace(i, std::move(slot));
}

/// What does not count in the reduction that `op` is.
Value neutralOf(NodeContext &n) {
  Emitter e = n.emit();
  llvm::StringRef op = n.op();
  ReductionKind kind = ReductionKind::Add;
  if (op == "ReduceMax" || op == "ArgMax" || op == "ReduceLogSumExp" ||
      op == "Softmax" || op == "LogSoftmax")
    kind = ReductionKind::Maximum;
  else if (op == "ReduceMin" || op == "ArgMin")
    kind = ReductionKind::Minimum;
  else if (op == "ReduceProd")
    kind = ReductionKind::Multiply;
  return e.neutral(kind, n.element(0));
}

absl::Status reduction(NodeContext &n, Converter convert) {
  bool isArg = n.op() == "ArgMax" || n.op() == "ArgMin";
  Dims axes;
  if (isArg) {
    TENON_ASSIGN_OR_RETURN(int64_t axis,
                           n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
    axes = {axis};
    // Where all are the smallest there is, the first is found, not the last.
    if (n.attrs().getInt("select_last_index", 0) != 0)
      return n.unsupported(
          "the last index along a size that depends on values");
  } else {
    TENON_ASSIGN_OR_RETURN(axes, n.reducedAxes());
  }
  if (n.op() == "ReduceLogSumExp" && !llvm::isa<mlir::FloatType>(n.element(0)))
    return n.unsupported("of integers whose number depends on values");
  Sizes from = n.input(0).sizes, sizes;
  bool keep = n.attrs().getInt("keepdims", 1) != 0;
  Value neutral = neutralOf(n);
  for (int64_t axis = 0; axis < n.rank(0); ++axis) {
    if (!llvm::is_contained(axes, axis)) {
      sizes.push_back(from[axis]);
      continue;
    }
    if (from[axis])
      fill(n, 0, axis, from[axis], neutral);
    if (keep)
      sizes.push_back({});
  }
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

absl::Status softmax(NodeContext &n, Converter convert) {
  if (n.opset() < 13)
    return n.unsupported("of sizes that depend on values, before version 13");
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0)));
  if (Value size = n.sizeAlong(0, axis))
    fill(n, 0, axis, size, neutralOf(n));
  return likeFirst(n, convert);
}

absl::Status cumulative(NodeContext &n, Converter convert) {
  TENON_ASSIGN_OR_RETURN(double given, n.knownScalar(1));
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(static_cast<int64_t>(given), n.rank(0)));
  Emitter e = n.emit();
  double neutral = n.op() == "CumProd" ? 1 : 0;
  if (Value size = n.sizeAlong(0, axis))
    fill(n, 0, axis, size, e.scalar(n.value(0), neutral));
  return likeFirst(n, convert);
}

absl::Status normalization(NodeContext &n, Converter convert) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", -1), n.rank(0)));
  for (int64_t d = axis; d < n.rank(0); ++d)
    if (n.sizeAlong(0, d))
      return n.unsupported("over a size that depends on values");
  for (size_t i = 1; i < n.numInputs(); ++i)
    if (n.has(i) && n.isBounded(i))
      return n.unsupported("scales whose size depends on values");
  return likeFirst(n, convert);
}

/// Makes the contracted dimensions agree, with zeros beyond their size.
absl::Status contract(NodeContext &n, int64_t axisOfA, int64_t axisOfB) {
  Emitter e = n.emit();
  std::pair<int64_t, Value> given[] = {
      {n.dims(0)[axisOfA], n.sizeAlong(0, axisOfA)},
      {n.dims(1)[axisOfB], n.sizeAlong(1, axisOfB)}};
  if (given[0].first != given[1].first)
    return n.unsupported(kDifferentBounds);
  TENON_ASSIGN_OR_RETURN(Value size, commonSize(n, given));
  if (!size)
    return absl::OkStatus();
  fill(n, 0, axisOfA, size, e.scalar(n.value(0), 0));
  fill(n, 1, axisOfB, size, e.scalar(n.value(1), 0));
  return absl::OkStatus();
}

absl::Status matMul(NodeContext &n, Converter convert) {
  Extent a = extentOf(n, 0), b = extentOf(n, 1);
  if (a.dims.empty() || b.dims.empty())
    return n.invalid("a factor is a scalar");
  size_t rankA = a.dims.size(), rankB = b.dims.size();
  Extent batchA{a.dims.drop_back(std::min<size_t>(rankA, 2)), {}};
  Extent batchB{b.dims.drop_back(std::min<size_t>(rankB, 2)), {}};
  batchA.sizes = a.sizes.take_front(a.sizes.empty() ? 0 : batchA.dims.size());
  batchB.sizes = b.sizes.take_front(b.sizes.empty() ? 0 : batchB.dims.size());
  TENON_ASSIGN_OR_RETURN(
      Sizes sizes,
      broadcastSizes(n, {batchA, batchB},
                     std::max(batchA.dims.size(), batchB.dims.size())));
  if (rankA > 1)
    sizes.push_back(a.size(rankA - 2));
  if (rankB > 1)
    sizes.push_back(b.size(rankB - 1));
  TENON_RETURN_IF_ERROR(
      contract(n, static_cast<int64_t>(rankA) - 1,
               static_cast<int64_t>(rankB == 1 ? 0 : rankB - 2)));
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

absl::Status gemm(NodeContext &n, Converter convert) {
  if (n.rank(0) != 2 || n.rank(1) != 2)
    return n.invalid("A and B are not matrices");
  int64_t depthOfA = n.attrs().getInt("transA", 0) != 0 ? 0 : 1;
  int64_t depthOfB = n.attrs().getInt("transB", 0) != 0 ? 1 : 0;
  int64_t dims[] = {n.dims(0)[1 - depthOfA], n.dims(1)[1 - depthOfB]};
  Value own[] = {n.sizeAlong(0, 1 - depthOfA), n.sizeAlong(1, 1 - depthOfB)};
  llvm::SmallVector<Extent> parts = {{dims, own}};
  if (n.has(2))
    parts.push_back(extentOf(n, 2));
  TENON_ASSIGN_OR_RETURN(Sizes sizes, broadcastSizes(n, parts, 2));
  TENON_RETURN_IF_ERROR(contract(n, depthOfA, depthOfB));
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

/// Parts whose lengths depend on values are written one after another, each
/// over what the one before had beyond its size.
absl::Status concat(NodeContext &n, Converter convert) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  Sizes sizes(n.rank(0));
  bool isStaticAlong = true;
  for (int64_t d = 0; d < n.rank(0); ++d) {
    llvm::SmallVector<std::pair<int64_t, Value>> given;
    for (size_t i = 0; i < n.numInputs(); ++i) {
      if (n.rank(i) != n.rank(0))
        return n.invalid("its inputs differ in rank");
      given.emplace_back(n.dims(i)[d], n.sizeAlong(i, d));
      if (d == axis && n.sizeAlong(i, d))
        isStaticAlong = false;
      if (d != axis && n.dims(i)[d] != n.dims(0)[d])
        return n.unsupported(kDifferentBounds);
    }
    if (d != axis) {
      TENON_ASSIGN_OR_RETURN(sizes[d], commonSize(n, given));
    }
  }
  if (isStaticAlong) {
    TENON_RETURN_IF_ERROR(convert(n));
    n.setSizes(0, std::move(sizes));
    return absl::OkStatus();
  }
  Emitter e = n.emit();
  Dims dims(n.dims(0).begin(), n.dims(0).end());
  dims[axis] = 0;
  for (size_t i = 0; i < n.numInputs(); ++i)
    dims[axis] += n.dims(i)[axis];
  Value zero = e.splat(mlir::RankedTensorType::get({}, e.indexType()), 0);
  Value whole = e.splat(mlir::RankedTensorType::get(dims, n.element(0)), 0);
  Value at = zero;
  if (!whole)
    return n.unsupported("of such an element type");
  for (size_t i = 0; i < n.numInputs(); ++i) {
    llvm::SmallVector<Value> starts(n.rank(0), zero);
    starts[axis] = at;
    if (n.dims(i)[axis] > 0)
      whole = e.make<graph::DynamicUpdateSliceOp>(whole.getType(), whole,
                                                  n.value(i), starts);
    at = e.add(at, sizeOf(n, i, axis));
  }
  sizes[axis] = at;
  n.set(0, whole, n.type(0));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

/// Negative indices along a bounded axis count from its actual end.
absl::Status countFromEnd(NodeContext &n, size_t i, Value size) {
  Emitter e = n.emit();
  Value x = n.value(i);
  Value length = e.convert(size, elementOf(x));
  Value isNegative = e.compare(ComparisonDirection::LT, x, e.scalar(x, 0));
  Slot slot = n.slotFor(e.select(isNegative, e.add(x, length), x));
  slot.sizes = n.input(i).sizes;
  n.replace(i, std::move(slot));
  return absl::OkStatus();
}

absl::Status gather(NodeContext &n, Converter convert) {
  TENON_ASSIGN_OR_RETURN(int64_t axis,
                         n.axis(n.attrs().getInt("axis", 0), n.rank(0)));
  Extent data = extentOf(n, 0);
  Sizes sizes;
  for (int64_t d = 0; d < axis; ++d)
    sizes.push_back(data.size(d));
  for (int64_t d = 0; d < n.rank(1); ++d)
    sizes.push_back(n.sizeAlong(1, d));
  for (int64_t d = axis + 1; d < n.rank(0); ++d)
    sizes.push_back(data.size(d));
  if (Value size = data.size(axis)) {
    TENON_RETURN_IF_ERROR(countFromEnd(n, 1, size));
  }
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

absl::Status gatherND(NodeContext &n, Converter convert) {
  int64_t batch = n.attrs().getInt("batch_dims", 0);
  int64_t rank = n.rank(1), length = rank == 0 ? 0 : n.dims(1).back();
  if (batch != 0 || rank == 0 || length > n.rank(0) || n.sizeAlong(1, rank - 1))
    return n.unsupported("batches or index vectors whose sizes depend on "
                         "values");
  Sizes sizes;
  for (int64_t d = 0; d + 1 < rank; ++d)
    sizes.push_back(n.sizeAlong(1, d));
  for (int64_t d = 0; d < n.rank(0); ++d) {
    if (d >= length)
      sizes.push_back(n.sizeAlong(0, d));
    else if (n.sizeAlong(0, d))
      return n.unsupported("into dimensions whose sizes depend on values");
  }
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

/// Updates beyond the sizes go outside, where they are dropped.
absl::Status scatterND(NodeContext &n, Converter convert) {
  if (n.isBounded(0) || n.rank(1) == 0 || n.sizeAlong(1, n.rank(1) - 1))
    return n.unsupported("into a tensor, or by index vectors, whose sizes "
                         "depend on values");
  for (int64_t d = 0; d + 1 < n.rank(1); ++d) {
    if (d >= n.rank(2) || n.dims(2)[d] != n.dims(1)[d])
      return n.unsupported(kDifferentBounds);
    std::pair<int64_t, Value> given[] = {{n.dims(1)[d], n.sizeAlong(1, d)},
                                         {n.dims(2)[d], n.sizeAlong(2, d)}};
    TENON_ASSIGN_OR_RETURN(Value size, commonSize(n, given));
    Emitter e = n.emit();
    if (size)
      fill(n, 1, d, size, e.scalar(n.value(1), -1099511627776.0));
  }
  for (int64_t d = n.rank(1) - 1; d < n.rank(2); ++d)
    if (n.sizeAlong(2, d))
      return n.unsupported("updates whose sizes depend on values");
  TENON_RETURN_IF_ERROR(convert(n));
  n.setSizes(0, {});
  return absl::OkStatus();
}

absl::Status expand(NodeContext &n, Converter) {
  if (n.input(1).shapeOf)
    return expandToBounds(n, *n.input(1).shapeOf);
  if (!n.known(1))
    return n.unsupported("to a shape that depends on values");
  TENON_ASSIGN_OR_RETURN(Dims shape, n.knownInts(1));
  Slot whole;
  whole.dims = std::move(shape);
  return expandToBounds(n, whole);
}

/// Elements beyond the sizes are none that count.
absl::Status nonZero(NodeContext &n, Converter convert) {
  Emitter e = n.emit();
  for (int64_t axis = 0; axis < n.rank(0); ++axis)
    if (Value size = n.sizeAlong(0, axis))
      fill(n, 0, axis, size, e.scalar(n.value(0), 0));
  return convert(n);
}

/// Operands that ONNX wants one element of are taken to have it.
absl::Status settleOnes(NodeContext &n, size_t i) {
  if (!n.has(i) || !n.isBounded(i))
    return absl::OkStatus();
  Slot slot = n.input(i);
  for (auto [dim, size] : llvm::zip_equal(slot.dims, slot.sizes)) {
    if (!size)
      continue;
    if (dim != 1)
      return n.unsupported("operands whose number depends on values");
    requireSize(n, size, 1);
  }
  slot.sizes.clear();
  n.replace(i, std::move(slot));
  return absl::OkStatus();
}

absl::Status slice(NodeContext &n, Converter convert) {
  for (size_t i = 1; i < n.numInputs(); ++i)
    TENON_RETURN_IF_ERROR(settleOnes(n, i));
  return convert(n);
}

absl::Status choose(NodeContext &n, Converter convert) {
  TENON_RETURN_IF_ERROR(settleOnes(n, 0));
  return convert(n);
}

const llvm::StringMap<Rule> &rules() {
  static const llvm::StringMap<Rule> all = [] {
    llvm::StringMap<Rule> map;
    for (auto family : {unaryOps(), binaryOps(), activationOps()})
      for (const OpEntry &row : family)
        map[row.op] = elementwise;
    map.erase("SwiGLU");
    for (const OpEntry &row : reductionOps())
      map[row.op] = reduction;
    map["CumProd"] = map["CumSum"] = cumulative;
    map["Concat"] = concat;
    map["Dropout"] = map["Identity"] = likeFirst;
    map["Expand"] = expand;
    map["Flatten"] = map["Reshape"] = map["Squeeze"] = map["Unsqueeze"] =
        reshape;
    map["Gather"] = gather;
    map["GatherND"] = gatherND;
    map["Gelu"] = elementwise;
    map["Gemm"] = gemm;
    map["If"] = choose;
    map["LayerNormalization"] = map["RMSNormalization"] = normalization;
    map["MatMul"] = matMul;
    map["NonZero"] = nonZero;
    map["ScatterND"] = scatterND;
    map["Shape"] = shape;
    map["Size"] = size;
    map["Slice"] = slice;
    map["Softmax"] = map["LogSoftmax"] = softmax;
    map["Transpose"] = transpose;
    return map;
  }();
  return all;
}

} // namespace

absl::Status tenon::onnx::expandToBounds(NodeContext &n, const Slot &shape) {
  auto dims = broadcastDims(n.dims(0), shape.dims);
  if (!dims)
    return n.unsupported(kDifferentBounds);
  Extent own = extentOf(n, 0), wanted{shape.dims, shape.sizes};
  TENON_ASSIGN_OR_RETURN(Sizes sizes,
                         broadcastSizes(n, {own, wanted}, dims->size()));
  n.set(0, n.emit().broadcast(n.value(0), *dims), n.type(0));
  n.setSizes(0, std::move(sizes));
  return absl::OkStatus();
}

absl::Status tenon::onnx::convertBounded(NodeContext &n, Converter convert) {
  auto rule = rules().find(n.op());
  if (rule == rules().end())
    return n.unsupported("an input whose shape depends on values");
  return rule->second(n, convert);
}
