//===- Factorization.cpp - Rules of cholesky and triangular_solve ---------===//
//
// Both become a loop over the columns, each turn of which is element-wise work
// on whole matrices. All leading dimensions batch.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/stablehlo/OpConversion.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;
using Direction = graph::ComparisonDirection;

namespace {

/// Matrices in the last two dimensions, and ways to reach into them.
class MatrixBuilder {
public:
  MatrixBuilder(OpConversion &conversion, RankedTensorType type)
      : b(conversion.build()), rank(type.getRank()) {}

  /// Runs `body` for k = 0 .. count - 1 on a state that it renews.
  SmallVector<Value>
  repeat(int64_t count, ValueRange state,
         llvm::function_ref<SmallVector<Value>(Value k, ValueRange)> body);

  /// The part of `matrix` with `rows` and `columns` elements from a row and a
  /// column on; null starts at 0.
  Value take(Value matrix, Value row, Value column, int64_t rows,
             int64_t columns);
  Value put(Value matrix, Value part, Value row, Value column);
  /// A column [.., n, 1], row [.., 1, m] or number [.., 1, 1] in a shape.
  Value spread(Value part, RankedTensorType shape) {
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    return b.broadcast(part, shape, dims);
  }
  Value transpose(Value matrix) {
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(dims[rank - 1], dims[rank - 2]);
    return b.transpose(matrix, dims);
  }
  /// Whether the row number compares with k, for each element of a shape.
  Value compareRow(Direction direction, RankedTensorType shape, Value k) {
    Type i32 = b.getBuilder().getI32Type();
    Value rows = graph::IotaOp::create(b.getBuilder(), b.getLoc(),
                                       shape.clone(i32), rank - 2);
    return b.compare(direction, rows, b.broadcast(k, shape, {}));
  }
  Value integer(int64_t value) {
    return b.scalar(value, b.getBuilder().getI32Type());
  }

private:
  SmallVector<Value> starts(Value row, Value column) {
    SmallVector<Value> result(rank, integer(0));
    if (row)
      result[rank - 2] = row;
    if (column)
      result[rank - 1] = column;
    return result;
  }

  graph::ValueBuilder &b;
  int64_t rank;
};

} // namespace

SmallVector<Value> MatrixBuilder::repeat(
    int64_t count, ValueRange state,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  SmallVector<Value> initial{integer(0)};
  llvm::append_range(initial, state);
  SmallVector<Type> types(ValueRange(initial).getTypes());
  SmallVector<Location> locations(types.size(), loc);
  auto loop = graph::WhileOp::create(builder, loc, types, initial);
  OpBuilder::InsertionGuard guard(builder);
  Block *cond = builder.createBlock(&loop.getCond(), {}, types, locations);
  Value again = b.compare(Direction::LT, cond->getArgument(0), integer(count));
  graph::ReturnOp::create(builder, loc, again);
  Block *block = builder.createBlock(&loop.getBody(), {}, types, locations);
  Value k = block->getArgument(0);
  SmallVector<Value> next{b.add(k, integer(1))};
  llvm::append_range(next, body(k, block->getArguments().drop_front()));
  graph::ReturnOp::create(builder, loc, next);
  return SmallVector<Value>(loop.getResults().drop_front());
}

Value MatrixBuilder::take(Value matrix, Value row, Value column, int64_t rows,
                          int64_t columns) {
  SmallVector<int64_t> sizes(graph::getTensor(matrix).getShape());
  sizes[rank - 2] = rows;
  sizes[rank - 1] = columns;
  return b.make<graph::DynamicSliceOp>(matrix, starts(row, column), sizes);
}

Value MatrixBuilder::put(Value matrix, Value part, Value row, Value column) {
  return b.make<graph::DynamicUpdateSliceOp>(matrix, part, starts(row, column));
}

/// Floats, and square matrices in the last two dimensions of operand 0.
static LogicalResult checkMatrix(OpConversion &conversion) {
  RankedTensorType type = conversion.operandType(0);
  if (!isa<FloatType>(type.getElementType()))
    return conversion.unsupported("matrices that are not of floats");
  int64_t rank = type.getRank();
  if (rank < 2 || type.getDimSize(rank - 1) != type.getDimSize(rank - 2))
    return conversion.invalid("needs square matrices");
  return success();
}

