#include "runtime/core/DType.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tenon::rt {
namespace {

TEST(DType, NamesRoundTrip) {
  for (unsigned i = 1; i < kDTypeCount; ++i) {
    const char *name = dtypeName(DType(i));
    EXPECT_EQ(parseDType(name, strlen(name)), DType(i)) << name;
    EXPECT_GT(dtypeBits(DType(i)), 0u) << name;
  }
  EXPECT_EQ(parseDType("f31", 3), DType::Invalid);
  EXPECT_EQ(parseDType("", 0), DType::Invalid);
  EXPECT_EQ(parseDType("f32x", 3), DType::F32);
  EXPECT_STREQ(dtypeName(DType(200)), "invalid");
}

TEST(DType, SizesOfTensors) {
  uint64_t bytes = 0;
  int64_t shape[] = {3, 5};
  ASSERT_TRUE(tensorBytes(DType::F32, shape, 2, bytes));
  EXPECT_EQ(bytes, 60u);
  ASSERT_TRUE(tensorBytes(DType::I4, shape, 2, bytes));
  EXPECT_EQ(bytes, 8u);
  ASSERT_TRUE(tensorBytes(DType::ComplexF64, shape, 0, bytes));
  EXPECT_EQ(bytes, 16u);
  int64_t empty[] = {3, 0, 5};
  ASSERT_TRUE(tensorBytes(DType::F32, empty, 3, bytes));
  EXPECT_EQ(bytes, 0u);
}

TEST(DType, SizesThatOverflowAreRefused) {
  uint64_t bytes = 0;
  int64_t huge[] = {int64_t{1} << 40, int64_t{1} << 40};
  EXPECT_FALSE(tensorBytes(DType::I8, huge, 2, bytes));
  int64_t negative[] = {-1, 4};
  EXPECT_FALSE(tensorBytes(DType::I8, negative, 2, bytes));
  EXPECT_FALSE(tensorBytes(DType::Invalid, huge, 0, bytes));
  // The overflow is not hidden by a zero that follows.
  int64_t mixed[] = {int64_t{1} << 62, 16, 0};
  EXPECT_FALSE(tensorBytes(DType::F32, mixed, 3, bytes));
}

TEST(DType, FormatsTypesAndCutsThem) {
  int64_t shape[] = {1, 384};
  char text[32];
  formatTensorType(text, sizeof(text), DType::F32, shape, 2);
  EXPECT_STREQ(text, "f32[1,384]");
  char small[8];
  formatTensorType(small, sizeof(small), DType::F32, shape, 2);
  EXPECT_STREQ(small, "f32[1,3");
}

} // namespace
} // namespace tenon::rt
