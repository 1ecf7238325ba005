// The emulator itself: what threads see of each other, and what it refuses.

#include "test/backends/cuda/support/Emulator.h"

#include "gtest/gtest.h"

#include <vector>

using namespace tenon::cuda;

namespace {

using Barrier = void (*)();
using Shuffle = uint32_t (*)(uint32_t, uint32_t);

TEST(Emulator, BarrierSeparatesWritesFromReads) {
  auto barrier = reinterpret_cast<Barrier>(getEmulatedCalls().barrier);
  for (TurnOrder order : {TurnOrder::Forward, TurnOrder::Backward}) {
    std::vector<int64_t> values(100), seen(100);
    EXPECT_EQ(runBlock(100, order,
                       [&](int64_t t) {
                         values[t] = 7 * t;
                         barrier();
                         seen[t] = values[(t + 1) % 100];
                         barrier();
                         values[t] = -1;
                       }),
              "");
    for (int64_t t = 0; t < 100; ++t)
      EXPECT_EQ(seen[t], 7 * ((t + 1) % 100));
  }
}

TEST(Emulator, ShufflesStayInTheirWarp) {
  auto shuffle = reinterpret_cast<Shuffle>(getEmulatedCalls().shuffleXor);
  std::vector<uint32_t> sums(64);
  EXPECT_EQ(runBlock(64, TurnOrder::Forward,
                     [&](int64_t t) {
                       auto sum = static_cast<uint32_t>(t);
                       for (uint32_t mask : {16, 8, 4, 2, 1})
                         sum += shuffle(sum, mask);
                       sums[t] = sum;
                     }),
            "");
  EXPECT_EQ(sums[0], 496u);
  EXPECT_EQ(sums[31], 496u);
  EXPECT_EQ(sums[32], 496u + 32 * 32);
}

TEST(Emulator, ReportsThreadsThatDiverge) {
  auto barrier = reinterpret_cast<Barrier>(getEmulatedCalls().barrier);
  std::string wrong = runBlock(8, TurnOrder::Forward, [&](int64_t t) {
    if (t < 3)
      barrier();
  });
  EXPECT_EQ(wrong, "threads wait for others that never come: 3 of 8 are at a "
                   "barrier, 5 are done");
}

} // namespace
