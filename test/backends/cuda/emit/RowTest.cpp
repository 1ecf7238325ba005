// Row and loop stages on an emulated GPU: every way to spread rows over
// threads, ragged edges, types that shuffles do not move as they are.

#include "test/backends/cuda/support/CudaKernelRunner.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace tenon::cuda;
using tenon::cpu::Tolerance;
using tenon::cpu::wrapKernel;

namespace {

std::string softmax(llvm::StringRef type, int axis) {
  return llvm::formatv(R"(
tenon.entry @f(%x: tensor<{0}>) -> tensor<{0}> {{
  %y = tenon.softmax %x axis = {1} : tensor<{0}>
  tenon.return %y : tensor<{0}>
})",
                       type, axis);
}

TEST(CudaRow, AWarpForEachOfManyRows) {
  EXPECT_EQ(runOnGpu(softmax("901x77xf32", 1), {1e-6, 1e-5}), "");
}

TEST(CudaRow, ABlockForEachOfFewRows) {
  EXPECT_EQ(runOnGpu(softmax("3x2500xf32", 1), {1e-6, 1e-5}), "");
  EXPECT_EQ(runOnGpu(softmax("2x3x70xf32", 2), {1e-6, 1e-5}), "");
}

TEST(CudaRow, RowsAcrossMemory) {
  EXPECT_EQ(runOnGpu(softmax("130x45xf32", 0), {1e-6, 1e-5}), "");
  EXPECT_EQ(runOnGpu(softmax("3x45xf32", 0), {1e-6, 1e-5}), "");
}

TEST(CudaRow, RowsLongerThanSharedMemory) {
  EXPECT_EQ(runOnGpu(softmax("2x60000xf32", 1), {1e-7, 2e-5}), "");
}

/// One reduction of the given body over `dims`.
std::string reduceKernel(llvm::StringRef element, llvm::StringRef shape,
                         llvm::StringRef result, llvm::StringRef dims,
                         llvm::StringRef init, llvm::StringRef body) {
  return llvm::formatv(R"(
tenon.entry @f(%x: tensor<{1}{0}>) -> tensor<{2}{0}> {{
  %i = tenon.constant dense<{4}> : tensor<{0}>
  %y = tenon.reduce %x init %i dims = [{3}] : (tensor<{1}{0}>, tensor<{0}>) -> tensor<{2}{0}> with {5}
  tenon.return %y : tensor<{2}{0}>
})",
                       element, shape, result, dims, init, body);
}

TEST(CudaRow, TypesOfAllWidths) {
  for (const char *type : {"i8", "i16", "i32", "i64", "ui8"})
    EXPECT_EQ(runOnGpu(reduceKernel(type, "5x300x", "5x", "1", "0", "add"), {}),
              "")
        << type;
  EXPECT_EQ(runOnGpu(reduceKernel("f64", "5x300x", "5x", "1", "0.0", "add"),
                     {1e-12, 1e-12}),
            "");
  EXPECT_EQ(
      runOnGpu(reduceKernel("i1", "5x300x", "5x", "1", "false", "or"), {}), "");
}

TEST(CudaRow, SeveralDimensions) {
  EXPECT_EQ(
      runOnGpu(reduceKernel("f32", "4x7x9x11x", "7x", "0, 2, 3", "0.5", "add"),
               {1e-4, 1e-5}),
      "");
  EXPECT_EQ(
      runOnGpu(reduceKernel("f32", "40x7x9x", "9x", "0, 1", "0.5", "maximum"),
               {}),
      "");
}

TEST(CudaLoop, RaggedTilesInSeveralDimensions) {
  EXPECT_EQ(runOnGpu(R"(
tenon.entry @f(%x: tensor<5x33x57xf32>, %b: tensor<57xf32>) -> tensor<33x5x57xf32> {
  %t = tenon.transpose %x dims = [1, 0, 2] : (tensor<5x33x57xf32>) -> tensor<33x5x57xf32>
  %bb = tenon.broadcast_in_dim %b dims = [2] : (tensor<57xf32>) -> tensor<33x5x57xf32>
  %s = tenon.add %t, %bb : tensor<33x5x57xf32>
  %y = tenon.tanh %s : tensor<33x5x57xf32>
  tenon.return %y : tensor<33x5x57xf32>
})",
                     {1e-6, 1e-6}),
            "");
}

TEST(CudaLoop, NoElements) {
  EXPECT_EQ(runOnGpu(R"(
tenon.entry @f(%x: tensor<0x4xf32>) -> tensor<0x4xf32> {
  %y = tenon.tanh %x : tensor<0x4xf32>
  tenon.return %y : tensor<0x4xf32>
})",
                     {}),
            "");
}

TEST(CudaLoop, WholeAndRaggedTilesByHand) {
  const char *body = R"(
%s = kernel.stage loop -> (tensor<10x37xf32>) {
  %r = tenon.exponential %arg0 : tensor<10x37xf32>
  kernel.yield %r : tensor<10x37xf32>
}
kernel.yield %s : tensor<10x37xf32>
)";
  for (const char *sizes : {"[3, 37]", "[10, 8]", "[4, 5]", "[10, 37]"}) {
    CudaKernelRunner runner(wrapKernel(
        {"tensor<10x37xf32>"}, {"tensor<10x37xf32>"},
        std::string("tile = #kernel.tile<domain = [10, 37], sizes = ") + sizes +
            ">",
        body));
    EXPECT_EQ(runner.check({1e-6, 1e-6}, "sm_80"), "") << sizes;
  }
}

TEST(CudaLoop, HalosAreZeroed) {
  const char *body = R"(
%s = kernel.stage loop -> (tensor<1x3x9x7xf32>) {
  %r = tenon.exponential %arg0 : tensor<1x3x9x7xf32>
  kernel.yield %r : tensor<1x3x9x7xf32>
}
kernel.yield %s : tensor<1x3x9x7xf32>
)";
  for (const char *sizes : {"[1, 3, 4, 7]", "[1, 3, 9, 7]", "[1, 3, 2, 3]"}) {
    CudaKernelRunner runner(wrapKernel(
        {"tensor<1x3x9x7xf32>"}, {"tensor<1x3x9x7xf32>"},
        std::string("tile = #kernel.tile<domain = [1, 3, 9, 7], sizes = ") +
            sizes +
            ">, input_layouts = [#kernel.layout<[0, 1, 2, 3]>], "
            "output_layouts = [#kernel.layout<[0, 2, 3, 1], halo_low = [0, 0, "
            "1, 2], halo_high = [0, 0, 2, 1]>]",
        body));
    EXPECT_EQ(runner.check({1e-6, 1e-6}, "sm_80"), "") << sizes;
  }
}

} // namespace
