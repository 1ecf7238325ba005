#include "backends/cuda/emit/BlockProduct.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using emit::LaneKind;
using kernel::BlockContractionConfigAttr;

namespace {

/// What both kinds share: index arithmetic, and the tile of sums.
class ProductBase : public BlockProduct {
public:
  ProductBase(BlockState &state, BlockContractionConfigAttr config, Type sum)
      : state(state), b(state.context.b), config(config), sumType(sum) {}

  Value loadSum(Value row, Value column) override {
    Value value = memref::LoadOp::create(b, loc(), sums,
                                         at(row, config.getColumns(), column));
    return emit::toRegister(b, loc(), sumType, value);
  }

protected:
  Location loc() const { return state.context.loc; }
  Value number(int64_t value) { return state.context.index(value); }
  /// Indices are neither negative nor large; an offset that is known is then
  /// added by the access itself.
  static constexpr auto noWrap =
      arith::IntegerOverflowFlags::nsw | arith::IntegerOverflowFlags::nuw;
  Value add(Value x, Value y) {
    return arith::AddIOp::create(b, loc(), x, y, noWrap);
  }
  Value mul(Value x, int64_t y) {
    return arith::MulIOp::create(b, loc(), x, number(y), noWrap);
  }
  Value div(Value x, int64_t y) {
    return arith::DivUIOp::create(b, loc(), x, number(y));
  }
  Value rem(Value x, int64_t y) {
    return arith::RemUIOp::create(b, loc(), x, number(y));
  }
  /// row * stride + column.
  Value at(Value row, int64_t stride, Value column) {
    return add(mul(row, stride), column);
  }
  int64_t sumCount() const { return config.getRows() * config.getColumns(); }
  int64_t sumBytes() const {
    return sumCount() * emit::getMemoryBytes(sumType);
  }
  void openSums() {
    sums = state.stagingArea(emit::getMemoryType(sumType), sumCount(), 0);
  }

  /// Threads that the sums of one tile take.
  int64_t partThreads() const {
    return sumCount() / (config.getThreadRows() * config.getThreadColumns());
  }

  BlockState &state;
  OpBuilder &b;
  BlockContractionConfigAttr config;
  /// The element type that sums are kept in, in registers.
  Type sumType;
  Value left, right, sums;
};

//===----------------------------------------------------------------------===//
// One thread, a few sums
//===----------------------------------------------------------------------===//

/// Every element type; operands are staged in the type of the sums, depth
/// outermost. f32 stays f32.
class ScalarProduct : public ProductBase {
public:
  ScalarProduct(BlockState &state, BlockContractionConfigAttr config, Type sum)
      : ProductBase(state, config, sum), elementType(sum),
        parts(std::max<int64_t>(config.getThreads() / partThreads(), 1)) {
    sumType = emit::getRegisterType(sum);
    // Each part has as many steps of a tile.
    while (config.getDepth() % parts != 0)
      --parts;
  }

