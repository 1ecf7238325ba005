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

namespace {
/// The places that are live at one time, by offset. Those do not overlap each
/// other unless one is in place of the other.
class LivePlaces {
public:
  /// Forgets what is no longer live at `launch`.
  void advance(int64_t launch);
  /// Checks a place against its neighbours, and keeps it.
  LogicalResult add(ArenaOp place);

private:
  /// Takes `place` out, if it is there.
  void remove(ArenaOp place);

  std::multimap<int64_t, ArenaOp> byOffset;
  std::multimap<int64_t, ArenaOp> byEnd;
};
} // namespace

void LivePlaces::remove(ArenaOp place) {
  auto [from, to] = byOffset.equal_range(place.getOffset());
  for (auto it = from; it != to; ++it)
    if (it->second == place) {
      byOffset.erase(it);
      return;
    }
}

void LivePlaces::advance(int64_t launch) {
  while (!byEnd.empty() && byEnd.begin()->first < launch) {
    remove(byEnd.begin()->second);
    byEnd.erase(byEnd.begin());
  }
}

LogicalResult LivePlaces::add(ArenaOp place) {
  int64_t begin = place.getOffset(), end = begin + place.getSize();
  auto from = byOffset.lower_bound(begin);
  // Of those that begin lower, only the nearest, which may be several in one
  // place, can reach so far.
  if (from != byOffset.begin())
    from = byOffset.lower_bound(std::prev(from)->first);
  for (auto it = from; it != byOffset.end() && it->first < end; ++it)
    if (failed(verifyPair(it->second, place)))
      return failure();
  // A long chain of values in one place is all live at once. Whatever overlaps
  // one that an equal or larger, longer one is in place of overlaps that too.
  if (place.getInPlace()) {
    auto it = byOffset.lower_bound(begin), last = byOffset.upper_bound(begin);
    while (it != last) {
      ArenaOp other = it->second;
      bool isCovered = other.getInPlace() &&
                       other.getSize() <= place.getSize() &&
                       other.getLast() <= place.getLast();
      it = isCovered ? byOffset.erase(it) : std::next(it);
    }
  }
  byOffset.insert({begin, place});
  byEnd.insert({place.getLast(), place});
  return success();
}

/// No two places overlap in memory and time, unless one is in place of the
/// other.
static LogicalResult verifyDisjoint(SmallVector<ArenaOp> places) {
  // Empty tensors are nowhere.
  llvm::erase_if(places, [](ArenaOp place) { return place.getSize() == 0; });
  llvm::sort(places, [](ArenaOp a, ArenaOp b) {
    return std::pair(a.getFirst(), a.getOffset()) <
           std::pair(b.getFirst(), b.getOffset());
  });
  LivePlaces live;
  for (ArenaOp place : places) {
    live.advance(place.getFirst());
    if (failed(live.add(place)))
      return failure();
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
