// Sort: each line is copied to scratch, sorted by merging runs of doubling
// length between two halves of it, and written back. Merging keeps the order of
// equal elements, and is defined whatever the comparator says.

#include "backends/cpu/emit/SpecialStage.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/ModelUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::elementOf;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::shapeOf;

namespace {

/// Emits the sort of one op's lines.
class LineSort {
public:
  LineSort(KernelState &state, graph::SortOp op, const SpecialResults &results)
      : c(state.context), op(op), results(results),
        shape(shapeOf(op.getInputs()[0])),
        dim(static_cast<int64_t>(op.getDimension())), length(shape[dim]) {
    for (Value input : op.getInputs())
      lines.push_back(state.allocate(
          emit::getMemoryType(emit::getRegisterType(elementOf(input))),
          2 * length));
  }

  void emit() { emitLines({}); }

private:
  void emitLines(IndexMap at);
  void sortLine(IndexMap at);
  Value mergeRuns(Value from, Value width);
  void mergePair(Value from, Value to, Value begin, Value width);
  Value read(unsigned input, Value place);
  void write(unsigned input, Value place, Value value);

  Value add(Value a, Value b) {
    return arith::AddIOp::create(c.b, c.loc, a, b);
  }
  Value least(Value a, Value b) {
    return arith::MinUIOp::create(c.b, c.loc, a, b);
  }
  Value isLess(Value a, Value b) {
    return arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::ult, a, b);
  }

  EmitContext &c;
  graph::SortOp op;
  const SpecialResults &results;
  ArrayRef<int64_t> shape;
  int64_t dim, length;
  /// Two halves of `length` elements for each input, in registers' types.
  SmallVector<Value> lines;
};

} // namespace

Value LineSort::read(unsigned input, Value place) {
  Value loaded = memref::LoadOp::create(c.b, c.loc, lines[input], place);
  return emit::toRegister(
      c.b, c.loc, emit::getRegisterType(elementOf(op.getInputs()[input])),
      loaded);
}

void LineSort::write(unsigned input, Value place, Value value) {
  Value memory = emit::toMemory(
      c.b, c.loc, emit::getRegisterType(elementOf(op.getInputs()[input])),
      value);
  memref::StoreOp::create(c.b, c.loc, memory, lines[input], place);
}

void LineSort::emitLines(IndexMap at) {
  size_t depth = at.size();
  if (depth == shape.size())
    return sortLine(at);
  if (static_cast<int64_t>(depth) == dim) {
    at.push_back(c.space.constant(0));
    return emitLines(at);
  }
  AffineExpr variable =
      c.space.add({LaneKind::Uniform, {}, 0, shape[depth] - 1, 1});
  at.push_back(variable);
  c.loop(variable, c.index(0), c.index(shape[depth]), 1,
         [&] { emitLines(at); });
}

/// Emits `for i in [0, length)` with `i` as index `dim` of `at`.
static void
forEachPlace(EmitContext &c, IndexMap at, int64_t dim, int64_t length,
             llvm::function_ref<void(const IndexMap &, Value)> body) {
  AffineExpr variable = c.space.add({LaneKind::Uniform, {}, 0, length - 1, 1});
  at[dim] = variable;
  c.loop(variable, c.index(0), c.index(length), 1,
         [&] { body(at, c.space.get(variable).value); });
}

void LineSort::sortLine(IndexMap at) {
  forEachPlace(c, at, dim, length, [&](const IndexMap &from, Value place) {
    for (auto [i, input] : llvm::enumerate(op.getInputs()))
      write(i, place, c.emit(input, from));
  });
  // Which half holds the runs, and how long they are.
  int64_t passes = llvm::Log2_64_Ceil(length);
  auto loop =
      scf::ForOp::create(c.b, c.loc, c.index(0), c.index(passes), c.index(1),
                         ValueRange{c.index(0), c.index(1)});
  {
    OpBuilder::InsertionGuard guard(c.b);
    c.b.setInsertionPointToStart(loop.getBody());
    EmitContext::Scope scope(c);
    Value from = loop.getRegionIterArg(0), width = loop.getRegionIterArg(1);
    Value to = mergeRuns(from, width);
    scf::YieldOp::create(c.b, c.loc, ValueRange{to, add(width, width)});
  }
  Value sorted = loop.getResult(0);
  forEachPlace(c, at, dim, length, [&](const IndexMap &to, Value place) {
    for (unsigned i = 0; i < lines.size(); ++i)
      c.store(elementOf(op.getInputs()[i]), results.getStorage(i), to,
              read(i, add(sorted, place)));
  });
}

/// Merges all pairs of runs of `width` from the half at `from` into the other,
/// whose offset it returns.
Value LineSort::mergeRuns(Value from, Value width) {
  Value to = arith::SubIOp::create(c.b, c.loc, c.index(length), from);
  auto loop = scf::ForOp::create(c.b, c.loc, c.index(0), c.index(length),
                                 add(width, width));
  OpBuilder::InsertionGuard guard(c.b);
  c.b.setInsertionPointToStart(loop.getBody());
  EmitContext::Scope scope(c);
  mergePair(from, to, loop.getInductionVar(), width);
  return to;
}

/// Merges the runs [begin, begin + width) and [begin + width, begin + 2 width).
void LineSort::mergePair(Value from, Value to, Value begin, Value width) {
  Value all = c.index(length);
  Value middle = least(add(begin, width), all);
  Value end = least(add(middle, width), all);
  auto loop = scf::ForOp::create(c.b, c.loc, begin, end, c.index(1),
                                 ValueRange{begin, middle});
  OpBuilder::InsertionGuard guard(c.b);
  c.b.setInsertionPointToStart(loop.getBody());
  EmitContext::Scope scope(c);
  Value left = loop.getRegionIterArg(0), right = loop.getRegionIterArg(1);
  // A run that is used up is read at its last place, and not taken.
  Value last = c.index(length - 1);
  Value leftPlace = add(from, least(left, last));
  Value rightPlace = add(from, least(right, last));
  SmallVector<Value> lefts, rights;
  Block &body = op.getComparator().front();
  for (unsigned i = 0; i < lines.size(); ++i) {
    lefts.push_back(read(i, leftPlace));
    rights.push_back(read(i, rightPlace));
    c.bindValue(body.getArgument(2 * i), {}, rights.back());
    c.bindValue(body.getArgument(2 * i + 1), {}, lefts.back());
  }
  Value isBefore = c.emit(body.getTerminator()->getOperand(0), {});
  Value leftDone = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::uge,
                                         left, middle);
  Value takesRight = arith::AndIOp::create(
      c.b, c.loc, isLess(right, end),
      arith::OrIOp::create(c.b, c.loc, leftDone, isBefore));
  Value place = add(to, loop.getInductionVar());
  for (unsigned i = 0; i < lines.size(); ++i)
    write(i, place,
          arith::SelectOp::create(c.b, c.loc, takesRight, rights[i], lefts[i]));
  auto step = [&](Value run, Value otherwise) -> Value {
    Value next = add(run, c.index(1));
    return arith::SelectOp::create(c.b, c.loc, takesRight, otherwise, next);
  };
  Value nextRight = arith::SelectOp::create(c.b, c.loc, takesRight,
                                            add(right, c.index(1)), right);
  scf::YieldOp::create(c.b, c.loc, ValueRange{step(left, left), nextRight});
}

void tenon::cpu::emitSort(KernelState &state, graph::SortOp op,
                          const SpecialResults &results) {
  if (!llvm::is_contained(shapeOf(op.getInputs()[0]), 0))
    LineSort(state, op, results).emit();
}
