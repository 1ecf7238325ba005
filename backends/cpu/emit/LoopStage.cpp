// Loop stages: the output's storage is walked in its own order, and each
// element is computed where it is written.

#include "backends/common/emit/ModelUtils.h"
#include "backends/common/stage/TrialEmission.h"
#include "backends/cpu/emit/KernelState.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <numeric>

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using emit::EmitContext;
using emit::IndexMap;
using emit::LaneKind;
using emit::TrialEmission;

namespace {

/// One loop of the nest: a whole dimension, several joined ones, or a part of a
/// blocked one.
struct PhysicalLoop {
  TileRange1D range;
  AffineExpr variable;
  /// The root's dimensions that the loop runs over, outermost first.
  SmallVector<int64_t, 4> dims;
  /// As in LayoutAttr::getBlocks.
  int64_t block = 0;
};

/// Emits one loop stage.
class LoopStage {
public:
  LoopStage(KernelState &state, kernel::StageOp stage, const TileBox &box,
            ArrayRef<StageTarget> targets)
      : state(state), c(state.context), stage(stage), box(box),
        targets(targets) {
    for (const TileRange1D &range : box)
      shape.push_back(range.extent);
  }

  void emitLoops();

private:
  kernel::LayoutAttr chooseOrder();
  SmallVector<PhysicalLoop> makeLoops(kernel::LayoutAttr layout,
                                      unsigned joined);
  bool canJoin(kernel::LayoutAttr layout, unsigned joined);
  IndexMap rootIndices(ArrayRef<PhysicalLoop> loops);
  unsigned chooseLanes(ArrayRef<PhysicalLoop> loops);
  void emitNest(SmallVector<PhysicalLoop> loops, unsigned depth,
                unsigned laneLoop);
  unsigned chooseJoin(kernel::LayoutAttr layout);

  KernelState &state;
  EmitContext &c;
  kernel::StageOp stage;
  const TileBox &box;
  ArrayRef<StageTarget> targets;
  SmallVector<int64_t> shape;
};

} // namespace

kernel::LayoutAttr LoopStage::chooseOrder() {
  for (const StageTarget &target : targets)
    if (target.path.isIdentity() && !target.outputs.empty())
      return state.kernel.getOutputLayout(target.outputs[0]);
  return kernel::LayoutAttr::getRowMajor(stage.getContext(), shape.size());
}

/// Whether the innermost `joined` dimensions lie one after the other without
/// gaps, within the tile too.
bool LoopStage::canJoin(kernel::LayoutAttr layout, unsigned joined) {
  if (layout.hasHalo())
    return false;
  unsigned rank = layout.getDims().size();
  for (unsigned i = rank - joined; i < rank; ++i)
    if (layout.getBlocks()[i] != 0 ||
        (box[layout.getDims()[i]].split && i != rank - joined))
      return false;
  return true;
}

SmallVector<PhysicalLoop> LoopStage::makeLoops(kernel::LayoutAttr layout,
                                               unsigned joined) {
  SmallVector<PhysicalLoop> loops;
  unsigned rank = layout.getDims().size();
  for (auto [i, dim, block] :
       llvm::enumerate(layout.getDims(), layout.getBlocks())) {
    PhysicalLoop loop;
    loop.dims = {dim};
    loop.block = block;
    loop.range = box[dim];
    int64_t upper = box[dim].extent - 1;
    if (i + joined >= rank && joined > 1) {
      // One loop for the rest.
      int64_t inner = 1;
      loop.dims.assign(layout.getDims().begin() + i, layout.getDims().end());
      for (int64_t joinedDim : ArrayRef(loop.dims).drop_front())
        inner *= shape[joinedDim];
      Value scale = c.index(inner);
      if (inner != 1) {
        if (loop.range.split) {
          loop.range.begin =
              arith::MulIOp::create(c.b, c.loc, loop.range.begin, scale);
          loop.range.end =
              arith::MulIOp::create(c.b, c.loc, loop.range.end, scale);
        } else {
          loop.range.end = c.index(loop.range.extent * inner);
        }
        loop.range.beginExpr = loop.range.beginExpr * inner;
        loop.range.extent *= inner;
        loop.range.maxCount *= inner;
      }
      upper = loop.range.extent - 1;
      loop.variable = c.space.add({LaneKind::Uniform, {}, 0, upper, 1});
      loops.push_back(loop);
      break;
    }
    if (block > 0) {
      // Tiles along a blocked dimension are whole blocks.
      upper = upper / block;
      if (loop.range.split) {
        Value size = c.index(block);
        Value padded = arith::AddIOp::create(c.b, c.loc, loop.range.end,
                                             c.index(block - 1));
        loop.range.begin =
            arith::DivUIOp::create(c.b, c.loc, loop.range.begin, size);
        loop.range.end = arith::DivUIOp::create(c.b, c.loc, padded, size);
      } else {
        loop.range.end = c.index(upper + 1);
      }
      loop.range.maxCount = (loop.range.maxCount + block - 1) / block;
      loop.range.beginExpr = loop.range.beginExpr.floorDiv(block);
    } else if (block < 0) {
      upper = -block - 1;
      loop.range = {c.index(0), c.index(-block), c.space.constant(0), -block,
                    -block};
    }
    loop.variable = c.space.add({LaneKind::Uniform, {}, 0, upper, 1});
    loops.push_back(loop);
  }
  return loops;
}

