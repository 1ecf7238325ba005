// Columns, and how they become an entry's inputs.

#include "runtime/train/Dataset.h"

#include <gtest/gtest.h>

namespace tenon::training {
namespace {

template <typename T>
Column column(const std::string &name, int32_t dtype,
              std::vector<int64_t> shape, std::vector<T> values) {
  auto owned = std::make_shared<std::vector<T>>(std::move(values));
  return {name, dtype, std::move(shape),
          reinterpret_cast<const uint8_t *>(owned->data()), owned};
}

TEST(Dataset, ColumnsHaveOneLengthAndNamesOfTheirOwn) {
  Dataset data;
  ASSERT_EQ(data.add(column<float>("x", TN_F32, {3}, {1, 2, 3})).code, TN_OK);
  EXPECT_EQ(data.add(column<float>("y", TN_F32, {2}, {1, 2})).code,
            TN_DATA_MISMATCH);
  EXPECT_EQ(data.add(column<float>("x", TN_F32, {3}, {1, 2, 3})).code,
            TN_DATA_MISMATCH);
  EXPECT_EQ(data.add(column<float>("z", TN_F32, {}, {1})).code,
            TN_DATA_MISMATCH);
  EXPECT_EQ(data.names(), "x");
}

TEST(Dataset, SharesWhatFits) {
  Dataset data;
  ASSERT_EQ(
      data.add(column<float>("x", TN_F32, {3, 2}, std::vector<float>(6))).code,
      TN_OK);
  Column matched;
  ASSERT_EQ(matchColumn(data, {"x", TN_F32, {8, 2}}, false, matched).code,
            TN_OK);
  EXPECT_EQ(matched.data, data.find("x")->data);
  Problem problem = matchColumn(data, {"x", TN_F32, {8, 3}}, false, matched);
  EXPECT_EQ(problem.code, TN_DATA_MISMATCH);
  EXPECT_EQ(problem.text,
            "'x' is f32 [3, 2], the model takes f32 [8, 3] per batch");
  // Stacked batches carry the whole shape of the input.
  EXPECT_EQ(matchColumn(data, {"x", TN_F32, {2}}, true, matched).code, TN_OK);
}

TEST(Dataset, ConvertsNumbersThatFit) {
  Dataset data;
  ASSERT_EQ(data.add(column<int32_t>("n", TN_I32, {2}, {-1, 300})).code, TN_OK);
  ASSERT_EQ(data.add(column<double>("d", TN_F64, {2}, {0.5, 1e-3})).code,
            TN_OK);
  Column matched;
  ASSERT_EQ(matchColumn(data, {"n", TN_I64, {1}}, false, matched).code, TN_OK);
  EXPECT_EQ(reinterpret_cast<const int64_t *>(matched.data)[1], 300);
  ASSERT_EQ(matchColumn(data, {"n", TN_F32, {1}}, false, matched).code, TN_OK);
  EXPECT_EQ(reinterpret_cast<const float *>(matched.data)[0], -1.0f);
  ASSERT_EQ(matchColumn(data, {"d", TN_F32, {1}}, false, matched).code, TN_OK);
  EXPECT_EQ(reinterpret_cast<const float *>(matched.data)[1], 1e-3f);
  EXPECT_EQ(matchColumn(data, {"n", TN_UI8, {1}}, false, matched).code,
            TN_DATA_MISMATCH);
  EXPECT_EQ(matchColumn(data, {"d", TN_I64, {1}}, false, matched).code,
            TN_DATA_MISMATCH);
  EXPECT_EQ(matchColumn(data, {"no", TN_I64, {1}}, false, matched).code,
            TN_DATA_MISMATCH);
}

TEST(Dataset, SaysWhatFilesItTakes) {
  Dataset data;
  EXPECT_EQ(Dataset::load({"x.csv"}, data).code, TN_INVALID_ARGUMENT);
  EXPECT_EQ(Dataset::load({"nowhere.npz"}, data).code, TN_FILE_UNREADABLE);
  EXPECT_EQ(Dataset::load({"x=nowhere.npy"}, data).code, TN_FILE_UNREADABLE);
}

} // namespace
} // namespace tenon::training
