// The part of the CUDA driver's interface that we use, opened when it is
// needed. Names, types and numbers are those of NVIDIA's published driver API
// (version 12), declared here so that nothing of the toolkit is needed.
#ifndef TENON_RUNTIME_CUDA_DRIVER_H
#define TENON_RUNTIME_CUDA_DRIVER_H

#include "runtime/core/Diagnostic.h"

namespace tenon::rt::cuda {

/// CUresult: 0 is success.
using Result = int;
using DeviceId = int;
using DevicePointer = unsigned long long;
struct ContextObject;
struct ModuleObject;
struct FunctionObject;
struct StreamObject;
using Context = ContextObject *;
using Module = ModuleObject *;
using Function = FunctionObject *;
using Stream = StreamObject *;

/// CUdevice_attribute, CUfunction_attribute, CUjit_option.
inline constexpr int kMultiprocessorCount = 16;
inline constexpr int kCapabilityMajor = 75;
inline constexpr int kCapabilityMinor = 76;
inline constexpr int kMaxDynamicSharedSize = 8;
inline constexpr int kJitErrorLog = 5;
inline constexpr int kJitErrorLogSize = 6;
/// CUDA_ERROR_OUT_OF_MEMORY.
inline constexpr Result kOutOfMemory = 2;

/// X(member, symbol, parameters) for every function that is used.
#define TN_CUDA_FUNCTIONS(X)                                                   \
  X(init, "cuInit", (unsigned))                                                \
  X(driverVersion, "cuDriverGetVersion", (int *))                              \
  X(errorName, "cuGetErrorName", (Result, const char **))                      \
  X(errorText, "cuGetErrorString", (Result, const char **))                    \
  X(deviceCount, "cuDeviceGetCount", (int *))                                  \
  X(deviceGet, "cuDeviceGet", (DeviceId *, int))                               \
  X(deviceName, "cuDeviceGetName", (char *, int, DeviceId))                    \
  X(deviceAttribute, "cuDeviceGetAttribute", (int *, int, DeviceId))           \
  X(contextRetain, "cuDevicePrimaryCtxRetain", (Context *, DeviceId))          \
  X(contextRelease, "cuDevicePrimaryCtxRelease_v2", (DeviceId))                \
  X(contextSet, "cuCtxSetCurrent", (Context))                                  \
  X(streamCreate, "cuStreamCreate", (Stream *, unsigned))                      \
  X(streamDestroy, "cuStreamDestroy_v2", (Stream))                             \
  X(streamSynchronize, "cuStreamSynchronize", (Stream))                        \
  X(memoryAllocate, "cuMemAlloc_v2", (DevicePointer *, size_t))                \
  X(memoryFree, "cuMemFree_v2", (DevicePointer))                               \
  X(memorySet, "cuMemsetD8Async",                                              \
    (DevicePointer, unsigned char, size_t, Stream))                            \
  X(copyToDevice, "cuMemcpyHtoDAsync_v2",                                      \
    (DevicePointer, const void *, size_t, Stream))                             \
  X(copyToHost, "cuMemcpyDtoHAsync_v2",                                        \
    (void *, DevicePointer, size_t, Stream))                                   \
  X(copyOnDevice, "cuMemcpyDtoDAsync_v2",                                      \
    (DevicePointer, DevicePointer, size_t, Stream))                            \
  X(moduleLoad, "cuModuleLoadDataEx",                                          \
    (Module *, const void *, unsigned, int *, void **))                        \
  X(moduleUnload, "cuModuleUnload", (Module))                                  \
  X(moduleFunction, "cuModuleGetFunction", (Function *, Module, const char *)) \
  X(functionSetAttribute, "cuFuncSetAttribute", (Function, int, int))          \
  X(launch, "cuLaunchKernel",                                                  \
    (Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,     \
     unsigned, Stream, void **, void **))

/// The opened driver.
struct Driver {
#define TN_CUDA_MEMBER(member, symbol, parameters) Result(*member) parameters;
  TN_CUDA_FUNCTIONS(TN_CUDA_MEMBER)
#undef TN_CUDA_MEMBER

  /// Opens libcuda.so.1 at the first call, initializes it, and keeps it for the
  /// life of the process. Any thread. Errors: NoGpu, with the reason.
  static Code open(const Driver *&driver, Diagnostic &diagnostic);

  /// Sets GpuFailed, or OutOfMemory, for a call `what` that gave `result`.
  Code fail(Result result, const char *what, Diagnostic &diagnostic) const;
  /// Ok, or the above.
  Code check(Result result, const char *what, Diagnostic &diagnostic) const {
    return result == 0 ? Code::Ok : fail(result, what, diagnostic);
  }
};

/// The compute capability of the first GPU, 10 * major + minor. Errors: NoGpu.
Code queryCapability(int &capability, Diagnostic &diagnostic);

} // namespace tenon::rt::cuda

#endif // TENON_RUNTIME_CUDA_DRIVER_H
