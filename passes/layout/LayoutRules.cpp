//===- LayoutRules.cpp - Which layout a value gets, and why ---------------===//

#include "passes/layout/LayoutRules.h"

#include "passes/analysis/OpCategory.h"
#include "passes/analysis/PaddedImage.h"
#include "passes/analysis/StateOrder.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;
using namespace tenon::layout;
using kernel::FusedOp;
using kernel::LayoutAttr;
using kernel::StageKind;
using kernel::StageOp;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Operation *layout::getContraction(StageOp stage) {
  if (stage.getKind() != StageKind::Contraction)
    return nullptr;
  for (Operation &op : stage.getBody().front())
    if (categorize(&op) == OpCategory::Contraction)
      return &op;
  return nullptr;
}

/// The dimensions of `root` that the dimensions of `value` stand for, if only
/// transposes lie between them.
static std::optional<SmallVector<int64_t>> getPermutation(Value value,
                                                          Value root) {
  SmallVector<int64_t> dims =
      llvm::to_vector(llvm::seq<int64_t>(0, typeOf(value).getRank()));
  while (value != root) {
    auto transpose = value.getDefiningOp<TransposeOp>();
    if (!transpose)
      return std::nullopt;
    for (int64_t &dim : dims)
      dim = transpose.getPermutation()[dim];
    value = transpose.getOperand();
  }
  return dims;
}

bool layout::isPaddedInScratch(ConvolutionOp conv) {
  PaddedImage image = getPaddedImage(conv);
  auto isPadding = [](int64_t n) { return n > 0; };
  bool isDilated =
      llvm::any_of(conv.getLhsDilation(), [](int64_t n) { return n != 1; });
  bool isPadded = llvm::any_of(conv.getPaddingLow(), isPadding) ||
                  llvm::any_of(conv.getPaddingHigh(), isPadding);
  return isDilated || (isPadded && image.isSmall());
}

/// Channels last, with the padding of the convolution around it.
static std::optional<InputWish> getConvolutionWish(ConvolutionOp conv,
                                                   Value root) {
  std::optional<SmallVector<int64_t>> dims =
      getPermutation(conv.getLhs(), root);
  if (!dims)
    return std::nullopt;
  InputWish wish;
  PaddedImage image = getPaddedImage(conv);
  bool inScratch = isPaddedInScratch(conv);
  wish.reason = inScratch
                    ? "a convolution copies images with their channels last"
                    : "a convolution reads channels last without bounds checks";
  wish.required = !inScratch;
  wish.order.push_back((*dims)[image.imageDim]);
  int64_t rank = dims->size();
  wish.haloLow.assign(rank, 0);
  wish.haloHigh.assign(rank, 0);
  for (auto [i, spatial] : llvm::enumerate(conv.getInputSpatialDimensions())) {
    int64_t dim = (*dims)[spatial];
    wish.order.push_back(dim);
    if (inScratch)
      continue;
    wish.haloLow[dim] = std::max<int64_t>(0, conv.getPaddingLow()[i]);
    wish.haloHigh[dim] = std::max<int64_t>(0, conv.getPaddingHigh()[i]);
  }
  wish.order.push_back((*dims)[image.innerDim]);
  return wish;
}

/// The order in which a chain of movement ops beginning with a transpose
/// reads `root`.
static SmallVector<int64_t> getReadOrder(Value root, Block &body) {
  SmallVector<int64_t> order;
  for (Operation *user : root.getUsers()) {
    auto transpose = dyn_cast<TransposeOp>(user);
    if (!transpose)
      return {};
    SmallVector<int64_t> other = llvm::to_vector(transpose.getPermutation());
    if (!order.empty() && other != order)
      return {};
    order = other;
  }
  return order;
}

InputWish layout::getInputWish(FusedOp kernel, unsigned index) {
  Value argument = kernel.getBody().getArgument(index);
  for (StageOp stage : kernel.getStages())
    if (auto conv = dyn_cast_or_null<ConvolutionOp>(getContraction(stage)))
      if (std::optional<InputWish> wish = getConvolutionWish(conv, argument))
        return *wish;
  InputWish wish;
  wish.order = getReadOrder(argument, kernel.getBody().front());
  if (!wish.order.empty())
    wish.reason = "its reader transposes it";
  return wish;
}

