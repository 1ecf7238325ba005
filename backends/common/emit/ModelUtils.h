// What the emission models of all op families share. Internal to this folder.

#ifndef TENON_BACKENDS_COMMON_EMIT_MODELUTILS_H
#define TENON_BACKENDS_COMMON_EMIT_MODELUTILS_H

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"

#include "mlir/IR/BuiltinTypes.h"

namespace tenon::emit {

/// Each op family attaches its models.
void attachUnaryModels(mlir::MLIRContext *context);
void attachBinaryModels(mlir::MLIRContext *context);
void attachTypeModels(mlir::MLIRContext *context);
void attachShapeModels(mlir::MLIRContext *context);
void attachDynamicShapeModels(mlir::MLIRContext *context);
void attachContractionModels(mlir::MLIRContext *context);
void attachIndexingModels(mlir::MLIRContext *context);
void attachReductionModels(mlir::MLIRContext *context);
void attachWindowModels(mlir::MLIRContext *context);
void attachPoolGradientModel(mlir::MLIRContext *context);

inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
inline mlir::Type elementOf(mlir::Value value) {
  return tensorOf(value).getElementType();
}
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return tensorOf(value).getShape();
}

/// The operand's element for the result's element at `map`: the same one, or
/// the only one.
mlir::Value emitSameIndex(EmitContext &c, mlir::Value operand,
                          const IndexMap &map, mlir::Value mask);

/// A model of an element-wise op whose operands are all combined by
/// `compute(EmitContext &, OpTy, ArrayRef<Value>)`, either all scalars or all
/// vectors.
template <typename OpTy,
          mlir::Value (*compute)(EmitContext &, OpTy,
                                 llvm::ArrayRef<mlir::Value>),
          int64_t cost = 1,
          mlir::LogicalResult (*check)(OpTy, std::string &) = nullptr>
struct ElementwiseModel
    : EmitOpInterface::ExternalModel<
          ElementwiseModel<OpTy, compute, cost, check>, OpTy> {
  mlir::Value emitAt(mlir::Operation *op, EmitContext &c, unsigned,
                     const IndexMap &map, mlir::Value mask) const {
    llvm::SmallVector<mlir::Value, 3> operands;
    for (mlir::Value operand : op->getOperands())
      operands.push_back(emitSameIndex(c, operand, map, mask));
    c.unify(operands);
    return compute(c, llvm::cast<OpTy>(op), operands);
  }
  mlir::LogicalResult canEmit(mlir::Operation *op, std::string &reason) const {
    if constexpr (check != nullptr)
      return check(llvm::cast<OpTy>(op), reason);
    return mlir::success();
  }
  int64_t getEmitCost(mlir::Operation *) const { return cost; }
};

/// `number` in the type of `like`, a scalar or lanes of integers or floats.
mlir::Value numberLike(EmitContext &c, mlir::Value like, double number);
mlir::Value bitsLike(EmitContext &c, mlir::Value like, const llvm::APInt &bits);
/// The integer constant `bits` of `type`, an integer or lanes of integers.
mlir::Value splatBits(EmitContext &c, mlir::Type type, const llvm::APInt &bits);

/// `number`, an integer element of `tensor`, as index, limited to lower ..
/// upper, with lower <= 0 <= upper.
mlir::Value boundedIndex(EmitContext &c, mlir::Value tensor, mlir::Value number,
                         int64_t lower, int64_t upper);
/// Element `element` of `tensor` limited to 0 .. largest, as a variable that
/// belongs to index number `number` of `owner` at `map`.
mlir::AffineExpr clampedIndex(EmitContext &c, mlir::Value owner,
                              unsigned number, const IndexMap &map,
                              mlir::Value tensor, mlir::Value element,
                              int64_t largest);

/// Runs `accumulate` in loops over the full ranges of `variables`, first one
/// outermost, starting from `initial`.
mlir::Value sumOver(EmitContext &c, llvm::ArrayRef<mlir::AffineExpr> variables,
                    mlir::Value initial,
                    llvm::function_ref<mlir::Value(mlir::Value)> accumulate);
/// The same for several values at once.
llvm::SmallVector<mlir::Value> accumulateOver(
    EmitContext &c, llvm::ArrayRef<mlir::AffineExpr> variables,
    mlir::ValueRange initial,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)> step);
/// Whether the ops of a reduction's body have a lowering.
mlir::LogicalResult canEmitReducer(mlir::Region &body, std::string &reason);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_EMIT_MODELUTILS_H
