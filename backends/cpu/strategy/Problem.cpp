//===- Problem.cpp - The size of a contraction, for policy ----------------===//

#include "backends/cpu/strategy/Problem.h"

#include "ir/graph/GraphOps.h"
#include "passes/analysis/PaddedImage.h"
#include "passes/layout/LayoutRules.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;
using namespace tenon::graph;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static int64_t product(RankedTensorType type, ArrayRef<int64_t> dims) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= type.getDimSize(dim);
  return count;
}

/// The layout of a right-hand side that is an input of the kernel.
static kernel::LayoutAttr getInputLayout(kernel::FusedOp kernel, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner()->getParentOp() != kernel)
    return {};
  return kernel.getInputLayout(argument.getArgNumber());
}

/// How B will be read: panels where it is packed, otherwise by its order.
static void setRightForm(ContractionProblem &problem, kernel::FusedOp kernel,
                         Value rhs, int64_t columnDim) {
  kernel::LayoutAttr layout = getInputLayout(kernel, rhs);
  if (layout && layout.isBlocked()) {
    problem.rightForm = RightForm::Panels;
    problem.panelWidth = -layout.getBlocks().back();
    return;
  }
  bool columnsInside = layout ? layout.getInnermostDim() == columnDim
                              : columnDim == typeOf(rhs).getRank() - 1;
  problem.rightForm =
      columnsInside ? RightForm::RowMajor : RightForm::ColumnMajor;
  problem.rightStride = columnsInside ? problem.columns : problem.depth();
}

static SizedContraction getSized(kernel::FusedOp kernel, DotGeneralOp dot) {
  SizedContraction sized;
  RankedTensorType lhs = typeOf(dot.getLhs()), type = typeOf(dot);
  int64_t batch = dot.getLhsBatchingDimensions().size();
  int64_t rows = dot.getLhsFreeDimensions().size();
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    (dim < batch          ? sized.batch
     : dim < batch + rows ? sized.rows
                          : sized.columns)
        .push_back(dim);
  ContractionProblem &problem = sized.problem;
  problem.rows = product(type, sized.rows);
  problem.columns = product(type, sized.columns);
  int64_t depth = product(lhs, dot.getLhsContractingDimensions());
  problem.reduction = {{depth, 1}};
  problem.rowGroup = problem.rows;
  problem.rowStride = depth;
  SmallVector<int64_t> free = dot.getRhsFreeDimensions();
  setRightForm(problem, kernel, dot.getRhs(), free.empty() ? -1 : free.back());
  return sized;
}

static SizedContraction getSized(kernel::FusedOp kernel, ConvolutionOp conv) {
  SizedContraction sized;
  RankedTensorType lhs = typeOf(conv.getLhs()), type = typeOf(conv);
  RankedTensorType rhs = typeOf(conv.getRhs());
  // In the order in which the emitter counts rows.
  PaddedImage image = getPaddedImage(conv);
  if (!image.isSummed)
    sized.rows.push_back(conv.getOutputBatchDimension());
  llvm::append_range(sized.rows, conv.getOutputSpatialDimensions());
  if (image.isSummed)
    sized.rows.push_back(conv.getOutputBatchDimension());
  sized.columns.push_back(conv.getOutputFeatureDimension());
  ContractionProblem &problem = sized.problem;
  problem.rows = product(type, sized.rows);
  problem.columns = product(type, sized.columns);
  int64_t channels = lhs.getDimSize(conv.getInputFeatureDimension());
  int64_t stride = channels;
  problem.reduction.push_back({channels, 1});
  for (int64_t i = conv.getSpatialRank() - 1; i >= 0; --i) {
    problem.reduction.insert(
        problem.reduction.begin(),
        {rhs.getDimSize(conv.getKernelSpatialDimensions()[i]),
         stride * conv.getRhsDilation()[i]});
    stride *= lhs.getDimSize(conv.getInputSpatialDimensions()[i]) +
              conv.getPaddingLow()[i] + conv.getPaddingHigh()[i];
  }
  problem.reduction = collapseReduction(problem.reduction);
  problem.rowGroup = type.getDimSize(sized.rows.back());
  problem.rowStride = channels * conv.getWindowStrides().back();
  setRightForm(problem, kernel, conv.getRhs(),
               conv.getKernelOutputFeatureDimension());
  return sized;
}

SizedContraction tenon::cpu::getSizedContraction(kernel::FusedOp kernel,
                                                 kernel::StageOp stage) {
  Operation *op = layout::getContraction(stage);
  SizedContraction sized = isa<DotGeneralOp>(op)
                               ? getSized(kernel, cast<DotGeneralOp>(op))
                               : getSized(kernel, cast<ConvolutionOp>(op));
  sized.problem.leftType = getElementTypeOrSelf(op->getOperand(0).getType());
  sized.problem.rightType = getElementTypeOrSelf(op->getOperand(1).getType());
  return sized;
}
