//===- Evaluator.h - Executes ops, regions and blocks ---------------------===//
//
// Walks a block in order and keeps the values that are still needed. Regions
// see the values of the ops around them. Slow and plain on purpose: this is
// what everything else is held against.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATOR_H
#define TENON_BACKENDS_REFERENCE_EVALUATOR_H

#include "backends/reference/Evaluation.h"
#include "ir/graph/StructureOps.h"

#include "mlir/IR/Region.h"
#include "llvm/ADT/DenseMap.h"

namespace tenon::reference {

/// Gives a weight's value, of the weight's type. Fails with a diagnostic on the
/// op.
using WeightResolver = std::function<llvm::FailureOr<Tensor>(graph::WeightOp)>;

/// Called after an op with its operands' values. Gets the results and may
/// replace them.
using OpObserver = std::function<llvm::LogicalResult(
    mlir::Operation *, llvm::ArrayRef<Tensor>, Tensors &)>;

class Evaluator {
public:
  /// `weights` may be empty where no weight is read. Splat weights never ask
  /// it. `observer`, if any, is told of the ops in the regions of control flow,
  /// each time that they run; bodies of reductions and the like count as part
  /// of their op.
  explicit Evaluator(WeightResolver weights = {}, OpObserver observer = {})
      : weights(std::move(weights)), observer(std::move(observer)) {}

  /// Computes the results of one op from the operands' values.
  llvm::FailureOr<Tensors> evaluateOp(mlir::Operation *op,
                                      llvm::ArrayRef<Tensor> operands);

  /// Computes what the terminator of a region's only block gives, for these
  /// block arguments. Values of the enclosing regions that are being evaluated
  /// are visible, those of other ops are not.
  llvm::FailureOr<Tensors> evaluateRegion(mlir::Region &region,
                                          llvm::ArrayRef<Tensor> arguments);

  /// The value of a weight.
  llvm::FailureOr<Tensor> getWeight(graph::WeightOp weight);

private:
  llvm::FailureOr<Tensor> lookUp(mlir::Value value, mlir::Operation *user);

  using Frame = llvm::DenseMap<mlir::Value, Tensor>;

  WeightResolver weights;
  OpObserver observer;
  llvm::SmallVector<Frame *> frames;
};

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATOR_H
