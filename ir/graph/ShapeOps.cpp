//===- ShapeOps.cpp - Ops that move elements without changing them --------===//
//
// Type inference and verifiers; the folders stand in ShapeFolds.cpp.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ShapeOps.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

/// Parses `[start:limit:stride, ...]`; the stride may be left out.
static ParseResult parseSliceRanges(OpAsmParser &parser,
                                    DenseI64ArrayAttr &starts,
                                    DenseI64ArrayAttr &limits,
                                    DenseI64ArrayAttr &strides) {
  SmallVector<int64_t> start, limit, stride;
  auto parseRange = [&]() -> ParseResult {
    int64_t step = 1;
    if (parser.parseInteger(start.emplace_back()) || parser.parseColon() ||
        parser.parseInteger(limit.emplace_back()))
      return failure();
    if (succeeded(parser.parseOptionalColon()) && parser.parseInteger(step))
      return failure();
    stride.push_back(step);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseRange))
    return failure();
  Builder &builder = parser.getBuilder();
  starts = builder.getDenseI64ArrayAttr(start);
  limits = builder.getDenseI64ArrayAttr(limit);
  strides = builder.getDenseI64ArrayAttr(stride);
  return success();
}

static void printSliceRanges(OpAsmPrinter &printer, Operation *,
                             DenseI64ArrayAttr starts, DenseI64ArrayAttr limits,
                             DenseI64ArrayAttr strides) {
  printer << '[';
  llvm::interleaveComma(
      llvm::zip(starts.asArrayRef(), limits.asArrayRef(), strides.asArrayRef()),
      printer, [&](auto range) {
        auto [start, limit, stride] = range;
        printer << start << ':' << limit;
        if (stride != 1)
          printer << ':' << stride;
      });
  printer << ']';
}

#define GET_OP_CLASSES
#include "ir/graph/ShapeOps.cpp.inc"

void TenonDialect::addShapeOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/ShapeOps.cpp.inc"
      >();
}

/// Checks that a list has one entry per dimension of the operand.
static LogicalResult checkCount(std::optional<Location> loc, StringRef op,
                                StringRef what, int64_t count, int64_t rank) {
  if (count == rank)
    return success();
  return inferError(loc, op, "needs one of ", what, " per dimension: expected ",
                    rank, ", got ", count);
}

LogicalResult BroadcastInDimOp::verify() {
  auto from = getTensor(getOperand()), to = getTensor(getResult());
  if (from.getElementType() != to.getElementType())
    return emitOpError("keeps the element type, got ")
           << from.getElementType() << " and " << to.getElementType();
  ArrayRef<int64_t> mapped = getBroadcastDimensions();
  if (failed(checkCount(getLoc(), getOperationName(), "broadcast_dimensions",
                        mapped.size(), from.getRank())))
    return failure();
  if (!areUniqueBelow(mapped, to.getRank()))
    return emitOpError("needs unique broadcast_dimensions below ")
           << to.getRank() << ", got [" << mapped << "]";
  Dims fromDims = getDims(from), toDims = getDims(to);
  for (auto [index, dim] : llvm::enumerate(fromDims)) {
    if (dim != Dim{1} && dim != toDims[mapped[index]])
      return emitOpError("operand dimension ")
             << index << " has size " << dim << ", which is neither 1 nor "
             << toDims[mapped[index]] << ", the size of result dimension "
             << mapped[index];
  }
  return success();
}

