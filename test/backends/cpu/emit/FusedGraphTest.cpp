// Kernels as the passes make them: graphs go through fusion, layouts and the
// strategy, and every kernel that comes out is run.

#include "test/backends/cpu/support/KernelRunner.h"
#include "test/backends/support/FusedGraphs.h"

#include "gtest/gtest.h"

using namespace tenon;
using namespace tenon::cpu;

namespace {

std::string run(llvm::StringRef graph, Tolerance tolerance) {
  KernelRunner runner(graph);
  if (!runner.makeKernels())
    return "the passes fail: " + runner.diagnostics;
  return runner.check(tolerance);
}

TEST(FusedGraph, MultilayerPerceptron) {
  EXPECT_EQ(run(fusedgraphs::multilayerPerceptron, {1e-5, 1e-5}), "");
}

TEST(FusedGraph, EncoderBlock) {
  EXPECT_EQ(run(fusedgraphs::encoderBlock, {3e-5, 3e-5}), "");
}

TEST(FusedGraph, ResidualBlockOfPixels) {
  EXPECT_EQ(run(fusedgraphs::residualBlockOfPixels, {2e-5, 2e-5}), "");
}

TEST(FusedGraph, EmbeddingsAndGelu) {
  EXPECT_EQ(run(fusedgraphs::embeddingsAndGelu, {1e-5, 1e-5}), "");
}

} // namespace
