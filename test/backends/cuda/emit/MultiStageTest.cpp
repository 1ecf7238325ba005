// Kernels of several stages on an emulated GPU, as the passes make them.

#include "test/backends/cuda/support/CudaKernelRunner.h"
#include "test/backends/support/FusedGraphs.h"

#include "gtest/gtest.h"

using namespace tenon;
using namespace tenon::cuda;

namespace {

TEST(CudaMultiStage, MultilayerPerceptron) {
  EXPECT_EQ(runOnGpu(fusedgraphs::multilayerPerceptron, {1e-5, 1e-5}), "");
}

TEST(CudaMultiStage, EncoderBlock) {
  EXPECT_EQ(runOnGpu(fusedgraphs::encoderBlock, {3e-5, 3e-5}), "");
}

TEST(CudaMultiStage, ResidualBlockOfPixels) {
  EXPECT_EQ(runOnGpu(fusedgraphs::residualBlockOfPixels, {2e-5, 2e-5}), "");
}

TEST(CudaMultiStage, EmbeddingsAndGelu) {
  EXPECT_EQ(runOnGpu(fusedgraphs::embeddingsAndGelu, {1e-5, 1e-5}), "");
}

} // namespace
