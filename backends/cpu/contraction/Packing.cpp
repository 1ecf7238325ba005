#include "backends/cpu/contraction/Packing.h"

#include "backends/cpu/codegen/VectorAccess.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon::cpu;

/// Combines lanes of `x` and `y`: pick(lane) counts y's lanes from the width.
static Value shuffle(OpBuilder &b, Location loc, Value x, Value y,
                     function_ref<int64_t(int64_t)> pick) {
  int64_t width = cast<VectorType>(x.getType()).getNumElements();
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < width; ++lane)
    mask.push_back(pick(lane));
  return vector::ShuffleOp::create(b, loc, x, y, mask);
}

SmallVector<Value> tenon::cpu::transposeSquare(OpBuilder &b, Location loc,
                                               ArrayRef<Value> vectors) {
  auto type = cast<VectorType>(vectors.front().getType());
  int64_t width = type.getNumElements();
  // Within 128 bits the halves are interleaved, which is one instruction on
  // every target; the blocks of 128 bits are then exchanged.
  int64_t inner = std::min<int64_t>(128 / type.getElementTypeBitWidth(), width);

  // Step 1: join vectors `chunk` apart, pieces of `chunk` lanes at a time.
  SmallVector<Value> current(vectors);
  for (int64_t chunk = 1; chunk < inner; chunk *= 2) {
    SmallVector<Value> next(width);
    int64_t half = inner / chunk / 2;
    for (int64_t group = 0; group < width; group += 2 * chunk)
      for (int64_t i = 0; i < chunk; ++i) {
        Value x = current[group + i], y = current[group + chunk + i];
        for (int64_t side = 0; side < 2; ++side)
          next[group + 2 * i + side] = shuffle(b, loc, x, y, [&](int64_t lane) {
            int64_t block = lane / inner * inner, at = lane % inner;
            int64_t piece = at / chunk, rest = at % chunk;
            int64_t source = block + (side * half + piece / 2) * chunk + rest;
            return piece % 2 ? width + source : source;
          });
      }
    current = next;
  }
  // Step 2: exchange 128-bit blocks between vectors `distance` apart.
  for (int64_t distance = inner; distance < width; distance *= 2) {
    SmallVector<Value> next(width);
    for (int64_t i = 0; i < width; ++i) {
      if (i & distance)
        continue;
      Value x = current[i], y = current[i + distance];
      next[i] = shuffle(b, loc, x, y, [&](int64_t lane) {
        return lane & distance ? width + lane - distance : lane;
      });
      next[i + distance] = shuffle(b, loc, x, y, [&](int64_t lane) {
        return lane & distance ? width + lane : lane + distance;
      });
    }
    current = next;
  }
  return current;
}

namespace {

/// Emits one panel's copy.
class PanelPacker {
public:
  PanelPacker(Location loc, const LeftAccess &source, const PanelTarget &target,
              VectorType type)
      : loc(loc), source(source), target(target), type(type),
        width(type.getNumElements()) {}

  /// Copies loop `level` over [begin, end), whose step `begin` of A is `shift`
  /// plus its stride, into the panel from step `first` on.
  void emitLoop(OpBuilder &b, unsigned level, Value begin, Value end,
                Value shift, Value first);

private:
  void copyBlock(OpBuilder &b, Value shift, Value step);
  void copyStep(OpBuilder &b, Value shift, Value step);
  void forSteps(OpBuilder &b, Value begin, Value end, int64_t step,
                function_ref<void(OpBuilder &, Value)> body) {
    Value stepValue = IndexBuilder(b, loc).constant(step);
    scf::ForOp::create(b, loc, begin, end, stepValue, ValueRange(),
                       [&](OpBuilder &b, Location loc, Value k, ValueRange) {
                         body(b, k);
                         scf::YieldOp::create(b, loc);
                       });
  }

  Location loc;
  const LeftAccess &source;
  const PanelTarget &target;
  VectorType type;
  int64_t width;
};

} // namespace

