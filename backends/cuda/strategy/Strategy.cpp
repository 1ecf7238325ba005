//===- Strategy.cpp - The CUDA backend's policy ---------------------------===//

#include "backends/cuda/strategy/Strategy.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/stage/ContractionRoles.h"
#include "ir/graph/GraphOps.h"
#include "passes/analysis/StageForm.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;
using emit::ContractionRoles;
using kernel::FusedOp;
using kernel::LayoutAttr;
using kernel::StageKind;
using kernel::StageOp;

/// Threads of a block where nothing speaks for another number: enough warps to
/// hide latencies, few enough for several blocks on a multiprocessor.
static constexpr int64_t kThreads = 256;
static constexpr int64_t kWarp = 32;
/// Rows that one warp can go through alone without keeping the rest waiting.
static constexpr int64_t kWarpRow = 1024;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {

/// What is chosen for a kernel.
struct Choice {
  /// Sizes of the tile along the leading dimensions of the iteration space.
  SmallVector<int64_t> sizes;
  ArrayRef<int64_t> space;
  int64_t threads = kThreads;
};

/// A tile of a product that one block makes, and the sums of it that one thread
/// keeps.
struct BlockShape {
  int64_t rows, columns, threadRows, threadColumns;
  /// Threads that its sums take once.
  int64_t threads() const {
    return rows * columns / (threadRows * threadColumns);
  }
};

} // namespace

/// Tiles of a product, largest first. A larger one reads its operands less
/// often; a smaller one gives more blocks.
static constexpr BlockShape kBlockShapes[] = {
    {128, 128, 8, 8}, {128, 64, 8, 4}, {64, 64, 4, 4}, {64, 32, 4, 4},
    {32, 64, 4, 4},   {32, 32, 4, 4},  {16, 32, 4, 4}, {2, 32, 1, 2}};
/// The one for less than half a tile of the others.
static constexpr size_t kFewRows = std::size(kBlockShapes) - 1;
/// Those for tensor cores, where warps have 16 rows each.
static constexpr BlockShape kMmaShapes[] = {{128, 128, 8, 8}, {128, 64, 8, 4},
                                            {64, 64, 4, 4},   {32, 64, 4, 4},
                                            {32, 32, 4, 2},   {16, 32, 2, 2}};

/// Threads that share the depth of a product between them, at most.
static constexpr int64_t kPartThreads = 512;
/// Shared memory for the staged operands, or for the sums of all parts: of a
/// kernel of one stage, and of one that keeps its tile in shared memory too.
static constexpr int64_t kStagingBytes = 64 * 1024;
static constexpr int64_t kStagingBesideTile = 32 * 1024;

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// Spreads a block of `count` over `dims` of `shape`, innermost first: whole
/// inner dimensions before parts of outer ones.
static void spreadBlock(SmallVectorImpl<int64_t> &sizes, ArrayRef<int64_t> dims,
                        ArrayRef<int64_t> shape, int64_t count) {
  for (int64_t dim : llvm::reverse(dims)) {
    sizes[dim] = std::clamp<int64_t>(count, 1, shape[dim]);
    count /= sizes[dim];
  }
}

static int64_t product(ArrayRef<int64_t> dims, ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= shape[dim];
  return count;
}

static int64_t product(ArrayRef<int64_t> extents) {
  int64_t count = 1;
  for (int64_t extent : extents)
    count *= extent;
  return count;
}

/// Bits of a sum in a register.
static int64_t getElementBits(Value sum) {
  Type type = emit::getRegisterType(getElementTypeOrSelf(sum.getType()));
  return type.isIntOrFloat() ? std::max(type.getIntOrFloatBitWidth(), 8u) : 64;
}

static bool usesMma(const ContractionRoles &roles) {
  Type left = getElementTypeOrSelf(roles.left.getType());
  Type sum = getElementTypeOrSelf(roles.result.getType());
  return left == getElementTypeOrSelf(roles.right.getType()) &&
         (left.isF16() || left.isBF16()) &&
         (sum.isF32() || sum.isF16() || sum.isBF16());
}

/// Threads for the tile: several times what its sums take where the depth can
/// be cut, so that enough warps wait for memory at once.
static int64_t chooseThreads(const ContractionRoles &roles, BlockShape shape,
                             int64_t stagingBytes) {
  int64_t depth = product(roles.depth);
  int64_t sumBytes =
      shape.rows * shape.columns * (getElementBits(roles.result) / 8);
  int64_t parts = std::max<int64_t>(kPartThreads / shape.threads(), 1);
  while (parts > 1 && (parts * sumBytes > stagingBytes || parts * 8 > depth))
    parts /= 2;
  return parts * shape.threads();
}

