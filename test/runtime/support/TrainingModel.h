// A model that can be trained, of the simplest kind: `train_step` takes
// x[8,64], adds it to the variable `sum`, counts in `step`, and gives the mean
// of the new sum as `loss`; `eval` and `predict` read `sum`.
#ifndef TENON_TEST_RUNTIME_SUPPORT_TRAININGMODEL_H
#define TENON_TEST_RUNTIME_SUPPORT_TRAININGMODEL_H

#include "runtime/train/Trainer.h"
#include "test/runtime/support/TestModel.h"

namespace tenon::test {

/// Writes the model to a file.
std::string writeTrainingModel();

/// Loads it; a failure is a failure of the test.
std::unique_ptr<training::TrainingSession> openTraining(const std::string &path,
                                                        int threads = 1);

/// A column x of so many examples, each a row of numbers of its own.
training::Dataset examples(int64_t count);

/// The variable `sum` of a session.
std::vector<float> sumOf(const training::TrainingSession &session);

} // namespace tenon::test

#endif // TENON_TEST_RUNTIME_SUPPORT_TRAININGMODEL_H
