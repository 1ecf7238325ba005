#include "compiler/artifact/ArenaAllocations.h"

#include <gtest/gtest.h>

namespace tenon::artifact {
namespace {

using Numbers = std::vector<uint32_t>;

TEST(ArenaAllocations, BytesReusedLaterAreApart) {
  std::vector<Allocation> allocations;
  EXPECT_EQ(assignAllocations({{0, 100, 0, 1}, {0, 60, 2, 3}}, allocations),
            (Numbers{0, 1}));
  ASSERT_EQ(allocations.size(), 2u);
  EXPECT_EQ(allocations[0].size, 100u);
  EXPECT_EQ(allocations[1].size, 60u);
}

TEST(ArenaAllocations, InPlaceIsTogether) {
  // The second takes the first's place at launch 1, where both are live.
  std::vector<Allocation> allocations;
  EXPECT_EQ(assignAllocations({{64, 100, 0, 1}, {64, 100, 1, 2}}, allocations),
            (Numbers{0, 0}));
  ASSERT_EQ(allocations.size(), 1u);
  EXPECT_EQ(allocations[0].offset, 64u);
  EXPECT_EQ(allocations[0].size, 100u);
}

TEST(ArenaAllocations, WhatLiesInAnotherPlaceIsComparedThroughIt) {
  // A part of the first place, in place of it, and one that outlives both and
  // meets a fourth when the first is gone.
  std::vector<Allocation> allocations;
  EXPECT_EQ(assignAllocations({{0, 128, 0, 4},
                               {0, 64, 1, 3},
                               {64, 64, 2, 6},
                               {64, 32, 5, 6},
                               {0, 64, 5, 6}},
                              allocations),
            (Numbers{0, 0, 0, 0, 1}));
}

TEST(ArenaAllocations, PartsOfAConcatenationAreTogether) {
  // Two parts written one after the other, then the whole; a stranger beside.
  std::vector<Allocation> allocations;
  EXPECT_EQ(
      assignAllocations(
          {{0, 64, 0, 2}, {64, 36, 1, 2}, {0, 100, 2, 3}, {128, 64, 0, 3}},
          allocations),
      (Numbers{0, 0, 0, 1}));
  ASSERT_EQ(allocations.size(), 2u);
  EXPECT_EQ(allocations[0].offset, 0u);
  EXPECT_EQ(allocations[0].size, 100u);
  EXPECT_EQ(allocations[1].offset, 128u);
}

TEST(ArenaAllocations, AViewKeepsTheAllocationAligned) {
  std::vector<Allocation> allocations;
  assignAllocations({{100, 20, 0, 0}}, allocations);
  EXPECT_EQ(allocations[0].offset, 64u);
  EXPECT_EQ(allocations[0].size, 56u);
}

TEST(ArenaAllocations, AppendsAndTakesNothing) {
  std::vector<Allocation> allocations = {{0, 1}};
  EXPECT_EQ(assignAllocations({}, allocations), Numbers());
  EXPECT_EQ(assignAllocations({{0, 8, 0, 0}}, allocations), (Numbers{1}));
}

} // namespace
} // namespace tenon::artifact
