//===- Indexing.cpp - Derivatives of gather, scatter and sort -------------===//
//
// The transpose of gather adds each slice to where it was read, and that of a
// scatter that adds reads the slices back. gather moves a slice that would
// stand out of the operand inside, scatter drops its element: each rule adjusts
// for the other's way.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/IndexingOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/SortOps.h"
#include "ir/graph/derivatives/Derivatives.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// A tensor shaped like the indices that holds, for each component of an index
/// vector, one of `numbers`.
Value perComponent(Backward &b, Value indices, int64_t vectorDim,
                   ArrayRef<int64_t> numbers) {
  auto type = getTensor(indices);
  Type element = type.getElementType();
  unsigned width = element.getIntOrFloatBitWidth();
  SmallVector<APInt> values;
  for (int64_t number : numbers) {
    // Where the index type cannot hold the limit, no index is beyond it.
    APInt most = element.isUnsignedInteger() ? APInt::getMaxValue(width)
                                             : APInt::getSignedMaxValue(width);
    bool fits = most.getActiveBits() >= 63 ||
                number <= static_cast<int64_t>(most.getZExtValue());
    values.push_back(fits ? APInt(width, number) : most);
  }
  bool isScalar = vectorDim == type.getRank();
  auto vector = RankedTensorType::get(
      isScalar ? SmallVector<int64_t>()
               : SmallVector<int64_t>{static_cast<int64_t>(numbers.size())},
      element);
  Value constant = b.constant(DenseElementsAttr::get(vector, values));
  return isScalar ? b.broadcast(constant, type, {})
                  : b.broadcast(constant, type, {vectorDim});
}

/// scatter of one input with a standard body.
Value scatter(Backward &b, ReductionKind kind, Value input, Value indices,
              Value updates, ArrayRef<int64_t> windowDims,
              ArrayRef<int64_t> inserted, ArrayRef<int64_t> inputBatching,
              ArrayRef<int64_t> indexBatching, ArrayRef<int64_t> indexMap,
              int64_t vectorDim, bool sorted, bool unique) {
  auto op = ScatterOp::create(b.getBuilder(), b.getLoc(), ValueRange(input),
                              indices, ValueRange(updates), windowDims,
                              inserted, inputBatching, indexBatching, indexMap,
                              vectorDim, sorted, unique);
  Type element = getTensor(input).getElementType();
  OpBuilder &builder = b.getBuilder();
  if (kind != ReductionKind::Generic) {
    buildReducer(builder, b.getLoc(), op.getBody(), kind, element);
  } else { // Overwrites.
    OpBuilder::InsertionGuard guard(builder);
    Type scalar = RankedTensorType::get({}, element);
    Block *block = builder.createBlock(&op.getBody(), {}, {scalar, scalar},
                                       {b.getLoc(), b.getLoc()});
    ReturnOp::create(builder, b.getLoc(), ValueRange{block->getArgument(1)});
  }
  return op.getResults().front();
}

LogicalResult gatherRule(GatherOp op, Backward &b) {
  SmallVector<int64_t> limits;
  Dims sizes = getDims(op.getOperand());
  for (int64_t dim : op.getStartIndexMap())
    limits.push_back(sizes[dim].size - op.getSliceSizes()[dim]);
  Value indices = op.getStartIndices();
  int64_t vectorDim = op.getIndexVectorDim();
  Value zero = b.scalar(0, getTensor(indices).getElementType());
  if (!limits.empty())
    indices = b.make<ClampOp>(zero, indices,
                              perComponent(b, indices, vectorDim, limits));
  b.give(op.getOperand(),
         scatter(b, ReductionKind::Add, b.zerosLike(op.getOperand()), indices,
                 b.cotangent(op.getResult()), op.getOffsetDims(),
                 op.getCollapsedSliceDims(), op.getOperandBatchingDims(),
                 op.getStartIndicesBatchingDims(), op.getStartIndexMap(),
                 vectorDim, op.getIndicesAreSorted(), /*unique=*/false));
  return success();
}

