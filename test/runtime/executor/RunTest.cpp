// Runs give the right numbers, and the same ones however tiles are spread.

#include "runtime/capi/tenon_inspect.h"
#include "test/runtime/support/TestModel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>

namespace tenon::test {
namespace {

TEST(Run, GivesTheRightNumbers) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = open(model);
  std::vector<float> x = testInput(8);
  EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  std::vector<float> table = runOnce(model, session, "table", x);
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(table[i], (x[i] + 1) * 2 + 1);
}

TEST(Run, PicksTheSpecializationByShape) {
  ModelPtr model = load(writeModel(testContents()));
  SessionPtr session = open(model);
  for (int64_t rows : {8, 24, 8, 24}) {
    std::vector<float> x = testInput(rows);
    EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
    uint32_t specialization;
    ASSERT_EQ(tn_session_select(session.get(), 0, &specialization, nullptr),
              TN_OK);
    EXPECT_EQ(specialization, rows == 8 ? 0u : 1u);
  }
}

class RunThreads : public testing::TestWithParam<int> {};

TEST_P(RunThreads, SameBits) {
  ModelPtr model = load(writeModel(testContents()));
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = GetParam();
  SessionPtr session = open(model, &options);
  std::vector<float> x = testInput(24);
  for (int round = 0; round < 50; ++round)
    ASSERT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
}

INSTANTIATE_TEST_SUITE_P(Threads, RunThreads, testing::Values(1, 2, 3, 7));

// A caller's loop that runs tiles in random order and ranges on its own
// threads.
struct Shuffled {
  std::mt19937 random{7};
  int threads = 3;

  static void run(void *user, int64_t tiles, tn_tile_fn body, void *task) {
    auto *self = static_cast<Shuffled *>(user);
    std::vector<std::pair<int64_t, int64_t>> ranges;
    for (int64_t begin = 0; begin < tiles;) {
      int64_t end = std::min<int64_t>(tiles, begin + 1 + self->random() % 3);
      ranges.push_back({begin, end});
      begin = end;
    }
    std::shuffle(ranges.begin(), ranges.end(), self->random);
    std::vector<std::thread> workers;
    for (int w = 0; w < self->threads; ++w)
      workers.emplace_back([&, w] {
        for (size_t i = w; i < ranges.size(); i += self->threads)
          body(task, ranges[i].first, ranges[i].second, w);
      });
    for (std::thread &worker : workers)
      worker.join();
  }
};

TEST(Run, SameBitsWithTilesInRandomOrder) {
  ModelPtr model = load(writeModel(testContents()));
  Shuffled shuffled;
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = shuffled.threads;
  options.parallel_for = Shuffled::run;
  options.parallel_for_user = &shuffled;
  SessionPtr session = open(model, &options);
  std::vector<float> x = testInput(24);
  for (int round = 0; round < 20; ++round)
    ASSERT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
}

TEST(Run, ManySessionsAtOnce) {
  ModelPtr model = load(writeModel(testContents()));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      tn_session_options options = TN_SESSION_OPTIONS_INIT;
      options.threads = 1 + t % 2;
      SessionPtr session = open(model, &options);
      std::vector<float> x = testInput(8 + 16 * (t % 2));
      for (int round = 0; round < 20; ++round)
        EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Run, UsesTheCallersArena) {
  ModelPtr model = load(writeModel(testContents()));
  size_t size, alignment;
  ASSERT_EQ(tn_model_session_memory(model.get(), 2, &size, &alignment, nullptr),
            TN_OK);
  EXPECT_GE(size, 24u * 256u + 2 * 256u);
  auto *arena = static_cast<char *>(aligned_alloc(4096, 1 << 16));
  ASSERT_LE(size, size_t{1} << 16);
  std::fill(arena, arena + (1 << 16), 0x55);
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = 2;
  options.arena = arena;
  options.arena_size = size;
  {
    SessionPtr session = open(model, &options);
    std::vector<float> x = testInput(24);
    EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  }
  EXPECT_TRUE(std::all_of(arena + size, arena + (1 << 16),
                          [](char c) { return c == 0x55; }));

  tn_session *session = nullptr;
  options.arena_size = size - 1;
  EXPECT_EQ(tn_session_create(model.get(), &options, &session, nullptr),
            TN_SIZE_MISMATCH);
  options.arena_size = size + 4;
  options.arena = arena + 4;
  EXPECT_EQ(tn_session_create(model.get(), &options, &session, nullptr),
            TN_MISALIGNED);
  free(arena);
}

TEST(Run, KeepsTimesOnRequest) {
  ModelPtr model = load(writeModel(testContents()));
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.profile = 1;
  SessionPtr session = open(model, &options);
  std::vector<float> x = testInput(8);
  for (int round = 0; round < 3; ++round)
    runOnce(model, session, "predict", x);
  tn_step_times first, second;
  ASSERT_EQ(tn_session_step_times(session.get(), 0, 0, 0, &first, nullptr),
            TN_OK);
  ASSERT_EQ(tn_session_step_times(session.get(), 0, 0, 1, &second, nullptr),
            TN_OK);
  EXPECT_EQ(first.runs, 3u);
  EXPECT_LE(first.least_duration, first.last_duration);
  EXPECT_GE(first.total_duration, 3 * first.least_duration);
  EXPECT_GE(second.last_begin, first.last_begin + first.last_duration);
  EXPECT_EQ(tn_session_step_times(session.get(), 0, 0, 2, &first, nullptr),
            TN_INDEX_OUT_OF_RANGE);
  SessionPtr plain = open(model);
  EXPECT_EQ(tn_session_step_times(plain.get(), 0, 0, 0, &first, nullptr),
            TN_INVALID_ARGUMENT);
}

TEST(Run, RefusesBadThreadCounts) {
  ModelPtr model = load(writeModel(testContents()));
  tn_session *session = nullptr;
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  for (int threads : {-1, 1025}) {
    options.threads = threads;
    EXPECT_EQ(tn_session_create(model.get(), &options, &session, nullptr),
              TN_INVALID_ARGUMENT);
  }
  options.threads = 0;
  options.parallel_for = Shuffled::run;
  EXPECT_EQ(tn_session_create(model.get(), &options, &session, nullptr),
            TN_INVALID_ARGUMENT);
  options = TN_SESSION_OPTIONS_INIT;
  options.guard = 3;
  EXPECT_EQ(tn_session_create(model.get(), &options, &session, nullptr),
            TN_INVALID_ARGUMENT);
}

} // namespace
} // namespace tenon::test
