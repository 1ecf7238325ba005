// A pool of threads that claim tiles one by one.
//
// Nothing waits for a thread as such, only for tiles: a worker that the
// system took its core from delays a launch by the one tile it holds, and one
// that holds none by nothing.
#ifndef TENON_RUNTIME_CPU_THREADPOOL_H
#define TENON_RUNTIME_CPU_THREADPOOL_H

#include "runtime/core/Array.h"
#include "runtime/core/Diagnostic.h"

#include <atomic>
#include <pthread.h>

namespace tenon::rt {

/// Runs tiles [begin, end) as worker `worker`.
using TileFunction = void (*)(void *task, int64_t begin, int64_t end,
                              int worker);

/// Runs one task at a time; only one thread may call run, which works along as
/// worker 0. Allocates in start only.
class ThreadPool {
public:
  ThreadPool() = default;
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;
  ~ThreadPool();

  /// Starts `threads` - 1 workers; to be called once. Errors: System,
  /// OutOfMemory.
  Code start(int threads, Diagnostic &diagnostic);

  /// Runs all tiles and returns when the last is done. 0 <= tiles < 2^31.
  void run(int64_t tiles, TileFunction function, void *task);

  /// Workers, the caller included.
  int size() const { return static_cast<int>(workers.size()) + 1; }

private:
  struct Worker {
    ThreadPool *pool = nullptr;
    int index = 0;
    pthread_t thread = {};
    bool started = false;
  };

  static void *threadMain(void *worker);
  void workerLoop(int index);
  // Claims and runs tiles until none is left.
  void work(int index);
  bool awaitTiles();
  void awaitDone(uint32_t tiles);

  // The task. Written while no tile is left to claim and none is under way,
  // read only by who has claimed one.
  TileFunction function = nullptr;
  void *task = nullptr;
  int64_t tiles = 0;

  // Tiles that are not claimed; below zero after claims that came too late.
  alignas(64) std::atomic<int64_t> unclaimed{0};
  // Tiles that are done. A futex for the caller.
  alignas(64) std::atomic<uint32_t> done{0};
  std::atomic<uint32_t> callerSleeps{0};
  // Counts tasks. A futex for the workers.
  alignas(64) std::atomic<uint32_t> signal{0};
  std::atomic<uint32_t> sleepers{0};
  std::atomic<bool> stopping{false};

  int spins = 0;
  Array<Worker> workers;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_CPU_THREADPOOL_H
