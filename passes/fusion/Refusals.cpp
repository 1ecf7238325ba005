//===- Refusals.cpp - What a plan may not join after all ------------------===//
//
// Whether a kernel can store a value depends on who reads it, and that on what
// joins the kernel later. So the rules of joining look at the values at hand
// only; here the finished plan is held against what its stages can store.
//
//===----------------------------------------------------------------------===//

#include "passes/fusion/FusionPlan.h"
#include "passes/fusion/PlannedKernel.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::fusion;
using kernel::StageKind;

const std::string *FusionPlan::getRefusal(Operation *first,
                                          unsigned index) const {
  auto it = refusals.find({first, clusters[index].joins.front().first});
  return it == refusals.end() ? nullptr : &it->second;
}

void FusionPlan::refuse(const Cluster &cluster, const Join &join,
                        Value unstorable) {
  refusals[{join.first, cluster.joins.front().first}] =
      "the kernel could not store what is read elsewhere of " +
      describe(unstorable.getDefiningOp());
}

/// The stages of a kernel as they were after its first `count` joins.
static SmallVector<Stage> takeJoins(const Cluster &cluster, size_t count) {
  llvm::DenseSet<Operation *> taken;
  for (const Join &join : ArrayRef(cluster.joins).take_front(count))
    taken.insert_range(join.ops);
  SmallVector<Stage> stages;
  for (Stage stage : cluster.stages) {
    llvm::erase_if(stage.ops,
                   [&](Operation *op) { return !taken.contains(op); });
    if (stage.ops.empty())
      continue;
    // A loop becomes a row stage with its first reduction.
    if (stage.kind == StageKind::Row &&
        llvm::none_of(stage.ops, llvm::IsaPred<graph::ReduceOp>))
      stage.kind = StageKind::Loop;
    stages.push_back(stage);
  }
  return stages;
}

/// Refuses one join per kernel that could not store a value, or `all` of its
/// joins. True if there was such a kernel.
bool FusionPlan::refuseUnstorable(bool all) {
  bool any = false;
  for (const Cluster &cluster : clusters) {
    if (cluster.dead || cluster.joins.size() == 1)
      continue;
    Value unstorable = PlannedKernel(*this, cluster.stages).findUnstorable();
    if (!unstorable)
      continue;
    any = true;
    if (all) {
      for (const Join &join : ArrayRef(cluster.joins).drop_front())
        refuse(cluster, join, unstorable);
      continue;
    }
    // One op alone can be stored. Of two numbers of joins, one good and one
    // bad, some good one between them is followed by a bad one.
    size_t good = 1, bad = cluster.joins.size();
    while (bad - good > 1) {
      size_t middle = (good + bad) / 2;
      SmallVector<Stage> stages = takeJoins(cluster, middle);
      if (Value found = PlannedKernel(*this, stages).findUnstorable()) {
        bad = middle;
        unstorable = found;
      } else {
        good = middle;
      }
    }
    refuse(cluster, cluster.joins[good], unstorable);
  }
  return any;
}
