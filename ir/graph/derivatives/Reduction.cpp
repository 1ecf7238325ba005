//===- Reduction.cpp - Derivatives of reductions over dimensions ----------===//
//
// Sums, products and extremes of one input. The results' element type may be
// wider than the input's: the rule works in it and converts at the end.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Reducers.h"
#include "ir/graph/ReductionOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// One reduction under differentiation: its input in the result's element type,
/// and values per kept index repeated over the reduced dimensions.
struct Reduced {
  Reduced(ReduceOp op, Backward &b)
      : b(b), y(op.getResults().front()),
        x(b.convert(op.getInputs().front(), getTensor(y).getElementType())),
        dims(op.getDimensions()),
        kept(getComplement(getTensor(x).getRank(), {op.getDimensions()})) {}

  Value repeat(Value value) { return b.broadcastLike(value, x, kept); }
  Value count(Value mask) {
    return b.sum(b.convert(mask, getTensor(x).getElementType()), dims);
  }

  Backward &b;
  Value y, x;
  ArrayRef<int64_t> dims;
  SmallVector<int64_t> kept;
};

/// The largest elements of a row share the cotangent equally.
Value ofExtreme(Reduced r, Value dy) {
  Backward &b = r.b;
  Value chosen = b.compare(ComparisonDirection::EQ, r.x, r.repeat(r.y));
  Value share = b.divide(dy, r.count(chosen));
  return b.select(chosen, r.repeat(share), b.zerosLike(r.x));
}

/// dy times the product of the other elements: of all of them over x in a row
/// without zeros, and of the others for the only zero of a row.
Value ofProduct(Reduced r, Value dy) {
  Backward &b = r.b;
  Value isZero = b.compare(ComparisonDirection::EQ, r.x, b.zerosLike(r.x));
  Value filled = b.select(isZero, b.fillLike(1.0, r.x), r.x);
  Value others = r.repeat(
      b.multiply(dy, b.reduce(ReductionKind::Multiply, filled, r.dims)));
  Value zeros = r.repeat(r.count(isZero));
  auto has = [&](double number) {
    return b.compare(ComparisonDirection::EQ, zeros, b.fillLike(number, zeros));
  };
  Value none = b.zerosLike(r.x);
  return b.select(isZero, b.select(has(1.0), others, none),
                  b.select(has(0.0), b.divide(others, filled), none));
}

LogicalResult reduceRule(ReduceOp op, Backward &b) {
  if (op.getInputs().size() != 1)
    return b.refuse("reduces several inputs at once");
  ReductionKind kind = getReductionKind(op.getBody());
  Value input = op.getInputs().front(), init = op.getInitValues().front();
  Value dy = b.cotangent(op.getResults().front());
  if (b.wants(init) && kind != ReductionKind::Add)
    return b.refuse("its initial value is not a constant");
  if (b.wants(init))
    b.give(init, b.sum(dy, llvm::to_vector(llvm::seq<int64_t>(
                               0, getTensor(dy).getRank()))));
  if (!b.wants(input))
    return success();
  Reduced reduced(op, b);
  Value dx;
  switch (kind) {
  case ReductionKind::Add:
    dx = reduced.repeat(dy);
    break;
  case ReductionKind::Maximum:
  case ReductionKind::Minimum:
    dx = ofExtreme(reduced, dy);
    break;
  case ReductionKind::Multiply:
    dx = ofProduct(reduced, dy);
    break;
  default:
    return b.refuse("has a body that is none of add, multiply, maximum and "
                    "minimum");
  }
  b.give(input, b.convert(dx, getTensor(input).getElementType()));
  return success();
}

} // namespace

void tenon::graph::attachReductionDerivatives(MLIRContext *c) {
  attachRule<ReduceOp, reduceRule>(c);
}