/// The slices of a scatter as a gather reads them.
struct ScatterSlices {
  ScatterSlices(ScatterOp op, Backward &b) : op(op), b(b) {
    Dims inputs = getDims(op.getInputs().front());
    Dims updates = getDims(op.getUpdates().front());
    auto windows = op.getUpdateWindowDims();
    size_t next = 0;
    for (int64_t dim = 0, rank = inputs.size(); dim < rank; ++dim) {
      bool isUnit = llvm::is_contained(op.getInsertedWindowDims(), dim) ||
                    llvm::is_contained(op.getInputBatchingDims(), dim);
      sizes.push_back(isUnit ? 1 : updates[windows[next++]].size);
    }
    for (int64_t dim : op.getScatterDimsToOperandDims())
      limits.push_back(inputs[dim].size - sizes[dim]);
  }

  Value gather(Value from) { return gather(from, op.getScatterIndices()); }

  Value gather(Value from, Value indices) {
    return b.make<GatherOp>(
        from, indices, op.getUpdateWindowDims(), op.getInsertedWindowDims(),
        op.getInputBatchingDims(), op.getScatterIndicesBatchingDims(),
        op.getScatterDimsToOperandDims(), op.getIndexVectorDim(), sizes,
        op.getIndicesAreSorted());
  }

  /// Whether each update's slice lies inside as a whole, shaped like the
  /// updates.
  Value isInside() {
    Value indices = op.getScatterIndices();
    int64_t vectorDim = op.getIndexVectorDim();
    Value low = perComponent(b, indices, vectorDim,
                             SmallVector<int64_t>(limits.size(), 0));
    Value high = perComponent(b, indices, vectorDim, limits);
    Value inside =
        b.make<AndOp>(b.compare(ComparisonDirection::GE, indices, low),
                      b.compare(ComparisonDirection::LE, indices, high));
    if (vectorDim < getTensor(indices).getRank())
      inside = b.reduce(ReductionKind::And, inside, {vectorDim});
    Value updates = op.getUpdates().front();
    return b.broadcast(inside, updates.getType(),
                       getComplement(getTensor(updates).getRank(),
                                     {op.getUpdateWindowDims()}));
  }

  /// Whether a slice is inside as a whole or not at all: it takes one element
  /// along each dimension that an index chooses.
  bool isExact() {
    return llvm::all_of(op.getScatterDimsToOperandDims(),
                        [&](int64_t dim) { return sizes[dim] == 1; });
  }

  /// The slices with zeros for what lies outside: read from a tensor that has
  /// zeros around it, as wide as the slices, so that what gather moves inside
  /// are zeros too.
  Value gatherPadded(Value from) {
    Dims inputs = getDims(from);
    SmallVector<int64_t> padding(inputs.size(), 0), none(inputs.size(), 0);
    SmallVector<int64_t> before, beyond, shift;
    for (int64_t dim : op.getScatterDimsToOperandDims()) {
      padding[dim] = sizes[dim];
      before.push_back(-sizes[dim]);
      beyond.push_back(inputs[dim].size);
      shift.push_back(sizes[dim]);
    }
    Value zero = b.scalar(0.0, getTensor(from).getElementType());
    Value padded = b.make<PadOp>(from, zero, padding, padding, none);
    Value indices =
        b.convert(op.getScatterIndices(), b.getBuilder().getI64Type());
    auto constant = [&](ArrayRef<int64_t> numbers) {
      return perComponent(b, indices, op.getIndexVectorDim(), numbers);
    };
    indices = b.make<ClampOp>(constant(before), indices, constant(beyond));
    return gather(padded, b.add(indices, constant(shift)));
  }

  ScatterOp op;
  Backward &b;
  SmallVector<int64_t> sizes, limits;
};

/// Whether a body returns its second argument: the update takes the place.
bool overwrites(Region &body) {
  Block &block = body.front();
  return block.getNumArguments() == 2 &&
         block.getTerminator()->getOperand(0) == block.getArgument(1);
}

