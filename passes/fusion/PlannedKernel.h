//===- PlannedKernel.h - A kernel before it is built ----------------------===//
//
// The stages that a plan gives to one kernel, what of them is read elsewhere,
// and whether they can store it. The builder takes what it yields from here, so
// that what the plan was checked for is what is built.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_FUSION_PLANNEDKERNEL_H
#define TENON_PASSES_FUSION_PLANNEDKERNEL_H

#include "passes/fusion/FusionPlan.h"

namespace tenon::fusion {

/// Whether the op is repeated inside of kernels instead of read by them.
bool isInlined(mlir::Operation *op);

/// The stages must outlive it.
class PlannedKernel {
public:
  PlannedKernel(const FusionPlan &plan, llvm::ArrayRef<Stage> stages);

  /// The values of a stage that something else reads, in the order in which it
  /// yields them.
  llvm::SmallVector<mlir::Value> getYielded(unsigned stage) const;
  /// Those among them that are read outside of the kernel.
  llvm::SmallVector<mlir::Value> getOutputs(unsigned stage) const;
  /// A value that is yielded and cannot be stored, or that a later stage reads
  /// from another tile than the one that computes it; null if there is none.
  mlir::Value findUnstorable() const;

private:
  enum class Reader { OutsideOfStage, OutsideOfKernel, LaterStage };

  bool isReadBy(Reader reader, mlir::Value value, unsigned stage) const;
  llvm::SmallVector<mlir::Value> getRead(Reader reader, unsigned stage) const;
  /// Whether an op would stand in the stage.
  bool isInside(mlir::Operation *op, unsigned stage) const;

  const FusionPlan &plan;
  llvm::ArrayRef<Stage> stages;
  llvm::DenseMap<mlir::Operation *, unsigned> stageOf;
};

} // namespace tenon::fusion

#endif // TENON_PASSES_FUSION_PLANNEDKERNEL_H
