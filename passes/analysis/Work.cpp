//===- Work.cpp - How much ops and kernels compute and move ---------------===//

#include "passes/analysis/Work.h"

#include "ir/graph/GraphOps.h"
#include "passes/analysis/LiveRanges.h"
#include "passes/analysis/OpCategory.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

static int64_t count(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.hasStaticShape() ? type.getNumElements() : 0;
}

static int64_t extent(Value value, int64_t dim) {
  return cast<RankedTensorType>(value.getType()).getDimSize(dim);
}

int64_t tenon::getFlops(Operation *op) {
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case([](DotGeneralOp dot) {
        int64_t flops = 2 * count(dot.getResult());
        for (int64_t dim : dot.getLhsContractingDimensions())
          flops *= extent(dot.getLhs(), dim);
        return flops;
      })
      .Case([](ConvolutionOp conv) {
        int64_t features =
            extent(conv.getRhs(), conv.getKernelOutputFeatureDimension());
        return 2 * count(conv.getResult()) * (count(conv.getRhs()) / features);
      })
      .Case([](ReduceOp reduce) {
        int64_t flops = 0;
        for (Value input : reduce.getInputs())
          flops += count(input);
        return flops;
      })
      .Case([](ReduceWindowOp window) {
        return count(window.getResult(0)) *
               ShapedType::getNumElements(window.getWindowDimensions());
      })
      .Default([](Operation *other) {
        return categorize(other) == OpCategory::Elementwise
                   ? count(other->getResult(0))
                   : 0;
      });
}

int64_t tenon::getFlops(kernel::FusedOp kernel) {
  int64_t flops = 0;
  for (kernel::StageOp stage : kernel.getStages())
    for (Operation &op : stage.getBody().front().without_terminator())
      flops += getFlops(&op);
  return flops;
}

int64_t tenon::getTraffic(kernel::FusedOp kernel) {
  int64_t bytes = 0;
  for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
    int64_t stored = getPhysicalBytes(input, kernel.getInputLayout(i));
    int64_t taken = 0;
    bool isTable = true;
    for (OpOperand &use : kernel.getBody().getArgument(i).getUses()) {
      isTable &= isa<GatherOp>(use.getOwner()) && use.getOperandNumber() == 0;
      if (use.getOwner()->getNumResults())
        taken += getLogicalBytes(use.getOwner()->getResult(0));
    }
    bytes += isTable ? std::min(stored, taken) : stored;
  }
  for (auto [i, output] : llvm::enumerate(kernel.getOutputs()))
    bytes += getPhysicalBytes(output, kernel.getOutputLayout(i));
  return bytes;
}
