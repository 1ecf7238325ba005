// Running an entry allocates nothing. Replaces the allocation functions, and
// so has a binary of its own.

#include "test/runtime/support/TestModel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>

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
namespace {

class Allocations : public testing::TestWithParam<std::tuple<int, bool>> {};

TEST_P(Allocations, NoneWhileRunning) {
  if (!TENON_OWN_MALLOC)
    GTEST_SKIP() << "a sanitizer owns malloc";
  auto [threads, profile] = GetParam();
  ModelPtr model = load(writeModel(testContents()));
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = threads;
  options.profile = profile;
  SessionPtr session = open(model, &options);
  std::vector<float> x = testInput(24), y(x.size());
  int64_t large[] = {24, kWidth}, small[] = {8, kWidth};
  tn_tensor tensors[] = {{TN_F32, 2, large, x.data()},
                         {TN_F32, 2, small, x.data()}};
  tn_diagnostic diagnostic;

  allocations = 0;
  counting = true;
  int failures = 0;
  // Binding, a change of specialization and a failing run are part of it.
  failures += tn_session_run(session.get(), 0, &diagnostic) != TN_NOT_BOUND;
  for (int round = 0; round < 20; ++round) {
    failures += tn_session_bind_input(session.get(), 0, 0, &tensors[round % 2],
                                      &diagnostic) != TN_OK;
    failures += tn_session_bind_output(session.get(), 0, 0, y.data(),
                                       y.size() * 4, &diagnostic) != TN_OK;
    failures += tn_session_run(session.get(), 0, &diagnostic) != TN_OK;
  }
  counting = false;
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(allocations, 0);
}

INSTANTIATE_TEST_SUITE_P(Threads, Allocations,
                         testing::Combine(testing::Values(1, 2, 3),
                                          testing::Bool()));

TEST(AllocationCounter, Counts) {
  if (!TENON_OWN_MALLOC)
    GTEST_SKIP() << "a sanitizer owns malloc";
  allocations = 0;
  counting = true;
  void *volatile memory = malloc(10);
  free(memory);
  memory = operator new(10);
  operator delete(memory);
  counting = false;
  EXPECT_EQ(allocations, 2);
}

} // namespace
} // namespace tenon::test