/// Steps that are staged at once: as many as each thread loads with about a
/// dozen loads under way.
static int64_t chooseDepth(const ContractionRoles &roles, BlockShape shape,
                           int64_t threads, int64_t stagingBytes) {
  constexpr int64_t loads = 12;
  int64_t lines = shape.rows + shape.columns;
  int64_t stepBytes = (lines + 8) * (getElementBits(roles.result) / 8);
  int64_t depth = llvm::bit_floor(static_cast<uint64_t>(
      std::min(loads * threads / lines, stagingBytes / stepBytes)));
  depth = std::min<int64_t>(depth, llvm::PowerOf2Ceil(product(roles.depth)));
  return std::max<int64_t>(depth, 8);
}

static void setConfig(StageOp stage, const ContractionRoles &roles,
                      BlockShape shape, int64_t threads, int64_t stagingBytes) {
  if (stage.getLoweringConfigAttr())
    return;
  // Rows of a warp are 16.
  int64_t warps = threads / kWarp;
  bool mma = usesMma(roles) && shape.rows % 16 == 0 &&
             warps >= shape.rows / 16 &&
             shape.columns % (8 * warps / (shape.rows / 16)) == 0;
  int64_t depth = mma ? 32 : chooseDepth(roles, shape, threads, stagingBytes);
  stage.setLoweringConfigAttr(kernel::BlockContractionConfigAttr::get(
      stage.getContext(), threads, shape.rows, shape.columns, depth,
      shape.threadRows, shape.threadColumns, mma));
}

/// The one product or convolution that all a stage yields is made of, if any.
static std::optional<ContractionRoles> getContraction(StageOp stage) {
  if (stage.getKind() == StageKind::Row)
    return std::nullopt;
  if (!findContractionForm(stage))
    return std::nullopt;
  return emit::findContraction(stage);
}

/// The same, where a block multiplies tiles of it.
static std::optional<ContractionRoles> getProduct(StageOp stage) {
  std::optional<ContractionRoles> roles = getContraction(stage);
  if (!roles || !roles->isRegular() ||
      llvm::is_contained(typeOf(roles->result).getShape(), 0) ||
      llvm::is_contained(roles->depth, 0))
    return std::nullopt;
  return roles;
}

static SmallVector<int64_t> tileOf(const ContractionRoles &roles,
                                   BlockShape block) {
  ArrayRef<int64_t> shape = typeOf(roles.result).getShape();
  SmallVector<int64_t> sizes(shape.size(), 1);
  spreadBlock(sizes, roles.rows, shape, block.rows);
  spreadBlock(sizes, roles.columns, shape, block.columns);
  return sizes;
}

/// Clocks that a step of the depth takes on the busiest multiprocessor: to
/// multiply, to read operands there, or to read them from the L2 cache, which
/// all of them share. 128 products a clock; about 64 bytes reach one
/// multiprocessor, and 25 bytes each of them where all read.
static double estimateStep(const ContractionRoles &roles, BlockShape block,
                           const target::TargetDescription &target) {
  int64_t blocks = 1;
  for (auto [extent, size] :
       llvm::zip_equal(typeOf(roles.result).getShape(), tileOf(roles, block)))
    blocks *= llvm::divideCeil(extent, size);
  auto rounds = static_cast<double>(llvm::divideCeil(blocks, target.sms));
  // Threads of few sums load more than they multiply.
  int64_t sums = block.threadRows * block.threadColumns;
  double loads = sums >= 32 ? 1.0 : sums >= 16 ? 1.1 : sums >= 8 ? 1.5 : 3.0;
  auto products = static_cast<double>(block.rows * block.columns) / 128;
  auto bytes = static_cast<double>(4 * (block.rows + block.columns));
  return std::max({rounds * products * loads, rounds * bytes / 64,
                   static_cast<double>(blocks) * bytes /
                       (25.0 * static_cast<double>(target.sms))});
}

/// The tile whose steps take least, the largest of equals.
static BlockShape chooseBlock(const ContractionRoles &roles,
                              const target::TargetDescription &target) {
  ArrayRef<int64_t> shape = typeOf(roles.result).getShape();
  int64_t rows = product(roles.rows, shape);
  int64_t columns = product(roles.columns, shape);
  BlockShape best = kBlockShapes[rows < 8 ? kFewRows : kFewRows - 1];
  double least = std::numeric_limits<double>::infinity();
  for (const BlockShape &candidate : kBlockShapes) {
    // No tile of which more than half is beyond the edge.
    if (candidate.rows > 2 * rows || candidate.columns > 2 * columns)
      continue;
    double clocks = estimateStep(roles, candidate, target);
    if (clocks < least) {
      least = clocks;
      best = candidate;
    }
  }
  return best;
}

