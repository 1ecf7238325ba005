// Loads a code image into the test's process through dlopen of a memory file.

#ifndef TENON_TEST_BACKENDS_CPU_SUPPORT_LOADEDIMAGE_H
#define TENON_TEST_BACKENDS_CPU_SUPPORT_LOADEDIMAGE_H

#include "backends/cpu/codegen/ImageLinker.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace tenon::cpu {

using KernelFunction = void (*)(void *const *buffers, const int64_t *scalars,
                                void *scratch, int64_t tileBegin,
                                int64_t tileEnd);

/// Owns a loaded image; kernels are valid while it lives.
class LoadedImage {
public:
  explicit LoadedImage(const CodeImage &image) {
    descriptor = ::memfd_create("kernels", MFD_CLOEXEC);
    if (::write(descriptor, image.bytes.data(), image.bytes.size()) !=
        static_cast<ssize_t>(image.bytes.size()))
      std::abort();
    std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle)
      error = ::dlerror();
  }
  ~LoadedImage() {
    if (handle)
      ::dlclose(handle);
    ::close(descriptor);
  }
  LoadedImage(const LoadedImage &) = delete;
  LoadedImage &operator=(const LoadedImage &) = delete;

  /// The kernel, or null.
  KernelFunction kernel(const char *name) const {
    return handle ? reinterpret_cast<KernelFunction>(::dlsym(handle, name))
                  : nullptr;
  }

  /// Why loading failed; empty when it did not.
  std::string error;

private:
  void *handle = nullptr;
  /// Open as long as the image is loaded: dlopen takes a path it has seen for
  /// the same library, and the path is the descriptor's number.
  int descriptor = -1;
};

} // namespace tenon::cpu

#endif // TENON_TEST_BACKENDS_CPU_SUPPORT_LOADEDIMAGE_H
