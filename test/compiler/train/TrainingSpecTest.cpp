// Training specs: every key, and every way to get one wrong.

#include "compiler/train/TrainingSpec.h"

#include <gtest/gtest.h>

namespace tenon::train {
namespace {

/// Reads a spec; `text` gets the status's message.
TrainingSpec read(const std::string &json, std::string *text = nullptr) {
  SpecErrors errors;
  TrainingSpec spec = parseTrainingSpec(json, errors);
  absl::Status status = errors.status("s.json");
  if (text)
    *text = std::string(status.message());
  else
    EXPECT_TRUE(status.ok()) << status;
  return spec;
}

/// A spec that lacks nothing, with one more key.
std::string with(const std::string &more) {
  return R"({"loss": "mse", "optimizer": {"kind": "sgd"}, "lr": 0.1)" + more +
         "}";
}

std::string errorOf(const std::string &json) {
  std::string text;
  (void)read(json, &text);
  return text;
}

TEST(TrainingSpec, HasDefaults) {
  TrainingSpec spec = read(with(""));
  EXPECT_FALSE(spec.parameters);
  EXPECT_EQ(spec.loss, LossKind::Mse);
  EXPECT_EQ(spec.target, "target");
  EXPECT_EQ(spec.optimizer.kind, OptimizerKind::Sgd);
  EXPECT_EQ(spec.optimizer.momentum, 0);
  EXPECT_EQ(spec.schedule.kind, ScheduleKind::Constant);
  EXPECT_EQ(spec.schedule.base, 0.1);
  EXPECT_FALSE(spec.clipNorm);
}

TEST(TrainingSpec, OptimizersHavePyTorchsDefaults) {
  auto optimizer = [](const std::string &json) {
    return read(R"({"loss": "mse", "lr": [0.1, 0.2], "optimizer": )" + json +
                "}")
        .optimizer;
  };
  EXPECT_EQ(optimizer(R"({"kind": "adamw"})").weightDecay, 0.01);
  EXPECT_EQ(optimizer(R"({"kind": "adam"})").weightDecay, 0);
  EXPECT_EQ(optimizer(R"({"kind": "adam", "betas": [0.5, 0.6]})").beta2, 0.6);
  EXPECT_EQ(optimizer(R"({"kind": "rmsprop"})").alpha, 0.99);
  EXPECT_EQ(optimizer(R"({"kind": "adagrad"})").eps, 1e-10);
  EXPECT_EQ(optimizer(R"({"kind": "adagrad", "initial_accumulator": 2})")
                .initialAccumulator,
            2);
}

TEST(TrainingSpec, SchedulesTakeTheSpecsSteps) {
  TrainingSpec spec =
      read(R"({"loss": "bce_logits", "optimizer": {"kind": "sgd"}, "steps": 9,
               "lr": {"schedule": "cosine", "base": 1, "warmup": 2}})");
  EXPECT_EQ(spec.schedule.kind, ScheduleKind::Cosine);
  EXPECT_EQ(spec.schedule.steps, 9);
  EXPECT_EQ(spec.schedule.warmup, 2);
}

TEST(TrainingSpec, ListsWithWords) {
  TrainingSpec spec =
      read(R"({"loss": "cross_entropy", "optimizer": {"kind": "sgd"},
               "lr": [0.1, 0.2], "steps": 2, "schedule": "cosine by hand"})");
  EXPECT_EQ(spec.schedule.kind, ScheduleKind::Table);
  EXPECT_EQ(spec.schedule.table, (std::vector<double>{0.1, 0.2}));
}

TEST(TrainingSpec, OneErrorIsOneLine) {
  EXPECT_EQ(errorOf(with(R"(, "clip_norm": 0)")),
            "'s.json': clip_norm: must be more than 0, got 0");
  EXPECT_EQ(errorOf("{"), "'s.json': the file: is not JSON");
  EXPECT_EQ(errorOf("[1]"), "'s.json': the file: does not hold a JSON object");
  EXPECT_EQ(errorOf(with(R"(, "parameters": "some")")),
            "'s.json': parameters: expected \"all\" or a list of initializers' "
            "names, got \"some\"");
  EXPECT_EQ(errorOf(with(R"(, "output": 3)")),
            "'s.json': output: expected a name, got 3");
  EXPECT_EQ(errorOf(with(R"(, "steps": 0)")),
            "'s.json': steps: expected a whole number of 1 or more, got 0");
  EXPECT_EQ(errorOf(with(R"(, "schedule": "cosine")")),
            "'s.json': schedule: describes a list of rates, but lr is none; a "
            "schedule is written lr: {\"schedule\": ...}");
}

TEST(TrainingSpec, AllErrorsAreListed) {
  std::string text = errorOf(
      R"({"loss": 3, "lr": {"schedule": "step", "base": -1}, "color": 1,
          "optimizer": {"kind": "adam", "betas": [1], "nesterov": true}})");
  for (const char *line :
       {"'s.json' has 6 errors:", "loss: expected a name, got 3",
        "optimizer.betas: expected two numbers, got [1]",
        "optimizer.nesterov: unknown key; known here: betas, eps, kind, "
        "weight_decay",
        "lr.base: must be 0 or more, got -1", "lr.every: is missing",
        "color: unknown key"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(TrainingSpec, WhatIsMissingIsNamed) {
  std::string text = errorOf("{}");
  for (const char *line :
       {"loss: is missing; one of cross_entropy, mse, bce_logits",
        "optimizer: is missing", "lr: is missing"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(TrainingSpec, UnknownKindsAloneAreUnsupported) {
  SpecErrors errors;
  (void)parseTrainingSpec(
      R"({"loss": "hinge", "optimizer": {"kind": "lion"}, "lr": 1})", errors);
  EXPECT_EQ(errors.status("s").code(), absl::StatusCode::kUnimplemented);
  SpecErrors more;
  (void)parseTrainingSpec(R"({"loss": "hinge", "optimizer": 1, "lr": 1})",
                          more);
  EXPECT_EQ(more.status("s").code(), absl::StatusCode::kInvalidArgument);
}

TEST(TrainingSpec, RatesMustCoverTheSteps) {
  EXPECT_EQ(errorOf(R"({"loss": "mse", "optimizer": {"kind": "sgd"},
                        "lr": [1, 2], "steps": 3})"),
            "'s.json': lr: has 2 rates for 3 steps");
  EXPECT_EQ(errorOf(R"({"loss": "mse", "optimizer": {"kind": "sgd"},
                        "lr": [1, "a"]})"),
            "'s.json': lr[1]: expected a number of 0 or more, got \"a\"");
  EXPECT_EQ(errorOf(R"({"loss": "mse", "optimizer": {"kind": "sgd"},
                        "lr": {"schedule": "linear", "base": 1, "steps": 3,
                               "warmup": 3}})"),
            "'s.json': lr.warmup: must be less than the 3 steps, got 3");
}

} // namespace
} // namespace tenon::train