IndexMap LoopStage::rootIndices(ArrayRef<PhysicalLoop> loops) {
  IndexMap root(shape.size(), c.space.constant(0));
  for (const PhysicalLoop &loop : loops) {
    if (loop.dims.size() > 1) {
      SmallVector<int64_t> extents;
      for (int64_t dim : loop.dims)
        extents.push_back(shape[dim]);
      for (auto [dim, index] : llvm::zip_equal(
               loop.dims, c.space.delinearize(loop.variable, extents)))
        root[dim] = index;
      continue;
    }
    int64_t scale = std::max<int64_t>(loop.block, 1);
    root[loop.dims[0]] = root[loop.dims[0]] + loop.variable * scale;
  }
  return root;
}

/// The loop whose counter the lanes run along: the config's, else the
/// innermost.
unsigned LoopStage::chooseLanes(ArrayRef<PhysicalLoop> loops) {
  auto config =
      dyn_cast_or_null<kernel::VectorConfigAttr>(stage.getLoweringConfigAttr());
  if (config)
    for (unsigned i = loops.size(); i-- > 0;)
      if (llvm::is_contained(loops[i].dims, config.getVectorDim()))
        return i;
  return loops.size() - 1;
}

void LoopStage::emitNest(SmallVector<PhysicalLoop> loops, unsigned depth,
                         unsigned laneLoop) {
  // The loop of lanes goes inside of all others.
  if (depth == 0 && laneLoop + 1 != loops.size())
    std::rotate(loops.begin() + laneLoop, loops.begin() + laneLoop + 1,
                loops.end());
  if (depth + 1 < loops.size()) {
    const PhysicalLoop &loop = loops[depth];
    // The remainder within the last block may be cut short.
    int64_t dim = loop.dims[0];
    if (loop.block > 0 && shape[dim] % loop.block != 0) {
      for (PhysicalLoop &inner : loops)
        if (inner.block == -loop.block && inner.dims[0] == dim)
          return c.loop(loop.variable, loop.range.begin, loop.range.end, 1,
                        [&] {
                          Value first = arith::MulIOp::create(
                              c.b, c.loc, c.space.get(loop.variable).value,
                              c.index(loop.block));
                          Value rest = arith::SubIOp::create(
                              c.b, c.loc, c.index(shape[dim]), first);
                          SmallVector<PhysicalLoop> cut = loops;
                          PhysicalLoop &cutInner = cut[&inner - loops.data()];
                          cutInner.range.end = arith::MinUIOp::create(
                              c.b, c.loc, rest, c.index(loop.block));
                          cutInner.range.exact = false;
                          emitNest(cut, depth + 1, cut.size() - 1);
                        });
    }
    return c.loop(loop.variable, loop.range.begin, loop.range.end, 1,
                  [&] { emitNest(loops, depth + 1, loops.size() - 1); });
  }
  auto config =
      dyn_cast_or_null<kernel::VectorConfigAttr>(stage.getLoweringConfigAttr());
  const PhysicalLoop &loop = loops[depth];
  emitVectorLoop(c, loop.variable, loop.range, config ? config.getUnroll() : 2,
                 [&](Value mask) {
                   IndexMap root = rootIndices(loops);
                   state.emitTargets(targets, root, mask);
                 });
}

/// How many of the innermost dimensions to walk as one: as many as keep every
/// access a vector or a scalar, where the innermost alone fills vectors badly.
unsigned LoopStage::chooseJoin(kernel::LayoutAttr layout) {
  unsigned rank = layout.getDims().size();
  int64_t lanes = c.space.getLanes();
  int64_t inner = shape[layout.getDims().back()];
  if (stage.getLoweringConfigAttr() &&
      cast<kernel::VectorConfigAttr>(stage.getLoweringConfigAttr())
              .getVectorDim() != layout.getDims().back())
    return 1;
  if (inner % lanes == 0 || inner >= 8 * lanes)
    return 1;
  auto perLane = [&](unsigned joined) {
    TrialEmission trial(c);
    SmallVector<PhysicalLoop> loops = makeLoops(layout, joined);
    for (PhysicalLoop &loop : loops)
      trial.bind(loop.variable);
    emit::IndexVariable &last = c.space.get(loops.back().variable);
    last.kind = LaneKind::Consecutive;
    last.divisor =
        std::gcd(c.space.getDivisor(loops.back().range.beginExpr), lanes);
    IndexMap root = rootIndices(loops);
    state.emitTargets(targets, root, {});
    return trial.getPerLaneAccesses();
  };
  int64_t base = perLane(1);
  for (unsigned joined = rank; joined > 1; --joined)
    if (canJoin(layout, joined) && perLane(joined) <= base)
      return joined;
  return 1;
}

void LoopStage::emitLoops() {
  if (shape.empty()) {
    state.emitTargets(targets, {}, {});
    return;
  }
  kernel::LayoutAttr layout = chooseOrder();
  SmallVector<PhysicalLoop> loops = makeLoops(layout, chooseJoin(layout));
  emitNest(loops, 0, chooseLanes(loops));
}

LogicalResult tenon::cpu::emitLoopStage(KernelState &state,
                                        kernel::StageOp stage,
                                        const StageForm &form) {
  ArrayRef<int64_t> shape = emit::shapeOf(form.root);
  FailureOr<TileBox> box = state.getBox(stage, shape);
  if (failed(box))
    return failure();
  SmallVector<StageTarget> targets = state.makeTargets(stage, form, *box);
  if (llvm::is_contained(shape, 0))
    return success();
  LoopStage(state, stage, *box, targets).emitLoops();
  for (const StageTarget &target : targets)
    state.zeroSurroundings(target, *box);
  return success(!state.context.hasFailed());
}
