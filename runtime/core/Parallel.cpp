#include "runtime/core/Parallel.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace tenon::rt {

namespace {

// More would wait for memory, not compute.
constexpr int kMaxThreads = 16;

struct Work {
  void (*body)(void *argument, uint32_t i);
  void *argument;
  uint32_t count;
  std::atomic<uint32_t> next{0};

  void run() {
    for (uint32_t i;
         (i = next.fetch_add(1, std::memory_order_relaxed)) < count;)
      body(argument, i);
  }
};

void *threadMain(void *work) {
  static_cast<Work *>(work)->run();
  return nullptr;
}

} // namespace

int availableCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return std::max(1, CPU_COUNT(&set));
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? static_cast<int>(count) : 1;
}

void parallelFor(int threads, uint32_t count,
                 void (*body)(void *argument, uint32_t i), void *argument) {
  Work work{body, argument, count};
  threads = std::min({threads, kMaxThreads, static_cast<int>(count)});
  pthread_t started[kMaxThreads];
  int running = 0;
  // The application's signals are for its own threads.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  while (running < threads - 1 &&
         pthread_create(&started[running], nullptr, threadMain, &work) == 0)
    ++running;
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  work.run();
  for (int i = 0; i < running; ++i)
    pthread_join(started[i], nullptr);
}

} // namespace tenon::rt
