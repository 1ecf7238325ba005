// Wrong inputs and outputs: each refused with one line that names the tensor.

#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tenon::test {
namespace {

using testing::HasSubstr;

class Binding : public testing::Test {
protected:
  void SetUp() override {
    model = load(writeModel(testContents()));
    session = open(model);
    x = testInput(24);
    y.resize(x.size());
  }

  tn_code bindInput(std::vector<int64_t> shape, int32_t dtype = TN_F32,
                    uint32_t index = 0, uint32_t entry = 0) {
    tn_tensor tensor{dtype, static_cast<int32_t>(shape.size()), shape.data(),
                     x.data()};
    return tn_session_bind_input(session.get(), entry, index, &tensor,
                                 &diagnostic);
  }
  tn_code bindOutput(void *data, size_t size, uint32_t index = 0) {
    return tn_session_bind_output(session.get(), 0, index, data, size,
                                  &diagnostic);
  }
  tn_code run(uint32_t entry = 0) {
    return tn_session_run(session.get(), entry, &diagnostic);
  }

  ModelPtr model;
  SessionPtr session;
  std::vector<float> x, y;
  tn_diagnostic diagnostic;
};

TEST_F(Binding, WrongType) {
  EXPECT_EQ(bindInput({8, 64}, TN_I32), TN_DTYPE_MISMATCH);
  EXPECT_STREQ(diagnostic.message, "input 0 ('x') is f32, not i32");
  EXPECT_EQ(bindInput({8, 64}, 77), TN_DTYPE_MISMATCH);
  EXPECT_EQ(bindInput({8, 64}, -1), TN_DTYPE_MISMATCH);
}

TEST_F(Binding, OutputShape) {
  int64_t shape[2] = {};
  auto ask = [&](uint32_t index, int32_t rank) {
    return tn_session_output_shape(session.get(), 0, index, shape, rank,
                                   &diagnostic);
  };
  ASSERT_EQ(bindInput({8, 64}), TN_OK);
  ASSERT_EQ(bindOutput(y.data(), y.size() * sizeof(float)), TN_OK);
  EXPECT_EQ(ask(0, 2), TN_NOT_BOUND);
  ASSERT_EQ(run(), TN_OK);
  ASSERT_EQ(ask(0, 2), TN_OK);
  EXPECT_EQ(shape[0], 8);
  EXPECT_EQ(shape[1], 64);
  EXPECT_EQ(ask(0, 1), TN_INVALID_ARGUMENT);
  EXPECT_EQ(ask(1, 2), TN_INDEX_OUT_OF_RANGE);
  // What is bound anew has not run yet.
  ASSERT_EQ(bindInput({24, 64}), TN_OK);
  EXPECT_EQ(ask(0, 2), TN_NOT_BOUND);
}

TEST_F(Binding, WrongShape) {
  EXPECT_EQ(bindInput({9, 64}), TN_SHAPE_MISMATCH);
  EXPECT_STREQ(diagnostic.message, "input 0 ('x') is f32[8,64] (or another "
                                   "compiled shape), not f32[9,64]");
  EXPECT_EQ(bindInput({8, 64, 1}), TN_SHAPE_MISMATCH);
  EXPECT_EQ(bindInput({}), TN_SHAPE_MISMATCH);
  EXPECT_EQ(bindInput({64, 8}), TN_SHAPE_MISMATCH);
}

TEST_F(Binding, WrongNumbers) {
  EXPECT_EQ(bindInput({8, 64}, TN_F32, 1), TN_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(bindInput({8, 64}, TN_F32, 0, 9), TN_NO_SUCH_ENTRY);
  EXPECT_EQ(bindOutput(y.data(), 4, 1), TN_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(run(9), TN_NO_SUCH_ENTRY);
}

TEST_F(Binding, NotBound) {
  EXPECT_EQ(run(), TN_NOT_BOUND);
  EXPECT_STREQ(diagnostic.message, "input 0 ('x') is not bound");
  ASSERT_EQ(bindInput({8, 64}), TN_OK);
  EXPECT_EQ(run(), TN_NOT_BOUND);
  EXPECT_STREQ(diagnostic.message, "output 0 ('y') is not bound");
}

TEST_F(Binding, OutputTooSmall) {
  ASSERT_EQ(bindInput({24, 64}), TN_OK);
  ASSERT_EQ(bindOutput(y.data(), 8 * 256), TN_OK);
  EXPECT_EQ(run(), TN_SIZE_MISMATCH);
  EXPECT_STREQ(diagnostic.message, "output 0 ('y') needs 6144 bytes, not 2048");
}

TEST_F(Binding, OutputOverInput) {
  ASSERT_EQ(bindInput({8, 64}), TN_OK);
  ASSERT_EQ(bindOutput(x.data() + 8 * 64 - 1, 8 * 256), TN_OK);
  EXPECT_EQ(run(), TN_OVERLAP);
  ASSERT_EQ(bindOutput(x.data() + 8 * 64, 8 * 256), TN_OK);
  EXPECT_EQ(run(), TN_OK);
}

TEST_F(Binding, MisalignedAndMissing) {
  ASSERT_EQ(bindOutput(reinterpret_cast<char *>(y.data()) + 2, 2048),
            TN_MISALIGNED);
  EXPECT_EQ(bindOutput(nullptr, 2048), TN_INVALID_ARGUMENT);
  int64_t shape[] = {8, 64};
  tn_tensor none{TN_F32, 2, shape, nullptr};
  EXPECT_EQ(tn_session_bind_input(session.get(), 0, 0, &none, &diagnostic),
            TN_INVALID_ARGUMENT);
  tn_tensor shapeless{TN_F32, 2, nullptr, x.data()};
  EXPECT_EQ(tn_session_bind_input(session.get(), 0, 0, &shapeless, &diagnostic),
            TN_INVALID_ARGUMENT);
  EXPECT_EQ(tn_session_bind_input(session.get(), 0, 0, nullptr, nullptr),
            TN_INVALID_ARGUMENT);
  EXPECT_EQ(tn_session_run(nullptr, 0, nullptr), TN_INVALID_ARGUMENT);
}

TEST_F(Binding, AFailedBindLeavesTheOldOne) {
  ASSERT_EQ(bindInput({8, 64}), TN_OK);
  ASSERT_EQ(bindOutput(y.data(), y.size() * 4), TN_OK);
  EXPECT_NE(bindInput({9, 64}), TN_OK);
  EXPECT_EQ(run(), TN_OK);
}

// Two inputs whose shapes exist, but not together.
TEST(BindingShapes, MustGoTogether) {
  artifact::ArtifactContents contents = testContents();
  for (artifact::Entry &entry : contents.entries)
    if (entry.name == "predict") {
      artifact::Tensor second = entry.inputs[0];
      second.name = "x2";
      entry.inputs.push_back(second);
    }
  ModelPtr model = load(writeModel(contents));
  SessionPtr session = open(model);
  std::vector<float> x = testInput(24);
  for (uint32_t index : {0, 1}) {
    int64_t shape[] = {index ? 8 : 24, kWidth};
    tn_tensor tensor{TN_F32, 2, shape, x.data()};
    ASSERT_EQ(tn_session_bind_input(session.get(), 0, index, &tensor, nullptr),
              TN_OK);
  }
  tn_diagnostic diagnostic;
  EXPECT_EQ(tn_session_run(session.get(), 0, &diagnostic), TN_SHAPE_MISMATCH);
  EXPECT_THAT(diagnostic.message, HasSubstr("do not go together"));
}

// A second thread is told, and does no harm.
TEST(BindingThreads, OneAtATime) {
  ModelPtr model = load(writeModel(testContents()));
  struct Held {
    std::atomic<bool> inside{false}, release{false};
    static void run(void *user, int64_t tiles, tn_tile_fn body, void *task) {
      auto *held = static_cast<Held *>(user);
      held->inside = true;
      while (!held->release)
        std::this_thread::yield();
      body(task, 0, tiles, 0);
    }
  } held;
  tn_session_options options = TN_SESSION_OPTIONS_INIT;
  options.threads = 2;
  options.parallel_for = Held::run;
  options.parallel_for_user = &held;
  SessionPtr session = open(model, &options);
  std::vector<float> x = testInput(8), y;
  std::thread runner([&] { y = runOnce(model, session, "predict", x); });
  while (!held.inside)
    std::this_thread::yield();
  EXPECT_EQ(tn_session_run(session.get(), 0, nullptr), TN_BUSY);
  EXPECT_EQ(tn_session_read_variable(session.get(), 1, x.data(), 256, nullptr),
            TN_BUSY);
  held.release = true;
  runner.join();
  EXPECT_EQ(y, expectedPrediction(x));
}

} // namespace
} // namespace tenon::test
