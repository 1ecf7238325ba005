#include "backends/cpu/emit/KernelState.h"

#include "backends/common/emit/ElementTypes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::Storage;

int64_t tenon::cpu::getLanes(const target::TargetDescription &target,
                             kernel::FusedOp kernel) {
  for (kernel::StageOp stage : kernel.getStages()) {
    Attribute config = stage.getLoweringConfigAttr();
    if (auto contraction =
            dyn_cast_or_null<kernel::ContractionConfigAttr>(config))
      return contraction.getVl();
    if (auto vector = dyn_cast_or_null<kernel::VectorConfigAttr>(config))
      return vector.getVl();
  }
  int64_t bits = 0;
  for (Type type : llvm::concat<const Type>(kernel->getOperandTypes(),
                                            kernel->getResultTypes())) {
    Type element = emit::getRegisterType(getElementTypeOrSelf(type));
    if (element)
      bits = std::max<int64_t>(bits, element.getIntOrFloatBitWidth());
  }
  // Indices and counters are wide and rare; the numbers decide.
  bool onlyWide = llvm::all_of(kernel->getResultTypes(), [](Type type) {
    return getElementTypeOrSelf(type).isF64();
  });
  return std::max<int64_t>(target.lanes(onlyWide ? 64 : 32), 1);
}

KernelState::KernelState(kernel::FusedOp kernel,
                         const target::TargetDescription &target,
                         OpBuilder &builder)
    : KernelFrame(kernel, builder, getLanes(target, kernel)), target(target) {}

//===----------------------------------------------------------------------===//
// Scratch
//===----------------------------------------------------------------------===//

int64_t KernelState::reserve(int64_t bytes) {
  int64_t offset = scratchBytes;
  scratchBytes += llvm::alignTo(bytes, 64);
  return offset;
}

Value KernelState::allocate(Type memoryType, int64_t count) {
  int64_t offset = reserve(count * emit::getMemoryBytes(memoryType));
  return memref::ViewOp::create(context.b, context.loc,
                                MemRefType::get({count}, memoryType), scratch,
                                context.index(offset), ValueRange());
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void tenon::cpu::emitVectorLoop(EmitContext &context, AffineExpr variable,
                                const TileRange1D &range, int64_t unroll,
                                llvm::function_ref<void(Value)> body) {
  OpBuilder &b = context.b;
  Location loc = context.loc;
  int64_t lanes = context.space.getLanes();
  emit::IndexVariable &info = context.space.get(variable);
  info.kind = LaneKind::Consecutive;
  info.divisor = std::gcd(context.space.getDivisor(range.beginExpr), lanes);

  std::optional<int64_t> begin = getConstantIntValue(range.begin);
  std::optional<int64_t> end = getConstantIntValue(range.end);
  auto wholeEnd = [&](Value from, int64_t step) -> Value {
    if (begin && end) {
      int64_t low = *getConstantIntValue(from);
      return context.index(low + (*end - low) / step * step);
    }
    if (range.exact && range.maxCount % step == 0 && from == range.begin)
      return range.end;
    Value count = arith::SubIOp::create(b, loc, range.end, from);
    Value whole = arith::DivUIOp::create(b, loc, count, context.index(step));
    whole = arith::MulIOp::create(b, loc, whole, context.index(step));
    return arith::AddIOp::create(b, loc, from, whole);
  };
  // Unrolled copies run with the same variable at another value.
  auto copies = [&](int64_t count) {
    Value base = context.space.get(variable).value;
    for (int64_t copy = 0; copy < count; ++copy) {
      EmitContext::Scope scope(context);
      context.space.get(variable).value =
          copy == 0
              ? base
              : arith::AddIOp::create(b, loc, base, context.index(copy * lanes))
                    .getResult();
      body({});
    }
  };
  Value from = range.begin;
  if (unroll > 1 && range.maxCount >= unroll * lanes) {
    Value to = wholeEnd(from, unroll * lanes);
    context.loop(variable, from, to, unroll * lanes, [&] { copies(unroll); });
    from = to;
  }
  if (range.maxCount >= lanes &&
      !(range.exact && unroll > 1 && range.maxCount % (unroll * lanes) == 0)) {
    Value to = wholeEnd(from, lanes);
    context.loop(variable, from, to, lanes, [&] { copies(1); });
    from = to;
  }
  if (range.exact && range.maxCount % lanes == 0)
    return;
  if (begin && end) {
    int64_t rest = *end - *getConstantIntValue(from);
    if (rest > 0)
      context.loop(variable, from, context.index(*end), lanes,
                   [&] { body(context.firstLanes(context.index(rest))); });
    return;
  }
  context.loop(variable, from, range.end, lanes, [&] {
    Value rest = arith::SubIOp::create(b, loc, range.end,
                                       context.space.get(variable).value);
    body(context.firstLanes(rest));
  });
}

/// Vectors run along the innermost dimension.
void KernelState::zeroBox(Type elementType, const Storage &storage,
                          ArrayRef<TileRange1D> ranges, ArrayRef<int64_t> order,
                          int64_t margin) {
  EmitContext &c = context;
  IndexMap indices(ranges.size());
  for (auto [i, range] : llvm::enumerate(ranges))
    indices[i] =
        c.space.add({LaneKind::Uniform, {}, -margin, range.extent + margin, 1});
  Value zero = c.zero(emit::getRegisterType(elementType));
  std::function<void(size_t)> nest = [&](size_t depth) {
    int64_t dim = order[depth];
    if (depth + 1 < order.size()) {
      c.loop(indices[dim], ranges[dim].begin, ranges[dim].end, 1,
             [&] { nest(depth + 1); });
      return;
    }
    emitVectorLoop(c, indices[dim], ranges[dim], 1, [&](Value mask) {
      c.store(elementType, storage, indices, zero, mask);
    });
  };
  nest(0);
}
