//===- FusionPlan.h - Which ops share a kernel, and why -------------------===//
//
// The decisions of fusion, apart from the rewriting that carries them out.
// Ops are visited in order; each joins the kernel of one of its producers if
// the rules allow it and the cost model gains by it, or begins a new one.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_FUSION_FUSIONPLAN_H
#define TENON_PASSES_FUSION_FUSIONPLAN_H

#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"
#include "passes/fusion/DimMap.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

#include <string>
#include <vector>

namespace tenon::fusion {

/// What the cost model may assume of a machine.
struct FusionOptions {
  /// Bytes of scratch that one tile's intermediates may fill (half of L2).
  int64_t maxTileBytes = 256 * 1024;
  /// A kernel is never left with fewer tiles than this by a fusion.
  int64_t minTiles = 8;
};

/// One decision: what was fused with what or not, why, and what it was worth.
struct Decision {
  bool fused;
  std::string producer, consumer, reason;
  /// Bytes that need not be written and read again, or would not have to.
  int64_t bytes;
};

/// One stage of a cluster.
struct Stage {
  kernel::StageKind kind;
  /// Ops in order, movement ops left out except such as an entry returns.
  llvm::SmallVector<mlir::Operation *> ops;
  /// The iteration space.
  llvm::SmallVector<int64_t> space;
  /// For rows: the dimensions of `space` that are reduced.
  llvm::SmallVector<int64_t> rowDims;
};

/// One step by which a kernel grew: an op that joined, or the ops of a kernel
/// that was merged into it.
struct Join {
  /// The op, or the one with which the merged kernel began.
  mlir::Operation *first;
  llvm::SmallVector<mlir::Operation *, 1> ops;
};

/// The ops of one kernel.
struct Cluster {
  llvm::SmallVector<Stage> stages;
  /// Clusters whose results it reads.
  llvm::SetVector<unsigned> producers;
  /// True once merged into another cluster.
  bool dead = false;
  /// The places of its first and its last op in the entry.
  unsigned firstPlace = 0, lastPlace = 0;
  llvm::SmallVector<Decision> decisions;
  /// How it grew, beginning with its first op.
  llvm::SmallVector<Join> joins;

  Stage &last() { return stages.back(); }
};

/// Plans one entry. A plan whose kernels could not store what is read of them
/// is made again, without the joins that made it so.
class FusionPlan {
public:
  FusionPlan(graph::EntryOp entry, const FusionOptions &options);

  /// All clusters, dead ones included, in the order in which they began.
  llvm::ArrayRef<Cluster> getClusters() const { return clusters; }
  /// The live clusters such that producers come first.
  llvm::SmallVector<unsigned> getOrder() const;
  /// The cluster that computes `op`, if one does.
  std::optional<unsigned> getCluster(mlir::Operation *op) const;
  /// The dimensions of its stage's space along which a computed value runs.
  std::optional<DimMap> getDimMap(mlir::Value computed) const;

private:
  /// What joined, and the op with which the kernel began.
  using JoinKey = std::pair<mlir::Operation *, mlir::Operation *>;

  void plan();
  bool refuseUnstorable(bool all);
  void refuse(const Cluster &cluster, const Join &join, mlir::Value unstorable);
  /// Why a join was refused in an earlier plan; null if it was not.
  const std::string *getRefusal(mlir::Operation *first, unsigned index) const;
  void visit(mlir::Operation *op);
  unsigned begin(mlir::Operation *op);
  bool tryJoin(mlir::Operation *op, unsigned index, std::string &reason);
  bool joinElementwise(mlir::Operation *op, unsigned index, std::string &why);
  bool joinReduction(graph::ReduceOp op, unsigned index, std::string &why);
  bool joinContraction(graph::DotGeneralOp op, unsigned index,
                       std::string &why);
  void mergeIntoConsumers();
  bool canMerge(unsigned producer, unsigned consumer, std::string &why);
  /// Whether `to` depends on `from`, directly or through others.
  bool reaches(unsigned from, unsigned to) const;
  /// Whether the last stage of a cluster holds `op`.
  bool isInLastStage(mlir::Operation *op, unsigned index) const;
  /// The cluster op that `value` renames, if a cluster computes it.
  std::optional<unsigned> clusterOfValue(mlir::Value value) const;
  std::optional<DimMap> dimMapOf(mlir::Value value) const;
  /// The values that `value` is made of by movement and what is computed again.
  void collectRoots(mlir::Value value,
                    llvm::SetVector<mlir::Value> &roots) const;
  /// Whether `root` has an element per point of the last stage's space.
  bool isFull(mlir::Value root, unsigned index) const;
  /// The iteration space of the stage that computes `root`.
  llvm::ArrayRef<int64_t> stageSpaceOf(mlir::Value root, unsigned index) const;
  void record(unsigned index, bool fused, mlir::Value value,
              mlir::Operation *consumer, llvm::StringRef reason);

  FusionOptions options;
  graph::EntryOp entry;
  std::vector<Cluster> clusters;
  llvm::DenseMap<mlir::Operation *, unsigned> clusterOf;
  /// Of each op of a cluster: the stage that it joined.
  llvm::DenseMap<mlir::Operation *, unsigned> stageOf;
  /// How many ops were visited.
  unsigned place = 0;
  llvm::DenseMap<mlir::Value, DimMap> dimMaps;
  /// Movement ops that must be computed: what the entry returns, and what
  /// convolutions do not read in place.
  llvm::DenseSet<mlir::Operation *> forced;
  llvm::DenseMap<JoinKey, std::string> refusals;
};

/// What `op` reads: its operands, and what its regions use from outside.
llvm::SetVector<mlir::Value> getReadValues(mlir::Operation *op);

/// A short name for an op in decisions: its mnemonic and the model's node.
std::string describe(mlir::Operation *op);

} // namespace tenon::fusion

#endif // TENON_PASSES_FUSION_FUSIONPLAN_H
