// A training step allocates nothing: the batch is gathered into buffers that
// were made before, and the state is updated in place.

#include "test/runtime/support/AllocationCounter.h"
#include "test/runtime/support/TrainingModel.h"

#include <gtest/gtest.h>

namespace tenon::test {
namespace {

class CountBetweenSteps : public training::Observer {
public:
  void afterStep(int64_t step, double) override {
    if (step == 0)
      startCounting();
    if (step == 9)
      allocations = stopCounting();
  }
  int allocations = -1;
};

TEST(Allocations, NoneInATrainingStep) {
  if (!canCountAllocations())
    GTEST_SKIP() << "a sanitizer owns malloc";
  auto session = openTraining(writeTrainingModel(), 2);
  training::Dataset data = examples(20);
  std::unique_ptr<training::Trainer> trainer;
  // Two steps an epoch: shuffling anew is part of it.
  ASSERT_EQ(training::Trainer::create(*session, data, nullptr,
                                      {.steps = 10, .seed = 3}, trainer)
                .code,
            TN_OK);
  CountBetweenSteps observer;
  ASSERT_EQ(trainer->run(observer, nullptr).code, TN_OK);
  EXPECT_EQ(observer.allocations, 0);
}

} // namespace
} // namespace tenon::test
