// The device that calls kernels on this machine's cores.
#ifndef TENON_RUNTIME_CPU_CPUDEVICE_H
#define TENON_RUNTIME_CPU_CPUDEVICE_H

#include "runtime/cpu/ThreadPool.h"
#include "runtime/device/Device.h"

namespace tenon::rt {

/// A caller's way to run tiles in parallel: must call body for ranges that
/// cover [0, tiles) once, with worker numbers below the stated count that no
/// two calls use at the same time, and return when all are done.
using ParallelFor = void (*)(void *user, int64_t tiles, TileFunction body,
                             void *task);

/// Runs tiles on its own pool, or through a caller's parallel-for.
class CpuDevice final : public Device {
public:
  /// Starts a pool of `threads`, at least 1. Errors: those of ThreadPool.
  Code startPool(int threads, Diagnostic &diagnostic) {
    workerCount = threads;
    return pool.start(threads, diagnostic);
  }

  /// Uses the caller's instead, with worker numbers below `workers`.
  void use(ParallelFor function, void *user, int workers) {
    parallelFor = function;
    parallelForUser = user;
    workerCount = workers;
  }

  int workers() const override { return workerCount; }
  void launch(const KernelLaunch &launch) override;

private:
  ThreadPool pool;
  ParallelFor parallelFor = nullptr;
  void *parallelForUser = nullptr;
  int workerCount = 1;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_CPU_CPUDEVICE_H
