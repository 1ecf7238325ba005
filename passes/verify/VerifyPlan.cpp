//===- VerifyPlan.cpp - Prove what the runtime relies on ------------------===//

#include "passes/Passes.h"

#include "mlir/IR/SymbolTable.h"

#include <map>

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

/// Whether two places that are live together share bytes they must not share.
static LogicalResult verifyPair(ArenaOp a, ArenaOp b) {
  bool apart = a.getOffset() + a.getSize() <= b.getOffset() ||
               b.getOffset() + b.getSize() <= a.getOffset();
  bool samePlace =
      a.getOffset() == b.getOffset() && (a.getInPlace() || b.getInPlace());
  if (apart || samePlace)
    return success();
  return b.emitOpError("overlaps another buffer while both are live (launches ")
         << std::max(a.getFirst(), b.getFirst()) << " to "
         << std::min(a.getLast(), b.getLast()) << ")";
}

/// No two places overlap in memory and time, unless one is in place of the
/// other. Goes through time and keeps the live places by offset: those do not
/// overlap each other, so a new one can only overlap its neighbours.
static LogicalResult verifyDisjoint(SmallVector<ArenaOp> places) {
  // Empty tensors are nowhere.
  llvm::erase_if(places, [](ArenaOp place) { return place.getSize() == 0; });
  llvm::sort(places, [](ArenaOp a, ArenaOp b) {
    return std::pair(a.getFirst(), a.getOffset()) <
           std::pair(b.getFirst(), b.getOffset());
  });
  std::multimap<int64_t, ArenaOp> live;
  std::multimap<int64_t, std::multimap<int64_t, ArenaOp>::iterator> ends;
  for (ArenaOp place : places) {
    while (!ends.empty() && ends.begin()->first < int64_t(place.getFirst())) {
      live.erase(ends.begin()->second);
      ends.erase(ends.begin());
    }
    int64_t begin = place.getOffset(), end = begin + place.getSize();
    auto from = live.lower_bound(begin);
    // Of those that begin lower, only the nearest, which may be several in one
    // place, can reach so far.
    if (from != live.begin())
      from = live.lower_bound(std::prev(from)->first);
    for (auto it = from; it != live.end() && it->first < end; ++it)
      if (failed(verifyPair(it->second, place)))
        return failure();
    ends.insert({place.getLast(), live.insert({begin, place})});
  }
  return success();
}

static LogicalResult verifyLaunch(plan::LaunchOp launch,
                                  const SymbolTable &symbols) {
  auto kernel = symbols.lookup<plan::KernelOp>(launch.getKernel());
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

static LogicalResult verifyEntry(plan::EntryOp entry,
                                 const SymbolTable &symbols) {
  llvm::DenseMap<Operation *, int64_t> at;
  int64_t number = 0;
  for (auto launch : entry.getOps<plan::LaunchOp>()) {
    at[launch] = number++;
    if (failed(verifyLaunch(launch, symbols)))
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
    SymbolTable symbols(getOperation());
    for (auto entry : getOperation().getOps<plan::EntryOp>())
      if (failed(verifyEntry(entry, symbols)))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
