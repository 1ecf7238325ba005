#include "runtime/cpu/CpuDevice.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

namespace tenon::rt {
namespace {

struct Counts {
  std::vector<std::atomic<int>> tiles;
  std::atomic<int> badWorkers{0};
  int workers;
  Counts(size_t n, int workers) : tiles(n), workers(workers) {}

  static void run(void *task, int64_t begin, int64_t end, int worker) {
    auto *counts = static_cast<Counts *>(task);
    if (worker < 0 || worker >= counts->workers)
      ++counts->badWorkers;
    for (int64_t i = begin; i < end; ++i)
      ++counts->tiles[static_cast<size_t>(i)];
  }
};

class ThreadPoolSizes : public testing::TestWithParam<int> {};

TEST_P(ThreadPoolSizes, RunsEveryTileOnce) {
  ThreadPool pool;
  Diagnostic diagnostic;
  ASSERT_EQ(pool.start(GetParam(), diagnostic), Code::Ok);
  for (size_t tiles : {0, 1, 2, 3, 7, 64, 1000}) {
    Counts counts(tiles, GetParam());
    pool.run(static_cast<int64_t>(tiles), Counts::run, &counts);
    for (auto &count : counts.tiles)
      EXPECT_EQ(count, 1);
    EXPECT_EQ(counts.badWorkers, 0);
  }
}

// Short tasks one after another: claims that come late must fall into
// whichever task is current, and none may be lost.
TEST_P(ThreadPoolSizes, ManyShortTasks) {
  ThreadPool pool;
  Diagnostic diagnostic;
  ASSERT_EQ(pool.start(GetParam(), diagnostic), Code::Ok);
  for (int round = 0; round < 3000; ++round) {
    size_t tiles = 2 + round % 5;
    Counts counts(tiles, GetParam());
    pool.run(static_cast<int64_t>(tiles), Counts::run, &counts);
    for (auto &count : counts.tiles)
      ASSERT_EQ(count, 1) << "round " << round;
  }
}

// Pauses in between let the workers go to sleep.
TEST_P(ThreadPoolSizes, WakesSleepers) {
  ThreadPool pool;
  Diagnostic diagnostic;
  ASSERT_EQ(pool.start(GetParam(), diagnostic), Code::Ok);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Counts counts(50, GetParam());
    pool.run(50, Counts::run, &counts);
    for (auto &count : counts.tiles)
      ASSERT_EQ(count, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolSizes, testing::Values(1, 2, 3, 7));

// The others' tiles do not wait for a tile that is stuck.
TEST(ThreadPool, AStuckTileHoldsUpNothingElse) {
  ThreadPool pool;
  Diagnostic diagnostic;
  ASSERT_EQ(pool.start(3, diagnostic), Code::Ok);
  struct Task {
    std::atomic<int> others{0};
    std::atomic<bool> sawAll{false};
    static void run(void *argument, int64_t begin, int64_t end, int) {
      auto *task = static_cast<Task *>(argument);
      for (int64_t i = begin; i < end; ++i) {
        if (i != 0) {
          ++task->others;
          continue;
        }
        // Tile 0 ends only when all others have run elsewhere.
        for (int wait = 0; wait < 5000 && task->others < 99; ++wait)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        task->sawAll = task->others == 99;
      }
    }
  };
  Task task;
  pool.run(100, Task::run, &task);
  EXPECT_TRUE(task.sawAll);
}

TEST(ThreadPool, OneTileRunsOnTheCaller) {
  ThreadPool pool;
  Diagnostic diagnostic;
  ASSERT_EQ(pool.start(4, diagnostic), Code::Ok);
  struct Task {
    std::thread::id thread;
    static void run(void *argument, int64_t, int64_t, int) {
      static_cast<Task *>(argument)->thread = std::this_thread::get_id();
    }
  };
  Task task;
  pool.run(1, Task::run, &task);
  EXPECT_EQ(task.thread, std::this_thread::get_id());
}

TEST(ThreadPool, EndsWithoutEverRunning) {
  for (int round = 0; round < 50; ++round) {
    ThreadPool pool;
    Diagnostic diagnostic;
    ASSERT_EQ(pool.start(1 + round % 5, diagnostic), Code::Ok);
  }
}

#if defined(__x86_64__)
// A caller that flushes denormals gets the same bits, and its mode back.
TEST(CpuDevice, KeepsDenormals) {
  CpuDevice device;
  Diagnostic diagnostic;
  ASSERT_EQ(device.startPool(2, diagnostic), Code::Ok);
  static constexpr int64_t kTiles = 64;
  std::vector<float> out(kTiles);
  auto halve = [](void *const *buffers, const int64_t *, void *, int64_t begin,
                  int64_t end) {
    volatile float smallest = 2.0e-38f;
    for (int64_t i = begin; i < end; ++i)
      static_cast<float *>(buffers[0])[i] = smallest * 0.25f;
  };
  void *buffers[] = {out.data()};
  void *scratch[] = {nullptr, nullptr};
  unsigned flush = 0x1f80 | 0x8040;
  __builtin_ia32_ldmxcsr(flush);
  device.launch({halve, buffers, nullptr, scratch, kTiles});
  unsigned after = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(0x1f80);
  EXPECT_EQ(after & 0x8040, 0x8040u);
  for (float value : out) {
    EXPECT_GT(value, 0.0f);
    EXPECT_EQ(std::fpclassify(value), FP_SUBNORMAL);
  }
}
#endif

} // namespace
} // namespace tenon::rt