LogicalResult ReshapeOp::verify() {
  auto from = getTensor(getOperand()), to = getTensor(getResult());
  if (from.getElementType() != to.getElementType())
    return emitOpError("keeps the element type, got ")
           << from.getElementType() << " and " << to.getElementType();
  // Bounded dimensions have to appear on both sides, in the same order.
  int64_t fromCount = 1, toCount = 1;
  Dims fromBounded, toBounded;
  for (Dim dim : getDims(from))
    dim.bounded ? fromBounded.push_back(dim) : void(fromCount *= dim.size);
  for (Dim dim : getDims(to))
    dim.bounded ? toBounded.push_back(dim) : void(toCount *= dim.size);
  if (fromBounded != toBounded)
    return emitOpError("keeps bounded dimensions as they are, got ")
           << from << " and " << to;
  if (fromCount != toCount)
    return emitOpError("keeps the element count, got ")
           << fromCount << " and " << toCount;
  return success();
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  auto type = getTensor(adaptor.getOperand());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  int64_t rank = type.getRank();
  if (static_cast<int64_t>(permutation.size()) != rank ||
      !areUniqueBelow(permutation, rank))
    return inferError(loc, getOperationName(), "needs a permutation of ", rank,
                      " dimensions, got [", permutation, "]");
  Dims from = getDims(type), to;
  for (int64_t dim : permutation)
    to.push_back(from[dim]);
  types.push_back(getTensor(to, type.getElementType()));
  return success();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto type = getTensor(adaptor.getOperand());
  ArrayRef<int64_t> starts = adaptor.getStartIndices();
  ArrayRef<int64_t> limits = adaptor.getLimitIndices();
  ArrayRef<int64_t> strides = adaptor.getStrides();
  if (failed(checkCount(loc, name, "start_indices", starts.size(),
                        type.getRank())) ||
      failed(checkCount(loc, name, "limit_indices", limits.size(),
                        type.getRank())) ||
      failed(checkCount(loc, name, "strides", strides.size(), type.getRank())))
    return failure();
  Dims dims = getDims(type);
  for (auto [index, dim] : llvm::enumerate(dims)) {
    int64_t start = starts[index], limit = limits[index];
    int64_t stride = strides[index];
    if (start < 0 || start > limit || limit > dim.size)
      return inferError(loc, name, "takes ", start, " to ", limit,
                        " of dimension ", index, ", which has size ", dim);
    if (stride < 1 || stride > kMaxElements)
      return inferError(loc, name, "needs strides of at least 1, got ", stride,
                        " for dimension ", index);
    if (!dim.bounded)
      dim.size = llvm::divideCeil(limit - start, stride);
    else if (start != 0 || limit != dim.size || stride != 1)
      return inferError(loc, name, "cannot take a part of dimension ", index,
                        ", which is bounded");
  }
  types.push_back(getTensor(dims, type.getElementType()));
  return success();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto type = getTensor(adaptor.getOperand());
  Type padElement = getTensor(adaptor.getPaddingValue()).getElementType();
  if (padElement != type.getElementType())
    return inferError(loc, name, "needs a padding value of ",
                      type.getElementType(), ", got ", padElement);
  ArrayRef<int64_t> low = adaptor.getEdgePaddingLow();
  ArrayRef<int64_t> high = adaptor.getEdgePaddingHigh();
  ArrayRef<int64_t> interior = adaptor.getInteriorPadding();
  if (failed(checkCount(loc, name, "edge_padding_low", low.size(),
                        type.getRank())) ||
      failed(checkCount(loc, name, "edge_padding_high", high.size(),
                        type.getRank())) ||
      failed(checkCount(loc, name, "interior_padding", interior.size(),
                        type.getRank())))
    return failure();
  Dims dims = getDims(type);
  for (auto [index, dim] : llvm::enumerate(dims)) {
    if (interior[index] < 0)
      return inferError(loc, name, "needs interior padding of at least 0, got ",
                        interior[index], " for dimension ", index);
    if (dim.bounded && (low[index] || high[index] || interior[index]))
      return inferError(loc, name, "cannot pad dimension ", index,
                        ", which is bounded");
    // In 128 bits: a hostile model may ask for any padding.
    using Wide = __int128;
    Wide size = Wide(low[index]) + high[index] + dim.size +
                Wide(std::max<int64_t>(dim.size - 1, 0)) * interior[index];
    if (size < 0 || size > kMaxElements)
      return inferError(loc, name, "leaves dimension ", index, " with ",
                        size < 0 ? "fewer than 0" : "too many", " elements");
    dim.size = static_cast<int64_t>(size);
  }
  types.push_back(getTensor(dims, type.getElementType()));
  return success();
}

