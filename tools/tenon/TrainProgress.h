// Shows a person who trains how it goes.

#ifndef TENON_TOOLS_TENON_TRAINPROGRESS_H
#define TENON_TOOLS_TENON_TRAINPROGRESS_H

#include "runtime/train/EventLog.h"
#include "runtime/train/Trainer.h"

#include "nlohmann/json.hpp"

#include <chrono>

namespace tenon::tool {

/// On a terminal, a bar on standard error that is rewritten a few times a
/// second: share, loss, rate, time left. Everywhere, a line for each epoch
/// unless `quiet`. Feeds an event log and collects what --json prints.
class TrainProgress : public training::Observer {
public:
  TrainProgress(bool quiet, training::EventLog *log);
  TrainProgress(const TrainProgress &) = delete;
  TrainProgress &operator=(const TrainProgress &) = delete;
  ~TrainProgress() override;

  void begin(int64_t first, int64_t last, int64_t stepsPerEpoch) override;
  void afterStep(int64_t step, double loss) override;
  void afterEpoch(int64_t epoch, double loss,
                  const std::optional<training::Evaluation> &v) override;
  void afterCheckpoint(const std::string &path) override;

  /// The run in figures.
  nlohmann::ordered_json figures() const;
  /// Two lines for people: what was done, where the last checkpoint is.
  std::string summary() const;
  /// Steps that were done of those that were to be done.
  bool isComplete() const { return done == last; }

private:
  using Clock = std::chrono::steady_clock;

  void draw(int64_t step, double loss, Clock::time_point now);
  void wipe();
  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  bool quiet, live;
  training::EventLog *log;
  int64_t first = 0, last = 0, perEpoch = 0, done = 0;
  double firstLoss = 0, lastLoss = 0;
  bool sawLoss = false, warned = false;
  Clock::time_point start, drawn;
  std::string checkpoint;
  nlohmann::ordered_json epochs = nlohmann::ordered_json::array();
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_TRAINPROGRESS_H
