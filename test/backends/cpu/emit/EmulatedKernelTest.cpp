// Kernels of every form on emulated machines: NEON, and AVX2 without what this
// machine has beyond it.

#include "test/backends/cpu/support/EmulatedRun.h"
#include "test/backends/cpu/support/KernelRunner.h"

#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

/// Names a target and the machine to run it on.
struct Machine {
  const char *target;
  const char *emulated;
};

class EmulatedKernelTest : public testing::TestWithParam<Machine> {
protected:
  /// Makes kernels of `graph`, runs them all; what is wrong, or "".
  void check(llvm::StringRef graph) {
    std::string emulator = emulatorFor(GetParam().emulated);
    if (emulator.empty())
      GTEST_SKIP() << whyNotEmulated(GetParam().emulated);
    KernelRunner runner(graph);
    ASSERT_TRUE(runner.makeKernels(GetParam().target)) << runner.diagnostics;
    runner.emulate(emulator);
    EXPECT_EQ(runner.check({2e-5, 2e-5}, GetParam().target), "");
  }
};

TEST_P(EmulatedKernelTest, RowsOfANorm) {
  check(R"(
tenon.entry @f(%x: tensor<5x67xf32>, %g: tensor<67xf32>, %b: tensor<67xf32>) -> tensor<5x67xf32> {
  %y = tenon.layer_norm %x scale %g bias %b axis = 1 epsilon = 1.0e-5
      : (tensor<5x67xf32>, tensor<67xf32>, tensor<67xf32>) -> tensor<5x67xf32>
  tenon.return %y : tensor<5x67xf32>
})");
}

TEST_P(EmulatedKernelTest, RowsOfASoftmax) {
  check(R"(
tenon.entry @f(%x: tensor<3x6x21xf32>) -> tensor<3x6x21xf32> {
  %y = tenon.softmax %x axis = 1 : tensor<3x6x21xf32>
  tenon.return %y : tensor<3x6x21xf32>
})");
}

TEST_P(EmulatedKernelTest, Attention) {
  check(R"(
tenon.entry @f(%q: tensor<2x19x8xf32>, %k: tensor<2x19x8xf32>, %v: tensor<2x19x8xf32>) -> tensor<2x19x8xf32> {
  %y = tenon.attention %q, %k, %v scale = 0.35
      : (tensor<2x19x8xf32>, tensor<2x19x8xf32>, tensor<2x19x8xf32>) -> tensor<2x19x8xf32>
  tenon.return %y : tensor<2x19x8xf32>
})");
}

TEST_P(EmulatedKernelTest, ConvolutionAndPooling) {
  check(R"(
tenon.entry @f(%x: tensor<1x5x9x9xf32>, %w: tensor<24x5x3x3xf32>) -> tensor<1x24x4x4xf32> {
  %c = tenon.convolution %x, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] padding_low = [1, 1] padding_high = [1, 1]
      : (tensor<1x5x9x9xf32>, tensor<24x5x3x3xf32>) -> tensor<1x24x9x9xf32>
  %z = tenon.constant dense<0.0> : tensor<1x24x9x9xf32>
  %h = tenon.maximum %c, %z : tensor<1x24x9x9xf32>
  %ninf = tenon.constant dense<0xFF800000> : tensor<f32>
  %p = tenon.reduce_window %h init %ninf window = [1, 1, 3, 3] strides = [1, 1, 2, 2]
      : (tensor<1x24x9x9xf32>, tensor<f32>) -> tensor<1x24x4x4xf32> with maximum
  tenon.return %p : tensor<1x24x4x4xf32>
})");
}

TEST_P(EmulatedKernelTest, NarrowFloatsAndGelu) {
  check(R"(
tenon.entry @f(%x: tensor<7x33xbf16>, %y: tensor<7x33xf16>) -> tensor<7x33xf32> {
  %a = tenon.convert %x : (tensor<7x33xbf16>) -> tensor<7x33xf32>
  %b = tenon.convert %y : (tensor<7x33xf16>) -> tensor<7x33xf32>
  %s = tenon.add %a, %b : tensor<7x33xf32>
  %g = tenon.gelu exact %s : tensor<7x33xf32>
  tenon.return %g : tensor<7x33xf32>
})");
}

INSTANTIATE_TEST_SUITE_P(Machines, EmulatedKernelTest,
                         testing::Values(Machine{"aarch64", "aarch64"},
                                         Machine{"x86-64-v3",
                                                 "x86_64-haswell"}),
                         [](const auto &info) {
                           std::string name = info.param.emulated;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
