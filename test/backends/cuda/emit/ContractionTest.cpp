// Products and convolutions on an emulated GPU.

#include "test/backends/cuda/support/CudaKernelRunner.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace tenon::cuda;
using tenon::cpu::Tolerance;

namespace {

std::string product(int m, int n, int k, llvm::StringRef from,
                    llvm::StringRef to) {
  return llvm::formatv(R"(
tenon.entry @f(%x: tensor<{0}x{2}x{3}>, %w: tensor<{2}x{1}x{3}>) -> tensor<{0}x{1}x{4}> {{
  %d = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<{0}x{2}x{3}>, tensor<{2}x{1}x{3}>) -> tensor<{0}x{1}x{4}>
  tenon.return %d : tensor<{0}x{1}x{4}>
})",
                       m, n, k, from, to);
}

TEST(CudaContraction, WholeAndRaggedTiles) {
  for (auto [m, n, k] : {std::tuple{64, 64, 32},
                         {65, 70, 19},
                         {1, 300, 40},
                         {200, 1, 40},
                         {3, 5, 1},
                         {130, 33, 100}})
    EXPECT_EQ(runOnGpu(product(m, n, k, "f32", "f32"), {1e-4, 1e-5}), "")
        << m << " " << n << " " << k;
}

TEST(CudaContraction, LargeTiles) {
  EXPECT_EQ(runOnGpu(product(1400, 1030, 9, "f32", "f32"), {1e-4, 1e-5}), "");
}

/// Parts of the block sum parts of the depth; the last steps are ragged.
TEST(CudaContraction, DeepProducts) {
  for (auto [m, n, k] :
       {std::tuple{20, 40, 600}, {49, 64, 515}, {1, 70, 512}, {33, 5, 300}})
    EXPECT_EQ(runOnGpu(product(m, n, k, "f32", "f32"), {1e-4, 1e-5}), "")
        << m << " " << n << " " << k;
  EXPECT_EQ(runOnGpu(product(20, 40, 300, "f64", "f64"), {1e-12, 1e-12}), "");
  EXPECT_EQ(runOnGpu(product(20, 40, 300, "i32", "i32"), {}), "");
  EXPECT_EQ(runOnGpu(product(20, 40, 300, "i8", "i8"), {}), "");
}

TEST(CudaContraction, TensorCores) {
  for (const char *type : {"f16", "bf16"}) {
    EXPECT_EQ(runOnGpu(product(64, 64, 64, type, "f32"), {1e-3, 1e-4}), "")
        << type;
    EXPECT_EQ(runOnGpu(product(70, 90, 50, type, "f32"), {1e-3, 1e-4}), "")
        << type;
    EXPECT_EQ(runOnGpu(product(40, 24, 33, type, type), {1e-2, 1e-2}), "")
        << type;
  }
}

TEST(CudaContraction, OtherTypes) {
  EXPECT_EQ(runOnGpu(product(33, 20, 17, "f64", "f64"), {1e-12, 1e-12}), "");
  EXPECT_EQ(runOnGpu(product(33, 20, 17, "i32", "i32"), {}), "");
  EXPECT_EQ(runOnGpu(product(33, 20, 17, "i8", "i8"), {}), "");
  EXPECT_EQ(runOnGpu(product(33, 20, 17, "ui8", "ui8"), {}), "");
}

TEST(CudaContraction, BatchesAndTransposedOperands) {
  EXPECT_EQ(runOnGpu(R"(
tenon.entry @f(%x: tensor<3x20x33xf32>, %w: tensor<3x40x20xf32>) -> tensor<3x33x40xf32> {
  %d = tenon.dot_general %x, %w batch = [0] x [0] contract = [1] x [2] : (tensor<3x20x33xf32>, tensor<3x40x20xf32>) -> tensor<3x33x40xf32>
  tenon.return %d : tensor<3x33x40xf32>
})",
                     {1e-4, 1e-5}),
            "");
}

TEST(CudaContraction, EpilogueAndPrologue) {
  EXPECT_EQ(runOnGpu(R"(
tenon.entry @f(%x: tensor<50x24xf32>, %w: tensor<24x40xf32>, %b: tensor<40xf32>, %r: tensor<50x40xf32>) -> tensor<50x40xf32> {
  %n = tenon.negate %x : tensor<50x24xf32>
  %d = tenon.dot_general %n, %w contract = [1] x [0] : (tensor<50x24xf32>, tensor<24x40xf32>) -> tensor<50x40xf32>
  %bb = tenon.broadcast_in_dim %b dims = [1] : (tensor<40xf32>) -> tensor<50x40xf32>
  %s = tenon.add %d, %bb : tensor<50x40xf32>
  %e = tenon.tanh %s : tensor<50x40xf32>
  %y = tenon.add %e, %r : tensor<50x40xf32>
  tenon.return %y : tensor<50x40xf32>
})",
                     {1e-4, 1e-5}),
            "");
}

std::string convolution(int size, int stride, int padding, int dilation,
                        int channels, int filters, int window) {
  int out = (size + 2 * padding - dilation * (window - 1) - 1) / stride + 1;
  return llvm::formatv(R"(
tenon.entry @f(%x: tensor<2x{4}x{0}x{0}xf32>, %w: tensor<{5}x{4}x{6}x{6}xf32>) -> tensor<2x{5}x{7}x{7}xf32> {{
  %y = tenon.convolution %x, %w dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] strides = [{1}, {1}] padding_low = [{2}, {2}] padding_high = [{2}, {2}] rhs_dilation = [{3}, {3}]
      : (tensor<2x{4}x{0}x{0}xf32>, tensor<{5}x{4}x{6}x{6}xf32>) -> tensor<2x{5}x{7}x{7}xf32>
  tenon.return %y : tensor<2x{5}x{7}x{7}xf32>
})",
                       size, stride, padding, dilation, channels, filters,
                       window, out);
}

TEST(CudaContraction, Convolutions) {
  EXPECT_EQ(runOnGpu(convolution(9, 1, 1, 1, 5, 20, 3), {1e-4, 1e-5}), "");
  EXPECT_EQ(runOnGpu(convolution(15, 2, 3, 1, 3, 70, 7), {1e-4, 1e-5}), "");
  EXPECT_EQ(runOnGpu(convolution(12, 2, 0, 2, 4, 6, 3), {1e-4, 1e-5}), "");
}

} // namespace
