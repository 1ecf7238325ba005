#include "runtime/core/Parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <pthread.h>
#include <set>
#include <vector>

namespace tenon::rt {
namespace {

struct Seen {
  std::vector<std::atomic<int>> calls;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  std::set<pthread_t> threads;

  explicit Seen(size_t count) : calls(count) {}
};

void visit(void *argument, uint32_t i) {
  auto &seen = *static_cast<Seen *>(argument);
  ++seen.calls[i];
  pthread_mutex_lock(&seen.mutex);
  seen.threads.insert(pthread_self());
  pthread_mutex_unlock(&seen.mutex);
}

TEST(Parallel, CallsEachOnce) {
  for (int threads : {1, 2, 3, 7, 100})
    for (uint32_t count : {0u, 1u, 2u, 5u, 1000u}) {
      Seen seen(count);
      parallelFor(threads, count, visit, &seen);
      for (uint32_t i = 0; i < count; ++i)
        EXPECT_EQ(seen.calls[i], 1) << i << " of " << count;
      EXPECT_LE(seen.threads.size(), static_cast<size_t>(threads));
    }
}

TEST(Parallel, OneThreadIsTheCallers) {
  Seen seen(20);
  parallelFor(1, 20, visit, &seen);
  EXPECT_EQ(seen.threads, std::set<pthread_t>{pthread_self()});
}

TEST(Parallel, ThereIsACpu) { EXPECT_GE(availableCpus(), 1); }

} // namespace
} // namespace tenon::rt
