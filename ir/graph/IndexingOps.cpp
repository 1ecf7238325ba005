//===- IndexingOps.cpp - Gather and scatter -------------------------------===//
//
// Assembly and type inference. Both ops relate one operand's dimensions, one
// index tensor's and one list of slices', so they share their checks.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/IndexingOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/SortOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::graph;

/// Parses ` : (inputs, indices, updates) -> results with body`.
static ParseResult parseScatterTypes(OpAsmParser &parser, Region &body,
                                     SmallVectorImpl<Type> &inputs,
                                     Type &indices,
                                     SmallVectorImpl<Type> &updates,
                                     SmallVectorImpl<Type> &results) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<Type> operands;
  if (parseSignature(parser, operands, results))
    return failure();
  size_t count = operands.size() / 2;
  auto first = operands.size() < 3 || operands.size() % 2 == 0
                   ? RankedTensorType()
                   : dyn_cast<RankedTensorType>(operands.front());
  if (!first)
    return parser.emitError(loc, "expected inputs, indices and as many updates"
                                 " as inputs");
  inputs.append(operands.begin(), operands.begin() + count);
  indices = operands[count];
  updates.append(operands.begin() + count + 1, operands.end());
  return failure(parser.parseKeyword("with") ||
                 parseReducer(parser, body, first.getElementType()));
}

static void printScatterTypes(OpAsmPrinter &printer, Operation *op,
                              Region &body, TypeRange, Type, TypeRange,
                              TypeRange results) {
  printSignature(printer, op->getOperandTypes(), results);
  printer << " with ";
  printReducer(printer, body);
}

#define GET_OP_CLASSES
#include "ir/graph/IndexingOps.cpp.inc"

void TenonDialect::addIndexingOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/IndexingOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/graph/SortOps.cpp.inc"
      >();
}

namespace {

/// The dimension numbers of gather and scatter under common names.
struct SliceNumbers {
  StringRef op;
  // Names of the three lists, for messages.
  StringRef windowName, droppedName, mapName;
  // Where the slices' own dimensions stand in the list of slices.
  ArrayRef<int64_t> window;
  // Operand dimensions that slices do not have.
  ArrayRef<int64_t> dropped;
  ArrayRef<int64_t> operandBatching, indicesBatching;
  // Which operand dimension each entry of an index vector places.
  ArrayRef<int64_t> map;
  int64_t indexVectorDim;
};

} // namespace

static LogicalResult checkSorted(std::optional<Location> loc, StringRef op,
                                 StringRef what, ArrayRef<int64_t> values,
                                 int64_t limit) {
  if (llvm::is_sorted(values) && areUniqueBelow(values, limit))
    return success();
  return inferError(loc, op, "needs sorted, unique ", what, " below ", limit,
                    ", got [", values, "]");
}

/// Checks all that does not concern sizes of slices. `listRank` is the rank of
/// the list of slices (gather's result, scatter's updates).
static LogicalResult checkNumbers(std::optional<Location> loc,
                                  const SliceNumbers &numbers,
                                  RankedTensorType operand,
                                  RankedTensorType indices, int64_t listRank) {
  StringRef op = numbers.op;
  int64_t rank = operand.getRank(), indicesRank = indices.getRank();
  SmallVector<int64_t> absent(numbers.dropped), mapped(numbers.map);
  llvm::append_range(absent, numbers.operandBatching);
  llvm::append_range(mapped, numbers.operandBatching);
  if (failed(
          checkSorted(loc, op, numbers.windowName, numbers.window, listRank)) ||
      failed(
          checkSorted(loc, op, numbers.droppedName, numbers.dropped, rank)) ||
      failed(checkSorted(loc, op, "operand batching dimensions",
                         numbers.operandBatching, rank)))
    return failure();
  if (!areUniqueBelow(absent, rank))
    return inferError(loc, op, "names a dimension in ", numbers.droppedName,
                      " and as batching: [", absent, "]");
  if (!areUniqueBelow(mapped, rank))
    return inferError(loc, op, "needs unique ", numbers.mapName, " below ",
                      rank, " that are not batching, got [", numbers.map, "]");
  int64_t own = numbers.window.size() + absent.size();
  if (own != rank)
    return inferError(loc, op, "accounts for ", own, " dimensions of ",
                      operand);
  int64_t vectorDim = numbers.indexVectorDim;
  if (vectorDim < 0 || vectorDim > indicesRank)
    return inferError(loc, op, "needs index_vector_dim in 0 to ", indicesRank,
                      ", got ", vectorDim);
  Dims indexDims = getDims(indices), operandDims = getDims(operand);
  Dim length = vectorDim < indicesRank ? indexDims[vectorDim] : Dim{1};
  if (Dim{static_cast<int64_t>(numbers.map.size())} != length)
    return inferError(loc, op, "has index vectors of length ", length, " but ",
                      numbers.map.size(), " entries in ", numbers.mapName);
  ArrayRef<int64_t> batching = numbers.indicesBatching;
  if (!areUniqueBelow(batching, indicesRank) ||
      llvm::is_contained(batching, vectorDim))
    return inferError(loc, op, "needs unique index batching dimensions below ",
                      indicesRank, " other than ", vectorDim, ", got [",
                      batching, "]");
  if (batching.size() != numbers.operandBatching.size())
    return inferError(loc, op, "pairs ", numbers.operandBatching.size(),
                      " batching dimensions with ", batching.size());
  for (auto [left, right] : llvm::zip(numbers.operandBatching, batching))
    if (operandDims[left] != indexDims[right])
      return inferError(loc, op, "pairs batching dimension ", left, " of size ",
                        operandDims[left], " with dimension ", right,
                        " of the indices, of size ", indexDims[right]);
  return success();
}

