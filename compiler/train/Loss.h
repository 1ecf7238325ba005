//===- Loss.h - Losses and metrics as graphs --------------------*- C++ -*-===//

#ifndef TENON_COMPILER_TRAIN_LOSS_H
#define TENON_COMPILER_TRAIN_LOSS_H

#include "compiler/train/TrainingSpec.h"
#include "ir/graph/ValueBuilder.h"

namespace tenon::train {

/// The type of the target that `kind` compares an output of type `output` with:
/// the class numbers of all but the last dimension as i64, or a tensor like the
/// output.
mlir::RankedTensorType targetType(LossKind kind, mlir::RankedTensorType output);

/// What `kind` says of one output, before anything is averaged.
struct LossTerms {
  /// One loss per target.
  mlir::Value losses;
  /// 1 where the output is right, 0 where it is not; null for mse.
  mlir::Value hits;
};

/// The loss of each target:
///   cross_entropy  -log softmax(output)[target] over the last dimension; NaN
///                  for a target that is no class
///   mse            (output - target)^2
///   bce_logits     -target * log s - (1 - target) * log(1 - s), s =
///                  sigmoid(output)
/// Both are computed in f32 where the output is narrower.
LossTerms buildLoss(graph::ValueBuilder &builder, LossKind kind,
                    mlir::Value output, mlir::Value target);

} // namespace tenon::train

#endif // TENON_COMPILER_TRAIN_LOSS_H
