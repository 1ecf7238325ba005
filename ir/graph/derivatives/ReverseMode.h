//===- ReverseMode.h - Building the backward ops of a block ---------------===//
//
// Reverse accumulation: the ops that lead from the chosen values to the loss
// are visited from the last to the first, each adds to its operands'
// cotangents.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_DERIVATIVES_REVERSEMODE_H
#define TENON_IR_GRAPH_DERIVATIVES_REVERSEMODE_H

#include "ir/interfaces/DifferentiableOpInterface.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace tenon::graph {

/// Differentiates values of one block with respect to others of it.
class ReverseMode final : public Pullback {
public:
  /// Differentiates what stands in the builder's block before its insertion
  /// point, where backward ops are built. Replaces composites that have no rule
  /// of their own by their primitives: values of the block that others hold,
  /// the loss for one, are to be read again from the ops that use them.
  ReverseMode(mlir::OpBuilder &builder, mlir::ValueRange wrt);

  /// Visits the ops, from cotangents that were added before. Emits an
  /// error (see Unsupported.h) on each op that a derivative would have to pass
  /// and cannot, and then fails.
  llvm::LogicalResult run();

  mlir::OpBuilder &getBuilder() override { return builder; }
  mlir::Value getCotangent(mlir::Value value) override {
    return cotangents.lookup(value);
  }
  bool wants(mlir::Value value) override { return active.contains(value); }
  void add(mlir::Value value, mlir::Value cotangent) override;
  llvm::SmallVector<mlir::Value> getCaptured(mlir::Region &region) override;
  llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  pullBackRegion(mlir::Region &region, mlir::ValueRange cotangents,
                 mlir::ValueRange wanted) override;

private:
  void findActive();
  /// Whether the op, or one of its regions, uses a value that changes.
  bool usesActive(mlir::Operation *op) const;
  llvm::LogicalResult visit(mlir::Operation *op);

  mlir::OpBuilder &builder;
  /// The ops between the values and the insertion point that change.
  llvm::SmallVector<mlir::Operation *> ops;
  /// Values that change with one of `wrt`.
  llvm::DenseSet<mlir::Value> active;
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
};

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_DERIVATIVES_REVERSEMODE_H
