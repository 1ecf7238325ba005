//===- Window.cpp - Derivatives of pooling --------------------------------===//
//
// A sum over windows gives each element the cotangents of the windows that hold
// it: a sum over windows again, with stride and dilation exchanged. A maximum
// gives them to the first largest element.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Reducers.h"
#include "ir/graph/ReductionOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// The transpose of a sum over windows. Windows of dy begin where the last
/// window that holds an element begins.
Value ofSum(ReduceWindowOp op, Backward &b, Value dy) {
  SmallVector<int64_t> low, high;
  Dims inputs = getDims(op.getInputs().front()), outputs = getDims(dy);
  for (size_t dim = 0; dim < inputs.size(); ++dim) {
    int64_t span =
        (op.getWindowDimensions()[dim] - 1) * op.getWindowDilations()[dim];
    auto dilated = [](int64_t size, int64_t step) {
      return size == 0 ? 0 : (size - 1) * step + 1;
    };
    low.push_back(span - op.getPaddingLow()[dim]);
    high.push_back(dilated(inputs[dim].size, op.getBaseDilations()[dim]) +
                   span - low.back() -
                   dilated(outputs[dim].size, op.getWindowStrides()[dim]));
  }
  Type element = getTensor(dy).getElementType();
  Value zero = b.constant(getNeutralElement(ReductionKind::Add, element));
  auto sums = ReduceWindowOp::create(b.getBuilder(), b.getLoc(), ValueRange(dy),
                                     ValueRange(zero), op.getWindowDimensions(),
                                     /*window_strides=*/op.getBaseDilations(),
                                     /*base_dilations=*/op.getWindowStrides(),
                                     op.getWindowDilations(), low, high);
  buildReducer(b.getBuilder(), b.getLoc(), sums.getBody(), ReductionKind::Add,
               element);
  return sums.getResults().front();
}

/// The most elements of a dilated window that are written out one by one.
constexpr int64_t kMaxUnrolled = 128;

/// A dilated maximum, element by element of the window: each takes the
/// cotangents of the windows that have their extreme there, and no element
/// before it has.
Value ofDilatedExtreme(ReduceWindowOp op, Backward &b, Value x, Value dy) {
  Type element = getTensor(dy).getElementType();
  Value zero = b.scalar(0.0, element), y = op.getResults().front();
  SmallVector<int64_t> interior, none(getTensor(x).getRank(), 0);
  for (int64_t dilation : op.getBaseDilations())
    interior.push_back(dilation - 1);
  Value padded =
      b.make<PadOp>(x, op.getInitValues().front(), op.getPaddingLow(),
                    op.getPaddingHigh(), interior);
  Dims sizes = getDims(padded), windows = getDims(dy);
  Value taken, total;
  SmallVector<int64_t> place(none);
  for (bool more = true; more;) {
    SmallVector<int64_t> starts, limits, high, between;
    for (size_t dim = 0; dim < sizes.size(); ++dim) {
      int64_t stride = op.getWindowStrides()[dim];
      starts.push_back(place[dim] * op.getWindowDilations()[dim]);
      limits.push_back(starts.back() + (windows[dim].size - 1) * stride + 1);
      high.push_back(sizes[dim].size - limits.back());
      between.push_back(stride - 1);
    }
    Value here = b.slice(padded, starts, limits, op.getWindowStrides());
    Value chosen = b.compare(ComparisonDirection::EQ, here, y);
    if (taken)
      chosen = b.make<AndOp>(chosen, b.make<NotOp>(taken));
    taken = taken ? b.make<OrOp>(taken, chosen) : chosen;
    Value share = b.make<PadOp>(b.select(chosen, dy, b.zerosLike(dy)), zero,
                                starts, high, between);
    total = total ? b.add(total, share) : share;
    // The next place in row-major order.
    more = false;
    for (size_t dim = sizes.size(); dim-- > 0 && !more;) {
      more = ++place[dim] < op.getWindowDimensions()[dim];
      place[dim] = more ? place[dim] : 0;
    }
  }
  // Out of the padding again; negative padding needs its zeros back.
  SmallVector<int64_t> starts, limits, low, high;
  for (auto [before, after, step, size] :
       llvm::zip_equal(op.getPaddingLow(), op.getPaddingHigh(),
                       op.getBaseDilations(), getDims(x))) {
    low.push_back(std::max<int64_t>(0, -before));
    high.push_back(std::max<int64_t>(0, -after));
    starts.push_back(std::max<int64_t>(0, before));
    limits.push_back(starts.back() + (size.size - 1) * step + 1);
  }
  Value whole = b.make<PadOp>(total, zero, low, high, none);
  return b.slice(whole, starts, limits, op.getBaseDilations());
}

