#include "tools/tenon/HeapPages.h"

#include <cstdint>
#include <cstdlib>
#include <limits>

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace tenon::tool {

void useLargeHeapPages() {
#ifdef __GLIBC__
  constexpr int kMiB = 1 << 20;
  constexpr int kReserve = 1024 * kMiB;
  constexpr uintptr_t kLargePage = 2 * kMiB;
  // Arrays of some MiB come from the heap as well, not each from a mapping of
  // its own, and what is freed at the heap's end stays for what follows.
  mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  // All threads share this heap: most of the time one of them compiles.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, kReserve);
  auto begin = reinterpret_cast<uintptr_t>(sbrk(0));
  // More than the heap has left, so that it grows; volatile, or the compiler
  // would leave both calls out.
  void *volatile block = std::malloc(16 * kMiB);
  auto end = reinterpret_cast<uintptr_t>(sbrk(0));
  std::free(block);
  mallopt(M_TOP_PAD, 64 * kMiB);
  begin = (begin + kLargePage - 1) / kLargePage * kLargePage;
  end = end / kLargePage * kLargePage;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

} // namespace tenon::tool
