#include "backends/common/stage/KernelFrame.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

SmallVector<Type> tenon::emit::getBufferTypes(kernel::FusedOp kernel) {
  SmallVector<Type> types;
  auto add = [&](Type type, kernel::LayoutAttr layout) {
    auto tensor = cast<RankedTensorType>(type);
    // An empty tensor still has an address.
    int64_t count =
        std::max<int64_t>(layout.getNumElements(tensor.getShape()), 1);
    types.push_back(
        MemRefType::get({count}, getMemoryType(tensor.getElementType())));
  };
  for (auto [i, type] : llvm::enumerate(kernel.getInputs().getTypes()))
    add(type, kernel.getInputLayout(i));
  for (auto [i, type] : llvm::enumerate(kernel.getOutputs().getTypes()))
    add(type, kernel.getOutputLayout(i));
  return types;
}

LogicalResult tenon::emit::checkOps(kernel::FusedOp kernel) {
  bool valid = true;
  for (kernel::StageOp stage : kernel.getStages())
    for (Operation &op : stage.getBody().front().without_terminator()) {
      std::string reason;
      if (failed(canEmitOp(&op, reason))) {
        op.emitOpError(reason);
        valid = false;
      }
    }
  return success(valid);
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

void KernelFrame::enterTile(Value number) {
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

FailureOr<TileBox> KernelFrame::getBox(kernel::StageOp stage,
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

Storage KernelFrame::inputStorage(unsigned i) {
  auto type = cast<RankedTensorType>(kernel.getInputs()[i].getType());
  return layoutStorage(buffers[i], kernel.getInputLayout(i), type.getShape());
}

Storage KernelFrame::outputStorage(unsigned i) {
  auto type = cast<RankedTensorType>(kernel.getOutputs()[i].getType());
  return layoutStorage(buffers[kernel.getInputs().size() + i],
                       kernel.getOutputLayout(i), type.getShape());
}

StageTarget KernelFrame::makeTarget(kernel::StageOp stage, unsigned i,
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
        getMemoryType(getElementTypeOrSelf(target.result.getType()));
    const IndexSpace &space = context.space;
    target.storages.push_back(
        {allocate(memoryType, count),
         [&space, path, extents, begins](ArrayRef<AffineExpr> indices) {
           IndexMap local = toRootIndices(space, path, IndexMap(indices));
           for (auto [index, begin] : llvm::zip_equal(local, begins))
             index = index - begin;
           return space.linearize(local, extents);
         }});
  }
  if (!target.storages.empty())
    context.bindStorage(target.result, target.storages[0]);
  return target;
}

void KernelFrame::makeTargets(kernel::StageOp stage, const StageForm &form,
                              const TileBox &box,
                              SmallVectorImpl<StageTarget> &wide,
                              SmallVectorImpl<StageTarget> &perRow) {
  SmallVector<int64_t> all, kept;
  for (int64_t dim = 0; dim < (int64_t)box.size(); ++dim) {
    all.push_back(dim);
    if (!llvm::is_contained(form.rowDims, dim))
      kept.push_back(dim);
  }
  for (auto [i, value, stored] :
       llvm::enumerate(stage.getYieldedValues(), form.stored))
    if (cast<RankedTensorType>(value.getType()).getNumElements() != 0)
      (stored.perRow ? perRow : wide)
          .push_back(makeTarget(stage, i, stored.path,
                                stored.perRow ? kept : all, box));
}

SmallVector<StageTarget> KernelFrame::makeTargets(kernel::StageOp stage,
                                                  const StageForm &form,
                                                  const TileBox &box) {
  SmallVector<StageTarget> targets, none;
  makeTargets(stage, form, box, targets, none);
  assert(none.empty() && "rows are those of row stages");
  return targets;
}

void KernelFrame::emitTargets(ArrayRef<StageTarget> targets,
                              const IndexMap &root, Value mask) {
  SmallVector<IndexMap> indices(targets.size());
  SmallVector<Value> values(targets.size());
  for (auto [i, target] : llvm::enumerate(targets)) {
    if (target.storages.empty())
      continue;
    IndexMap local;
    for (int64_t dim : target.dims)
      local.push_back(root[dim]);
    indices[i] = toValueIndices(context.space, target.path, local);
    values[i] = context.emit(target.yielded, indices[i], mask);
  }
  for (auto [i, target] : llvm::enumerate(targets))
    for (const Storage &storage : target.storages)
      context.store(getElementTypeOrSelf(target.yielded.getType()), storage,
                    indices[i], values[i], mask);
}