/// The largest tile that leaves every multiprocessor a block; the smallest
/// where none does.
static BlockShape chooseMmaBlock(const ContractionRoles &roles,
                                 const target::TargetDescription &target) {
  ArrayRef<int64_t> shape = typeOf(roles.result).getShape();
  int64_t rows = product(roles.rows, shape);
  int64_t columns = product(roles.columns, shape);
  int64_t batch = product(roles.batch, shape);
  for (const BlockShape &candidate : kMmaShapes) {
    if (candidate.rows > 2 * rows || candidate.columns > 2 * columns)
      continue;
    int64_t blocks = batch * llvm::divideCeil(rows, candidate.rows) *
                     llvm::divideCeil(columns, candidate.columns);
    if (blocks >= target.sms)
      return candidate;
  }
  return *std::prev(std::end(kMmaShapes));
}

static Choice configureProduct(StageOp stage, const ContractionRoles &roles,
                               const target::TargetDescription &target) {
  bool mma = usesMma(roles);
  BlockShape best =
      mma ? chooseMmaBlock(roles, target) : chooseBlock(roles, target);
  Choice choice;
  int64_t staging = std::min(kStagingBytes, target.sharedMemory);
  choice.threads = mma ? best.threads() : chooseThreads(roles, best, staging);
  setConfig(stage, roles, best, choice.threads, staging);
  choice.space = typeOf(roles.result).getShape();
  choice.sizes = tileOf(roles, best);
  return choice;
}

/// Several stages: whole rows of the first product, as many as leave every
/// multiprocessor a block.
static Choice configureRowsOfProduct(FusedOp kernel, StageOp first,
                                     const ContractionRoles &roles,
                                     const target::TargetDescription &target) {
  ArrayRef<int64_t> shape = typeOf(roles.result).getShape();
  int64_t batch = product(roles.batch, shape);
  int64_t rows = product(roles.rows, shape);
  int64_t tile = 64;
  while (tile > 16 &&
         (tile > rows ||
          batch * (int64_t)llvm::divideCeil(rows, tile) < target.sms))
    tile /= 2;
  BlockShape block{tile, 64, 4, 4};
  for (StageOp stage : kernel.getStages())
    if (std::optional<ContractionRoles> own = getProduct(stage))
      setConfig(stage, *own, block, kThreads, kStagingBesideTile);
  Choice choice;
  choice.threads = kThreads;
  choice.space = shape;
  choice.sizes.assign(shape.size() - roles.columns.size(), 1);
  spreadBlock(choice.sizes, roles.rows, shape, tile);
  return choice;
}

//===----------------------------------------------------------------------===//
// Rows and loops
//===----------------------------------------------------------------------===//

/// The dimension along which neighbours in the widest input of shape `shape`
/// are neighbours in memory; the last one where no input has that shape.
static int64_t getInnermostDim(FusedOp kernel, ArrayRef<int64_t> shape) {
  for (auto [i, input] : llvm::enumerate(kernel.getInputs()))
    if (typeOf(input).getShape() == shape)
      return kernel.getInputLayout(i).getInnermostDim();
  return static_cast<int64_t>(shape.size()) - 1;
}

static Choice configureRows(FusedOp kernel, StageOp stage,
                            const target::TargetDescription &target,
                            kernel::ThreadConfigAttr &config) {
  graph::ReduceOp reduce = *stage.getBody().getOps<graph::ReduceOp>().begin();
  ArrayRef<int64_t> shape = typeOf(reduce.getInputs().front()).getShape();
  SmallVector<int64_t> keptDims;
  int64_t rowCount = 1, keptCount = 1;
  for (int64_t dim = 0; dim < (int64_t)shape.size(); ++dim) {
    if (llvm::is_contained(reduce.getDimensions(), dim)) {
      rowCount *= shape[dim];
      continue;
    }
    keptDims.push_back(dim);
    keptCount *= shape[dim];
  }
  Choice choice;
  choice.space = shape;
  choice.sizes = llvm::to_vector(shape);
  int64_t group, rows;
  bool alongRow = llvm::is_contained(reduce.getDimensions(),
                                     getInnermostDim(kernel, shape));
  if (alongRow && (rowCount > kWarpRow || keptCount < target.sms)) {
    // A block for each row, as wide as the row has work for.
    group = std::clamp<int64_t>(llvm::PowerOf2Ceil(rowCount / 4 + 1), kWarp,
                                2 * kThreads);
    choice.threads = group;
    rows = 1;
  } else if (alongRow) {
    group = kWarp;
    rows = std::min<int64_t>(kThreads / kWarp,
                             llvm::divideCeil(keptCount, target.sms));
    rows = llvm::PowerOf2Ceil(rows);
    choice.threads = rows * kWarp;
  } else {
    // Neighbouring threads on neighbouring rows, and the rows cut where there
    // are few of them.
    rows = keptCount >= kThreads * target.sms ? kThreads : kWarp;
    group = rowCount >= 4 * (kThreads / rows) ? kThreads / rows : 1;
    choice.threads = rows * group;
  }
  for (int64_t dim : keptDims)
    choice.sizes[dim] = 1;
  spreadBlock(choice.sizes, keptDims, shape, rows);
  config = kernel::ThreadConfigAttr::get(kernel.getContext(), choice.threads,
                                         group, alongRow);
  return choice;
}

