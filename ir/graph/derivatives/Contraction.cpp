//===- Contraction.cpp - Derivatives of dot products ----------------------===//
//
// Both are dot products again: of the cotangent with the other operand over the
// other operand's free dimensions.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ContractionOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// One operand's dimensions by role, as lists of its own dimension numbers.
struct Side {
  Value value;
  SmallVector<int64_t> batch, free, contracted;
  Precision precision;
};

/// The cotangent of `mine`, of a product whose result has the batch
/// dimensions first, then lhs's free ones, then rhs's.
Value pullBackTo(Backward &b, const Side &mine, const Side &other, Value dy,
                 bool mineIsLhs) {
  int64_t batches = mine.batch.size();
  auto numbers = [](int64_t from, int64_t count) {
    return llvm::to_vector(llvm::seq<int64_t>(from, from + count));
  };
  SmallVector<int64_t> dyBatch = numbers(0, batches);
  int64_t mineAt = mineIsLhs ? batches : batches + other.free.size();
  int64_t otherAt = mineIsLhs ? batches + mine.free.size() : batches;
  SmallVector<int64_t> dyMine = numbers(mineAt, mine.free.size());
  SmallVector<int64_t> dyOther = numbers(otherAt, other.free.size());

  // Where each dimension of either product belongs in `mine`: what the other
  // operand keeps are its contracted dimensions, in their order there.
  SmallVector<int64_t> kept(other.contracted);
  llvm::sort(kept);
  SmallVector<int64_t> fromOther;
  for (int64_t dim : kept)
    fromOther.push_back(mine.contracted[llvm::find(other.contracted, dim) -
                                        other.contracted.begin()]);
  // With the other operand first or last: whichever needs no transposition.
  auto order = [&](bool otherFirst) {
    SmallVector<int64_t> dims(mine.batch);
    llvm::append_range(dims, otherFirst ? fromOther : mine.free);
    llvm::append_range(dims, otherFirst ? mine.free : fromOther);
    return dims;
  };
  bool otherFirst =
      !llvm::is_sorted(order(false)) && llvm::is_sorted(order(true));

  Type element = getTensor(dy).getElementType();
  Value partner = b.convert(other.value, element);
  Precision precisions[] = {Precision::DEFAULT, other.precision};
  auto product = [&](Value lhs, Value rhs, ArrayRef<int64_t> lhsBatch,
                     ArrayRef<int64_t> rhsBatch, ArrayRef<int64_t> lhsDims,
                     ArrayRef<int64_t> rhsDims) {
    return b.make<DotGeneralOp>(lhs, rhs, lhsBatch, rhsBatch, lhsDims, rhsDims,
                                precisions[otherFirst],
                                precisions[!otherFirst]);
  };
  Value result =
      otherFirst
          ? product(partner, dy, other.batch, dyBatch, other.free, dyOther)
          : product(dy, partner, dyBatch, other.batch, dyOther, other.free);
  SmallVector<int64_t> dims = order(otherFirst), permutation(dims.size());
  for (auto [place, dim] : llvm::enumerate(dims))
    permutation[dim] = place;
  if (!llvm::is_sorted(permutation))
    result = b.transpose(result, permutation);
  return b.convert(result, getTensor(mine.value).getElementType());
}

LogicalResult dotGeneralRule(DotGeneralOp op, Backward &b) {
  Side lhs{op.getLhs(), llvm::to_vector(op.getLhsBatchingDimensions()),
           op.getLhsFreeDimensions(),
           llvm::to_vector(op.getLhsContractingDimensions()),
           op.getLhsPrecision()};
  Side rhs{op.getRhs(), llvm::to_vector(op.getRhsBatchingDimensions()),
           op.getRhsFreeDimensions(),
           llvm::to_vector(op.getRhsContractingDimensions()),
           op.getRhsPrecision()};
  Value dy = b.cotangent(op.getResult());
  if (b.wants(op.getLhs()))
    b.give(op.getLhs(), pullBackTo(b, lhs, rhs, dy, /*mineIsLhs=*/true));
  if (b.wants(op.getRhs()))
    b.give(op.getRhs(), pullBackTo(b, rhs, lhs, dy, /*mineIsLhs=*/false));
  return success();
}

} // namespace

void tenon::graph::attachContractionDerivatives(MLIRContext *c) {
  attachRule<DotGeneralOp, dotGeneralRule>(c);
}
