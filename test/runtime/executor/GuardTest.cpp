// The guards change no numbers and catch what leaves a buffer.

#include "runtime/executor/GuardedMemory.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tenon::test {
namespace {

using testing::HasSubstr;

class GuardModes : public testing::TestWithParam<int> {
protected:
  SessionPtr openGuarded(const ModelPtr &model) {
    tn_session_options options = TN_SESSION_OPTIONS_INIT;
    options.guard = GetParam();
    options.threads = 2;
    return open(model, &options);
  }
};

TEST_P(GuardModes, SameNumbers) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = openGuarded(model);
  for (int64_t rows : {8, 24}) {
    std::vector<float> x = testInput(rows);
    EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  }
  std::vector<float> x(512, 1.0f);
  runOnce(model, session, "accumulate", x);
  EXPECT_EQ(runOnce(model, session, "accumulate", x),
            std::vector<float>(512, 2.0f));
}

// x[1, 64] -> y by a kernel that writes `extra` floats beside y.
artifact::ArtifactContents overrunContents(int64_t extra) {
  using namespace artifact;
  ArtifactContents contents = testContents();
  contents.entries.clear();
  contents.kernels.clear();
  Kernel kernel;
  kernel.name = "overrun";
  kernel.operands = {{252, Access::Read}, {252, Access::Write}};
  kernel.numScalars = 1;
  kernel.code = {{"test_overrun", 1, 0}};
  contents.kernels.push_back(kernel);
  Entry entry;
  entry.name = "overrun";
  // 63 floats, so that an arena allocation has 4 bytes before the page.
  entry.inputs = {{"x", "f32", {64}, {}, 0}};
  entry.outputs = {{"y", "f32", {64}, {}, 0}};
  entry.arenaSize = 252;
  entry.allocations = {{0, 252}};
  entry.buffers = {{BufferKind::Input, 0, 0, 256, "x"},
                   {BufferKind::Arena, 0, 0, 252, "t"}};
  entry.instructions = {Launch{0, {0, 1}, {extra}, ""}};
  contents.entries.push_back(entry);
  return contents;
}

INSTANTIATE_TEST_SUITE_P(Modes, GuardModes,
                         testing::Values(TN_GUARD_END, TN_GUARD_START),
                         [](const auto &info) {
                           return info.param == TN_GUARD_END ? "End" : "Start";
                         });

// The arena holds 63 floats, the kernel writes 64 and more. The slack that the
// alignment leaves before the page is checked; the page itself kills.
TEST(Guard, NoticesAWriteIntoTheSlack) {
  ModelPtr model = load(writeModel(overrunContents(0)));
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.guard = TN_GUARD_END;
  SessionPtr session = open(model, &options);
  std::vector<float> x(64), y(64);
  int64_t shape[] = {64};
  tn_tensor tensor{TN_F32, 1, shape, x.data()};
  ASSERT_EQ(tn_session_bind_input(session.get(), 0, 0, &tensor, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_bind_output(session.get(), 0, 0, y.data(), 256, nullptr),
            TN_OK);
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_session_run(session.get(), 0, &diagnostic), TN_GUARD_VIOLATION);
  EXPECT_STREQ(diagnostic.message,
               "step 0 (overrun) wrote beside arena allocation 0");
}

// Runs the overrunning model under a guard; for death tests.
void overrun(const std::string &path, int64_t guard) {
  ModelPtr model = load(path);
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.guard = static_cast<int32_t>(guard);
  options.threads = 1;
  SessionPtr session = open(model, &options);
  std::vector<float> x(64), y(64);
  int64_t shape[] = {64};
  tn_tensor tensor{TN_F32, 1, shape, x.data()};
  tn_session_bind_input(session.get(), 0, 0, &tensor, nullptr);
  tn_session_bind_output(session.get(), 0, 0, y.data(), 256, nullptr);
  tn_session_run(session.get(), 0, nullptr);
}

TEST(GuardDeathTest, ThePageAfterKills) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  std::string path = writeModel(overrunContents(1));
  EXPECT_DEATH(overrun(path, TN_GUARD_END), "");
}

TEST(GuardDeathTest, ThePageBeforeKills) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  std::string path = writeModel(overrunContents(-1));
  EXPECT_DEATH(overrun(path, TN_GUARD_START), "");
}

TEST(Guard, PoisonIsNaN) {
  rt::GuardedBuffer buffer;
  rt::Diagnostic diagnostic;
  ASSERT_EQ(
      rt::GuardedBuffer::create(rt::Guard::End, 100, 4, buffer, diagnostic),
      rt::Code::Ok);
  EXPECT_TRUE(std::isnan(*reinterpret_cast<float *>(buffer.data())));
  EXPECT_EQ((reinterpret_cast<uintptr_t>(buffer.data()) + 100) % 4096, 0u);
  EXPECT_TRUE(buffer.surroundingsIntact());
  buffer.data()[-1] = 0;
  EXPECT_FALSE(buffer.surroundingsIntact());
  buffer.poison();
  EXPECT_TRUE(buffer.surroundingsIntact());
}

} // namespace
} // namespace tenon::test