/// Copies `width` steps from `step` on.
void PanelPacker::copyBlock(OpBuilder &b, Value shift, Value step) {
  IndexBuilder index(b, loc);
  Type element = cast<MemRefType>(source.memref.getType()).getElementType();
  auto loadType = VectorType::get({width}, element);
  Value zero = arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type));
  Value base = index.add(target.offset, index.mul(step, target.stride));
  int64_t rows = source.rowOffsets.size();
  // A group of fewer rows than lanes stores lanes that belong to the next step;
  // going from the last group to the first puts the right values there last.
  for (int64_t group = (rows - 1) / width * width; group >= 0; group -= width) {
    SmallVector<Value> block;
    for (int64_t i = group; i < group + width; ++i) {
      if (i >= rows) {
        block.push_back(zero);
        continue;
      }
      Value loaded =
          vector::LoadOp::create(b, loc, loadType, source.memref,
                                 index.add(source.rowOffsets[i], shift));
      block.push_back(widen(b, loc, loaded, type.getElementType()));
    }
    for (auto [k, value] : llvm::enumerate(transposeSquare(b, loc, block)))
      vector::StoreOp::create(b, loc, value, target.memref,
                              index.add(base, k * target.stride + group));
  }
}

/// Copies one step, element by element.
void PanelPacker::copyStep(OpBuilder &b, Value shift, Value step) {
  IndexBuilder index(b, loc);
  Value base = index.add(target.offset, index.mul(step, target.stride));
  for (auto [i, offset] : llvm::enumerate(source.rowOffsets)) {
    Value value =
        memref::LoadOp::create(b, loc, source.memref, index.add(offset, shift));
    memref::StoreOp::create(b, loc, widen(b, loc, value, type.getElementType()),
                            target.memref, index.add(base, i));
  }
}

void PanelPacker::emitLoop(OpBuilder &b, unsigned level, Value begin, Value end,
                           Value shift, Value first) {
  IndexBuilder index(b, loc);
  int64_t stride = source.loops[level].leftStride;
  auto shiftOf = [&](OpBuilder &b, Value k) {
    IndexBuilder index(b, loc);
    return index.add(shift, index.mul(k, stride));
  };
  auto stepOf = [&](OpBuilder &b, Value k, int64_t stepsEach) {
    IndexBuilder index(b, loc);
    return index.add(first, index.mul(index.sub(k, begin), stepsEach));
  };
  if (level + 1 < source.loops.size()) {
    int64_t inner = 1;
    for (const ReductionLoop &loop :
         ArrayRef(source.loops).drop_front(level + 1))
      inner *= loop.extent;
    forSteps(b, begin, end, 1, [&](OpBuilder &b, Value k) {
      IndexBuilder index(b, loc);
      emitLoop(b, level + 1, index.constant(0),
               index.constant(source.loops[level + 1].extent), shiftOf(b, k),
               stepOf(b, k, inner));
    });
    return;
  }
  Value blocksEnd = begin;
  if (stride == 1) {
    Value span = index.sub(end, begin);
    blocksEnd = index.sub(end, index.rem(span, width));
    forSteps(b, begin, blocksEnd, width, [&](OpBuilder &b, Value k) {
      copyBlock(b, shiftOf(b, k), stepOf(b, k, 1));
    });
  }
  forSteps(b, blocksEnd, end, 1, [&](OpBuilder &b, Value k) {
    copyStep(b, shiftOf(b, k), stepOf(b, k, 1));
  });
}

void tenon::cpu::emitPackPanel(OpBuilder &b, Location loc,
                               const LeftAccess &source,
                               const DepthRange &range,
                               const PanelTarget &target, VectorType type) {
  PanelPacker packer(loc, source, target, type);
  Value zero = IndexBuilder(b, loc).constant(0);
  packer.emitLoop(b, 0, range.begin, range.end, zero, zero);
}
