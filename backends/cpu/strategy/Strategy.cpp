//===- Strategy.cpp - The CPU backend's policy ----------------------------===//

#include "backends/cpu/strategy/Strategy.h"

#include "backends/cpu/contraction/ContractionStrategy.h"
#include "backends/cpu/strategy/Problem.h"
#include "ir/graph/GraphOps.h"
#include "passes/analysis/OpCategory.h"
#include "passes/analysis/PaddedImage.h"
#include "passes/analysis/StageForm.h"
#include "passes/layout/LayoutRules.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using kernel::FusedOp;
using kernel::LayoutAttr;
using kernel::StageKind;
using kernel::StageOp;

/// A kernel of more work than this is split at least this often, so that a
/// few workers finish at about the same time.
static constexpr int64_t kMinTiles = 8;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static int64_t elementBytes(Value value) {
  return getElementBytes(typeOf(value).getElementType());
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// Spreads a block of `count` rows over `dims` of `shape`, innermost first:
/// whole inner dimensions before parts of outer ones.
static void spreadBlock(SmallVectorImpl<int64_t> &sizes, ArrayRef<int64_t> dims,
                        ArrayRef<int64_t> shape, int64_t count) {
  for (int64_t dim : llvm::reverse(dims)) {
    sizes[dim] = std::clamp<int64_t>(count, 1, shape[dim]);
    count /= sizes[dim];
  }
}

/// Keeps why the stage's registers were chosen among the kernel's decisions.
static void recordReasons(StageOp stage, StringRef reasons) {
  if (reasons.empty())
    return;
  auto kernel = stage->getParentOfType<FusedOp>();
  Builder builder(kernel.getContext());
  NamedAttrList decisions(kernel.getDecisionsAttr());
  SmallVector<Attribute> all;
  if (auto known = dyn_cast_or_null<ArrayAttr>(decisions.get("strategy")))
    llvm::append_range(all, known);
  SmallVector<StageOp, 4> stages = kernel.getStages();
  int64_t index = llvm::find(stages, stage) - stages.begin();
  all.push_back(builder.getDictionaryAttr(
      {builder.getNamedAttr("reason", builder.getStringAttr(reasons)),
       builder.getNamedAttr("stage", builder.getI64IntegerAttr(index))}));
  decisions.set("strategy", builder.getArrayAttr(all));
  kernel.setDecisionsAttr(decisions.getDictionary(kernel.getContext()));
}

static void setConfig(StageOp stage, const ContractionConfig &config) {
  if (stage.getLoweringConfigAttr())
    return;
  recordReasons(stage, config.reasons);
  stage.setLoweringConfigAttr(kernel::ContractionConfigAttr::get(
      stage.getContext(), config.lanes, config.rowTile, config.columnTile,
      config.depthBlock, config.unroll, config.prefetch, config.packLeft,
      config.order == TileOrder::RowsOuter));
}

/// A tile copies each image that it reads, padded, into scratch: tiles of whole
/// images with all their features copy none twice, where the images are enough
/// work for all cores. Where images are summed over, every tile copies all of
/// them: few tiles then, of whole kernel places.
static void keepImagesWhole(graph::ConvolutionOp conv,
                            SmallVectorImpl<int64_t> &sizes,
                            const target::TargetDescription &target) {
  PaddedImage image = getPaddedImage(conv);
  if (!layout::isPaddedInScratch(conv))
    return;
  ArrayRef<int64_t> shape = typeOf(conv.getResult()).getShape();
  int64_t batch = conv.getOutputBatchDimension();
  ArrayRef<int64_t> spatial = conv.getOutputSpatialDimensions();
  int64_t cores = std::max<int64_t>(1, target.cores);
  if (!image.isSummed && shape[batch] < 2 * cores)
    return;
  sizes = llvm::to_vector(shape);
  if (!image.isSummed) {
    constexpr int64_t kTilesPerCore = 4;
    sizes[batch] = llvm::divideCeil(shape[batch], kTilesPerCore * cores);
    return;
  }
  int64_t places = 1;
  for (int64_t dim : spatial) {
    if (places >= cores)
      break;
    sizes[dim] = llvm::divideCeil(
        shape[dim],
        std::min<int64_t>(shape[dim], llvm::divideCeil(cores, places)));
    places *= llvm::divideCeil(shape[dim], sizes[dim]);
  }
}

static SmallVector<int64_t>
configureContraction(FusedOp kernel, StageOp stage,
                     const target::TargetDescription &target) {
  SizedContraction sized = getSizedContraction(kernel, stage);
  ContractionConfig config = chooseContraction(sized.problem, target);
  setConfig(stage, config);
  ArrayRef<int64_t> shape =
      typeOf(layout::getContraction(stage)->getResult(0)).getShape();
  SmallVector<int64_t> sizes(shape.size(), 1);
  int64_t rows = config.rowBlock > 0 ? config.rowBlock : sized.problem.rows;
  int64_t columns =
      config.columnBlock > 0 ? config.columnBlock : sized.problem.columns;
  spreadBlock(sizes, sized.rows, shape, rows);
  spreadBlock(sizes, sized.columns, shape, columns);
  if (auto conv = dyn_cast<graph::ConvolutionOp>(layout::getContraction(stage)))
    keepImagesWhole(conv, sizes, target);
  return sizes;
}

/// Tiles of several stages: whole rows of the first product, as many as leave
/// enough tiles, in multiples of the register tile.
static SmallVector<int64_t>
configureRowsOfProduct(FusedOp kernel,
                       const target::TargetDescription &target) {
  StageOp first = kernel.getStages().front();
  SizedContraction sized = getSizedContraction(kernel, first);
  ArrayRef<int64_t> shape =
      typeOf(layout::getContraction(first)->getResult(0)).getShape();
  int64_t batch = 1;
  for (int64_t dim : sized.batch)
    batch *= shape[dim];
  int64_t rows = std::min<int64_t>(sized.problem.rows, 64);
  while (rows > 8 &&
         batch * (int64_t)llvm::divideCeil(sized.problem.rows, rows) <
             kMinTiles)
    rows = llvm::divideCeil(rows, 2);
  for (StageOp stage : kernel.getStages())
    if (layout::getContraction(stage)) {
      ContractionProblem problem = getSizedContraction(kernel, stage).problem;
      problem.rows = rows;
      problem.rowGroup = rows;
      setConfig(stage, chooseContraction(problem, target));
    }
  SmallVector<int64_t> sizes(shape.size() - sized.columns.size(), 1);
  spreadBlock(sizes, sized.rows, shape, rows);
  return sizes;
}

//===----------------------------------------------------------------------===//
// Rows and loops
//===----------------------------------------------------------------------===//

/// Elements that one element of a stage's result reads, roughly.
static int64_t getWorkPerElement(StageOp stage) {
  int64_t work = 1;
  for (Operation &op : stage.getBody().front().without_terminator()) {
    if (auto window = dyn_cast<graph::ReduceWindowOp>(op))
      work += ShapedType::getNumElements(window.getWindowDimensions());
    else if (auto pool = dyn_cast<graph::SelectAndScatterOp>(op))
      work += 4 * ShapedType::getNumElements(pool.getWindowDimensions());
    else if (categorize(&op) == OpCategory::Window) {
      // A product of vectors is a scalar.
      ArrayRef<int64_t> shape = typeOf(op.getResult(0)).getShape();
      work += typeOf(op.getOperand(1)).getNumElements() /
              std::max<int64_t>(1, shape.empty() ? 1 : shape.back());
    }
  }
  return work;
}

/// Elements per tile: a tile's data stay in L1 or close to it, and small
/// kernels are not split at all, because waking a worker costs more.
static int64_t getTileElements(int64_t elements, int64_t bytes, int64_t work,
                               const target::TargetDescription &target) {
  int64_t small = 16 * 1024 / bytes;
  if (elements * work <= small)
    return elements;
  int64_t tile = std::max<int64_t>(small, target.l1d / bytes) / work;
  return std::clamp<int64_t>(tile, 1, llvm::divideCeil(elements, kMinTiles));
}

static SmallVector<int64_t>
configureRows(StageOp stage, const target::TargetDescription &target) {
  Value root = getStageRoot(stage);
  ArrayRef<int64_t> shape = typeOf(root).getShape();
  auto reduce = *stage.getBody().getOps<graph::ReduceOp>().begin();
  SmallVector<int64_t> sizes = llvm::to_vector(shape);
  int64_t rowElements = 1;
  for (int64_t dim : reduce.getDimensions())
    rowElements *= shape[dim];
  int64_t elements = typeOf(root).getNumElements();
  int64_t tile =
      getTileElements(elements, elementBytes(root), /*work=*/2, target);
  int64_t rows = std::max<int64_t>(1, tile / std::max<int64_t>(1, rowElements));
  // Kept dimensions from the outside in; the innermost one of storage keeps
  // whole vectors.
  int64_t kept = elements / std::max<int64_t>(1, rowElements);
  for (int64_t dim = 0; dim < (int64_t)shape.size() && kept > rows; ++dim) {
    if (llvm::is_contained(reduce.getDimensions(), dim))
      continue;
    int64_t inner = kept / shape[dim];
    int64_t size = std::max<int64_t>(1, rows / std::max<int64_t>(1, inner));
    bool last = dim + 1 == (int64_t)shape.size();
    if (last)
      size = llvm::alignTo(size, 4 * std::max<int64_t>(1, target.lanes(32)));
    sizes[dim] = std::min(size, shape[dim]);
    kept = inner * sizes[dim];
  }
  return sizes;
}

static SmallVector<int64_t>
configureLoop(FusedOp kernel, StageOp stage,
              const target::TargetDescription &target) {
  Value root = stage.getYieldedValues().front();
  LayoutAttr layout;
  for (auto [i, yielded] : llvm::enumerate(kernel.getYieldedValues()))
    if (yielded == stage.getResult(0))
      layout = kernel.getOutputLayout(i);
  if (!layout)
    layout =
        LayoutAttr::getRowMajor(kernel.getContext(), typeOf(root).getRank());
  ArrayRef<int64_t> shape = typeOf(root).getShape();
  SmallVector<int64_t> sizes = llvm::to_vector(shape);
  int64_t elements = typeOf(root).getNumElements();
  int64_t tile = getTileElements(elements, elementBytes(root),
                                 getWorkPerElement(stage), target);
  // Split the outermost dimensions of storage until a tile is small enough;
  // never the innermost, so that vectors stay whole.
  ArrayRef<int64_t> dims = layout.getDims();
  for (size_t i = 0; i + 1 < dims.size() && elements > tile; ++i) {
    int64_t dim = dims[i], block = std::max<int64_t>(1, layout.getBlocks()[i]);
    if (layout.getBlocks()[i] < 0)
      continue;
    int64_t inner = elements / std::max<int64_t>(1, sizes[dim]);
    int64_t size = std::max<int64_t>(1, tile / std::max<int64_t>(1, inner));
    sizes[dim] = std::min<int64_t>(llvm::alignTo(size, block), sizes[dim]);
    elements = inner * sizes[dim];
  }
  return sizes;
}

/// Every tile walks all updates for a part of each slice: cuts the outermost
/// dimension that no index chooses and that the slices hold whole. Along the
/// innermost one a part is some cache lines wide.
static SmallVector<int64_t> configureScatter(graph::ScatterOp op) {
  ArrayRef<int64_t> shape = typeOf(op.getInputs().front()).getShape();
  ArrayRef<int64_t> updates = typeOf(op.getUpdates().front()).getShape();
  SmallVector<int64_t> sizes = llvm::to_vector(shape);
  size_t next = 0;
  for (int64_t dim = 0, rank = shape.size(); dim < rank; ++dim) {
    if (llvm::is_contained(op.getInsertedWindowDims(), dim) ||
        llvm::is_contained(op.getInputBatchingDims(), dim))
      continue;
    int64_t window = updates[op.getUpdateWindowDims()[next++]];
    if (llvm::is_contained(op.getScatterDimsToOperandDims(), dim) ||
        window != shape[dim])
      continue;
    constexpr int64_t kLanes = 64;
    int64_t part = llvm::divideCeil(shape[dim], kMinTiles);
    if (dim + 1 == rank)
      part = llvm::alignTo(part, kLanes);
    sizes[dim] = std::min(part, shape[dim]);
    break;
  }
  return sizes;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

void tenon::cpu::configureKernel(FusedOp kernel,
                                 const target::TargetDescription &target) {
  SmallVector<StageOp, 4> stages = kernel.getStages();
  StageOp first = stages.front();
  // Nothing to divide: one tile, which writes what sums of nothing are.
  Value root = getStageRoot(first);
  if (!root || typeOf(root).getNumElements() == 0)
    return;
  ArrayRef<int64_t> space = typeOf(root).getShape();
  SmallVector<int64_t> sizes;
  switch (first.getKind()) {
  case StageKind::Contraction:
    sizes = stages.size() == 1 ? configureContraction(kernel, first, target)
                               : configureRowsOfProduct(kernel, target);
    break;
  case StageKind::Row:
    // Rows of nothing.
    if (llvm::any_of(first.getBody().getOps<graph::ReduceOp>(),
                     [](graph::ReduceOp reduce) {
                       return llvm::is_contained(
                           typeOf(reduce.getInputs().front()).getShape(), 0);
                     }))
      return;
    sizes = configureRows(first, target);
    break;
  case StageKind::Loop:
    sizes = configureLoop(kernel, first, target);
    break;
  case StageKind::Special:
    for (auto scatter : first.getBody().getOps<graph::ScatterOp>()) {
      space = typeOf(scatter.getInputs().front()).getShape();
      sizes = configureScatter(scatter);
      break;
    }
    if (sizes.empty())
      return; // One tile.
    break;
  }
  for (int64_t &size : sizes)
    size = std::max<int64_t>(1, size);
  if (!kernel.getTileAttr())
    kernel.setTileAttr(kernel::TileAttr::get(
        kernel.getContext(), space.take_front(sizes.size()), sizes));
}
