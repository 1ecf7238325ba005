#include "backends/cpu/contraction/MicroKernel.h"

#include "backends/cpu/codegen/VectorAccess.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon::cpu;

Value tenon::cpu::widen(OpBuilder &b, Location loc, Value value, Type element) {
  Type from = value.getType();
  if (getElementTypeOrSelf(from) == element)
    return value;
  Type to = element;
  if (auto vector = dyn_cast<VectorType>(from))
    to = vector.clone(element);
  return arith::ExtFOp::create(b, loc, to, value);
}

namespace {

/// Emits one nest of reduction loops; the state of a single emitSums.
class SumEmitter {
public:
  SumEmitter(Location loc, const ContractionConfig &config,
             const RegisterTile &tile, VectorType type, const LeftAccess &left,
             const RightAccess &right)
      : loc(loc), config(config), tile(tile), type(type), left(left),
        right(right) {
    int64_t steps = 1;
    for (const ReductionLoop &loop : llvm::reverse(left.loops)) {
      stepsPerIteration.insert(stepsPerIteration.begin(), steps);
      steps *= loop.extent;
    }
  }

  /// Emits loop `level` over [begin, end). `shift` is the element of A, and
  /// `rightOffset` that of B, where its step 0 is.
  SmallVector<Value> emitLoop(OpBuilder &b, unsigned level, Value begin,
                              Value end, bool mayBeRagged, Value shift,
                              Value rightOffset, ValueRange sums);

private:
  /// Emits `steps` steps of the innermost loop, from step `k`.
  SmallVector<Value> emitSteps(OpBuilder &b, Value k, int64_t steps,
                               Value shift, Value rightOffset, ValueRange sums);
  Value loadRight(OpBuilder &b, Value offset, int64_t v);
  void prefetchRight(OpBuilder &b, Value offset);
  void prefetchNext(OpBuilder &b, Value offset);
  void prefetch(OpBuilder &b, Value element, int64_t locality);
  /// Elements of B in a cache line.
  int64_t getLineElements() const {
    constexpr int64_t cacheLine = 64;
    auto element = cast<MemRefType>(right.memref.getType()).getElementType();
    return cacheLine * 8 / element.getIntOrFloatBitWidth();
  }
  SmallVector<Value> forLoop(
      OpBuilder &b, Value begin, Value end, int64_t step, ValueRange sums,
      function_ref<SmallVector<Value>(OpBuilder &, Value, ValueRange)> body);

  Location loc;
  const ContractionConfig &config;
  const RegisterTile &tile;
  VectorType type;
  const LeftAccess &left;
  const RightAccess &right;
  /// Steps of k that one iteration of each loop covers.
  SmallVector<int64_t> stepsPerIteration;
};

} // namespace

SmallVector<Value> SumEmitter::forLoop(
    OpBuilder &b, Value begin, Value end, int64_t step, ValueRange sums,
    function_ref<SmallVector<Value>(OpBuilder &, Value, ValueRange)> body) {
  Value stepValue = IndexBuilder(b, loc).constant(step);
  auto loop = scf::ForOp::create(
      b, loc, begin, end, stepValue, sums,
      [&](OpBuilder &b, Location loc, Value k, ValueRange sums) {
        scf::YieldOp::create(b, loc, body(b, k, sums));
      });
  return SmallVector<Value>(loop.getResults());
}

Value SumEmitter::loadRight(OpBuilder &b, Value offset, int64_t v) {
  IndexBuilder index(b, loc);
  auto element = cast<MemRefType>(right.memref.getType()).getElementType();
  auto loadType = VectorType::get(type.getShape(), element);
  int64_t width = type.getNumElements();
  int64_t lanes = right.padded ? width : tile.lanesOf(v, width);
  Value loaded = loadVector(b, loc, right.memref,
                            index.add(offset, right.columnOffset(v * width)),
                            loadType, lanes);
  return widen(b, loc, loaded, type.getElementType());
}

void SumEmitter::prefetch(OpBuilder &b, Value element, int64_t locality) {
  memref::PrefetchOp::create(b, loc, right.memref, element, /*isWrite=*/false,
                             locality, /*isDataCache=*/true);
}

void SumEmitter::prefetchRight(OpBuilder &b, Value offset) {
  IndexBuilder index(b, loc);
  int64_t ahead = config.prefetch * right.depthStride;
  int64_t columns = tile.vectors * type.getNumElements();
  for (int64_t column = 0; column < columns; column += getLineElements())
    prefetch(b, index.add(offset, ahead + right.columnOffset(column)),
             /*locality=*/3);
}

