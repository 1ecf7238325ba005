// The training loop.
#ifndef TENON_RUNTIME_TRAIN_TRAINER_H
#define TENON_RUNTIME_TRAIN_TRAINER_H

#include "runtime/train/Checkpoint.h"

#include <atomic>

namespace tenon::training {

struct TrainerOptions {
  /// Steps in all, those of an earlier run included; 0: by `epochs`.
  int64_t steps = 0;
  int64_t epochs = 1;
  uint64_t seed = 0;
  bool shuffle = true;
  /// Where checkpoints go; empty: none.
  std::string checkpointFolder = {};
  /// Steps between two checkpoints; 0: one per epoch. The last state is always
  /// kept.
  int64_t checkpointEvery = 0;
  /// How many checkpoints to keep.
  size_t checkpointsKept = 3;
  /// Go on from the last checkpoint in the folder.
  bool resume = false;
};

/// Means over a data set.
struct Evaluation {
  double loss = 0;
  std::optional<double> accuracy;
};

/// Told how a run goes. All calls come from the thread that trains.
class Observer {
public:
  virtual ~Observer() = default;
  /// The run does steps [first, last), `stepsPerEpoch` of them an epoch.
  virtual void begin(int64_t first, int64_t last, int64_t stepsPerEpoch) {}
  /// Step `step` was done; its loss was taken before its update.
  virtual void afterStep(int64_t step, double loss) {}
  /// An epoch's last step was done. `loss` is the mean over the epoch's steps
  /// that this run did.
  virtual void afterEpoch(int64_t epoch, double loss,
                          const std::optional<Evaluation> &validation) {}
  virtual void afterCheckpoint(const std::string &path) {}
};

/// Trains on the examples of a data set in batches of the entry's size. A last
/// incomplete batch of an epoch is left out; which examples it would have held
/// changes with the shuffled order.
class Trainer {
public:
  /// Matches the data with the entries. `validation` may be null.
  static Problem create(TrainingSession &session, const Dataset &data,
                        const Dataset *validation,
                        const TrainerOptions &options,
                        std::unique_ptr<Trainer> &trainer);

  /// Runs to the end, or until `stop` is set: then the step at hand is
  /// finished and a checkpoint written. `stop` may be null.
  Problem run(Observer &observer, const std::atomic<bool> *stop);

  /// The means over the validation data in the present state.
  Problem evaluate(Evaluation &result);

  int64_t stepsPerEpoch() const { return examples / batch; }

private:
  Trainer(TrainingSession &session, const TrainerOptions &options)
      : session(session), options(options) {}

  Problem matchAll(BoundEntry &entry, const Dataset &data,
                   std::vector<Column> &columns);
  Problem resume(int64_t &step);
  Problem checkpoint(int64_t step, Observer &observer);
  void fillBatch(int64_t index);

  TrainingSession &session;
  TrainerOptions options;
  std::unique_ptr<BoundEntry> trainStep, eval;
  std::vector<Column> columns, validationColumns;
  int64_t examples = 0, validationExamples = 0, batch = 0;
  int lossOutput = 0;
  std::vector<uint32_t> order;
};

/// Runs one step per batch of `batches`, whose columns are stacked [steps,
/// batch, ...], in their order; `losses` gets each step's.
Problem trainOnBatches(TrainingSession &session, const Dataset &batches,
                       Observer &observer, std::vector<float> &losses);

} // namespace tenon::training

#endif // TENON_RUNTIME_TRAIN_TRAINER_H
