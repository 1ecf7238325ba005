// The device that runs kernels on an NVIDIA GPU, through the driver.
#ifndef TENON_RUNTIME_CUDA_CUDADEVICE_H
#define TENON_RUNTIME_CUDA_CUDADEVICE_H

#include "runtime/core/Array.h"
#include "runtime/cuda/Driver.h"
#include "runtime/device/Device.h"

namespace tenon::rt {

/// The first GPU, with one stream of its own. Launches are queued; finish
/// waits. Several devices of one process share the GPU's primary context.
class CudaDevice final : public Device, public DeviceMemory {
public:
  CudaDevice() = default;
  CudaDevice(const CudaDevice &) = delete;
  CudaDevice &operator=(const CudaDevice &) = delete;
  ~CudaDevice();

  /// Opens the driver and takes the first GPU. Errors: NoGpu, GpuFailed.
  Code open(Diagnostic &diagnostic);

  /// Blocks that have scratch: two for each multiprocessor.
  int workers() const override { return workerCount; }
  DeviceMemory *memory() override { return this; }
  Code load(const Model &model, Diagnostic &diagnostic) override;
  void launch(const KernelLaunch &launch) override;
  void copy(void *to, const void *from, uint64_t size) override;
  Code finish(Diagnostic &diagnostic) override;

  Code allocate(uint64_t size, void *&pointer, Diagnostic &diagnostic) override;
  void release(void *pointer) override;
  Code clear(void *to, uint64_t size, Diagnostic &diagnostic) override;
  Code upload(void *to, const void *from, uint64_t size,
              Diagnostic &diagnostic) override;
  Code download(void *to, const void *from, uint64_t size,
                Diagnostic &diagnostic) override;
  Code enter(Diagnostic &diagnostic) override {
    return makeCurrent(diagnostic);
  }
  void queueUpload(void *to, const void *from, uint64_t size) override;
  void queueDownload(void *to, const void *from, uint64_t size) override;

private:
  // A kernel of the loaded model.
  struct Kernel {
    cuda::Function function = nullptr;
    uint32_t operands = 0;
    uint32_t threads = 0;
    uint32_t sharedSize = 0;
    bool hasScratch = false;
  };

  Code loadModule(const Model &model, Diagnostic &diagnostic);
  Code makeCurrent(Diagnostic &diagnostic);
  void note(cuda::Result result, const char *what);

  const cuda::Driver *driver = nullptr;
  cuda::DeviceId device = 0;
  cuda::Context context = nullptr;
  cuda::Stream stream = nullptr;
  cuda::Module module = nullptr;
  int capability = 0;
  int workerCount = 1;
  Array<Kernel> kernels;
  /// Addresses of one launch's arguments, as many as a kernel has at most.
  Array<void *> arguments;
  /// What failed since the last finish.
  cuda::Result failure = 0;
  const char *failedCall = "";
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_CUDA_CUDADEVICE_H
