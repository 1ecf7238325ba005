#include "test/runtime/support/AllocationCounter.h"

#include <atomic>
#include <cstdlib>

namespace {
std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

[[maybe_unused]] void count() {
  if (counting.load(std::memory_order_relaxed))
    ++allocations;
}
} // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TENON_OWN_MALLOC 0
#else
#define TENON_OWN_MALLOC 1
// Visible, so that shared libraries find them before glibc's own, which glibc
// also offers under the names below.
#pragma GCC visibility push(default)
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  count();
  return __libc_calloc(n, size);
}
void *realloc(void *old, size_t size) {
  count();
  return __libc_realloc(old, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
  count();
  *out = __libc_memalign(alignment, size);
  return *out ? 0 : 12;
}
}
#pragma GCC visibility pop
#endif

namespace tenon::test {

bool canCountAllocations() { return TENON_OWN_MALLOC; }

void startCounting() {
  allocations = 0;
  counting = true;
}

int stopCounting() {
  counting = false;
  return allocations;
}

} // namespace tenon::test
