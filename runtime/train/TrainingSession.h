// An artifact in training: its entries by what they are for, its state by name.
#ifndef TENON_RUNTIME_TRAIN_TRAININGSESSION_H
#define TENON_RUNTIME_TRAIN_TRAININGSESSION_H

#include "runtime/io/OpenArtifact.h"
#include "runtime/train/Dataset.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tenon::training {

/// A state variable: a parameter, a running statistic, an optimizer's slot or
/// the step.
struct Variable {
  std::string name;
  int32_t dtype = 0;
  std::vector<int64_t> shape;
  uint64_t bytes = 0;
  /// Read by predict: what the model is, rather than how it got there.
  bool isModel = false;
};

/// The variables of a model; `isModel` of each is false.
Problem listVariables(const tn_model *model, std::vector<Variable> &variables);

/// An entry with buffers of its own for all inputs and outputs, which stay
/// bound. Running it allocates nothing.
class BoundEntry {
public:
  const std::vector<Wanted> &inputs() const { return inputList; }
  const std::vector<Wanted> &outputs() const { return outputList; }
  /// Where input `i` is read from and output `i` written to.
  uint8_t *input(size_t i) { return inputData[i].data(); }
  size_t inputBytes(size_t i) const { return inputData[i].size(); }
  const uint8_t *output(size_t i) const { return outputData[i].data(); }
  /// The output called `name`, or -1.
  int findOutput(const std::string &name) const;
  /// Output `i`, an f32 or f64 scalar.
  double scalar(size_t i) const;

private:
  friend class TrainingSession;
  uint32_t index = 0;
  std::vector<Wanted> inputList, outputList;
  // 64-byte aligned.
  struct Free {
    void operator()(uint8_t *memory) const { free(memory); }
  };
  struct Buffer {
    std::unique_ptr<uint8_t, Free> memory;
    size_t bytes = 0;
    uint8_t *data() const { return memory.get(); }
    size_t size() const { return bytes; }
  };
  std::vector<Buffer> inputData, outputData;
};

struct SessionOptions {
  std::string variant; ///< empty: the best
  int threads = 0;     ///< 0: one per CPU
};

/// One artifact that was compiled with --train, and a session of it.
class TrainingSession {
public:
  /// Errors: the runtime's; TN_NOT_TRAINABLE for an artifact without
  /// `train_step`.
  static Problem load(const std::string &path, const SessionOptions &options,
                      std::unique_ptr<TrainingSession> &session);

  /// Binds an entry; `name` may be absent where `isOptional`, and `entry` is
  /// then null.
  Problem bind(const std::string &name, bool isOptional,
               std::unique_ptr<BoundEntry> &entry);
  Problem run(BoundEntry &entry);

  std::span<const Variable> variables() const { return variableList; }
  Problem read(size_t variable, void *data) const;
  Problem write(size_t variable, const void *data);
  /// The variable `step`: how many steps the state has behind it.
  Problem readStep(int64_t &step) const;

private:
  Problem listVariables();

  io::OwnedModel model;
  io::OwnedSession session;
  std::vector<Variable> variableList;
};

} // namespace tenon::training

#endif // TENON_RUNTIME_TRAIN_TRAININGSESSION_H