LogicalResult ConcatenateOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  if (adaptor.getInputs().empty())
    return inferError(loc, name, "needs at least one input");
  auto first = getTensor(adaptor.getInputs().front());
  int64_t along = adaptor.getDimension();
  if (along < 0 || along >= first.getRank())
    return inferError(loc, name, "joins along dimension ", along,
                      " of tensors of rank ", first.getRank());
  Dims dims = getDims(first);
  if (dims[along].bounded)
    return inferError(loc, name, "cannot join along dimension ", along,
                      ", which is bounded");
  for (auto [index, input] :
       llvm::enumerate(adaptor.getInputs().drop_front())) {
    Dims other = getDims(input);
    Dims expected = dims;
    if (other.size() == dims.size() && !other[along].bounded)
      expected[along] = other[along];
    if (getTensor(input).getElementType() != first.getElementType() ||
        other != expected)
      return inferError(loc, name, "cannot join input ", index + 1, " of type ",
                        input.getType(), " to ", first, " along dimension ",
                        along);
    dims[along].size += other[along].size;
  }
  types.push_back(getTensor(dims, first.getElementType()));
  return success();
}

LogicalResult IotaOp::verify() {
  int64_t along = getIotaDimension(), rank = getTensor(getResult()).getRank();
  if (along < 0 || along >= rank)
    return emitOpError("counts along dimension ")
           << along << " of a tensor of rank " << rank;
  return success();
}

LogicalResult ReverseOp::verify() {
  int64_t rank = getTensor(getOperand()).getRank();
  if (!areUniqueBelow(getDimensions(), rank))
    return emitOpError("needs unique dimensions below ")
           << rank << ", got [" << getDimensions() << "]";
  Dims dims = getDims(getOperand());
  for (int64_t dim : getDimensions())
    if (dims[dim].bounded)
      return emitOpError("cannot reverse dimension ")
             << dim << ", which is bounded";
  return success();
}

/// Checks the start indices of dynamic_slice and dynamic_update_slice.
static LogicalResult checkStarts(std::optional<Location> loc, StringRef name,
                                 ValueRange starts, int64_t rank) {
  if (failed(checkCount(loc, name, "start_indices", starts.size(), rank)))
    return failure();
  for (Value start : starts)
    if (start.getType() != starts.front().getType())
      return inferError(loc, name, "needs start indices of one type, got ",
                        starts.front().getType(), " and ", start.getType());
  return success();
}

LogicalResult DynamicSliceOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto type = getTensor(adaptor.getOperand());
  ArrayRef<int64_t> sizes = adaptor.getSliceSizes();
  if (failed(
          checkStarts(loc, name, adaptor.getStartIndices(), type.getRank())) ||
      failed(
          checkCount(loc, name, "slice_sizes", sizes.size(), type.getRank())))
    return failure();
  Dims dims = getDims(type);
  for (auto [index, dim] : llvm::enumerate(dims)) {
    if (sizes[index] < 0 || sizes[index] > dim.size)
      return inferError(loc, name, "takes ", sizes[index],
                        " elements of dimension ", index, ", which has size ",
                        dim);
    dim = {sizes[index]};
  }
  types.push_back(getTensor(dims, type.getElementType()));
  return success();
}

LogicalResult DynamicUpdateSliceOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto type = getTensor(adaptor.getOperand());
  auto update = getTensor(adaptor.getUpdate());
  if (update.getElementType() != type.getElementType() ||
      update.getRank() != type.getRank())
    return inferError(loc, name, "needs an update like ", type, ", got ",
                      update);
  if (failed(checkStarts(loc, name, adaptor.getStartIndices(), type.getRank())))
    return failure();
  for (auto [index, dim, part] :
       llvm::enumerate(getDims(type), getDims(update)))
    if (part.size > dim.size)
      return inferError(loc, name, "writes ", part, " elements of dimension ",
                        index, ", which has size ", dim);
  types.push_back(type);
  return success();
}