LogicalResult scatterRule(ScatterOp op, Backward &b) {
  if (op.getInputs().size() != 1)
    return b.refuse("scatters into several inputs at once");
  bool adds = getReductionKind(op.getBody()) == ReductionKind::Add;
  if (!adds && !overwrites(op.getBody()))
    return b.refuse("has a body that neither adds nor overwrites");
  if (!adds && !op.getUniqueIndices())
    return b.refuse("overwrites without the promise of unique indices");
  Value input = op.getInputs().front(), update = op.getUpdates().front();
  Value dy = b.cotangent(op.getResults().front());
  if (b.wants(input))
    b.give(input,
           adds ? dy
                : scatter(b, ReductionKind::Generic, dy, op.getScatterIndices(),
                          b.zerosLike(update), op.getUpdateWindowDims(),
                          op.getInsertedWindowDims(), op.getInputBatchingDims(),
                          op.getScatterIndicesBatchingDims(),
                          op.getScatterDimsToOperandDims(),
                          op.getIndexVectorDim(), op.getIndicesAreSorted(),
                          /*unique=*/true));
  if (!b.wants(update))
    return success();
  ScatterSlices slices(op, b);
  if (!slices.isExact()) {
    b.give(update, slices.gatherPadded(dy));
    return success();
  }
  Value taken = slices.gather(dy);
  if (!slices.limits.empty())
    taken = b.select(slices.isInside(), taken, b.zerosLike(taken));
  b.give(update, taken);
  return success();
}

/// Each element's cotangent goes back to where the element came from: the
/// places are sorted along, and the cotangents are then sorted by them.
LogicalResult sortRule(SortOp op, Backward &b) {
  OpBuilder &builder = b.getBuilder();
  auto dim = static_cast<int64_t>(op.getDimension());
  Type i64 = builder.getI64Type();
  Value places = IotaOp::create(
      builder, b.getLoc(), getTensor(op.getInputs().front()).clone(i64), dim);
  SmallVector<Value> inputs(op.getInputs());
  inputs.push_back(places);
  auto make = [&](ValueRange values) {
    return SortOp::create(builder, b.getLoc(), values.getTypes(), values,
                          builder.getI64IntegerAttr(dim));
  };
  SortOp along = make(inputs);
  IRMapping map;
  op.getComparator().cloneInto(&along.getComparator(), map);
  Type place = RankedTensorType::get({}, i64);
  along.getComparator().addArguments({place, place}, {b.getLoc(), b.getLoc()});

  SmallVector<Value> wanted, back{along.getResults().back()};
  for (auto [input, result] : llvm::zip_equal(op.getInputs(), op.getResults()))
    if (Value dy = b.cotangent(result); dy && b.wants(input)) {
      wanted.push_back(input);
      back.push_back(dy);
    }
  if (wanted.empty())
    return success();
  SortOp byPlace = make(back);
  SmallVector<Type> scalars;
  for (Value value : back)
    scalars.append(
        2, RankedTensorType::get({}, getTensor(value).getElementType()));
  OpBuilder::InsertionGuard guard(builder);
  Block *block =
      builder.createBlock(&byPlace.getComparator(), {}, scalars,
                          SmallVector<Location>(scalars.size(), b.getLoc()));
  Value isBefore = b.compare(ComparisonDirection::LT, block->getArgument(0),
                             block->getArgument(1));
  ReturnOp::create(builder, b.getLoc(), isBefore);
  for (auto [input, result] :
       llvm::zip_equal(wanted, byPlace.getResults().drop_front()))
    b.give(input, result);
  return success();
}

} // namespace

void tenon::graph::attachIndexingDerivatives(MLIRContext *c) {
  attachRule<GatherOp, gatherRule>(c);
  attachRule<ScatterOp, scatterRule>(c);
  attachRule<SortOp, sortRule>(c);
}
