#include "runtime/cpu/ThreadPool.h"

#include "runtime/core/Parallel.h"
#include "runtime/cpu/FloatEnvironment.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tenon::rt {

namespace {

// About 50 us of pauses: longer than the gap between two launches, shorter
// than a person's patience with a busy core.
constexpr int kSpins = 2000;

void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  static_assert(sizeof(word) == sizeof(uint32_t));
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futexWake(std::atomic<uint32_t> &word, int count) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

} // namespace

Code ThreadPool::start(int threads, Diagnostic &diagnostic) {
  // With more threads than cores a spinning one keeps another from its tile.
  spins = threads <= availableCpus() ? kSpins : 0;
  if (!workers.create(static_cast<size_t>(threads - 1)))
    return diagnostic.fail(Code::OutOfMemory, "no memory for the thread pool");
  // The application's signals are for its own threads.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int error = 0;
  for (size_t i = 0; i < workers.size() && error == 0; ++i) {
    Worker &w = workers[i];
    w.pool = this;
    w.index = static_cast<int>(i) + 1;
    error = pthread_create(&w.thread, nullptr, threadMain, &w);
    w.started = error == 0;
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  if (error)
    return diagnostic.fail(Code::System, "cannot start %d threads: %s", threads,
                           strerror(error));
  return Code::Ok;
}

ThreadPool::~ThreadPool() {
  stopping.store(true, std::memory_order_seq_cst);
  signal.fetch_add(1, std::memory_order_seq_cst);
  futexWake(signal, INT_MAX);
  for (Worker &w : workers)
    if (w.started)
      pthread_join(w.thread, nullptr);
}

void *ThreadPool::threadMain(void *argument) {
  auto *worker = static_cast<Worker *>(argument);
  char name[16];
  snprintf(name, sizeof(name), "tenon-%d", worker->index);
  pthread_setname_np(pthread_self(), name);
  worker->pool->workerLoop(worker->index);
  return nullptr;
}

void ThreadPool::workerLoop(int index) {
  // A thread inherits its creator's rounding and flush modes.
  FloatEnvironment environment;
  while (awaitTiles())
    work(index);
}

bool ThreadPool::awaitTiles() {
  for (;;) {
    for (int i = 0; i <= spins; ++i) {
      if (stopping.load(std::memory_order_relaxed))
        return false;
      if (unclaimed.load(std::memory_order_relaxed) > 0)
        return true;
      pause();
    }
    // Read the count first: a task that comes after changes it, so that the
    // wait returns at once.
    uint32_t seen = signal.load(std::memory_order_seq_cst);
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    if (unclaimed.load(std::memory_order_seq_cst) <= 0 &&
        !stopping.load(std::memory_order_seq_cst))
      futexWait(signal, seen);
    sleepers.fetch_sub(1, std::memory_order_seq_cst);
  }
}

void ThreadPool::work(int index) {
  uint32_t finished = 0;
  uint32_t total = 0;
  // A claim is valid for whichever task is current when it is made: the task
  // cannot end before the claimed tile is done, so its fields stand still.
  while (unclaimed.load(std::memory_order_relaxed) > 0) {
    int64_t left = unclaimed.fetch_sub(1, std::memory_order_acquire);
    if (left <= 0)
      break;
    total = static_cast<uint32_t>(tiles);
    int64_t tile = tiles - left;
    function(task, tile, tile + 1, index);
    ++finished;
  }
  if (finished == 0)
    return;
  // Sums what this worker did in one step. Nobody reports later: the task is
  // over only when every claimed tile was counted.
  uint32_t before = done.fetch_add(finished, std::memory_order_seq_cst);
  if (index != 0 && before + finished == total &&
      callerSleeps.load(std::memory_order_seq_cst))
    futexWake(done, 1);
}

void ThreadPool::awaitDone(uint32_t tiles) {
  for (int i = 0; i <= spins; ++i) {
    if (done.load(std::memory_order_acquire) == tiles)
      return;
    pause();
  }
  callerSleeps.store(1, std::memory_order_seq_cst);
  for (;;) {
    uint32_t seen = done.load(std::memory_order_seq_cst);
    if (seen == tiles)
      break;
    futexWait(done, seen);
  }
  callerSleeps.store(0, std::memory_order_relaxed);
}

void ThreadPool::run(int64_t count, TileFunction tileFunction, void *argument) {
  if (count <= 0)
    return;
  if (count == 1 || workers.empty()) {
    tileFunction(argument, 0, count, /*worker=*/0);
    return;
  }
  function = tileFunction;
  task = argument;
  tiles = count;
  done.store(0, std::memory_order_relaxed);
  unclaimed.store(count, std::memory_order_seq_cst);
  signal.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers.load(std::memory_order_seq_cst) > 0)
    futexWake(signal, static_cast<int>(count - 1));
  work(/*index=*/0);
  awaitDone(static_cast<uint32_t>(count));
}

} // namespace tenon::rt