/// Whether a dimension of `dims` is reduced in `stage`, of values of `shape`.
static bool isReduced(StageOp stage, ArrayRef<int64_t> shape,
                      ArrayRef<int64_t> dims) {
  for (auto reduce : stage.getBody().front().getOps<ReduceOp>())
    if (typeOf(reduce.getInputs().front()).getShape() == shape &&
        llvm::any_of(reduce.getDimensions(), [&](int64_t dim) {
          return shape[dim] != 1 && llvm::is_contained(dims, dim);
        }))
      return true;
  return false;
}

/// Whether `dims` follow on each other in `layout`.
static bool areNeighbours(ArrayRef<int64_t> dims, LayoutAttr layout) {
  const int64_t *place = llvm::find(layout.getDims(), dims.front());
  return !layout.isBlocked() &&
         layout.getDims().end() - place >= (int64_t)dims.size() &&
         ArrayRef(place, dims.size()) == dims;
}

bool layout::scattersRows(FusedOp kernel, unsigned index, LayoutAttr layout) {
  for (Operation *user : kernel.getBody().getArgument(index).getUsers()) {
    auto reshape = dyn_cast<ReshapeOp>(user);
    auto stage = dyn_cast<StageOp>(user->getParentOp());
    if (!reshape || !stage || stage.getKind() != StageKind::Row)
      continue;
    // Dimension by dimension, those of either side that make the same number of
    // elements belong together.
    ArrayRef<int64_t> from = typeOf(reshape.getOperand()).getShape();
    ArrayRef<int64_t> to = typeOf(reshape.getResult()).getShape();
    size_t i = 0, j = 0;
    while (i < from.size() && j < to.size()) {
      SmallVector<int64_t> before, after;
      int64_t left = 1, right = 1;
      do {
        bool takesLeft = left <= right ? i < from.size() : j == to.size();
        int64_t size = takesLeft ? from[i] : to[j];
        (takesLeft ? left : right) *= size;
        if (size != 1)
          (takesLeft ? before : after).push_back(takesLeft ? i : j);
        ++(takesLeft ? i : j);
      } while (left != right && (i < from.size() || j < to.size()));
      if (before.size() > 1 && !areNeighbours(before, layout) &&
          isReduced(stage, to, after))
        return true;
    }
  }
  return false;
}

SmallVector<int64_t> layout::getOutputOrder(FusedOp kernel, unsigned index,
                                            ArrayRef<LayoutAttr> layouts) {
  int64_t rank = typeOf(kernel.getOutputs()[index]).getRank();
  // What a convolution computes comes out channels last.
  Value yielded = kernel.getYieldedValues()[index];
  auto stage = yielded.getDefiningOp<StageOp>();
  if (auto conv = dyn_cast_or_null<ConvolutionOp>(getContraction(stage))) {
    Value inner =
        stage.getYieldedValues()[cast<OpResult>(yielded).getResultNumber()];
    if (typeOf(inner).getShape() != typeOf(conv.getResult()).getShape())
      return {};
    SmallVector<int64_t> order{(int64_t)conv.getOutputBatchDimension()};
    llvm::append_range(order, conv.getOutputSpatialDimensions());
    order.push_back(conv.getOutputFeatureDimension());
    return order;
  }
  if (stage.getKind() == StageKind::Contraction)
    return {};
  // Others follow the input that is most like them.
  for (auto [input, layout] : llvm::zip_equal(kernel.getInputs(), layouts)) {
    if (layout.isBlocked() || typeOf(input).getRank() != rank)
      continue;
    bool isPermuted = !llvm::is_sorted(layout.getDims());
    if (isPermuted)
      return llvm::to_vector(layout.getDims());
  }
  return {};
}