static Choice configureLoop(FusedOp kernel, StageOp stage,
                            const target::TargetDescription &target) {
  Value root = stage.getYieldedValues().front();
  if (std::optional<ContractionRoles> roles = getContraction(stage))
    root = roles->result;
  LayoutAttr layout;
  for (auto [i, yielded] : llvm::enumerate(kernel.getYieldedValues()))
    if (yielded == stage.getResult(0) &&
        root == stage.getYieldedValues().front())
      layout = kernel.getOutputLayout(i);
  if (!layout)
    layout =
        LayoutAttr::getRowMajor(kernel.getContext(), typeOf(root).getRank());
  Choice choice;
  choice.space = typeOf(root).getShape();
  choice.sizes = llvm::to_vector(choice.space);
  int64_t elements = typeOf(root).getNumElements();
  // A few elements per thread, once every multiprocessor is busy.
  int64_t tile = std::clamp<int64_t>(
      llvm::alignTo(elements / (8 * target.sms) + 1, kThreads), kThreads,
      8 * kThreads);
  // The outermost dimensions of storage are split until a tile is small
  // enough.
  for (auto [dim, block] :
       llvm::zip_equal(layout.getDims(), layout.getBlocks())) {
    if (block < 0 || elements <= tile)
      continue;
    int64_t inner = elements / std::max<int64_t>(1, choice.sizes[dim]);
    int64_t size = std::max<int64_t>(1, tile / std::max<int64_t>(1, inner));
    size = llvm::alignTo(size, std::max<int64_t>(1, block));
    choice.sizes[dim] = std::min(size, choice.sizes[dim]);
    elements = inner * choice.sizes[dim];
  }
  return choice;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// How a stage that did not decide the block's threads is spread over them.
static kernel::ThreadConfigAttr followThreads(StageOp stage, int64_t threads) {
  bool isRow = stage.getKind() == StageKind::Row;
  return kernel::ThreadConfigAttr::get(stage.getContext(), threads,
                                       isRow ? std::min(kWarp, threads) : 1,
                                       /*alongRow=*/true);
}

void tenon::cuda::configureKernel(FusedOp kernel,
                                  const target::TargetDescription &target) {
  SmallVector<StageOp, 4> stages = kernel.getStages();
  StageOp first = stages.front();
  kernel::ThreadConfigAttr rowConfig;
  Choice choice;
  if (std::optional<ContractionRoles> roles = getProduct(first)) {
    choice = stages.size() == 1
                 ? configureProduct(first, *roles, target)
                 : configureRowsOfProduct(kernel, first, *roles, target);
  } else if (first.getKind() == StageKind::Row &&
             !first.getBody().getOps<graph::ReduceOp>().empty()) {
    choice = configureRows(kernel, first, target, rowConfig);
    if (!first.getLoweringConfigAttr())
      first.setLoweringConfigAttr(rowConfig);
  } else {
    choice = configureLoop(kernel, first, target);
  }
  for (StageOp stage : stages)
    if (!stage.getLoweringConfigAttr())
      stage.setLoweringConfigAttr(followThreads(stage, choice.threads));
  for (int64_t &size : choice.sizes)
    size = std::max<int64_t>(1, size);
  // Without elements there is nothing to cut.
  ArrayRef<int64_t> domain = choice.space.take_front(choice.sizes.size());
  if (!kernel.getTileAttr() && !llvm::is_contained(domain, 0))
    kernel.setTileAttr(
        kernel::TileAttr::get(kernel.getContext(), domain, choice.sizes));
}
