// The runtime's side of a GPU, against a driver that is pretended: which code
// is chosen, what is said of each failure, and that nothing is left behind.

#include "test/runtime/support/Forged.h"
#include "test/runtime/support/TestGpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace tenon::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string describe(tn_code code, const tn_diagnostic &diagnostic) {
  return code == TN_OK
             ? ""
             : std::string(tn_code_name(code)) + " " + diagnostic.message;
}

/// Loads a file, opens a session and runs `predict` with the right result; the
/// line that ended it, or "".
std::string use(const std::string &path, const char *variant = nullptr) {
  tn_diagnostic diagnostic = {};
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.variant = variant;
  tn_model *loaded = nullptr;
  tn_code code =
      tn_model_load_file(path.c_str(), &options, &loaded, &diagnostic);
  ModelPtr model(loaded);
  if (code != TN_OK)
    return describe(code, diagnostic);
  tn_session *opened = nullptr;
  code = tn_session_create(loaded, nullptr, &opened, &diagnostic);
  SessionPtr session(opened);
  if (code != TN_OK)
    return describe(code, diagnostic);
  std::vector<float> x = testInput(8), y(x.size());
  int64_t shape[] = {8, kWidth};
  tn_tensor tensor{TN_F32, 2, shape, x.data()};
  EXPECT_EQ(tn_session_bind_input(opened, 0, 0, &tensor, nullptr), TN_OK);
  EXPECT_EQ(
      tn_session_bind_output(opened, 0, 0, y.data(), 4 * y.size(), nullptr),
      TN_OK);
  code = tn_session_run(opened, 0, &diagnostic);
  if (code == TN_OK)
    EXPECT_EQ(y, expectedPrediction(x));
  return describe(code, diagnostic);
}

size_t leftBehind(const TestDriver &driver) {
  return driver.liveAllocations + driver.liveModules + driver.liveStreams +
         driver.liveContexts;
}

//===----------------------------------------------------------------------===//
// Which code is chosen
//===----------------------------------------------------------------------===//

TEST(CudaDevice, TakesTheCubinOfItsGeneration) {
  TestDriver &driver = testGpu();
  std::string path = writeModel(gpuContents({"sm_80", "sm_90"}, true));
  for (int capability : {80, 86, 90}) {
    driver.capability = capability;
    EXPECT_EQ(use(path), "") << capability;
    EXPECT_FALSE(driver.loadedPtx) << capability;
  }
}

TEST(CudaDevice, CompilesPtxForALaterGeneration) {
  TestDriver &driver = testGpu();
  std::string path = writeModel(gpuContents({"sm_80"}, true));
  driver.capability = 90;
  EXPECT_EQ(use(path), "");
  EXPECT_TRUE(driver.loadedPtx);
  driver.capability = 120;
  EXPECT_EQ(use(writeModel(gpuContents({"sm_90"}))), "");
  EXPECT_TRUE(driver.loadedPtx);
}

TEST(CudaDevice, RefusesWhatNoVariantIsMadeFor) {
  TestDriver &driver = testGpu();
  driver.capability = 80;
  EXPECT_THAT(use(writeModel(gpuContents({"sm_90"}, true))),
              AllOf(HasSubstr("TN_GPU_UNSUITABLE"),
                    HasSubstr("the GPU has compute capability 8.0, which no "
                              "variant is made for")));
  std::string both = writeModel(gpuContents({"sm_80", "sm_90"}, true));
  EXPECT_THAT(use(both, "sm_90"), HasSubstr("TN_GPU_UNSUITABLE"));
  EXPECT_EQ(use(both, "sm_80"), "");
  EXPECT_THAT(use(both, "avx2"), HasSubstr("there is no variant 'avx2'"));
}

// Metadata may call an image what it is not; the driver knows.
TEST(CudaDevice, TellsWhatTheDriverSaysOfCodeThatDoesNotFit) {
  TestDriver &driver = testGpu();
  driver.capability = 80;
  Forged cubin(gpuContents({"sm_80"}, true));
  cubin.images[0] = testCubin(cubin.contents, "sm_90");
  EXPECT_THAT(use(cubin.write()),
              AllOf(HasSubstr("TN_GPU_FAILED"), HasSubstr("made for sm_90"),
                    HasSubstr("the GPU cannot load the code"),
                    HasSubstr("CUDA_ERROR_NO_BINARY_FOR_GPU")));
  Forged ptx(gpuContents());
  std::string text = ".version 7.8\n";
  ptx.images[0].assign(text.begin(), text.end());
  EXPECT_THAT(use(ptx.write()), AllOf(HasSubstr("no .target is named"),
                                      HasSubstr("CUDA_ERROR_INVALID_PTX")));
  Forged renamed(gpuContents());
  renamed.contents.kernels[1].name = "another_8";
  EXPECT_THAT(use(renamed.write()),
              AllOf(HasSubstr("another_8: the GPU cannot prepare a kernel"),
                    HasSubstr("CUDA_ERROR_NOT_FOUND")));
  EXPECT_EQ(leftBehind(driver), 0u);
}