/// The dimensions of the list of slices: index dimensions but the vector's, and
/// at `window` the slices' own.
static Dims getListDims(const SliceNumbers &numbers, RankedTensorType indices,
                        ArrayRef<Dim> windowDims) {
  Dims batch = getDims(indices);
  if (numbers.indexVectorDim < static_cast<int64_t>(batch.size()))
    batch.erase(batch.begin() + numbers.indexVectorDim);
  Dims dims;
  size_t nextBatch = 0, nextWindow = 0;
  size_t rank = batch.size() + windowDims.size();
  for (size_t index = 0; index < rank; ++index)
    dims.push_back(llvm::is_contained(numbers.window, index)
                       ? windowDims[nextWindow++]
                       : batch[nextBatch++]);
  return dims;
}

static int64_t getListRank(const SliceNumbers &numbers,
                           RankedTensorType indices) {
  bool hasVectorDim = numbers.indexVectorDim < indices.getRank();
  return indices.getRank() - hasVectorDim + numbers.window.size();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  auto operand = getTensor(adaptor.getOperand());
  auto indices = getTensor(adaptor.getStartIndices());
  SliceNumbers numbers{getOperationName(),
                       "offset_dims",
                       "collapsed_slice_dims",
                       "start_index_map",
                       adaptor.getOffsetDims(),
                       adaptor.getCollapsedSliceDims(),
                       adaptor.getOperandBatchingDims(),
                       adaptor.getStartIndicesBatchingDims(),
                       adaptor.getStartIndexMap(),
                       static_cast<int64_t>(adaptor.getIndexVectorDim())};
  if (failed(checkNumbers(loc, numbers, operand, indices,
                          getListRank(numbers, indices))))
    return failure();
  ArrayRef<int64_t> sizes = adaptor.getSliceSizes();
  Dims operandDims = getDims(operand), windowDims;
  if (sizes.size() != operandDims.size())
    return inferError(loc, getOperationName(),
                      "needs one of slice_sizes per dimension: expected ",
                      operandDims.size(), ", got ", sizes.size());
  for (auto [index, size, dim] : llvm::enumerate(sizes, operandDims)) {
    if (size < 0 || size > dim.size)
      return inferError(loc, getOperationName(), "takes ", size,
                        " elements of dimension ", index, ", which has size ",
                        dim);
    bool absent =
        llvm::is_contained(numbers.dropped, static_cast<int64_t>(index)) ||
        llvm::is_contained(numbers.operandBatching,
                           static_cast<int64_t>(index));
    if (absent && size > 1)
      return inferError(loc, getOperationName(),
                        "needs a slice size of at most 1 for dimension ", index,
                        ", got ", size);
    if (!absent)
      windowDims.push_back({size});
  }
  types.push_back(getTensor(getListDims(numbers, indices, windowDims),
                            operand.getElementType()));
  return success();
}

LogicalResult ScatterOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  ValueRange inputs = adaptor.getInputs(), updates = adaptor.getUpdates();
  if (inputs.empty() || inputs.size() != updates.size())
    return inferError(loc, name,
                      "needs as many updates as inputs, and at "
                      "least one, got ",
                      updates.size(), " and ", inputs.size());
  auto operand = getTensor(inputs.front());
  auto indices = getTensor(adaptor.getScatterIndices());
  auto list = getTensor(updates.front());
  for (auto [input, update] : llvm::zip(inputs, updates)) {
    if (getDims(input) != getDims(operand) || getDims(update) != getDims(list))
      return inferError(loc, name,
                        "needs inputs of one shape and updates of "
                        "another, got ",
                        input.getType(), " and ", update.getType());
    if (getTensor(input).getElementType() != getTensor(update).getElementType())
      return inferError(loc, name,
                        "needs updates of the inputs' element type,"
                        " got ",
                        update.getType(), " for ", input.getType());
  }
  SliceNumbers numbers{name,
                       "update_window_dims",
                       "inserted_window_dims",
                       "scatter_dims_to_operand_dims",
                       adaptor.getUpdateWindowDims(),
                       adaptor.getInsertedWindowDims(),
                       adaptor.getInputBatchingDims(),
                       adaptor.getScatterIndicesBatchingDims(),
                       adaptor.getScatterDimsToOperandDims(),
                       static_cast<int64_t>(adaptor.getIndexVectorDim())};
  if (failed(checkNumbers(loc, numbers, operand, indices, list.getRank())))
    return failure();
  Dims operandDims = getDims(operand), listDims = getDims(list), windowDims;
  SmallVector<int64_t> present = getComplement(
      operand.getRank(), {numbers.dropped, numbers.operandBatching});
  for (auto [dim, place] : llvm::zip(present, numbers.window)) {
    windowDims.push_back(listDims[place]);
    if (listDims[place].size > operandDims[dim].size)
      return inferError(loc, name, "writes ", listDims[place],
                        " elements of dimension ", dim, ", which has size ",
                        operandDims[dim]);
  }
  if (list.getRank() != getListRank(numbers, indices) ||
      getListDims(numbers, indices, windowDims) != listDims)
    return inferError(loc, name, "has updates of ", list,
                      ", which do not fit indices of ", indices);
  llvm::append_range(types, inputs.getTypes());
  return success();
}

LogicalResult ScatterOp::verifyRegions() {
  return verifyReducer(*this, getBody(),
                       llvm::map_to_vector(getInputs(), [](Value input) {
                         return getTensor(input).getElementType();
                       }));
}
