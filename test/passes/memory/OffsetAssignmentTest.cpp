// Places in the arena, for buffers drawn at random.

#include "passes/memory/OffsetAssignment.h"

#include <gtest/gtest.h>

#include <random>

using namespace tenon;

namespace {

constexpr int64_t kAlignment = 64;

/// Buffers of a network: most are read soon, a few much later.
std::vector<LiveBuffer> drawBuffers(uint32_t seed) {
  std::mt19937 random(seed);
  auto below = [&](uint32_t count) {
    return static_cast<int64_t>(random() % count);
  };
  std::vector<LiveBuffer> buffers(40);
  for (int64_t step = 0; step < 40; ++step) {
    LiveBuffer &buffer = buffers[step];
    buffer.bytes = kAlignment * (1 + below(8)) * (1 + below(8));
    buffer.first = step;
    buffer.last = step + 1 + (below(4) == 0 ? below(20) : below(2));
  }
  return buffers;
}

int64_t peakOf(const std::vector<LiveBuffer> &buffers) {
  int64_t peak = 0;
  for (const LiveBuffer &at : buffers) {
    int64_t live = 0;
    for (const LiveBuffer &buffer : buffers)
      if (buffer.first <= at.first && at.first <= buffer.last)
        live += buffer.bytes;
    peak = std::max(peak, live);
  }
  return peak;
}

TEST(OffsetAssignment, BuffersThatLiveTogetherAreApart) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::vector<LiveBuffer> buffers = drawBuffers(seed);
    OffsetAssignment assignment = assignOffsets(buffers, kAlignment);
    for (size_t a = 0; a < buffers.size(); ++a) {
      int64_t begin = assignment.offsets[a], end = begin + buffers[a].bytes;
      EXPECT_EQ(begin % kAlignment, 0);
      EXPECT_LE(end, assignment.size);
      for (size_t b = 0; b < a; ++b) {
        if (buffers[a].first > buffers[b].last ||
            buffers[b].first > buffers[a].last)
          continue;
        int64_t other = assignment.offsets[b];
        EXPECT_TRUE(end <= other || other + buffers[b].bytes <= begin)
            << "seed " << seed << ": " << a << " and " << b;
      }
    }
  }
}

// One greedy order alone leaves gaps in most of these.
TEST(OffsetAssignment, IsMostlyAsSmallAsWhatIsLiveAtOnce) {
  int atBound = 0;
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::vector<LiveBuffer> buffers = drawBuffers(seed);
    int64_t size = assignOffsets(buffers, kAlignment).size;
    int64_t peak = peakOf(buffers);
    EXPECT_GE(size, peak);
    EXPECT_LE(size, peak + peak / 5) << "seed " << seed;
    atBound += size == peak;
  }
  EXPECT_GE(atBound, 40);
}

TEST(OffsetAssignment, NothingNeedsNothing) {
  EXPECT_EQ(assignOffsets({}, kAlignment).size, 0);
}

} // namespace
