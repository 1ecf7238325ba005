// Running an entry allocates nothing.

#include "test/runtime/support/AllocationCounter.h"
#include "test/runtime/support/TestGpu.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tenon::test {
namespace {

class Allocations : public testing::TestWithParam<std::tuple<int, bool>> {};

/// Runs an entry in many ways and allows no allocation meanwhile.
void checkRuns(const SessionPtr &session) {
  std::vector<float> x = testInput(24), y(x.size());
  int64_t large[] = {24, kWidth}, small[] = {8, kWidth};
  tn_tensor tensors[] = {{TN_F32, 2, large, x.data()},
                         {TN_F32, 2, small, x.data()}};
  tn_diagnostic diagnostic;

  startCounting();
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
  int allocations = stopCounting();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(allocations, 0);
}

TEST_P(Allocations, NoneWhileRunning) {
  if (!canCountAllocations())
    GTEST_SKIP() << "a sanitizer owns malloc";
  auto [threads, profile] = GetParam();
  ModelPtr model = load(writeModel(testContents()));
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = threads;
  options.profile = profile;
  checkRuns(open(model, &options));
}

TEST_P(Allocations, NoneWhileRunningOnAGpu) {
  if (!canCountAllocations())
    GTEST_SKIP() << "a sanitizer owns malloc";
  // Kernels that do nothing: those of the tests allocate.
  testGpu().launch = nullptr;
  ModelPtr model = load(writeModel(gpuContents()));
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.profile = std::get<1>(GetParam());
  checkRuns(open(model, &options));
}

INSTANTIATE_TEST_SUITE_P(Threads, Allocations,
                         testing::Combine(testing::Values(1, 2, 3),
                                          testing::Bool()));

TEST(AllocationCounter, Counts) {
  if (!canCountAllocations())
    GTEST_SKIP() << "a sanitizer owns malloc";
  startCounting();
  void *volatile memory = malloc(10);
  free(memory);
  memory = operator new(10);
  operator delete(memory);
  int allocations = stopCounting();
  EXPECT_EQ(allocations, 2);
}

} // namespace
} // namespace tenon::test
