#include "test/runtime/support/TrainingModel.h"

#include <gtest/gtest.h>

namespace tenon::test {

using namespace artifact;

std::string writeTrainingModel() {
  ArtifactContents contents = testContents();
  constexpr uint64_t bytes = 8 * kWidth * sizeof(float);
  contents.variables = {{"sum", "f32", {8, kWidth}, "", bytes, std::nullopt},
                        {"step", "i64", {}, "", sizeof(int64_t), std::nullopt}};
  auto kernel = static_cast<uint32_t>(contents.kernels.size());
  contents.kernels.push_back({"train",
                              "",
                              {{bytes, Access::ReadWrite},
                               {sizeof(int64_t), Access::ReadWrite},
                               {bytes, Access::Read},
                               {sizeof(float), Access::Write}},
                              0,
                              {{"test_train", 1, 0}}});
  Entry step;
  step.name = "train_step";
  step.inputs = {{"x", "f32", {8, kWidth}, {}, 0}};
  step.outputs = {{"loss", "f32", {}, {}, 0}};
  step.ties = {{0, Access::ReadWrite}, {1, Access::ReadWrite}};
  step.buffers = {{BufferKind::Variable, 0, 0, bytes, "sum"},
                  {BufferKind::Variable, 1, 0, sizeof(int64_t), "step"},
                  {BufferKind::Input, 0, 0, bytes, "x"},
                  {BufferKind::Output, 0, 0, sizeof(float), "loss"}};
  step.instructions = {Launch{kernel, {0, 1, 2, 3}, {}, ""}};

  Entry predict;
  predict.name = "predict";
  predict.outputs = {{"sum", "f32", {8, kWidth}, {}, 0}};
  predict.ties = {{0, Access::Read}};
  predict.buffers = {{BufferKind::Variable, 0, 0, bytes, "sum"},
                     {BufferKind::Output, 0, 0, bytes, "sum"}};
  predict.instructions = {Copy{0, 1}};
  contents.entries = {step, predict};
  return writeModel(contents, "train.tenon");
}

std::unique_ptr<training::TrainingSession> openTraining(const std::string &path,
                                                        int threads) {
  std::unique_ptr<training::TrainingSession> session;
  training::Problem problem =
      training::TrainingSession::load(path, {"", threads}, session);
  EXPECT_EQ(problem.code, TN_OK) << problem.text;
  return session;
}

training::Dataset examples(int64_t count) {
  auto values = std::make_shared<std::vector<float>>();
  for (int64_t i = 0; i < count * kWidth; ++i)
    values->push_back(static_cast<float>(i % 1009) * 0.25f);
  training::Dataset dataset;
  training::Problem problem =
      dataset.add({"x",
                   TN_F32,
                   {count, kWidth},
                   reinterpret_cast<const uint8_t *>(values->data()),
                   values});
  EXPECT_EQ(problem.code, TN_OK) << problem.text;
  return dataset;
}

std::vector<float> sumOf(const training::TrainingSession &session) {
  std::vector<float> values(8 * kWidth);
  EXPECT_EQ(session.read(0, values.data()).code, TN_OK);
  return values;
}

} // namespace tenon::test
