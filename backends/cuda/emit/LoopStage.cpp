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
                                         kernel::StageOp stage, Value root) {
  emit::EmitContext &c = state.context;
  OperandRange yielded = stage.getYieldedValues();
  // Without a root of its own, values of one shape are one iteration space,
  // related or not.
  bool anyRoot = !root;
  if (!root)
    root = yielded.front();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(root.getType()).getShape();
  FailureOr<TileBox> box = state.getBox(stage, shape);
  if (failed(box))
    return failure();
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  SmallVector<StageTarget> targets;
  for (auto [i, value] : llvm::enumerate(yielded)) {
    std::optional<StagePath> path = StagePath::find(value, [&](Value other) {
      return other == root ||
             (anyRoot &&
              cast<RankedTensorType>(other.getType()).getShape() == shape);
    });
    if (!path)
      return stage.emitOpError("yields value #")
             << i << ", which is not made of the stage's root element by "
             << "element";
    targets.push_back(state.makeTarget(stage, i, *path, dims, *box));
  }
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
    if (failed(state.zeroSurroundings(stage, target, *box)))
      return failure();
  return success(!c.hasFailed());
}
