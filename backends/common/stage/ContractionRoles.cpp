#include "backends/common/stage/ContractionRoles.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"

#include "ir/graph/GraphOps.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

static ContractionRoles rolesOf(graph::DotGeneralOp dot) {
  ContractionRoles roles;
  roles.result = dot.getResult();
  roles.left = dot.getLhs();
  roles.right = dot.getRhs();
  int64_t next = 0;
  for (size_t i = 0; i < dot.getLhsBatchingDimensions().size(); ++i)
    roles.batch.push_back(next++);
  for (size_t i = 0; i < dot.getLhsFreeDimensions().size(); ++i)
    roles.rows.push_back(next++);
  for (size_t i = 0; i < dot.getRhsFreeDimensions().size(); ++i)
    roles.columns.push_back(next++);
  for (int64_t dim : dot.getLhsContractingDimensions())
    roles.depth.push_back(shapeOf(dot.getLhs())[dim]);
  if (roles.columns.empty()) {
    // A matrix times a vector: the matrix is what is worth vectors.
    std::swap(roles.left, roles.right);
    std::swap(roles.rows, roles.columns);
    roles.swapped = true;
  }
  roles.regular = !roles.columns.empty();
  return roles;
}

static ContractionRoles rolesOf(graph::ConvolutionOp conv) {
  ContractionRoles roles;
  roles.result = conv.getResult();
  roles.left = conv.getLhs();
  roles.right = conv.getRhs();
  roles.isConvolution = true;
  roles.rows.push_back(conv.getOutputBatchDimension());
  llvm::append_range(roles.rows, conv.getOutputSpatialDimensions());
  roles.columns.push_back(conv.getOutputFeatureDimension());
  for (int64_t dim : conv.getKernelSpatialDimensions())
    roles.depth.push_back(shapeOf(conv.getRhs())[dim]);
  roles.depth.push_back(
      shapeOf(conv.getRhs())[conv.getKernelInputFeatureDimension()]);
  roles.regular =
      conv.getFeatureGroupCount() == 1 && conv.getBatchGroupCount() == 1 &&
      llvm::all_of(conv.getLhsDilation(), [](int64_t d) { return d == 1; });
  return roles;
}

std::optional<ContractionRoles>
tenon::emit::findContraction(kernel::StageOp stage) {
  std::optional<ContractionRoles> roles;
  for (Operation &op : stage.getBody().front()) {
    if (!isa<graph::DotGeneralOp, graph::ConvolutionOp>(op))
      continue;
    if (roles)
      return std::nullopt;
    if (auto dot = dyn_cast<graph::DotGeneralOp>(op))
      roles = rolesOf(dot);
    else
      roles = rolesOf(cast<graph::ConvolutionOp>(op));
    for (unsigned i = 0; i < roles->depth.size(); ++i)
      roles->depthOrder.push_back(i);
  }
  return roles;
}

void ContractionRoles::reorderDepth(ArrayRef<unsigned> order) {
  SmallVector<int64_t> extents;
  SmallVector<unsigned> numbers;
  for (unsigned i : order) {
    extents.push_back(depth[i]);
    numbers.push_back(depthOrder[i]);
  }
  depth = extents;
  depthOrder = numbers;
}

/// The indices of one operand of a dot_general.
static IndexMap dotIndices(Value operand, ArrayRef<int64_t> batching,
                           ArrayRef<int64_t> contracting,
                           ArrayRef<int64_t> free, ArrayRef<int64_t> freeInRoot,
                           ArrayRef<AffineExpr> root,
                           ArrayRef<AffineExpr> sum) {
  IndexMap indices(shapeOf(operand).size());
  for (auto [i, dim] : llvm::enumerate(batching))
    indices[dim] = root[i];
  for (auto [i, dim] : llvm::enumerate(contracting))
    indices[dim] = sum[i];
  for (auto [i, dim] : llvm::enumerate(free))
    indices[dim] = root[freeInRoot[i]];
  return indices;
}

/// The sum's indices in the op's own order.
static SmallVector<AffineExpr> originalOrder(ArrayRef<unsigned> order,
                                             ArrayRef<AffineExpr> sum) {
  SmallVector<AffineExpr> result(sum.size());
  for (auto [number, index] : llvm::zip_equal(order, sum))
    result[number] = index;
  return result;
}

