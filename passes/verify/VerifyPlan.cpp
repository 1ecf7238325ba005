//===- VerifyPlan.cpp - Prove what the runtime relies on ------------------===//

#include "passes/Passes.h"

#include "mlir/IR/SymbolTable.h"

namespace tenon {
#define GEN_PASS_DEF_VERIFYPLAN
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using plan::ArenaOp;

static constexpr int64_t kAlignment = 64;

/// Places inside the arena, and the launches inside the live ranges.
static LogicalResult
verifyPlace(ArenaOp op, int64_t arenaSize,
            const llvm::DenseMap<Operation *, int64_t> &at) {
  if (int64_t(op.getOffset()) < 0 || op.getOffset() % kAlignment)
    return op.emitOpError("has offset ")
           << op.getOffset() << ", which is no multiple of " << kAlignment;
  if (int64_t(op.getOffset() + op.getSize()) > arenaSize)
    return op.emitOpError("ends at ")
           << op.getOffset() + op.getSize() << ", behind the arena's "
           << arenaSize << " bytes";
  for (Operation *user : op->getUsers()) {
    int64_t launch = at.lookup(user);
    if (launch < int64_t(op.getFirst()) || launch > int64_t(op.getLast()))
      return op.emitOpError("is used by launch ")
             << launch << " outside of its live range " << op.getFirst()
             << " to " << op.getLast();
  }
  return success();
}

/// No two places overlap in memory and time, unless one is in place of the
/// other. Places are visited in the order of their offsets.
static LogicalResult verifyDisjoint(SmallVector<ArenaOp> places) {
  // Empty tensors are nowhere.
  llvm::erase_if(places, [](ArenaOp place) { return place.getSize() == 0; });
  llvm::sort(places, [](ArenaOp a, ArenaOp b) {
    return a.getOffset() < b.getOffset();
  });
  for (size_t i = 0; i < places.size(); ++i)
    for (size_t j = i + 1; j < places.size(); ++j) {
      ArenaOp a = places[i], b = places[j];
      if (a.getOffset() + a.getSize() <= b.getOffset())
        break;
      bool together =
          a.getFirst() <= b.getLast() && b.getFirst() <= a.getLast();
      bool samePlace =
          a.getOffset() == b.getOffset() && (a.getInPlace() || b.getInPlace());
      if (together && !samePlace)
        return b.emitOpError("overlaps another buffer while both are live "
                             "(launches ")
               << std::max(a.getFirst(), b.getFirst()) << " to "
               << std::min(a.getLast(), b.getLast()) << ")";
    }
  return success();
}

static LogicalResult verifyLaunch(plan::LaunchOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<plan::KernelOp>(
      launch, launch.getKernelAttr());
  if (!kernel)
    return launch.emitOpError("names no kernel: ") << launch.getKernelAttr();
  auto fused = cast<kernel::FusedOp>(kernel.getFused());
  if (launch.getInputs().size() != fused.getInputs().size() ||
      launch.getOutputs().size() != fused.getOutputs().size())
    return launch.emitOpError("has ")
           << launch.getInputs().size() << " inputs and "
           << launch.getOutputs().size() << " outputs for a kernel of "
           << fused.getInputs().size() << " and " << fused.getOutputs().size();
  return success();
}

static LogicalResult verifyEntry(plan::EntryOp entry) {
  llvm::DenseMap<Operation *, int64_t> at;
  int64_t number = 0;
  for (auto launch : entry.getOps<plan::LaunchOp>()) {
    at[launch] = number++;
    if (failed(verifyLaunch(launch)))
      return failure();
  }
  SmallVector<ArenaOp> places = llvm::to_vector(entry.getOps<ArenaOp>());
  for (ArenaOp place : places)
    if (failed(verifyPlace(place, entry.getArenaSize(), at)))
      return failure();
  return verifyDisjoint(places);
}

namespace {
struct VerifyPlanPass : public tenon::impl::VerifyPlanBase<VerifyPlanPass> {
  void runOnOperation() override {
    for (auto entry : getOperation().getOps<plan::EntryOp>())
      if (failed(verifyEntry(entry)))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