  int64_t stagingBytes() const override {
    int64_t staged = config.getDepth() * (leftStride() + rightStride());
    return std::max(staged * emit::getMemoryBytes(sumType), parts * sumBytes());
  }
  void open() override {
    Type type = emit::getMemoryType(sumType);
    int64_t leftCount = config.getDepth() * leftStride();
    left = state.stagingArea(type, leftCount, 0);
    right = state.stagingArea(type, config.getDepth() * rightStride(),
                              leftCount * emit::getMemoryBytes(type));
    sums = state.stagingArea(type, parts * sumCount(), 0);
    int64_t across = config.getColumns() / config.getThreadColumns();
    Value thread = state.thread;
    part = number(0);
    if (config.getThreads() > partThreads()) {
      // Threads beyond the last part do what others do.
      part = rem(div(thread, partThreads()), parts);
      thread = rem(thread, partThreads());
    }
    firstRow = mul(div(thread, across), config.getThreadRows());
    firstColumn = mul(rem(thread, across), config.getThreadColumns());
    firstStep = mul(part, stepsOfPart());
  }
  Type leftType() const override { return elementType; }
  Type rightType() const override { return elementType; }
  bool interleavesSteps() const override { return true; }
  void storeLeft(Value value, Value row, Value step) override {
    store(value, left, at(step, leftStride(), row));
  }
  void storeRight(Value value, Value step, Value column) override {
    store(value, right, at(step, rightStride(), column));
  }
  SmallVector<Value> zeroSums() override {
    return SmallVector<Value>(config.getThreadRows() *
                                  config.getThreadColumns(),
                              state.context.zero(sumType));
  }
  SmallVector<Value> multiply(ValueRange carried) override;
  void storeSums(ValueRange values) override;
  Value loadSum(Value row, Value column) override;

private:
  int64_t stepsOfPart() const { return config.getDepth() / parts; }
  /// Adds the products of one step.
  void multiplyStep(Value step, MutableArrayRef<Value> result);
  /// Rows of the staged tiles begin at multiples of 16 bytes, and four banks
  /// further on than those before.
  int64_t leftStride() const { return config.getRows() + 4; }
  int64_t rightStride() const { return config.getColumns() + 4; }
  void store(Value value, Value buffer, Value offset) {
    memref::StoreOp::create(b, loc(), emit::toMemory(b, loc(), sumType, value),
                            buffer, offset);
  }
  Value load(Value buffer, Value offset) {
    return emit::toRegister(b, loc(), sumType,
                            memref::LoadOp::create(b, loc(), buffer, offset));
  }

  /// `count` neighbours from `line`, a multiple of it, on in a row of `stride`.
  SmallVector<Value> loadRun(Value buffer, Value step, int64_t stride,
                             Value line, int64_t count);

  Type elementType;
  /// Into how many parts the threads cut the depth.
  int64_t parts;
  Value part, firstRow, firstColumn, firstStep;
};

} // namespace

SmallVector<Value> ScalarProduct::loadRun(Value buffer, Value step,
                                          int64_t stride, Value line,
                                          int64_t count) {
  // Up to 16 bytes by one access.
  Type type = emit::getMemoryType(sumType);
  int64_t bytes = emit::getMemoryBytes(sumType), width = 1;
  while (2 * width * bytes <= 16 && count % (2 * width) == 0 &&
         stride % (2 * width) == 0)
    width *= 2;
  Value first = at(step, stride, line);
  SmallVector<Value> values;
  for (int64_t i = 0; i < count; i += width) {
    Value place = add(first, number(i));
    if (width == 1) {
      values.push_back(load(buffer, place));
      continue;
    }
    Value run = vector::LoadOp::create(
        b, loc(), VectorType::get({width}, type), buffer, place,
        /*nontemporal=*/false, llvm::Align(width * bytes));
    for (int64_t j = 0; j < width; ++j)
      values.push_back(emit::toRegister(
          b, loc(), sumType, vector::ExtractOp::create(b, loc(), run, j)));
  }
  return values;
}

void ScalarProduct::multiplyStep(Value step, MutableArrayRef<Value> result) {
  int64_t rows = config.getThreadRows(), columns = config.getThreadColumns();
  SmallVector<Value> rowValues =
      loadRun(left, step, leftStride(), firstRow, rows);
  SmallVector<Value> columnValues =
      loadRun(right, step, rightStride(), firstColumn, columns);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      Value &sum = result[i * columns + j];
      sum = emit::multiplyAdd(state.context, sumType, rowValues[i],
                              columnValues[j], sum);
    }
}

SmallVector<Value> ScalarProduct::multiply(ValueRange carried) {
  emit::EmitContext &c = state.context;
  // Several steps in a row let their loads overlap.
  constexpr int64_t mostProducts = 128;
  int64_t products = config.getThreadRows() * config.getThreadColumns();
  int64_t unrolled = std::clamp<int64_t>(mostProducts / products, 1, 8);
  while (stepsOfPart() % unrolled != 0)
    --unrolled;
  AffineExpr step =
      c.space.add({LaneKind::Uniform, {}, 0, config.getDepth() - 1, 1});
  return c.loop(step, number(0), number(stepsOfPart()), unrolled, carried,
                [&](ValueRange before) {
                  Value k = add(firstStep, c.space.get(step).value);
                  SmallVector<Value> result(before);
                  for (int64_t i = 0; i < unrolled; ++i)
                    multiplyStep(add(k, number(i)), result);
                  return result;
                });
}

