//===- DifferentiableOpInterface.h - Ops give their derivative ------------===//
//
// The interface, and what a rule sees of the derivative that is being built.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_INTERFACES_DIFFERENTIABLEOPINTERFACE_H
#define TENON_IR_INTERFACES_DIFFERENTIABLEOPINTERFACE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include <string>

namespace tenon {

/// The backward pass of one loss as a rule sees it: cotangents (the derivative
/// of the loss with respect to a value, of that value's type) come in, and are
/// added to the operands.
class Pullback {
public:
  virtual ~Pullback() = default;

  /// Where backward ops are built.
  virtual mlir::OpBuilder &getBuilder() = 0;
  /// The cotangent of a result; null where the loss does not depend on it.
  virtual mlir::Value getCotangent(mlir::Value result) = 0;
  /// Whether a derivative with respect to `value` is needed.
  virtual bool wants(mlir::Value value) = 0;
  /// Adds to the cotangent of `value`, of the same type. What is added first
  /// is summed first.
  virtual void add(mlir::Value value, mlir::Value cotangent) = 0;

  /// The values from above `region` that change and that it uses, in the order
  /// of first use.
  virtual llvm::SmallVector<mlir::Value> getCaptured(mlir::Region &region) = 0;
  /// Differentiates a copy of the one block of `region`, made at the insertion
  /// point: builds it and its backward ops, from cotangents of what the region
  /// returns (null: zero), and gives the cotangents of `wanted`, null for
  /// those that are zero. Fails after an error on an op inside.
  virtual llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  pullBackRegion(mlir::Region &region, mlir::ValueRange cotangents,
                 mlir::ValueRange wanted) = 0;

  /// Says why a rule refuses its op; returns failure.
  llvm::LogicalResult refuse(llvm::StringRef why) {
    reason = why.str();
    return mlir::failure();
  }
  const std::string &getReason() const { return reason; }

private:
  std::string reason;
};

} // namespace tenon

#include "ir/interfaces/DifferentiableOpInterface.h.inc"

#endif // TENON_IR_INTERFACES_DIFFERENTIABLEOPINTERFACE_H