IndexMap ContractionRoles::leftIndices(ArrayRef<AffineExpr> root,
                                       ArrayRef<AffineExpr> sum) const {
  SmallVector<AffineExpr> ordered = originalOrder(depthOrder, sum);
  if (auto dot = result.getDefiningOp<graph::DotGeneralOp>()) {
    if (swapped)
      return dotIndices(dot.getRhs(), dot.getRhsBatchingDimensions(),
                        dot.getRhsContractingDimensions(),
                        dot.getRhsFreeDimensions(), rows, root, ordered);
    return dotIndices(dot.getLhs(), dot.getLhsBatchingDimensions(),
                      dot.getLhsContractingDimensions(),
                      dot.getLhsFreeDimensions(), rows, root, ordered);
  }
  auto conv = result.getDefiningOp<graph::ConvolutionOp>();
  IndexMap indices(shapeOf(left).size());
  indices[conv.getInputBatchDimension()] = root[conv.getOutputBatchDimension()];
  indices[conv.getInputFeatureDimension()] = ordered.back();
  for (auto [i, dim] : llvm::enumerate(conv.getInputSpatialDimensions())) {
    AffineExpr window = ordered[i];
    if (conv.getWindowReversal()[i])
      window = window * -1 +
               (shapeOf(right)[conv.getKernelSpatialDimensions()[i]] - 1);
    indices[dim] = root[conv.getOutputSpatialDimensions()[i]] *
                       conv.getWindowStrides()[i] +
                   window * conv.getRhsDilation()[i] - conv.getPaddingLow()[i];
  }
  return indices;
}

IndexMap ContractionRoles::rightIndices(ArrayRef<AffineExpr> root,
                                        ArrayRef<AffineExpr> sum) const {
  SmallVector<AffineExpr> ordered = originalOrder(depthOrder, sum);
  if (auto dot = result.getDefiningOp<graph::DotGeneralOp>()) {
    if (swapped)
      return dotIndices(dot.getLhs(), dot.getLhsBatchingDimensions(),
                        dot.getLhsContractingDimensions(),
                        dot.getLhsFreeDimensions(), columns, root, ordered);
    return dotIndices(dot.getRhs(), dot.getRhsBatchingDimensions(),
                      dot.getRhsContractingDimensions(),
                      dot.getRhsFreeDimensions(), columns, root, ordered);
  }
  auto conv = result.getDefiningOp<graph::ConvolutionOp>();
  IndexMap indices(shapeOf(right).size());
  indices[conv.getKernelOutputFeatureDimension()] =
      root[conv.getOutputFeatureDimension()];
  indices[conv.getKernelInputFeatureDimension()] = ordered.back();
  for (auto [i, dim] : llvm::enumerate(conv.getKernelSpatialDimensions()))
    indices[dim] = ordered[i];
  return indices;
}

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

/// Whether the storage of `leaf` holds elements at all of `indices`.
static bool holds(KernelFrame &state, Value leaf,
                  ArrayRef<AffineExpr> indices) {
  ArrayRef<int64_t> low, high;
  kernel::LayoutAttr layout;
  if (auto argument = dyn_cast<BlockArgument>(leaf)) {
    layout = state.kernel.getInputLayout(argument.getArgNumber());
    low = layout.getHaloLow();
    high = layout.getHaloHigh();
  }
  for (auto [i, index, extent] : llvm::enumerate(indices, shapeOf(leaf))) {
    int64_t first = low.empty() ? 0 : -low[i];
    int64_t last = extent - 1 + (high.empty() ? 0 : high[i]);
    if (!state.context.space.getRange(state.context.space.simplify(index))
             .within(first, last))
      return false;
  }
  return true;
}

/// Whether what `indices` reach beyond a value, the padding of a convolution,
/// stays beyond the operand that `op` moves elements of: only there a halo can
/// hold it. A repeated or a cut-out operand has elements of its own there.
static bool keepsPadding(KernelFrame &state, Operation *op,
                         ArrayRef<AffineExpr> indices) {
  if (isa<graph::TransposeOp>(op))
    return true;
  emit::IndexSpace &space = state.context.space;
  for (auto [index, extent] :
       llvm::zip_equal(indices, shapeOf(op->getResult(0))))
    if (!space.getRange(space.simplify(index)).within(0, extent - 1))
      return false;
  return true;
}

std::optional<PlacedOperand> tenon::emit::placeOperand(KernelFrame &state,
                                                       Value value,
                                                       IndexMap indices,
                                                       IndexMap reach) {
  EmitContext &c = state.context;
  while (true) {
    if (const Storage *storage = c.getStorage(value)) {
      Type type = getElementTypeOrSelf(value);
      if (!isa<FloatType>(getMemoryType(type)) || !holds(state, value, reach))
        return std::nullopt;
      return PlacedOperand{storage->buffer, getMemoryType(type),
                           c.space.simplify(storage->offset(indices))};
    }
    Operation *op = value.getDefiningOp();
    if (!op)
      return std::nullopt;
    std::optional<IndexMap> moved = remapIndices(c, op, indices);
    if (!moved || !keepsPadding(state, op, reach))
      return std::nullopt;
    indices = *moved;
    reach = *remapIndices(c, op, reach);
    value = op->getOperand(0);
  }
}