void ScalarProduct::storeSums(ValueRange values) {
  int64_t columns = config.getThreadColumns();
  Value first = mul(part, sumCount());
  for (auto [i, value] : llvm::enumerate(values)) {
    Value row = add(firstRow, number(i / columns));
    Value column = add(firstColumn, number(i % columns));
    store(value, sums, add(first, at(row, config.getColumns(), column)));
  }
}

/// The sum of two sums of the element type `type`.
static Value addSums(emit::EmitContext &c, Type type, Value x, Value y) {
  if (isa<FloatType>(type))
    return arith::AddFOp::create(c.b, c.loc, x, y);
  if (type.isInteger(1))
    return arith::OrIOp::create(c.b, c.loc, x, y);
  return arith::AddIOp::create(c.b, c.loc, x, y);
}

Value ScalarProduct::loadSum(Value row, Value column) {
  Value place = at(row, config.getColumns(), column);
  Value sum;
  for (int64_t i = 0; i < parts; ++i) {
    Value own = load(sums, add(place, number(i * sumCount())));
    sum = sum ? addSums(state.context, sumType, sum, own) : own;
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Tensor cores
//===----------------------------------------------------------------------===//

namespace {

/// Shape of one mma.sync of 16-bit operands.
constexpr int64_t mmaRows = 16, mmaColumns = 8, mmaDepth = 16;
/// Sums of it that one thread holds.
constexpr int64_t sumsPerTile = 4;

/// f16 or bf16 operands, sums in f32. Both tiles are staged with the depth
/// innermost, so that a pair of neighbours is one word of a fragment. A warp
/// has 16 rows and a part of the columns. See PTX ISA, "Matrix fragments for
/// mma.m16n8k16".
class MmaProduct : public ProductBase {
public:
  MmaProduct(BlockState &state, BlockContractionConfigAttr config, Type operand)
      : ProductBase(state, config, Float32Type::get(config.getContext())),
        operand(operand) {}

  int64_t stagingBytes() const override {
    int64_t staged = (config.getRows() + config.getColumns()) * stride();
    return std::max(staged * 2, sumBytes());
  }
  void open() override;
  Type leftType() const override { return operand; }
  Type rightType() const override { return operand; }
  bool interleavesSteps() const override { return false; }
  void storeLeft(Value value, Value row, Value step) override {
    store(value, left, at(row, stride(), step));
  }
  void storeRight(Value value, Value step, Value column) override {
    store(value, right, at(column, stride(), step));
  }
  SmallVector<Value> zeroSums() override {
    return SmallVector<Value>(tiles() * sumsPerTile,
                              state.context.zero(sumType));
  }
  SmallVector<Value> multiply(ValueRange carried) override;
  void storeSums(ValueRange values) override;

private:
  /// A row is 16 bytes longer than its elements: eight rows then touch all
  /// banks.
  int64_t stride() const { return config.getDepth() + 8; }
  int64_t warpsAcross() const {
    int64_t warps = config.getThreads() / warpSize;
    return warps / (config.getRows() / mmaRows);
  }
  /// Products side by side that one warp makes.
  int64_t tiles() const {
    return config.getColumns() / warpsAcross() / mmaColumns;
  }
  void store(Value value, Value buffer, Value offset) {
    memref::StoreOp::create(b, loc(), emit::toMemory(b, loc(), operand, value),
                            buffer, offset);
  }
  /// Two neighbours as one word: <2 x f16>, or i32 for bf16.
  Value loadPair(Value buffer, Value offset);

  Type operand;
  /// The warp's first row and column, and the thread's place in fragments.
  Value warpRow, warpColumn, quad, pair;
};

} // namespace

void MmaProduct::open() {
  Type type = emit::getMemoryType(operand);
  int64_t leftCount = config.getRows() * stride();
  left = state.stagingArea(type, leftCount, 0);
  right =
      state.stagingArea(type, config.getColumns() * stride(), leftCount * 2);
  openSums();
  Value warp = div(state.thread, warpSize);
  Value lane = rem(state.thread, warpSize);
  warpRow = mul(div(warp, warpsAcross()), mmaRows);
  warpColumn = mul(rem(warp, warpsAcross()), tiles() * mmaColumns);
  quad = div(lane, 4);
  pair = mul(rem(lane, 4), 2);
}

Value MmaProduct::loadPair(Value buffer, Value offset) {
  auto type = VectorType::get({2}, emit::getMemoryType(operand));
  Value pair = vector::LoadOp::create(b, loc(), type, buffer, offset);
  if (operand.isF16())
    return pair;
  Value word = vector::BitCastOp::create(
      b, loc(), VectorType::get({1}, b.getI32Type()), pair);
  return vector::ExtractOp::create(b, loc(), word, int64_t(0));
}

SmallVector<Value> MmaProduct::multiply(ValueRange carried) {
  SmallVector<Value> result(carried);
  Value row = add(warpRow, quad);
  auto kind = operand.isF16() ? NVVM::MMATypes::f16 : NVVM::MMATypes::bf16;
  auto sumsType = LLVM::LLVMStructType::getLiteral(
      b.getContext(), SmallVector<Type>(sumsPerTile, sumType));
  for (int64_t k = 0; k < config.getDepth(); k += mmaDepth) {
    Value low = add(pair, number(k)), high = add(pair, number(k + 8));
    auto leftPair = [&](int64_t down, Value step) {
      return loadPair(left, at(add(row, number(down)), stride(), step));
    };
    SmallVector<Value> a = {leftPair(0, low), leftPair(8, low),
                            leftPair(0, high), leftPair(8, high)};
    for (int64_t tile = 0; tile < tiles(); ++tile) {
      Value column = add(add(warpColumn, quad), number(tile * mmaColumns));
      SmallVector<Value> b2 = {loadPair(right, at(column, stride(), low)),
                               loadPair(right, at(column, stride(), high))};
      auto sum4 =
          MutableArrayRef(result).slice(tile * sumsPerTile, sumsPerTile);
      Value product = NVVM::MmaOp::create(
          b, loc(), sumsType, a, b2, ValueRange(sum4),
          ArrayRef<int64_t>{mmaRows, mmaColumns, mmaDepth},
          /*b1Op=*/std::nullopt, /*intOverflow=*/std::nullopt,
          std::array<NVVM::MMATypes, 2>{kind, kind},
          std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                         NVVM::MMALayout::col});
      for (int64_t i = 0; i < sumsPerTile; ++i)
        sum4[i] = LLVM::ExtractValueOp::create(b, loc(), product, i);
    }
  }
  return result;
}

void MmaProduct::storeSums(ValueRange values) {
  for (auto [n, value] : llvm::enumerate(values)) {
    int64_t tile = n / sumsPerTile, i = n % sumsPerTile;
    Value row = add(add(warpRow, quad), number(8 * (i / 2)));
    Value column =
        add(add(warpColumn, pair), number(tile * mmaColumns + i % 2));
    memref::StoreOp::create(b, loc(), value, sums,
                            at(row, config.getColumns(), column));
  }
}

bool tenon::cuda::canUseMma(Type left, Type right, Type sum) {
  return left == right && (left.isF16() || left.isBF16()) &&
         emit::getRegisterType(sum) == Float32Type::get(sum.getContext());
}

std::unique_ptr<BlockProduct>
tenon::cuda::createBlockProduct(BlockState &state,
                                BlockContractionConfigAttr config, Type left,
                                Type right, Type sum) {
  if (config.getMma() && canUseMma(left, right, sum))
    return std::make_unique<MmaProduct>(state, config, left);
  return std::make_unique<ScalarProduct>(state, config, sum);
}
