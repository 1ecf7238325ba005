#include "runtime/cpu/CpuDevice.h"

#include "runtime/cpu/FloatEnvironment.h"

namespace tenon::rt {

namespace {

void runTiles(void *task, int64_t begin, int64_t end, int worker) {
  const auto &launch = *static_cast<const KernelLaunch *>(task);
  launch.function(launch.buffers, launch.scalars, launch.scratch[worker], begin,
                  end);
}

// For threads that are not ours.
void runTilesAnywhere(void *task, int64_t begin, int64_t end, int worker) {
  FloatEnvironment environment;
  runTiles(task, begin, end, worker);
}

} // namespace

void CpuDevice::launch(const KernelLaunch &launch) {
  auto *task = const_cast<KernelLaunch *>(&launch);
  if (launch.numTiles == 1 || workerCount == 1) {
    FloatEnvironment environment;
    runTiles(task, 0, launch.numTiles, /*worker=*/0);
  } else if (parallelFor) {
    parallelFor(parallelForUser, launch.numTiles, runTilesAnywhere, task);
  } else {
    FloatEnvironment environment;
    pool.run(launch.numTiles, runTiles, task);
  }
}

} // namespace tenon::rt