TEST(CudaDevice, RefusesBlocksThatThisGpuCannotRun) {
  TestDriver &driver = testGpu();
  // As much as an sm_90 has, and more than an sm_80.
  artifact::ArtifactContents contents = gpuContents();
  contents.kernels[0].code[0].sharedSize = 200 * 1024;
  std::string path = writeModel(contents);
  EXPECT_EQ(use(path), "");
  driver.capability = 80;
  EXPECT_THAT(use(path), HasSubstr("the GPU cannot prepare a kernel"));
}

//===----------------------------------------------------------------------===//
// Failures
//===----------------------------------------------------------------------===//

class FailingDriver : public testing::TestWithParam<const char *> {};

// Whatever call fails, and wherever: an error of the GPU with the driver's own
// name for it, and everything is given back.
TEST_P(FailingDriver, IsTold) {
  TestDriver &driver = testGpu();
  std::string path = writeModel(gpuContents());
  driver.failing = GetParam();
  driver.failure = 719;
  EXPECT_THAT(use(path), AllOf(HasSubstr("TN_GPU_FAILED"),
                               HasSubstr("CUDA_ERROR_LAUNCH_FAILED"),
                               Not(HasSubstr("\n"))));
  EXPECT_EQ(leftBehind(driver), 0u);
  driver.failing.clear();
  EXPECT_EQ(use(path), "");
}

INSTANTIATE_TEST_SUITE_P(
    Calls, FailingDriver,
    testing::Values("cuDeviceGet", "cuDeviceGetAttribute",
                    "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent",
                    "cuStreamCreate", "cuStreamSynchronize", "cuMemAlloc_v2",
                    "cuMemsetD8Async", "cuMemcpyHtoDAsync_v2",
                    "cuMemcpyDtoHAsync_v2", "cuModuleLoadDataEx",
                    "cuModuleGetFunction", "cuFuncSetAttribute",
                    "cuLaunchKernel"),
    [](const auto &info) { return std::string(info.param); });

TEST(CudaDevice, TellsThatMemoryIsShort) {
  TestDriver &driver = testGpu();
  std::string path = writeModel(gpuContents());
  driver.memory = 1000;
  EXPECT_THAT(use(path), AllOf(HasSubstr("TN_OUT_OF_MEMORY"),
                               HasSubstr("the GPU cannot allocate memory")));
  EXPECT_EQ(leftBehind(driver), 0u);
  // A stranger may ask for scratch that no GPU has.
  driver.memory = size_t{1} << 40;
  Forged forged(gpuContents());
  forged.contents.kernels[1].code[0].scratchSize = uint64_t{1} << 46;
  EXPECT_THAT(use(forged.write()), HasSubstr("TN_OUT_OF_MEMORY"));
  EXPECT_EQ(leftBehind(driver), 0u);
}

TEST(CudaDevice, AKernelThatFailsIsToldByTheRun) {
  TestDriver &driver = testGpu();
  std::string path = writeModel(gpuContents());
  driver.launch = [](const TestLaunch &) { return false; };
  EXPECT_THAT(use(path), AllOf(HasSubstr("TN_GPU_FAILED"),
                               HasSubstr("the GPU cannot run a kernel")));
  EXPECT_EQ(leftBehind(driver), 0u);
}

TEST(CudaDevice, LaunchesWhatTheArtifactSays) {
  TestDriver &driver = testGpu();
  static std::vector<std::string> seen;
  seen.clear();
  driver.launch = [](const TestLaunch &launch) {
    seen.push_back(std::string(launch.kernel) + " " +
                   std::to_string(launch.blocks) + " x " +
                   std::to_string(launch.threads) + ", " +
                   std::to_string(launch.sharedBytes));
    return true;
  };
  ModelPtr model = load(writeModel(gpuContents()));
  SessionPtr session = open(model);
  std::vector<float> x = testInput(24);
  runOnce(model, session, "predict", x);
  // With scratch, two blocks for each multiprocessor.
  EXPECT_THAT(seen, testing::ElementsAre("add_row_24 24 x 32, 1024",
                                         "running_sum_24 4 x 32, 1024"));
  EXPECT_EQ(driver.launches, 2u);
}

TEST(CudaDevice, ARunWaitsOnce) {
  TestDriver &driver = testGpu();
  ModelPtr model = load(writeModel(gpuContents()));
  SessionPtr session = open(model);
  std::vector<float> x = testInput(24);
  EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  size_t before = driver.synchronizations;
  EXPECT_EQ(runOnce(model, session, "predict", x), expectedPrediction(x));
  EXPECT_EQ(driver.synchronizations, before + 1);
}

} // namespace
} // namespace tenon::test
