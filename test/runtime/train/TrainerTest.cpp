// The loop: which examples it takes, when it stops, checkpoints and resuming.

#include "test/runtime/support/TrainingModel.h"

#include "runtime/train/Shuffle.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace tenon::test {
namespace {

using training::Problem;
using training::Trainer;
using training::TrainerOptions;

/// Runs to the end; gives the losses.
struct Losses : training::Observer {
  void afterStep(int64_t, double loss) override { values.push_back(loss); }
  void afterEpoch(int64_t epoch, double,
                  const std::optional<training::Evaluation> &) override {
    epochs.push_back(epoch);
  }
  std::vector<double> values;
  std::vector<int64_t> epochs;
};

Problem train(training::TrainingSession &session, const training::Dataset &data,
              const TrainerOptions &options, Losses &losses,
              const std::atomic<bool> *stop = nullptr) {
  std::unique_ptr<Trainer> trainer;
  Problem problem = Trainer::create(session, data, nullptr, options, trainer);
  return problem.code == TN_OK ? trainer->run(losses, stop) : problem;
}

std::string folder(const std::string &name) {
  std::string path = temporaryPath(name);
  std::filesystem::remove_all(path);
  return path;
}

TEST(Trainer, TakesWholeBatchesInOrder) {
  auto session = openTraining(writeTrainingModel());
  training::Dataset data = examples(20);
  Losses losses;
  ASSERT_EQ(train(*session, data, {.epochs = 3, .shuffle = false}, losses).code,
            TN_OK);
  // 20 examples are two batches of 8; the last four are left out.
  EXPECT_EQ(losses.values.size(), 6u);
  EXPECT_EQ(losses.epochs, (std::vector<int64_t>{0, 1, 2}));
  const auto *x = reinterpret_cast<const float *>(data.find("x")->data);
  std::vector<float> sum = sumOf(*session);
  for (size_t i = 0; i < sum.size(); ++i)
    EXPECT_EQ(sum[i], 3 * (x[i] + x[i + 8 * kWidth]));
  int64_t step = 0;
  ASSERT_EQ(session->readStep(step).code, TN_OK);
  EXPECT_EQ(step, 6);
}

TEST(Trainer, OrderDependsOnSeedAndEpoch) {
  std::vector<uint32_t> a(100), b(100);
  training::shuffleEpoch(1, 0, a);
  training::shuffleEpoch(1, 0, b);
  EXPECT_EQ(a, b);
  EXPECT_EQ(std::set<uint32_t>(a.begin(), a.end()).size(), 100u);
  training::shuffleEpoch(1, 1, b);
  EXPECT_NE(a, b);
  training::shuffleEpoch(2, 0, b);
  EXPECT_NE(a, b);
}

TEST(Trainer, ResumesToTheSameBits) {
  std::string path = writeTrainingModel();
  training::Dataset data = examples(30);
  auto whole = openTraining(path);
  Losses losses;
  ASSERT_EQ(train(*whole, data, {.steps = 11, .seed = 5}, losses).code, TN_OK);

  std::string kept = folder("kept");
  TrainerOptions options{.steps = 4, .seed = 5, .checkpointFolder = kept};
  Losses first, second;
  ASSERT_EQ(train(*openTraining(path), data, options, first).code, TN_OK);
  options.steps = 11;
  options.resume = true;
  auto resumed = openTraining(path);
  ASSERT_EQ(train(*resumed, data, options, second).code, TN_OK);
  EXPECT_EQ(sumOf(*resumed), sumOf(*whole));
  first.values.insert(first.values.end(), second.values.begin(),
                      second.values.end());
  EXPECT_EQ(first.values, losses.values);
}

TEST(Trainer, StopsBehindAStepWithACheckpoint) {
  std::string kept = folder("kept");
  std::atomic<bool> stop{true};
  Losses losses;
  auto session = openTraining(writeTrainingModel());
  ASSERT_EQ(train(*session, examples(80),
                  {.steps = 9, .checkpointFolder = kept}, losses, &stop)
                .code,
            TN_OK);
  EXPECT_EQ(losses.values.size(), 1u);
  EXPECT_EQ(training::CheckpointFolder(kept).latest(), 1);
}

TEST(Trainer, KeepsTheLastCheckpoints) {
  std::string kept = folder("kept");
  Losses losses;
  auto session = openTraining(writeTrainingModel());
  ASSERT_EQ(train(*session, examples(80),
                  {.steps = 9,
                   .checkpointFolder = kept,
                   .checkpointEvery = 2,
                   .checkpointsKept = 2},
                  losses)
                .code,
            TN_OK);
  std::set<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(kept))
    names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"step-00000008.safetensors",
                                          "step-00000009.safetensors"}));
}

TEST(Trainer, RefusesAnotherRunsCheckpoint) {
  std::string path = writeTrainingModel(), kept = folder("kept");
  training::Dataset data = examples(30);
  Losses losses;
  TrainerOptions options{.steps = 4, .seed = 5, .checkpointFolder = kept};
  ASSERT_EQ(train(*openTraining(path), data, options, losses).code, TN_OK);
  options.resume = true;
  options.seed = 6;
  Problem problem = train(*openTraining(path), data, options, losses);
  EXPECT_EQ(problem.code, TN_CHECKPOINT_MISMATCH);
  EXPECT_NE(problem.text.find("tenon.seed = 5"), std::string::npos);
}

TEST(Trainer, RefusesADamagedCheckpoint) {
  std::string path = writeTrainingModel(), kept = folder("kept");
  training::Dataset data = examples(30);
  Losses losses;
  TrainerOptions options{.steps = 4, .checkpointFolder = kept};
  ASSERT_EQ(train(*openTraining(path), data, options, losses).code, TN_OK);
  std::string file = training::CheckpointFolder(kept).file(4);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  options.resume = true;
  EXPECT_EQ(train(*openTraining(path), data, options, losses).code,
            TN_SAFETENSORS_MALFORMED);
}

TEST(Trainer, KnowsWhatPredictReads) {
  auto session = openTraining(writeTrainingModel());
  ASSERT_EQ(session->variables().size(), 2u);
  EXPECT_TRUE(session->variables()[0].isModel);
  EXPECT_FALSE(session->variables()[1].isModel);
}

TEST(Trainer, RefusesWhatDoesNotLearn) {
  std::unique_ptr<training::TrainingSession> session;
  EXPECT_EQ(training::TrainingSession::load(writeModel(testContents()), {"", 1},
                                            session)
                .code,
            TN_NOT_TRAINABLE);
}

} // namespace
} // namespace tenon::test
