// Variables: initial values, updates in place, and each session its own.

#include "test/runtime/support/TestModel.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tenon::test {
namespace {

std::vector<float> variable(const SessionPtr &session, uint32_t index,
                            size_t count) {
  std::vector<float> values(count, -1.0f);
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_session_read_variable(session.get(), index, values.data(),
                                     count * sizeof(float), &diagnostic),
            TN_OK)
      << diagnostic.message;
  return values;
}

TEST(State, StartsAsTheArtifactSays) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = open(model);
  EXPECT_EQ(variable(session, 0, 512), std::vector<float>(512, 0.0f));
  std::vector<float> bias(64);
  std::iota(bias.begin(), bias.end(), 0.0f);
  EXPECT_EQ(variable(session, 1, 64), bias);
}

TEST(State, IsUpdatedInPlace) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = open(model);
  std::vector<float> x(512, 1.5f);
  runOnce(model, session, "accumulate", x);
  std::vector<float> total = runOnce(model, session, "accumulate", x);
  EXPECT_EQ(total, std::vector<float>(512, 3.0f));
  EXPECT_EQ(variable(session, 0, 512), total);
}

TEST(State, BelongsToOneSession) {
  std::string path = writeModel(testContents());
  std::vector<uint8_t> before = readFile(path);
  ModelPtr model = load(path);
  SessionPtr a = open(model), b = open(model);
  std::vector<float> x(512, 2.0f);
  runOnce(model, a, "accumulate", x);
  EXPECT_EQ(variable(a, 0, 512), x);
  EXPECT_EQ(variable(b, 0, 512), std::vector<float>(512, 0.0f));
  std::vector<float> bias(64, 9.0f);
  ASSERT_EQ(tn_session_write_variable(a.get(), 1, bias.data(), 256, nullptr),
            TN_OK);
  EXPECT_EQ(variable(a, 1, 64), bias);
  EXPECT_EQ(variable(b, 1, 64)[5], 5.0f);
  // Written on the copy, never on the file.
  EXPECT_EQ(readFile(path), before);
  EXPECT_EQ(variable(open(model), 1, 64)[5], 5.0f);
}

TEST(State, RefusesWrongSizesAndNumbers) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = open(model);
  std::vector<float> values(512);
  EXPECT_EQ(
      tn_session_read_variable(session.get(), 2, values.data(), 256, nullptr),
      TN_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(
      tn_session_write_variable(session.get(), 0, values.data(), 2047, nullptr),
      TN_SIZE_MISMATCH);
  EXPECT_EQ(tn_session_read_variable(session.get(), 0, nullptr, 2048, nullptr),
            TN_INVALID_ARGUMENT);
}

TEST(State, ALayoutThatIsNotDenseIsNotConverted) {
  artifact::ArtifactContents contents = testContents();
  contents.variables[0].layout = "blocked";
  ModelPtr model = load(writeModel(contents));
  SessionPtr session = open(model);
  std::vector<float> values(512);
  EXPECT_EQ(
      tn_session_read_variable(session.get(), 0, values.data(), 2048, nullptr),
      TN_NOT_SUPPORTED);
}

} // namespace
} // namespace tenon::test
