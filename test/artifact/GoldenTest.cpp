// Files of each format version, as they were written at its time: every later
// runtime loads them and gets the same numbers. They hold the model of
// TestModel.h; `write_test_model` wrote them, and they are never rewritten.

#include "runtime/capi/tenon_inspect.h"
#include "runtime/io/tenon_io.h"
#include "test/runtime/support/TestModel.h"

#include <gtest/gtest.h>

namespace tenon::test {
namespace {

const char *const kVersion1 = TENON_GOLDEN "/v1-x86_64.tenon";

TEST(Golden, Version1IsRead) {
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  ModelPtr model = load(kVersion1, &options);
  tn_artifact_info info;
  ASSERT_EQ(tn_model_artifact_info(model.get(), &info, nullptr), TN_OK);
  EXPECT_EQ(info.format_version, 1u);
  EXPECT_STREQ(info.producer, "the runtime's tests");
  ASSERT_EQ(tn_model_entry_count(model.get()), 3u);
  tn_plan_info plan;
  ASSERT_EQ(tn_model_plan_info(model.get(), 0, 1, &plan, nullptr), TN_OK);
  EXPECT_EQ(plan.arena_size, 6144u);
  EXPECT_EQ(plan.step_count, 2u);
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_verify_sha256(kVersion1, &diagnostic), TN_OK)
      << diagnostic.message;
}

TEST(Golden, Version1Runs) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "holds code for x86_64";
#endif
  ModelPtr model = load(kVersion1);
  SessionPtr session = open(model);
  for (int64_t rows : {8, 24}) {
    std::vector<float> x = testInput(rows);
    EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  }
  std::vector<float> x(512, 1.5f);
  runOnce(model, session, "accumulate", x);
  EXPECT_EQ(runOnce(model, session, "accumulate", x),
            std::vector<float>(512, 3.0f));
  std::vector<float> bias(64);
  ASSERT_EQ(
      tn_session_read_variable(session.get(), 1, bias.data(), 256, nullptr),
      TN_OK);
  EXPECT_EQ(bias[63], 63.0f);
}

} // namespace
} // namespace tenon::test
