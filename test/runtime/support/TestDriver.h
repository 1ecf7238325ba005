// A stand-in for NVIDIA's driver: a library of its name and functions over the
// process's memory, so that the runtime's side of a GPU is tested where there
// is none.
//
// It is as strict as a driver, or stricter. Device memory can be touched by no
// one but the driver's functions, which refuse ranges outside it. Code must be
// for the GPU that is pretended, and launches within its limits. Kernels do
// nothing, unless a hook is set that runs them.
//
// A program finds it by LD_LIBRARY_PATH=<the library's folder>, and says what
// it pretends in TENON_TEST_DRIVER: words of the form capability=80,
// devices=0, memory=4096 (bytes), fail=cuMemAlloc_v2:2 (a function and what it
// gives). A test opens it with openTestDriver and sets the same in the struct.
#ifndef TENON_TEST_RUNTIME_SUPPORT_TESTDRIVER_H
#define TENON_TEST_RUNTIME_SUPPORT_TESTDRIVER_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace tenon::test {

/// What a launch is, as the driver was told.
struct TestLaunch {
  const char *kernel;
  /// What `moduleTag` was when the kernel's module was loaded.
  void *tag;
  unsigned blocks, threads, sharedBytes;
  /// As many as the kernel has; each is the address of a pointer.
  void *const *arguments;
};

struct TestDriver {
  int capability = 90;
  int devices = 1;
  int processors = 2;
  /// Bytes that can be allocated at once.
  size_t memory = size_t{1} << 32;
  /// A function that fails, and what it gives; none while empty.
  std::string failing;
  int failure = 0;

  /// Runs a kernel, with device memory open; null: kernels do nothing. Gives
  /// false for a kernel that fails, which the next synchronization tells.
  bool (*launch)(const TestLaunch &) = nullptr;
  /// Belongs to the modules that are loaded from now on.
  void *moduleTag = nullptr;

  // What happened so far.
  size_t liveAllocations = 0, liveModules = 0, liveStreams = 0,
         liveContexts = 0;
  size_t launches = 0, synchronizations = 0;
  /// Whether the last module was loaded from PTX.
  bool loadedPtx = false;
};

/// Opens the library in this process, before anything else looks for the
/// driver, and gives its state; null if there is no such file.
TestDriver *openTestDriver(const char *path = TENON_TEST_DRIVER);

} // namespace tenon::test

#endif // TENON_TEST_RUNTIME_SUPPORT_TESTDRIVER_H
