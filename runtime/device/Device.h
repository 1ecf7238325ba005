// What an executor asks of a device.
#ifndef TENON_RUNTIME_DEVICE_DEVICE_H
#define TENON_RUNTIME_DEVICE_DEVICE_H

#include "runtime/abi/kernel_abi.h"
#include "runtime/core/Diagnostic.h"

#include <cstring>

namespace tenon::rt {

class Model;

/// One kernel over all of its tiles.
struct KernelLaunch {
  tn_kernel_fn function; ///< null for a device with memory of its own
  void *const *buffers;
  const int64_t *scalars;
  void *const *scratch; ///< one pointer per worker
  int64_t numTiles;     ///< at least 1
  uint32_t kernel = 0;  ///< its number in the model
};

/// The memory of a device whose kernels cannot use the process's own. Pointers
/// to it mean nothing to the process. Copies happen in the order of launches.
class DeviceMemory {
public:
  /// Errors: OutOfMemory, GpuFailed.
  virtual Code allocate(uint64_t size, void *&pointer,
                        Diagnostic &diagnostic) = 0;
  virtual void release(void *pointer) = 0;
  /// Zeroes bytes, copies them there, and copies them back. All have happened
  /// on return. Errors: GpuFailed.
  virtual Code clear(void *to, uint64_t size, Diagnostic &diagnostic) = 0;
  virtual Code upload(void *to, const void *from, uint64_t size,
                      Diagnostic &diagnostic) = 0;
  virtual Code download(void *to, const void *from, uint64_t size,
                        Diagnostic &diagnostic) = 0;

  /// To be called before a thread queues launches or copies. Errors: GpuFailed.
  virtual Code enter(Diagnostic &diagnostic) = 0;
  /// Copies there and back in the order of launches. The process's memory
  /// belongs to them until `Device::finish`, which tells what failed.
  virtual void queueUpload(void *to, const void *from, uint64_t size) = 0;
  virtual void queueDownload(void *to, const void *from, uint64_t size) = 0;

protected:
  ~DeviceMemory() = default;
};

/// Runs kernels. Used by one thread at a time.
class Device {
public:
  /// How many kernel calls may be under way at once, and so how many scratch
  /// areas a launch must bring.
  virtual int workers() const = 0;

  /// Where kernels' buffers must be; null for the process's own memory.
  virtual DeviceMemory *memory() { return nullptr; }

  /// Gets ready to run the model's kernels. Errors: OutOfMemory, GpuFailed.
  virtual Code load(const Model &model, Diagnostic &diagnostic) {
    return Code::Ok;
  }

  /// Runs a launch; its effects are visible to the next. Allocates nothing.
  /// What fails is told by `finish`.
  virtual void launch(const KernelLaunch &launch) = 0;

  /// Copies between buffers, in the order of launches.
  virtual void copy(void *to, const void *from, uint64_t size) {
    memmove(to, from, size);
  }

  /// Waits until all that was launched is done. Errors: GpuFailed, for any
  /// launch or copy since the last call.
  virtual Code finish(Diagnostic &diagnostic) { return Code::Ok; }

protected:
  ~Device() = default;
};

/// Device memory that is given back with its owner.
class DeviceBuffer {
public:
  DeviceBuffer() = default;
  DeviceBuffer(const DeviceBuffer &) = delete;
  DeviceBuffer &operator=(const DeviceBuffer &) = delete;
  ~DeviceBuffer() {
    if (pointer)
      memory->release(pointer);
  }

  /// Takes `size` bytes, none for 0. Once per object.
  Code create(DeviceMemory &from, uint64_t size, Diagnostic &diagnostic) {
    memory = &from;
    return size ? from.allocate(size, pointer, diagnostic) : Code::Ok;
  }
  uint8_t *data() const { return static_cast<uint8_t *>(pointer); }

private:
  DeviceMemory *memory = nullptr;
  void *pointer = nullptr;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_DEVICE_DEVICE_H