LayoutAttr layout::getPanelLayout(Operation *contraction, int64_t width) {
  MLIRContext *context = contraction->getContext();
  SmallVector<int64_t> dims, blocks;
  auto add = [&](int64_t dim, int64_t block) {
    dims.push_back(dim);
    blocks.push_back(block);
  };
  if (auto conv = dyn_cast<ConvolutionOp>(contraction)) {
    int64_t output = conv.getKernelOutputFeatureDimension();
    add(output, width);
    for (int64_t dim : conv.getKernelSpatialDimensions())
      add(dim, 0);
    add(conv.getKernelInputFeatureDimension(), 0);
    add(output, -width);
    return LayoutAttr::get(context, dims, blocks, {}, {});
  }
  auto dot = cast<DotGeneralOp>(contraction);
  SmallVector<int64_t> free = dot.getRhsFreeDimensions();
  if (free.size() != 1)
    return LayoutAttr::getRowMajor(context, typeOf(dot.getRhs()).getRank());
  for (int64_t dim : dot.getRhsBatchingDimensions())
    add(dim, 0);
  add(free[0], width);
  for (int64_t dim : dot.getRhsContractingDimensions())
    add(dim, 0);
  add(free[0], -width);
  return LayoutAttr::get(context, dims, blocks, {}, {});
}

LayoutAttr layout::getFeaturesLastLayout(ConvolutionOp conv) {
  SmallVector<int64_t> dims(conv.getKernelSpatialDimensions());
  dims.push_back(conv.getKernelInputFeatureDimension());
  dims.push_back(conv.getKernelOutputFeatureDimension());
  SmallVector<int64_t> blocks(dims.size(), 0);
  return LayoutAttr::get(conv.getContext(), dims, blocks, {}, {});
}

/// Whether `op` reads and gives its elements at one and the same index.
static bool isPointwise(Operation *op, ArrayRef<int64_t> shape) {
  return op->hasTrait<graph::Elementwise>() &&
         typeOf(op->getResult(0)).getShape() == shape;
}

bool layout::canComputeInPlace(FusedOp kernel, unsigned input,
                               unsigned output) {
  if (kernel.getInputs()[input].getType() !=
      kernel.getOutputs()[output].getType())
    return false;
  // Stages compute all their values at an index before they store any, so
  // further outputs of this stage read the input in time as well.
  auto last = kernel.getYieldedValues()[output].getDefiningOp<StageOp>();
  ArrayRef<int64_t> shape = typeOf(kernel.getOutputs()[output]).getShape();
  Value argument = kernel.getBody().getArgument(input);
  for (Operation *user : argument.getUsers()) {
    if (user->getParentOp() != last)
      return false;
    bool reducesRows = last.getKind() == StageKind::Row && isa<ReduceOp>(user);
    if (!reducesRows && !isPointwise(user, shape))
      return false;
  }
  // From there to the output every op must stay at the index, until a row is
  // reduced: reductions have read it whole before anything is written.
  SmallVector<Operation *> worklist(argument.getUsers().begin(),
                                    argument.getUsers().end());
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (isa<ReduceOp, kernel::YieldOp>(op))
      continue;
    if (!isPointwise(op, shape))
      return false;
    llvm::append_range(worklist, op->getUsers());
  }
  Value yielded =
      last.getYieldedValues()[cast<OpResult>(kernel.getYieldedValues()[output])
                                  .getResultNumber()];
  Operation *producer = yielded.getDefiningOp();
  return producer && isPointwise(producer, shape);
}

bool layout::isStateTie(FusedOp kernel, unsigned input, unsigned output) {
  BlockArgument argument = getOverwrittenArgument(kernel->getResult(output));
  return argument && argument == kernel.getInputs()[input];
}

bool layout::isLastReader(FusedOp kernel, unsigned input) {
  llvm::SmallDenseSet<Operation *> readers;
  Operation *earliest = kernel;
  for (OpOperand &use : kernel.getInputs()[input].getUses()) {
    if (use.getOwner() == kernel)
      continue;
    if (use.getOwner()->getBlock() != kernel->getBlock() ||
        !use.getOwner()->isBeforeInBlock(kernel))
      return false;
    readers.insert(use.getOwner());
    if (use.getOwner()->isBeforeInBlock(earliest))
      earliest = use.getOwner();
  }
  // Walk back over what the kernel depends on, no further than the readers.
  SmallVector<Operation *> worklist{kernel};
  llvm::SmallDenseSet<Operation *> seen;
  while (!worklist.empty() && !readers.empty()) {
    for (Value operand : worklist.pop_back_val()->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || producer->isBeforeInBlock(earliest) ||
          !seen.insert(producer).second)
        continue;
      readers.erase(producer);
      worklist.push_back(producer);
    }
  }
  return readers.empty();
}
