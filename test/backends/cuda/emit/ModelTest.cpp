// Whole models through the unchanged runtime on an emulated GPU: several
// launches over one arena, weights and state, against the interpreter.

#include "backends/reference/Interpreter.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/PhaseRunner.h"
#include "ir/graph/GraphOps.h"
#include "test/backends/cuda/support/EmulatedDevice.h"
#include "test/backends/support/FusedGraphs.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace tenon;
using reference::Tensor;
using reference::Tensors;

namespace {

/// A model in text, on an emulated GPU and in the interpreter.
class ModelPair {
public:
  explicit ModelPair(const std::string &text) {
    llvm::SmallString<128> unique;
    EXPECT_FALSE(
        llvm::sys::fs::createUniqueDirectory("tenon-gpu-model", unique));
    folder = std::string(unique);
    std::error_code error;
    llvm::raw_fd_ostream(folder + "/m.mlir", error) << text;
    wrong = emulated.compile(folder + "/m.mlir", "sm_90", folder);

    mlir::DialectRegistry registry;
    driver::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    // The interpreter knows no derivatives; the graph's passes write them out.
    auto status = driver::runPhase(pipeline::Phase::Graph, *module,
                                   pipeline::PipelineOptions(), {});
    if (!status.ok())
      wrong += status.ToString();
    entry = *module->getOps<graph::EntryOp>().begin();
    makeInputs();
  }
  ~ModelPair() { llvm::sys::fs::remove_directories(folder); }

  /// Runs both once; the results of the GPU, or what is wrong in `wrong`.
  Tensors run(double tolerance, cuda::TurnOrder order) {
    reference::InterpreterOptions options;
    options.state = &state;
    auto expected =
        reference::evaluateEntry(*module, entry.getSymName(), inputs, options);
    Tensors results;
    if (failed(expected)) {
      wrong += "the interpreter fails";
      return results;
    }
    for (const Tensor &tensor : *expected)
      results.emplace_back(tensor.getElementType(), tensor.getShape());
    wrong += emulated.run(entry.getSymName().str(), inputs, results, order);
    for (auto [result, right] : llvm::zip_equal(results, *expected))
      for (int64_t i = 0; i < right.getNumElements(); ++i)
        if (!(std::fabs(result.get<double>(i) - right.get<double>(i)) <=
              tolerance * (1 + std::fabs(right.get<double>(i))))) {
          wrong += "element " + std::to_string(i) + " is " +
                   std::to_string(result.get<double>(i)) + " instead of " +
                   std::to_string(right.get<double>(i)) + "\n";
          break;
        }
    return results;
  }

  std::string wrong;

private:
  void makeInputs() {
    std::mt19937 random(3);
    for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes())) {
      if (entry.getArgAttr(i, "tenon.variable"))
        continue;
      auto tensor = llvm::cast<mlir::RankedTensorType>(type);
      bool isFloat = tensor.getElementType().isF32();
      Tensor input(isFloat ? reference::ElementType::F32
                           : reference::ElementType::I64,
                   tensor.getShape());
      std::uniform_real_distribution<double> draw(-0.5, 0.5);
      for (int64_t k = 0; k < input.getNumElements(); ++k)
        input.set<double>(k, isFloat ? draw(random) : double(random() % 3));
      inputs.push_back(input);
    }
  }

  std::string folder;
  cuda::EmulatedModel emulated;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  graph::EntryOp entry;
  Tensors inputs;
  reference::State state;
};

void check(const char *text, double tolerance) {
  ModelPair model(text);
  ASSERT_EQ(model.wrong, "");
  Tensors forward = model.run(tolerance, cuda::TurnOrder::Forward);
  Tensors backward = model.run(tolerance, cuda::TurnOrder::Backward);
  EXPECT_EQ(model.wrong, "");
  for (auto [a, b] : llvm::zip_equal(forward, backward))
    EXPECT_EQ(std::memcmp(a.getData(), b.getData(), a.getByteSize()), 0);
}

TEST(CudaModel, Perceptron) { check(fusedgraphs::multilayerPerceptron, 1e-5); }

TEST(CudaModel, EncoderBlock) { check(fusedgraphs::encoderBlock, 3e-5); }

TEST(CudaModel, ResidualBlock) {
  check(fusedgraphs::residualBlockOfPixels, 3e-5);
}

