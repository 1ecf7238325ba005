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

// Of each kernel something is read that it does not run over.
TEST(FusedGraph, ValuesReadInManyShapes) {
  EXPECT_EQ(run(R"(
tenon.entry @main(%x: tensor<9x17x20xf32>, %w: tensor<20x8xf32>)
    -> (tensor<9x17x20xf32>, tensor<20x9xf32>, tensor<153x20xf32>, tensor<9x17x8xi32>, tensor<9x17xi32>) {
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %none = tenon.constant dense<0> : tensor<i32>
  %e = tenon.negate %x : tensor<9x17x20xf32>
  %t = tenon.transpose %e dims = [2, 0, 1] : (tensor<9x17x20xf32>) -> tensor<20x9x17xf32>
  %a = tenon.reduce %t init %zero dims = [2] : (tensor<20x9x17xf32>, tensor<f32>) -> tensor<20x9xf32> with maximum
  %f = tenon.reshape %e : (tensor<9x17x20xf32>) -> tensor<153x20xf32>
  %g = tenon.abs %f : (tensor<153x20xf32>) -> tensor<153x20xf32>
  %d = tenon.dot_general %x, %w contract = [2] x [0] : (tensor<9x17x20xf32>, tensor<20x8xf32>) -> tensor<9x17x8xf32>
  %m = tenon.abs %d : (tensor<9x17x8xf32>) -> tensor<9x17x8xf32>
  %i = tenon.convert %m : (tensor<9x17x8xf32>) -> tensor<9x17x8xi32>
  %r = tenon.reduce %i init %none dims = [2] : (tensor<9x17x8xi32>, tensor<i32>) -> tensor<9x17xi32> with add
  tenon.return %e, %a, %g, %i, %r : tensor<9x17x20xf32>, tensor<20x9xf32>, tensor<153x20xf32>, tensor<9x17x8xi32>, tensor<9x17xi32>
}
)",
                {1e-5, 1e-5}),
            "");
}

} // namespace
