#include "runtime/cuda/Driver.h"

#include <cstdio>
#include <dlfcn.h>
#include <pthread.h>

namespace tenon::rt::cuda {

namespace {

// Written once, under pthread_once.
Driver theDriver;
bool isOpen = false;
char reason[200];
pthread_once_t once = PTHREAD_ONCE_INIT;

void openOnce() {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *error = dlerror();
    snprintf(reason, sizeof(reason),
             "the NVIDIA driver's library cannot be opened (%s)",
             error ? error : "libcuda.so.1");
    return;
  }
  const char *missing = nullptr;
  auto find = [&](const char *symbol) {
    void *address = dlsym(library, symbol);
    if (!address && !missing)
      missing = symbol;
    return address;
  };
#define TN_CUDA_FIND(member, symbol, parameters)                               \
  theDriver.member = reinterpret_cast<Result(*) parameters>(find(symbol));
  TN_CUDA_FUNCTIONS(TN_CUDA_FIND)
#undef TN_CUDA_FIND
  if (missing) {
    snprintf(reason, sizeof(reason),
             "the NVIDIA driver is too old: it has no "
             "%s",
             missing);
    return;
  }
  Result result = theDriver.init(0);
  int count = 0;
  if (result == 0)
    result = theDriver.deviceCount(&count);
  if (result != 0) {
    const char *name = nullptr;
    theDriver.errorName(result, &name);
    snprintf(reason, sizeof(reason), "the NVIDIA driver does not start: %s",
             name ? name : "unknown error");
    return;
  }
  if (count == 0) {
    snprintf(reason, sizeof(reason), "the NVIDIA driver has no GPU");
    return;
  }
  isOpen = true;
}

} // namespace

Code Driver::open(const Driver *&driver, Diagnostic &diagnostic) {
  pthread_once(&once, openOnce);
  if (!isOpen)
    return diagnostic.fail(Code::NoGpu, "no GPU can be used: %s", reason);
  driver = &theDriver;
  return Code::Ok;
}

Code Driver::fail(Result result, const char *what,
                  Diagnostic &diagnostic) const {
  const char *name = nullptr, *text = nullptr;
  errorName(result, &name);
  errorText(result, &text);
  return diagnostic.fail(result == kOutOfMemory ? Code::OutOfMemory
                                                : Code::GpuFailed,
                         "the GPU cannot %s: %s (%s)", what,
                         text ? text : "unknown error", name ? name : "?");
}

Code queryCapability(int &capability, Diagnostic &diagnostic) {
  const Driver *driver;
  TN_TRY(Driver::open(driver, diagnostic));
  DeviceId device = 0;
  int major = 0, minor = 0;
  TN_TRY(driver->check(driver->deviceGet(&device, 0), "be found", diagnostic));
  TN_TRY(
      driver->check(driver->deviceAttribute(&major, kCapabilityMajor, device),
                    "tell its compute capability", diagnostic));
  TN_TRY(
      driver->check(driver->deviceAttribute(&minor, kCapabilityMinor, device),
                    "tell its compute capability", diagnostic));
  capability = 10 * major + minor;
  return Code::Ok;
}

} // namespace tenon::rt::cuda
