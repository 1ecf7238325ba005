// What an executor asks of a device.
#ifndef TENON_RUNTIME_DEVICE_DEVICE_H
#define TENON_RUNTIME_DEVICE_DEVICE_H

#include "runtime/abi/kernel_abi.h"

namespace tenon::rt {

/// One kernel over all of its tiles.
struct KernelLaunch {
  tn_kernel_fn function;
  void *const *buffers;
  const int64_t *scalars;
  void *const *scratch; ///< one pointer per worker
  int64_t numTiles;     ///< at least 1
};

/// Runs kernels. Used by one thread at a time.
class Device {
public:
  /// How many kernel calls may be under way at once, and so how many scratch
  /// areas a launch must bring.
  virtual int workers() const = 0;

  /// Runs a launch; its effects are visible to the next. Allocates nothing.
  virtual void launch(const KernelLaunch &launch) = 0;

protected:
  ~Device() = default;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_DEVICE_DEVICE_H
