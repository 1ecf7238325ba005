//===- Derivatives.h - Rules of reverse mode ------------------------------===//
//
// What the rules of all op families are written with. A rule is a function of
// an op and a Backward, attached to the op's class from here, so that the op's
// definition does not know of it. One file per family; each attaches its own.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_DERIVATIVES_DERIVATIVES_H
#define TENON_IR_GRAPH_DERIVATIVES_DERIVATIVES_H

#include "ir/graph/ValueBuilder.h"
#include "ir/interfaces/DifferentiableOpInterface.h"

namespace tenon::graph {

/// Builds the backward ops of one op.
class Backward : public ValueBuilder {
public:
  Backward(Pullback &pullback, mlir::Operation *op)
      : ValueBuilder(pullback.getBuilder(), op->getLoc()), pullback(pullback) {}

  /// The cotangent of a result, null if it is zero.
  Value cotangent(Value result) { return pullback.getCotangent(result); }
  bool wants(Value operand) { return pullback.wants(operand); }
  void give(Value operand, Value cotangent) {
    pullback.add(operand, cotangent);
  }
  mlir::LogicalResult refuse(llvm::StringRef why) {
    return pullback.refuse(why);
  }
  Pullback &getPullback() { return pullback; }
  Value zeros(mlir::Type type) { return fill(0.0, type); }
  Value zerosLike(Value like) { return zeros(like.getType()); }

private:
  Pullback &pullback;
};

/// The interface for one op class, with its rule as a template argument.
template <typename OpTy, mlir::LogicalResult (*rule)(OpTy, Backward &)>
struct DerivativeModel
    : DifferentiableOpInterface::ExternalModel<DerivativeModel<OpTy, rule>,
                                               OpTy> {
  mlir::LogicalResult pullBack(mlir::Operation *op, Pullback &pullback) const {
    Backward backward(pullback, op);
    return rule(llvm::cast<OpTy>(op), backward);
  }
};

/// The interface for ops of which no result changes with an operand.
template <typename OpTy, const llvm::StringLiteral &reason>
struct ZeroDerivativeModel : DifferentiableOpInterface::ExternalModel<
                                 ZeroDerivativeModel<OpTy, reason>, OpTy> {
  llvm::StringRef getZeroDerivativeReason(mlir::Operation *) const {
    return reason;
  }
};

template <typename OpTy, mlir::LogicalResult (*rule)(OpTy, Backward &)>
void attachRule(mlir::MLIRContext *context) {
  OpTy::template attachInterface<DerivativeModel<OpTy, rule>>(*context);
}

template <const llvm::StringLiteral &reason, typename... OpTys>
void attachZero(mlir::MLIRContext *context) {
  (OpTys::template attachInterface<ZeroDerivativeModel<OpTys, reason>>(
       *context),
   ...);
}

// The families, each in the file of its name.
void attachUnaryDerivatives(mlir::MLIRContext *context);
void attachBinaryDerivatives(mlir::MLIRContext *context);
void attachElementwiseDerivatives(mlir::MLIRContext *context);
void attachShapeDerivatives(mlir::MLIRContext *context);
void attachReductionDerivatives(mlir::MLIRContext *context);
void attachWindowDerivatives(mlir::MLIRContext *context);
void attachIndexingDerivatives(mlir::MLIRContext *context);
void attachContractionDerivatives(mlir::MLIRContext *context);
void attachConvolutionDerivatives(mlir::MLIRContext *context);
void attachCompositeDerivatives(mlir::MLIRContext *context);
void attachBatchNormDerivatives(mlir::MLIRContext *context);
void attachControlFlowDerivatives(mlir::MLIRContext *context);

/// Attaches the rules of all families. The dialect does so when it is loaded.
void attachDerivatives(mlir::MLIRContext *context);

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_DERIVATIVES_DERIVATIVES_H
