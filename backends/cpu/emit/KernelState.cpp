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
    : kernel(kernel), target(target),
      context(builder, kernel.getLoc(), getLanes(target, kernel)) {}

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
// Tiles
//===----------------------------------------------------------------------===//

void KernelState::enterTile(Value number) {
  tile.clear();
  kernel::TileAttr attr = kernel.getTileAttr();
  if (!attr)
    return;
  OpBuilder &b = context.b;
  Location loc = context.loc;
  SmallVector<int64_t> grid = attr.getGrid();
  Value rest = number;
  for (int64_t i = grid.size() - 1; i >= 0; --i) {
    int64_t extent = attr.getDomain()[i];
    int64_t size = std::min(attr.getSizes()[i], extent);
    TileRange1D range;
    range.extent = extent;
    range.maxCount = size;
    range.split = grid[i] > 1;
    range.exact = extent % size == 0;
    if (!range.split) {
      range.begin = context.index(0);
      range.end = context.index(extent);
      range.beginExpr = context.space.constant(0);
    } else {
      Value coordinate = rest;
      if (i > 0) {
        coordinate =
            arith::RemUIOp::create(b, loc, rest, context.index(grid[i]));
        rest = arith::DivUIOp::create(b, loc, rest, context.index(grid[i]));
      }
      range.begin =
          arith::MulIOp::create(b, loc, coordinate, context.index(size));
      range.end =
          arith::AddIOp::create(b, loc, range.begin, context.index(size));
      if (!range.exact)
        range.end =
            arith::MinUIOp::create(b, loc, range.end, context.index(extent));
      range.beginExpr = context.space.add(
          {LaneKind::Uniform, range.begin, 0, (grid[i] - 1) * size, size});
    }
    tile.insert(tile.begin(), range);
  }
}

FailureOr<TileBox> KernelState::getBox(kernel::StageOp stage,
                                       ArrayRef<int64_t> shape) {
  if (tile.size() > shape.size())
    return stage.emitOpError("has an iteration space of ")
           << shape.size() << " dimensions, fewer than the kernel's domain";
  TileBox box;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (i >= tile.size()) {
      box.push_back({context.index(0), context.index(extent),
                     context.space.constant(0), extent, extent});
      continue;
    }
    if (tile[i].extent != extent)
      return stage.emitOpError("iterates over ")
             << extent << " elements along dimension " << i
             << ", where the kernel's domain has " << tile[i].extent;
    box.push_back(tile[i]);
  }
  return box;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

static Storage layoutStorage(Value buffer, kernel::LayoutAttr layout,
                             ArrayRef<int64_t> shape) {
  AffineMap map = layout.getOffsetMap(shape);
  return {buffer, [map](ArrayRef<AffineExpr> indices) {
            return map.getResult(0).replaceDims(indices);
          }};
}

Storage KernelState::inputStorage(unsigned i) {
  auto type = cast<RankedTensorType>(kernel.getInputs()[i].getType());
  return layoutStorage(buffers[i], kernel.getInputLayout(i), type.getShape());
}

Storage KernelState::outputStorage(unsigned i) {
  auto type = cast<RankedTensorType>(kernel.getOutputs()[i].getType());
  return layoutStorage(buffers[kernel.getInputs().size() + i],
                       kernel.getOutputLayout(i), type.getShape());
}

StageTarget KernelState::makeTarget(kernel::StageOp stage, unsigned i,
                                    StagePath path, ArrayRef<int64_t> dims,
                                    const TileBox &box) {
  StageTarget target;
  target.yielded = stage.getYieldedValues()[i];
  target.result = stage->getResult(i);
  target.path = path;
  target.dims.assign(dims.begin(), dims.end());
  for (auto [j, value] : llvm::enumerate(kernel.getYieldedValues()))
    if (value == target.result) {
      target.outputs.push_back(j);
      target.storages.push_back(outputStorage(j));
    }
  if (target.storages.empty() && !target.result.use_empty()) {
    int64_t count = 1;
    SmallVector<int64_t> extents;
    SmallVector<AffineExpr> begins;
    for (int64_t dim : dims) {
      extents.push_back(box[dim].maxCount);
      begins.push_back(box[dim].beginExpr);
      count *= box[dim].maxCount;
    }
    Type memoryType =
        emit::getMemoryType(getElementTypeOrSelf(target.result.getType()));
    const emit::IndexSpace &space = context.space;
    target.storages.push_back(
        {allocate(memoryType, count),
         [&space, path, extents, begins](ArrayRef<AffineExpr> indices) {
           IndexMap local = path.backward(space, IndexMap(indices));
           for (auto [index, begin] : llvm::zip_equal(local, begins))
             index = index - begin;
           return space.linearize(local, extents);
         }});
  }
  if (!target.storages.empty())
    context.bindStorage(target.result, target.storages[0]);
  return target;
}

void KernelState::emitTargets(ArrayRef<StageTarget> targets,
                              const IndexMap &root, Value mask) {
  SmallVector<IndexMap> indices(targets.size());
  SmallVector<Value> values(targets.size());
  for (auto [i, target] : llvm::enumerate(targets)) {
    if (target.storages.empty())
      continue;
    IndexMap local;
    for (int64_t dim : target.dims)
      local.push_back(root[dim]);
    indices[i] = target.path.forward(context.space, local);
    values[i] = context.emit(target.yielded, indices[i], mask);
  }
  for (auto [i, target] : llvm::enumerate(targets))
    for (const Storage &storage : target.storages)
      context.store(getElementTypeOrSelf(target.yielded.getType()), storage,
                    indices[i], values[i], mask);
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