/// In turn k, column k of the factor is settled, and its square taken from what
/// is left of the matrix.
static LogicalResult convertCholesky(OpConversion &conversion) {
  if (failed(checkMatrix(conversion)))
    return failure();
  RankedTensorType type = conversion.operandType(0);
  int64_t n = type.getShape().back();
  graph::ValueBuilder &b = conversion.build();
  MatrixBuilder m(conversion, type);
  bool lower = conversion.flag("lower");
  Value a = lower ? conversion.operand(0) : m.transpose(conversion.operand(0));
  Value factor = b.fillLike(0.0, a);
  auto columnType = cast<RankedTensorType>(type.clone([&] {
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = 1;
    return shape;
  }()));
  SmallVector<Value> state = m.repeat(
      n, {a, factor}, [&](Value k, ValueRange now) -> SmallVector<Value> {
        Value root = b.sqrt(m.take(now[0], k, k, 1, 1));
        Value column = m.take(now[0], {}, k, n, 1);
        column = b.divide(column, m.spread(root, columnType));
        Value isBelow = m.compareRow(Direction::GE, columnType, k);
        column = b.select(isBelow, column, b.fillLike(0.0, column));
        Value square = b.multiply(m.spread(column, type),
                                  m.spread(m.transpose(column), type));
        return {b.subtract(now[0], square), m.put(now[1], column, {}, k)};
      });
  return conversion.replace(lower ? state[1] : m.transpose(state[1]));
}

/// In turn k, one row of the solution is settled and taken out of all rows that
/// still wait.
static LogicalResult convertTriangularSolve(OpConversion &conversion) {
  if (failed(checkMatrix(conversion)))
    return failure();
  RankedTensorType aType = conversion.operandType(0);
  RankedTensorType bType = conversion.operandType(1);
  int64_t rank = aType.getRank(), n = aType.getShape().back();
  bool left = conversion.flag("left_side");
  if (bType.getRank() != rank ||
      bType.getElementType() != aType.getElementType() ||
      bType.getShape().drop_back(2) != aType.getShape().drop_back(2) ||
      bType.getDimSize(left ? rank - 2 : rank - 1) != n)
    return conversion.invalid("needs matrices that fit");
  graph::ValueBuilder &b = conversion.build();
  MatrixBuilder m(conversion, aType);
  Value a = conversion.operand(0), x = conversion.operand(1);
  bool lower = conversion.flag("lower");
  bool transposed = conversion.attr<TransposeAttr>("transpose_a").getValue() !=
                    Transpose::NO_TRANSPOSE;
  // X A = B is A' X' = B'.
  if (transposed == left) {
    a = m.transpose(a);
    lower = !lower;
  }
  if (!left)
    x = m.transpose(x);
  RankedTensorType xType = graph::getTensor(x);
  int64_t columns = xType.getShape().back();
  bool unit = conversion.flag("unit_diagonal");
  SmallVector<Value> state =
      m.repeat(n, x, [&](Value k, ValueRange now) -> SmallVector<Value> {
        if (!lower)
          k = b.subtract(m.integer(n - 1), k);
        Value row = m.take(now[0], k, {}, 1, columns);
        if (!unit)
          row = b.divide(
              row, m.spread(m.take(a, k, k, 1, 1), graph::getTensor(row)));
        Value all = m.spread(row, xType);
        Value product =
            b.multiply(m.spread(m.take(a, {}, k, n, 1), xType), all);
        Value waits =
            m.compareRow(lower ? Direction::GT : Direction::LT, xType, k);
        Value isRow = m.compareRow(Direction::EQ, xType, k);
        Value next = b.select(waits, b.subtract(now[0], product), now[0]);
        return {b.select(isRow, all, next)};
      });
  return conversion.replace(left ? state[0] : m.transpose(state[0]));
}

void stablehlo::addFactorizationRules(RuleTable &table) {
  table.add("stablehlo.cholesky", convertCholesky, "no complex numbers");
  table.add("stablehlo.triangular_solve", convertTriangularSolve,
            "no complex numbers");
}