/// Into L2 only: L1 is this panel's.
void SumEmitter::prefetchNext(OpBuilder &b, Value offset) {
  IndexBuilder index(b, loc);
  Value step = index.div(index.sub(offset, right.begin),
                         right.depthStride * config.unroll);
  Value first = index.add(right.nextFirst, index.mul(step, right.nextLines));
  for (int64_t i = 0; i < right.nextLines; ++i) {
    Value line = index.add(first, i);
    Value run = index.mul(index.div(line, right.runLines), right.runStride);
    Value rest = index.mul(index.rem(line, right.runLines), getLineElements());
    prefetch(b, index.add(index.add(right.next, run), rest), /*locality=*/2);
  }
}

SmallVector<Value> SumEmitter::emitSteps(OpBuilder &b, Value k, int64_t steps,
                                         Value shift, Value rightOffset,
                                         ValueRange sums) {
  IndexBuilder index(b, loc);
  SmallVector<Value> current(sums);
  int64_t leftStride = left.loops.back().leftStride;
  Value stepShift = index.add(shift, index.mul(k, leftStride));
  Value stepRight = index.add(rightOffset, index.mul(k, right.depthStride));
  if (right.nextLines)
    prefetchNext(b, stepRight);
  for (int64_t u = 0; u < steps; ++u) {
    Value rowOfRight = index.add(stepRight, u * right.depthStride);
    SmallVector<Value> rightVectors;
    for (int64_t v = 0; v < tile.vectors; ++v)
      rightVectors.push_back(loadRight(b, rowOfRight, v));
    if (config.prefetch)
      prefetchRight(b, rowOfRight);
    for (int64_t i = 0; i < tile.rows; ++i) {
      Value element =
          index.add(index.add(left.rowOffsets[i], stepShift), u * leftStride);
      Value scalar = memref::LoadOp::create(b, loc, left.memref, element);
      scalar = widen(b, loc, scalar, type.getElementType());
      Value broadcast = vector::BroadcastOp::create(b, loc, type, scalar);
      for (int64_t v = 0; v < tile.vectors; ++v) {
        Value &sum = current[i * tile.vectors + v];
        sum = math::FmaOp::create(b, loc, broadcast, rightVectors[v], sum);
      }
    }
  }
  return current;
}

SmallVector<Value> SumEmitter::emitLoop(OpBuilder &b, unsigned level,
                                        Value begin, Value end,
                                        bool mayBeRagged, Value shift,
                                        Value rightOffset, ValueRange sums) {
  IndexBuilder index(b, loc);
  if (level + 1 < left.loops.size()) {
    const ReductionLoop &inner = left.loops[level + 1];
    return forLoop(
        b, begin, end, 1, sums, [&](OpBuilder &b, Value k, ValueRange sums) {
          IndexBuilder index(b, loc);
          Value innerShift =
              index.add(shift, index.mul(k, left.loops[level].leftStride));
          Value innerRight =
              index.add(rightOffset, index.mul(k, stepsPerIteration[level] *
                                                      right.depthStride));
          return emitLoop(
              b, level + 1, index.constant(0), index.constant(inner.extent),
              inner.extent % config.unroll != 0, innerShift, innerRight, sums);
        });
  }

  SmallVector<Value> current(sums);
  Value mainEnd = end;
  if (mayBeRagged) {
    Value span = index.sub(end, begin);
    mainEnd = index.sub(end, index.rem(span, config.unroll));
  }
  current =
      forLoop(b, begin, mainEnd, config.unroll, current,
              [&](OpBuilder &b, Value k, ValueRange sums) {
                return emitSteps(b, k, config.unroll, shift, rightOffset, sums);
              });
  if (mayBeRagged)
    current = forLoop(b, mainEnd, end, 1, current,
                      [&](OpBuilder &b, Value k, ValueRange sums) {
                        return emitSteps(b, k, 1, shift, rightOffset, sums);
                      });
  return current;
}

SmallVector<Value> tenon::cpu::emitSums(
    OpBuilder &b, Location loc, const ContractionConfig &config,
    const RegisterTile &tile, VectorType type, const LeftAccess &left,
    const RightAccess &right, const DepthRange &range, ArrayRef<Value> sums) {
  SumEmitter emitter(loc, config, tile, type, left, right);
  Value zero = IndexBuilder(b, loc).constant(0);
  return emitter.emitLoop(b, 0, range.begin, range.end, range.mayBeRagged, zero,
                          right.offset, sums);
}
