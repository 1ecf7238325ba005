//===- TrainingSpec.h - What to train, and how ------------------*- C++ -*-===//
//
// The recipe that `tenon compile --train=SPEC.json` reads, as plain data.
// docs/training.md is its manual: every key, with its default.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_COMPILER_TRAIN_TRAININGSPEC_H
#define TENON_COMPILER_TRAIN_TRAININGSPEC_H

#include "absl/status/status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::train {

enum class LossKind { CrossEntropy, Mse, BceLogits };

enum class OptimizerKind { Sgd, Adam, AdamW, RmsProp, Adagrad };

/// An optimizer with PyTorch's names and defaults.
struct OptimizerSpec {
  OptimizerKind kind = OptimizerKind::Sgd;
  double momentum = 0; ///< sgd, rmsprop
  bool nesterov = false;
  double weightDecay = 0;
  double beta1 = 0.9, beta2 = 0.999; ///< adam, adamw
  double eps = 1e-8;
  double alpha = 0.99;           ///< rmsprop
  double initialAccumulator = 0; ///< adagrad
};

enum class ScheduleKind { Table, Constant, Linear, Cosine, Step };

/// The learning rate as a function of the step t, counted from 0. During the
/// first `warmup` steps it is base * (t + 1) / warmup; behind them, with
/// x = min(1, (t - warmup) / (steps - warmup)):
///   constant  base
///   linear    base + (end - base) * x
///   cosine    end + (base - end) * (1 + cos(pi * x)) / 2
///   step      base * gamma ^ floor((t - warmup) / every)
///   table     table[min(t, size - 1)]
struct ScheduleSpec {
  ScheduleKind kind = ScheduleKind::Constant;
  std::vector<double> table;
  double base = 0, end = 0, gamma = 0.1;
  int64_t warmup = 0, steps = 0, every = 0;
};

struct TrainingSpec {
  /// Initializers that are trained; nothing: all of floating point.
  std::optional<std::vector<std::string>> parameters;
  LossKind loss = LossKind::Mse;
  /// The model's output that the loss reads; empty: the only one.
  std::string output;
  /// The entry's input that holds what the output should be. One of the model's
  /// own inputs, or a new one.
  std::string target = "target";
  OptimizerSpec optimizer;
  ScheduleSpec schedule;
  /// The most that the norm of all gradients together may be.
  std::optional<double> clipNorm;
};

/// What is wrong with a spec: all of it, not only the first.
class SpecErrors {
public:
  /// A key with a value that cannot be, "optimizer.eps: must be positive".
  void add(const std::string &key, const std::string &what);
  /// Something that exists elsewhere but not here: an optimizer, a loss.
  void addUnsupported(const std::string &key, const std::string &what);

  bool empty() const { return lines.empty(); }
  /// One line per problem under a first line that names `path`;
  /// InvalidArgument, or Unimplemented where nothing is wrong but that it is
  /// not supported.
  absl::Status status(const std::string &path) const;

private:
  std::vector<std::string> lines;
  bool onlyUnsupported = true;
};

/// Reads the text of a spec. What cannot be read is reported and left at its
/// default, so that the rest can be checked against a model.
TrainingSpec parseTrainingSpec(std::string_view text, SpecErrors &errors);

/// As the spec spells them.
const char *lossName(LossKind kind);
const char *optimizerName(OptimizerKind kind);

} // namespace tenon::train

#endif // TENON_COMPILER_TRAIN_TRAININGSPEC_H
