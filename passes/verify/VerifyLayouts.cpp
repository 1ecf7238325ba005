//===- VerifyLayouts.cpp - Prove what memory planning relies on -----------===//

#include "passes/Passes.h"

#include "passes/analysis/StateOrder.h"
#include "passes/layout/LayoutRules.h"

#include "mlir/IR/SymbolTable.h"

namespace tenon {
#define GEN_PASS_DEF_VERIFYLAYOUTS
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using kernel::FusedOp;
using kernel::LayoutAttr;

/// The layout in which `value` stands in memory.
static LayoutAttr getStoredLayout(Value value, const SymbolTable &symbols) {
  if (auto kernel = value.getDefiningOp<FusedOp>())
    return kernel.getOutputLayout(cast<OpResult>(value).getResultNumber());
  if (auto get = value.getDefiningOp<kernel::GetPreparedOp>())
    if (auto prepared = symbols.lookup<kernel::PreparedOp>(get.getName()))
      return prepared.getLayout();
  return LayoutAttr::getRowMajor(
      value.getContext(), cast<RankedTensorType>(value.getType()).getRank());
}

static LogicalResult verifyTies(FusedOp kernel) {
  for (unsigned output = 0; output < kernel.getNumResults(); ++output) {
    int64_t input = kernel.getTie(output);
    if (input < 0)
      continue;
    if (kernel.getInputLayout(input) != kernel.getOutputLayout(output))
      return kernel.emitOpError("ties output #")
             << output << " to input #" << input << " of another layout";
    // Of state the order of the kernels decides, see verifyState.
    if (!layout::isStateTie(kernel, input, output) &&
        !layout::isLastReader(kernel, input))
      return kernel.emitOpError("ties output #")
             << output << " to input #" << input
             << ", which others may still read";
    if (!layout::canComputeInPlace(kernel, input, output))
      return kernel.emitOpError("ties output #")
             << output << " to input #" << input
             << ", which it does not read element by element";
  }
  return success();
}

static LogicalResult verifyKernel(FusedOp kernel, const SymbolTable &symbols) {
  if (!kernel.getInputLayouts() || !kernel.getOutputLayouts())
    return kernel.emitOpError("states no layouts");
  for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
    LayoutAttr stored = getStoredLayout(input, symbols);
    if (stored != kernel.getInputLayout(i))
      return kernel.emitOpError("input #")
             << i << " expects " << kernel.getInputLayout(i)
             << " but its producer writes " << stored;
  }
  for (auto [i, output] : llvm::enumerate(kernel.getOutputs()))
    for (Operation *user : output.getUsers())
      if (auto entry = dyn_cast<graph::EntryOp>(user->getParentOp());
          entry && isa<graph::ReturnOp>(user) &&
          !entry->hasAttr("tenon.prepare") &&
          !kernel.getOutputLayout(i).isRowMajor())
        return kernel.emitOpError("output #")
               << i << " is returned but not row major";
  return verifyTies(kernel);
}

/// Nobody reads a variable's old value after the new one was written, and its
/// writer reads it only in place.
static LogicalResult verifyState(graph::EntryOp entry) {
  SmallVector<StateWrite> writes = getStateWrites(entry);
  for (const StateEdge &edge : getStateEdges(writes))
    if (edge.writer->isBeforeInBlock(edge.reader)) {
      FusedOp reader = edge.reader;
      return reader.emitOpError("reads a variable that was overwritten before");
    }
  for (const StateWrite &write : writes) {
    FusedOp writer = write.getWriter();
    unsigned output = write.value.getResultNumber();
    for (auto [i, input] : llvm::enumerate(writer.getInputs()))
      if (input == write.argument && writer.getTie(output) != (int64_t)i)
        return writer.emitOpError("output #")
               << output << " overwrites input #" << i
               << " without being tied to it";
  }
  return success();
}

namespace {
struct VerifyLayoutsPass
    : public tenon::impl::VerifyLayoutsBase<VerifyLayoutsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    WalkResult result = getOperation().walk([&](FusedOp kernel) {
      return failed(verifyKernel(kernel, symbols)) ? WalkResult::interrupt()
                                                   : WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    for (auto entry : getOperation().getOps<graph::EntryOp>())
      if (failed(verifyState(entry)))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
