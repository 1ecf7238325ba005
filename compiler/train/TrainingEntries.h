//===- TrainingEntries.h - Training from a forward graph --------*- C++ -*-===//
//
// Turns a module that can predict into one that can learn: the trained weights
// become variables, and each `predict` entry is joined by `train_step`, `eval`
// and one `init`. The backward ops are not built here: `train_step` asks for
// them with a `tenon.gradient`.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_COMPILER_TRAIN_TRAININGENTRIES_H
#define TENON_COMPILER_TRAIN_TRAININGENTRIES_H

#include "compiler/train/TrainingSpec.h"
#include "mlir/IR/BuiltinOps.h"

namespace tenon::train {

/// Adds the entries that `spec` asks for to `module`, whose `predict` entries
/// take inputs and read weights. An entry with kTrainingFormAttr (Import.h) is
/// what a `predict` entry is during training; it is used up.
///
///   init()                       sets all state to its initial values
///   train_step(inputs, target)   -> loss; updates parameters, slots and step
///   eval(inputs, target)         -> loss, accuracy of a classifier, and both
///                                for each example of the first dimension
///   predict(inputs)              -> the model's outputs, of the state
///
/// The variables are called like the initializers, KIND.SLOT.NAME for the
/// optimizer's slots, and `step`. What does not fit between spec and model is
/// added to `errors`; nothing is changed then.
void addTrainingEntries(mlir::ModuleOp module, const TrainingSpec &spec,
                        SpecErrors &errors);

} // namespace tenon::train

#endif // TENON_COMPILER_TRAIN_TRAININGENTRIES_H