/// A convolution, relu, a dense layer, cross entropy, and SGD with momentum;
/// the kernel and its velocity stay on the device.
const char *const trainingStep = R"(
tenon.variable @k : tensor<4x1x3x3xf32> = dense<[[[[0.3, -0.2, 0.1], [0.4, 0.2, -0.3], [-0.1, 0.5, 0.2]]],
    [[[-0.3, 0.2, 0.3], [0.1, -0.5, 0.4], [0.6, -0.2, 0.1]]], [[[0.2, 0.1, 0.1], [-0.4, 0.3, 0.2], [0.1, 0.2, -0.6]]],
    [[[0.5, -0.1, -0.2], [0.3, 0.4, 0.1], [-0.2, -0.3, 0.2]]]]> : tensor<4x1x3x3xf32>
tenon.variable @v : tensor<4x1x3x3xf32> = dense<0.0> : tensor<4x1x3x3xf32>
tenon.variable @w : tensor<144x3xf32> = dense<0.02> : tensor<144x3xf32>
tenon.entry @step(%x: tensor<8x1x6x6xf32>, %y: tensor<8x3xf32>,
                  %k: tensor<4x1x3x3xf32> {tenon.variable = @k},
                  %v: tensor<4x1x3x3xf32> {tenon.variable = @v},
                  %w: tensor<144x3xf32> {tenon.variable = @w})
    -> (tensor<f32>, tensor<4x1x3x3xf32> {tenon.tied = 2 : i64},
        tensor<4x1x3x3xf32> {tenon.tied = 3 : i64}, tensor<144x3xf32> {tenon.tied = 4 : i64}) {
  %c = tenon.convolution %x, %k dims = [b, f, 0, 1] x [o, i, 0, 1] -> [b, f, 0, 1] strides = [1, 1] padding_low = [1, 1] padding_high = [1, 1]
      : (tensor<8x1x6x6xf32>, tensor<4x1x3x3xf32>) -> tensor<8x4x6x6xf32>
  %z = tenon.constant dense<0.0> : tensor<8x4x6x6xf32>
  %h = tenon.maximum %c, %z : tensor<8x4x6x6xf32>
  %f = tenon.reshape %h : (tensor<8x4x6x6xf32>) -> tensor<8x144xf32>
  %d = tenon.dot_general %f, %w contract = [1] x [0] : (tensor<8x144xf32>, tensor<144x3xf32>) -> tensor<8x3xf32>
  %l = tenon.log_softmax %d axis = 1 : tensor<8x3xf32>
  %p = tenon.multiply %l, %y : tensor<8x3xf32>
  %zero = tenon.constant dense<0.0> : tensor<f32>
  %s = tenon.reduce %p init %zero dims = [0, 1] : (tensor<8x3xf32>, tensor<f32>) -> tensor<f32> with add
  %n = tenon.constant dense<-0.125> : tensor<f32>
  %loss = tenon.multiply %s, %n : tensor<f32>
  %g:2 = tenon.gradient %loss wrt (%k, %w) : tensor<f32>, (tensor<4x1x3x3xf32>, tensor<144x3xf32>) -> (tensor<4x1x3x3xf32>, tensor<144x3xf32>)
  %m = tenon.constant dense<0.9> : tensor<4x1x3x3xf32>
  %r = tenon.constant dense<0.1> : tensor<4x1x3x3xf32>
  %o = tenon.multiply %v, %m : tensor<4x1x3x3xf32>
  %v1 = tenon.add %o, %g#0 : tensor<4x1x3x3xf32>
  %u = tenon.multiply %v1, %r : tensor<4x1x3x3xf32>
  %k1 = tenon.subtract %k, %u : tensor<4x1x3x3xf32>
  %q = tenon.constant dense<0.1> : tensor<144x3xf32>
  %t = tenon.multiply %g#1, %q : tensor<144x3xf32>
  %w1 = tenon.subtract %w, %t : tensor<144x3xf32>
  tenon.return %loss, %k1, %v1, %w1 : tensor<f32>, tensor<4x1x3x3xf32>, tensor<4x1x3x3xf32>, tensor<144x3xf32>
}
)";

TEST(CudaModel, TrainingKeepsItsStateOnTheDevice) {
  ModelPair model(trainingStep);
  ASSERT_EQ(model.wrong, "");
  std::vector<double> losses;
  for (int step = 0; step < 6; ++step) {
    Tensors results = model.run(1e-5, step % 2 ? cuda::TurnOrder::Backward
                                               : cuda::TurnOrder::Forward);
    ASSERT_EQ(model.wrong, "") << step;
    losses.push_back(results.front().get<double>(0));
  }
  EXPECT_NE(losses.front(), losses.back());
}

} // namespace