LogicalResult reduceWindowRule(ReduceWindowOp op, Backward &b) {
  if (op.getInputs().size() != 1)
    return b.refuse("reduces several inputs at once");
  if (b.wants(op.getInitValues().front()))
    return b.refuse("its initial value is not a constant");
  Value input = op.getInputs().front(), y = op.getResults().front();
  Value dy = b.cotangent(y);
  Type from = getTensor(input).getElementType();
  if (getTensor(y).getNumElements() == 0)
    return success();
  ReductionKind kind = getReductionKind(op.getBody());
  if (kind == ReductionKind::Add) {
    b.give(input, b.convert(ofSum(op, b, dy), from));
    return success();
  }
  if (kind != ReductionKind::Maximum && kind != ReductionKind::Minimum)
    return b.refuse("has a body that is none of add, maximum and minimum");
  Value x = b.convert(input, getTensor(y).getElementType());
  auto notOne = [](int64_t n) { return n != 1; };
  auto negative = [](int64_t n) { return n < 0; };
  Value dx;
  if (llvm::any_of(op.getBaseDilations(), notOne) ||
      llvm::any_of(op.getWindowDilations(), notOne) ||
      llvm::any_of(op.getPaddingLow(), negative) ||
      llvm::any_of(op.getPaddingHigh(), negative)) {
    int64_t size = 1;
    for (int64_t extent : op.getWindowDimensions())
      size *= extent;
    if (size > kMaxUnrolled)
      return b.refuse("has a dilated window of more than 128 elements");
    dx = ofDilatedExtreme(op, b, x, dy);
  } else {
    bool isMaximum = kind == ReductionKind::Maximum;
    dx = b.make<SelectAndScatterOp>(
        x, dy, b.scalar(0.0, getTensor(dy).getElementType()),
        op.getWindowDimensions(), op.getWindowStrides(), op.getPaddingLow(),
        op.getPaddingHigh(),
        isMaximum ? ComparisonDirection::GE : ComparisonDirection::LE,
        ReductionKind::Add);
  }
  b.give(input, b.convert(dx, from));
  return success();
}

/// Fills a body that keeps, of two (key, value) pairs, the one that `select`
/// keeps: the left one while it holds.
void buildPairChoice(Backward &b, Region &body, ComparisonDirection select,
                     Type element) {
  OpBuilder &builder = b.getBuilder();
  OpBuilder::InsertionGuard guard(builder);
  Type scalar = RankedTensorType::get({}, element);
  SmallVector<Location> locations(4, b.getLoc());
  Block *block =
      builder.createBlock(&body, {}, SmallVector<Type>(4, scalar), locations);
  auto [key, value, nextKey, nextValue] =
      std::tuple(block->getArgument(0), block->getArgument(1),
                 block->getArgument(2), block->getArgument(3));
  Value keep = b.compare(select, key, nextKey);
  ReturnOp::create(builder, b.getLoc(),
                   ValueRange{b.select(keep, key, nextKey),
                              b.select(keep, value, nextValue)});
}

/// Each source element went to one place: it gets the cotangent from there,
/// which a reduction of (operand, cotangent) pairs finds.
LogicalResult selectAndScatterRule(SelectAndScatterOp op, Backward &b) {
  if (b.wants(op.getInitValue()))
    return b.refuse("its initial value is not a constant");
  if (!b.wants(op.getSource()))
    return success();
  std::optional<ComparisonDirection> select =
      getSelectDirection(op.getSelect());
  bool isMaximum =
      select == ComparisonDirection::GE || select == ComparisonDirection::GT;
  bool isMinimum =
      select == ComparisonDirection::LE || select == ComparisonDirection::LT;
  if ((!isMaximum && !isMinimum) ||
      getReductionKind(op.getScatter()) != ReductionKind::Add)
    return b.refuse("selects or scatters by a body of its own");
  Value dy = b.cotangent(op.getResult());
  Type element = getTensor(dy).getElementType();
  Value edge = b.constant(getNeutralElement(
      isMaximum ? ReductionKind::Maximum : ReductionKind::Minimum, element));
  SmallVector<int64_t> ones(getTensor(dy).getRank(), 1);
  auto pairs = ReduceWindowOp::create(
      b.getBuilder(), b.getLoc(), ValueRange{op.getOperand(), dy},
      ValueRange{edge, b.scalar(0.0, element)}, op.getWindowDimensions(),
      op.getWindowStrides(), ones, ones, op.getPaddingLow(),
      op.getPaddingHigh());
  // A tie is decided as in the op, and against the initial value.
  buildPairChoice(b, pairs.getBody(), *select, element);
  b.give(op.getSource(), pairs.getResults()[1]);
  return success();
}

} // namespace

void tenon::graph::attachWindowDerivatives(MLIRContext *c) {
  attachRule<ReduceWindowOp, reduceWindowRule>(c);
  attachRule<SelectAndScatterOp, selectAndScatterRule>(c);
}
