#include "backends/cuda/emit/BlockState.h"

#include "backends/common/emit/ElementTypes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::Storage;

/// Allocations begin at multiples of this, for the widest access.
static constexpr int64_t allocationAlignment = 16;

static int64_t threadsOf(kernel::FusedOp kernel) {
  for (kernel::StageOp stage : kernel.getStages()) {
    Attribute config = stage.getLoweringConfigAttr();
    if (auto threads = dyn_cast_or_null<kernel::ThreadConfigAttr>(config))
      return threads.getThreads();
    if (auto block =
            dyn_cast_or_null<kernel::BlockContractionConfigAttr>(config))
      return block.getThreads();
  }
  return 256;
}

BlockState::BlockState(kernel::FusedOp kernel,
                       const target::TargetDescription &target,
                       OpBuilder &builder)
    : KernelFrame(kernel, builder, /*lanes=*/1), target(target),
      threads(threadsOf(kernel)) {}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value BlockState::viewShared(Type memoryType, int64_t count, int64_t offset) {
  OpBuilder &b = context.b;
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type(),
                               MemRefLayoutAttrInterface(), space);
  Value all = gpu::DynamicSharedMemoryOp::create(b, context.loc, bytes);
  return memref::ViewOp::create(
      b, context.loc,
      MemRefType::get({count}, memoryType, MemRefLayoutAttrInterface(), space),
      all, context.index(offset), ValueRange());
}

Value BlockState::allocateShared(Type memoryType, int64_t count) {
  int64_t offset = sharedBytes;
  sharedBytes += llvm::alignTo(count * emit::getMemoryBytes(memoryType),
                               allocationAlignment);
  return viewShared(memoryType, count, offset);
}

Value BlockState::allocate(Type memoryType, int64_t count) {
  int64_t bytes = llvm::alignTo(count * emit::getMemoryBytes(memoryType),
                                allocationAlignment);
  // Room is left for what later stages stage.
  constexpr int64_t reserved = 32 * 1024;
  if (sharedBytes + bytes + reserved <= target.sharedMemory)
    return allocateShared(memoryType, count);
  OpBuilder &b = context.b;
  Value offset = arith::AddIOp::create(b, context.loc, scratchBase,
                                       context.index(scratchBytes));
  scratchBytes += bytes;
  return memref::ViewOp::create(b, context.loc,
                                MemRefType::get({count}, memoryType), scratch,
                                offset, ValueRange());
}

void BlockState::reserveStaging(int64_t bytes) {
  bytes = llvm::alignTo(bytes, allocationAlignment);
  if (bytes <= stagingBytes)
    return;
  stagingOffset = sharedBytes;
  stagingBytes = bytes;
  sharedBytes += bytes;
}

Value BlockState::stagingArea(Type memoryType, int64_t count,
                              int64_t byteOffset) {
  assert(byteOffset + count * emit::getMemoryBytes(memoryType) <=
             stagingBytes &&
         "the staging area was not reserved");
  return viewShared(memoryType, count, stagingOffset + byteOffset);
}

void BlockState::barrier() { gpu::BarrierOp::create(context.b, context.loc); }

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void BlockState::guarded(Value condition, llvm::function_ref<void()> body) {
  if (!condition) {
    EmitContext::Scope scope(context);
    return body();
  }
  auto ifOp = scf::IfOp::create(context.b, context.loc, condition);
  OpBuilder::InsertionGuard guard(context.b);
  EmitContext::Scope scope(context);
  context.b.setInsertionPoint(ifOp.thenBlock()->getTerminator());
  body();
}

void BlockState::forEachElement(AffineExpr variable, int64_t count,
                                llvm::function_ref<void()> body) {
  OpBuilder &b = context.b;
  auto bound = [&](Value number, Value condition) {
    guarded(condition, [&] {
      context.space.get(variable).value = number;
      body();
      context.space.get(variable).value = {};
    });
  };
  if (count <= threads) {
    Value condition;
    if (count < threads)
      condition =
          arith::CmpIOp::create(b, context.loc, arith::CmpIPredicate::ult,
                                thread, context.index(count));
    return bound(thread, condition);
  }
  context.loop(variable, thread, context.index(count), threads, body);
}

int64_t tenon::cuda::boxCount(const TileBox &box, ArrayRef<int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= box[dim].maxCount;
  return count;
}

BoxIndices tenon::cuda::boxIndices(BlockState &state, const TileBox &box,
                                   ArrayRef<int64_t> dims, AffineExpr number,
                                   IndexMap indices) {
  EmitContext &c = state.context;
  SmallVector<int64_t> counts;
  for (int64_t dim : dims)
    counts.push_back(box[dim].maxCount);
  BoxIndices result{std::move(indices), {}};
  for (auto [dim, local] :
       llvm::zip_equal(dims, c.space.delinearize(number, counts))) {
    AffineExpr index = c.space.simplify(local + box[dim].beginExpr);
    result.indices[dim] = index;
    if (box[dim].exact)
      continue;
    Value inside = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::slt,
                                         c.evaluate(index), box[dim].end);
    result.inside = c.andMasks(result.inside, inside);
  }
  return result;
}

void BlockState::zeroBox(Type elementType, const Storage &storage,
                         ArrayRef<TileRange1D> ranges, ArrayRef<int64_t> order,
                         int64_t margin) {
  EmitContext &c = context;
  // Ranges may be shorter than their bounds in the first and last tiles.
  int64_t count = 1;
  SmallVector<int64_t> counts;
  for (int64_t dim : order) {
    counts.push_back(ranges[dim].maxCount);
    count *= counts.back();
  }
  AffineExpr number =
      c.space.add({LaneKind::Uniform, {}, 0, std::max<int64_t>(count, 1) - 1});
  Value zero = c.zero(emit::getRegisterType(elementType));
  if (count == 0)
    return;
  forEachElement(number, count, [&] {
    IndexMap indices(ranges.size());
    Value inside;
    for (auto [dim, local] :
         llvm::zip_equal(order, c.space.delinearize(number, counts))) {
      Value value = arith::AddIOp::create(c.b, c.loc, c.evaluate(local),
                                          ranges[dim].begin);
      indices[dim] = c.space.add(
          {LaneKind::Uniform, value, -margin, ranges[dim].extent + margin, 1});
      inside = c.andMasks(
          inside, arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::slt,
                                        value, ranges[dim].end));
    }
    guarded(inside, [&] { c.store(elementType, storage, indices, zero, {}); });
  });
}
