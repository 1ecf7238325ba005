// Loop stages: the tile's elements in the order in which the output is stored,
// one after another to neighbouring threads.

#include "backends/cuda/emit/BlockState.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using emit::IndexMap;
using emit::LaneKind;

/// The dimensions of the iteration space, outermost in memory first.
static SmallVector<int64_t> chooseOrder(BlockState &state, int64_t rank,
                                        ArrayRef<StageTarget> targets) {
  for (const StageTarget &target : targets) {
    if (!target.path.isIdentity() || target.outputs.empty())
      continue;
    SmallVector<int64_t> order;
    kernel::LayoutAttr layout = state.kernel.getOutputLayout(target.outputs[0]);
    // A blocked dimension counts where it is innermost.
    for (int64_t dim : llvm::reverse(layout.getDims()))
      if (!llvm::is_contained(order, dim))
        order.insert(order.begin(), dim);
    return order;
  }
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

LogicalResult tenon::cuda::emitLoopStage(BlockState &state,
                                         kernel::StageOp stage,
                                         const StageForm &form) {
  emit::EmitContext &c = state.context;
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(form.root.getType()).getShape();
  FailureOr<TileBox> box = state.getBox(stage, shape);
  if (failed(box))
    return failure();
  SmallVector<StageTarget> targets = state.makeTargets(stage, form, *box);
  if (llvm::is_contained(shape, 0))
    return success();
  SmallVector<int64_t> order = chooseOrder(state, shape.size(), targets);
  int64_t count = boxCount(*box, order);
  AffineExpr number = c.space.add({LaneKind::Uniform, {}, 0, count - 1, 1});
  state.forEachElement(number, count, [&] {
    BoxIndices element =
        boxIndices(state, *box, order, number,
                   IndexMap(shape.size(), c.space.constant(0)));
    state.guarded(element.inside,
                  [&] { state.emitTargets(targets, element.indices, {}); });
  });
  for (const StageTarget &target : targets)
    state.zeroSurroundings(target, *box);
  return success(!c.hasFailed());
}
