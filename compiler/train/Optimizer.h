//===- Optimizer.h - Optimizers and learning rates as graphs ----*- C++ -*-===//

#ifndef TENON_COMPILER_TRAIN_OPTIMIZER_H
#define TENON_COMPILER_TRAIN_OPTIMIZER_H

#include "compiler/train/TrainingSpec.h"
#include "ir/graph/ValueBuilder.h"

namespace tenon::train {

/// State that an optimizer keeps beside a parameter.
struct Slot {
  /// "adam.m" and so on; the variable is called NAME.PARAMETER.
  std::string name;
  /// What every element starts as.
  double initial;
};

/// The slots of each parameter, none for plain gradient descent.
llvm::SmallVector<Slot> slotsOf(const OptimizerSpec &optimizer);

/// The learning rate of step `step` (a scalar i64, counted from 0), an f32.
mlir::Value buildLearningRate(graph::ValueBuilder &builder,
                              const ScheduleSpec &schedule, mlir::Value step);

/// Numbers of one step that all parameters share, scalars in f32.
struct StepScalars {
  mlir::Value rate;
  /// Of adam and adamw: 1 - beta^t for both, t counted from 1.
  mlir::Value correction1, correction2;
};

/// Computes them once.
StepScalars buildStepScalars(graph::ValueBuilder &builder,
                             const TrainingSpec &spec, mlir::Value step);

/// A parameter and its slots after a step.
struct Update {
  mlir::Value parameter;
  llvm::SmallVector<mlir::Value> slots;
};

/// One step on `parameter` along `gradient`, with PyTorch's formulas. All of it
/// in f32 (f64 for f64); a narrower parameter is rounded once, its slots are
/// f32.
Update buildUpdate(graph::ValueBuilder &builder, const OptimizerSpec &optimizer,
                   mlir::Value parameter, mlir::Value gradient,
                   mlir::ValueRange slots, const StepScalars &scalars);

/// The type of the slots of a parameter.
mlir::RankedTensorType slotType(mlir::RankedTensorType parameter);

/// Scales all gradients by min(1, most / (norm + 1e-6)), the norm taken over
/// all of them together.
void clipGradients(graph::ValueBuilder &builder, double most,
                   llvm::MutableArrayRef<mlir::Value> gradients);

} // namespace tenon::train

#endif // TENON_COMPILER_TRAIN_OPTIMIZER_H
