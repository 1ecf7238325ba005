#include "backends/cuda/emit/WarpReduce.h"

#include "backends/common/emit/ElementTypes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;

/// Shuffles move words of 32 bits.
static Value shuffleWord(OpBuilder &b, Location loc, Value word, int64_t mask) {
  auto shuffle = gpu::ShuffleOp::create(b, loc, word, mask, warpSize,
                                        gpu::ShuffleMode::XOR);
  return shuffle.getShuffleResult();
}

Value tenon::cuda::shuffleXor(BlockState &state, Value value, int64_t mask) {
  OpBuilder &b = state.context.b;
  Location loc = state.context.loc;
  Type type = value.getType(), i32 = b.getI32Type();
  unsigned width = type.getIntOrFloatBitWidth();
  Type bits = b.getIntegerType(width);
  Value word = value;
  if (type != bits)
    word = arith::BitcastOp::create(b, loc, bits, word);
  if (width == 64) {
    Value shift = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(32));
    Value low = arith::TruncIOp::create(b, loc, i32, word);
    Value high = arith::TruncIOp::create(
        b, loc, i32, arith::ShRUIOp::create(b, loc, word, shift));
    low = shuffleWord(b, loc, low, mask);
    high = shuffleWord(b, loc, high, mask);
    low = arith::ExtUIOp::create(b, loc, bits, low);
    high = arith::ExtUIOp::create(b, loc, bits, high);
    high = arith::ShLIOp::create(b, loc, high, shift);
    word = arith::OrIOp::create(b, loc, low, high);
  } else {
    if (width < 32)
      word = arith::ExtUIOp::create(b, loc, i32, word);
    word = shuffleWord(b, loc, word, mask);
    if (width < 32)
      word = arith::TruncIOp::create(b, loc, bits, word);
  }
  if (type != bits)
    word = arith::BitcastOp::create(b, loc, type, word);
  return word;
}

/// Neighbours first.
static Value combineAll(SmallVector<Value> level,
                        llvm::function_ref<Value(Value, Value)> combine) {
  while (level.size() > 1) {
    SmallVector<Value> next;
    for (size_t i = 0; i + 1 < level.size(); i += 2)
      next.push_back(combine(level[i], level[i + 1]));
    if (level.size() % 2)
      next.push_back(level.back());
    level = next;
  }
  return level[0];
}

Value tenon::cuda::reduceGroup(
    BlockState &state, const RowThreads &threads, Value value,
    llvm::function_ref<Value(Value, Value)> combine) {
  emit::EmitContext &c = state.context;
  OpBuilder &b = c.b;
  Location loc = c.loc;
  if (threads.group == 1)
    return value;
  int64_t inWarp = threads.alongRow ? std::min(threads.group, warpSize) : 1;
  for (int64_t mask = inWarp / 2; mask > 0; mask /= 2)
    value = combine(value, shuffleXor(state, value, mask));
  if (inWarp == threads.group)
    return value;

  // Through shared memory: one entry per row and warp, or row and part.
  int64_t parts = threads.group / inWarp;
  int64_t entries = parts * threads.slots;
  Type type = value.getType(), memoryType = emit::getMemoryType(type);
  Value shared = state.allocateShared(memoryType, entries);
  Value part = threads.part;
  if (inWarp > 1)
    part = arith::DivUIOp::create(b, loc, part, c.index(inWarp));
  auto entry = [&](Value partNumber) -> Value {
    Value row =
        arith::MulIOp::create(b, loc, partNumber, c.index(threads.slots));
    return arith::AddIOp::create(b, loc, row, threads.slot);
  };
  Value first;
  if (inWarp > 1)
    first = arith::CmpIOp::create(
        b, loc, arith::CmpIPredicate::eq,
        arith::RemUIOp::create(b, loc, threads.part, c.index(inWarp)),
        c.index(0));
  state.guarded(first, [&] {
    memref::StoreOp::create(b, loc, emit::toMemory(b, loc, type, value), shared,
                            entry(part));
  });
  state.barrier();
  SmallVector<Value> values;
  for (int64_t i = 0; i < parts; ++i)
    values.push_back(emit::toRegister(
        b, loc, type,
        memref::LoadOp::create(b, loc, shared, entry(c.index(i)))));
  // The memory is written again in the next round or row.
  state.barrier();
  return combineAll(values, combine);
}
