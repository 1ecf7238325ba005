// What every device must do, through the C API: the same tests for the CPU and
// for a GPU, whose driver is pretended. On a real one, gpu_check.sh.

#include "runtime/capi/tenon_inspect.h"
#include "test/runtime/support/TestGpu.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tenon::test {
namespace {

struct DeviceKind {
  const char *name;
  artifact::ArtifactContents (*contents)();
};

class DeviceConformance : public testing::TestWithParam<DeviceKind> {
protected:
  void SetUp() override {
    driver = &testGpu();
    path = writeModel(GetParam().contents());
    model = load(path);
    session = open(model);
  }

  std::vector<float> variable(const SessionPtr &session, uint32_t index,
                              size_t count) {
    std::vector<float> values(count, -1.0f);
    EXPECT_EQ(tn_session_read_variable(session.get(), index, values.data(),
                                       count * sizeof(float), nullptr),
              TN_OK);
    return values;
  }

  TestDriver *driver;
  std::string path;
  ModelPtr model;
  SessionPtr session;
};

TEST_P(DeviceConformance, GivesTheRightNumbers) {
  std::vector<float> x = testInput(8);
  EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  std::vector<float> table = runOnce(model, session, "table", x);
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(table[i], (x[i] + 1) * 2 + 1);
}

TEST_P(DeviceConformance, RunsSpecializationsByTurns) {
  for (int64_t rows : {8, 24, 8, 24}) {
    std::vector<float> x = testInput(rows);
    EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  }
}

// Inputs are read at each run, from where they are bound.
TEST_P(DeviceConformance, ReadsInputsAnew) {
  std::vector<float> x = testInput(8), y(x.size()), other = testInput(8);
  std::ranges::reverse(other);
  int64_t shape[] = {8, kWidth};
  uint32_t entry = entryOf(model, "predict");
  tn_tensor tensor{TN_F32, 2, shape, x.data()};
  ASSERT_EQ(tn_session_bind_input(session.get(), entry, 0, &tensor, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_bind_output(session.get(), entry, 0, y.data(),
                                   4 * y.size(), nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_run(session.get(), entry, nullptr), TN_OK);
  EXPECT_EQ(y, expectedPrediction(x));
  x = other;
  tensor.data = x.data();
  ASSERT_EQ(tn_session_bind_input(session.get(), entry, 0, &tensor, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_run(session.get(), entry, nullptr), TN_OK);
  EXPECT_EQ(y, expectedPrediction(other));
}

TEST_P(DeviceConformance, RunsOnlyWhatIsBound) {
  EXPECT_EQ(tn_session_run(session.get(), entryOf(model, "table"), nullptr),
            TN_NOT_BOUND);
}

TEST_P(DeviceConformance, StateStartsAsTheArtifactSays) {
  EXPECT_EQ(variable(session, 0, 512), std::vector<float>(512, 0.0f));
  std::vector<float> bias(64);
  std::iota(bias.begin(), bias.end(), 0.0f);
  EXPECT_EQ(variable(session, 1, 64), bias);
}

TEST_P(DeviceConformance, StateIsUpdatedInPlace) {
  std::vector<float> x(512, 1.5f);
  runOnce(model, session, "accumulate", x);
  std::vector<float> total = runOnce(model, session, "accumulate", x);
  EXPECT_EQ(total, std::vector<float>(512, 3.0f));
  EXPECT_EQ(variable(session, 0, 512), total);
}

TEST_P(DeviceConformance, StateBelongsToOneSession) {
  std::vector<uint8_t> before = readFile(path);
  SessionPtr other = open(model);
  std::vector<float> x(512, 2.0f), bias(64, 9.0f);
  runOnce(model, session, "accumulate", x);
  ASSERT_EQ(
      tn_session_write_variable(session.get(), 1, bias.data(), 256, nullptr),
      TN_OK);
  EXPECT_EQ(variable(session, 0, 512), x);
  EXPECT_EQ(variable(session, 1, 64), bias);
  EXPECT_EQ(variable(other, 0, 512), std::vector<float>(512, 0.0f));
  EXPECT_EQ(variable(other, 1, 64)[5], 5.0f);
  EXPECT_EQ(readFile(path), before);
}

TEST_P(DeviceConformance, WrittenStateIsWhatKernelsSee) {
  std::vector<float> start(512, 10.0f), x(512, 1.0f);
  ASSERT_EQ(
      tn_session_write_variable(session.get(), 0, start.data(), 2048, nullptr),
      TN_OK);
  EXPECT_EQ(runOnce(model, session, "accumulate", x),
            std::vector<float>(512, 11.0f));
}

TEST_P(DeviceConformance, RefusesStateOfWrongSizesAndNumbers) {
  std::vector<float> values(512);
  EXPECT_EQ(
      tn_session_read_variable(session.get(), 2, values.data(), 256, nullptr),
      TN_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(
      tn_session_write_variable(session.get(), 0, values.data(), 2047, nullptr),
      TN_SIZE_MISMATCH);
}

TEST_P(DeviceConformance, KeepsTimesOnRequest) {
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.profile = 1;
  SessionPtr profiled = open(model, &options);
  std::vector<float> x = testInput(8);
  for (int round = 0; round < 3; ++round)
    EXPECT_EQ(runOnce(model, profiled, "predict", x), expectedPrediction(x));
  tn_step_times first, second;
  ASSERT_EQ(tn_session_step_times(profiled.get(), 0, 0, 0, &first, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_step_times(profiled.get(), 0, 0, 1, &second, nullptr),
            TN_OK);
  EXPECT_EQ(first.runs, 3u);
  EXPECT_GE(second.last_begin, first.last_begin + first.last_duration);
}

TEST_P(DeviceConformance, SessionsOutliveTheirModelsHandle) {
  std::vector<float> x = testInput(8);
  uint32_t entry = entryOf(model, "table");
  std::vector<float> y(x.size());
  int64_t shape[] = {8, kWidth};
  tn_tensor tensor{TN_F32, 2, shape, x.data()};
  model.reset();
  ASSERT_EQ(tn_session_bind_input(session.get(), entry, 0, &tensor, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_bind_output(session.get(), entry, 0, y.data(),
                                   4 * y.size(), nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_run(session.get(), entry, nullptr), TN_OK);
  EXPECT_EQ(y[7], (x[7] + 1) * 2 + 1);
}

TEST_P(DeviceConformance, LeavesNothingBehind) {
  std::vector<float> x = testInput(8);
  runOnce(model, session, "predict", x);
  session.reset();
  EXPECT_EQ(driver->liveAllocations + driver->liveModules +
                driver->liveStreams + driver->liveContexts,
            0u);
}

INSTANTIATE_TEST_SUITE_P(
    Devices, DeviceConformance,
    testing::Values(DeviceKind{"Cpu", testContents},
                    DeviceKind{"Gpu", [] { return gpuContents({"sm_90"}); }},
                    DeviceKind{
                        "GpuFromCubin",
                        [] { return gpuContents({"sm_80", "sm_90"}, true); }}),
    [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace tenon::test
