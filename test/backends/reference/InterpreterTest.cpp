//===- InterpreterTest.cpp - Entries, state, weights, kernels -------------===//
//
// What surrounds the ops; the ops themselves are tested by test/ops.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Interpreter.h"
#include "backends/reference/Literals.h"
#include "backends/reference/WeightFiles.h"
#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <gmock/gmock.h>

using namespace tenon;
using namespace tenon::reference;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class InterpreterTest : public testing::Test {
protected:
  InterpreterTest() {
    context.loadDialect<graph::TenonDialect, kernel::KernelDialect>();
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diag) {
      errors += diag.str() + "\n";
      return mlir::success();
    });
  }

  mlir::ModuleOp parse(llvm::StringRef text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << errors;
    return *module;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string errors;
  InterpreterOptions options;
};

Tensor floats(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> values) {
  Tensor tensor(ElementType::F32, shape);
  tensor.write(0, values);
  return tensor;
}

TEST_F(InterpreterTest, RunsDotBiasRelu) {
  mlir::ModuleOp module = parse(R"(
    tenon.weight @bias : tensor<2xf32> {splat = dense<-3.0> : tensor<2xf32>}
    tenon.entry @predict(%x: tensor<2x2xf32>, %w: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %0 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
      %b = tenon.get_weight @bias : tensor<2xf32>
      %1 = tenon.broadcast_in_dim %b dims = [1] : (tensor<2xf32>) -> tensor<2x2xf32>
      %2 = tenon.add %0, %1 : tensor<2x2xf32>
      %zero = tenon.constant dense<0.0> : tensor<2x2xf32>
      %3 = tenon.maximum %2, %zero : tensor<2x2xf32>
      tenon.return %3 : tensor<2x2xf32>
    })");
  auto results = evaluateEntry(
      module, "predict",
      {floats({2, 2}, {1, 2, 3, 4}), floats({2, 2}, {1, 0, 0, 1})}, options);
  ASSERT_TRUE(mlir::succeeded(results)) << errors;
  EXPECT_THAT(results->front().readAll<double>(), ElementsAre(0, 0, 0, 1));
}

TEST_F(InterpreterTest, UpdatesStateOnlyThroughTies) {
  mlir::ModuleOp module = parse(R"(
    tenon.variable @step : tensor<i64> = dense<40> : tensor<i64>
    tenon.entry @step_by(%n: tensor<i64> {tenon.variable = @step}, %by: tensor<i64>)
        -> (tensor<i64> {tenon.tied = 0 : i64}, tensor<i64>) {
      %next = tenon.add %n, %by : tensor<i64>
      tenon.return %next, %n : tensor<i64>, tensor<i64>
    })");
  State state;
  options.state = &state;
  for (int64_t call = 0; call < 2; ++call) {
    auto results = evaluateEntry(
        module, "step_by", {Tensor::scalar(ElementType::I64, 2)}, options);
    ASSERT_TRUE(mlir::succeeded(results)) << errors;
    EXPECT_THAT(results->front().readAll<int64_t>(),
                ElementsAre(40 + 2 * call));
  }
  EXPECT_EQ(state["step"].get<int64_t>(0), 44);
}

TEST_F(InterpreterTest, MapsWeightsAndChecksTheirBounds) {
  int fd;
  llvm::SmallString<64> path;
  ASSERT_FALSE(
      llvm::sys::fs::createTemporaryFile("tenon-weights", "bin", fd, path));
  llvm::FileRemover remover(path);
  {
    llvm::raw_fd_ostream os(fd, /*shouldClose=*/true);
    os << llvm::StringRef("\x21\x03", 2);
  }
  std::string text = R"(
    tenon.weight @w : tensor<3xi4> {file = "FILE", offset = 0 : i64}
    tenon.weight @far : tensor<4xi8> {file = "FILE", offset = 1 : i64}
    tenon.entry @get() -> tensor<3xi4> {
      %w = tenon.get_weight @w : tensor<3xi4>
      tenon.return %w : tensor<3xi4>
    }
    tenon.entry @get_far() -> tensor<4xi8> {
      %w = tenon.get_weight @far : tensor<4xi8>
      tenon.return %w : tensor<4xi8>
    })";
  for (size_t at; (at = text.find("FILE")) != std::string::npos;)
    text.replace(at, 4, path.str());
  mlir::ModuleOp module = parse(text);
  WeightFiles files("");
  options.weights = [&](graph::WeightOp op) { return files.read(op); };
  auto results = evaluateEntry(module, "get", {}, options);
  ASSERT_TRUE(mlir::succeeded(results)) << errors;
  EXPECT_THAT(results->front().readAll<int64_t>(), ElementsAre(1, 2, 3));
  EXPECT_TRUE(mlir::failed(evaluateEntry(module, "get_far", {}, options)));
  EXPECT_THAT(errors, HasSubstr("takes bytes 1 to 5"));
}

TEST_F(InterpreterTest, RunsKernels) {
  mlir::ModuleOp module = parse(R"(
    tenon.entry @predict(%x: tensor<2xf32>) -> tensor<2xf32> {
      %y = kernel.fused "twice_plus" (%a = %x) : (tensor<2xf32>) -> tensor<2xf32> {
        %0 = kernel.stage loop -> tensor<2xf32> {
          %t = tenon.add %a, %a : tensor<2xf32>
          kernel.yield %t : tensor<2xf32>
        }
        %1 = kernel.stage loop -> tensor<2xf32> {
          %t = tenon.add %0, %a : tensor<2xf32>
          kernel.yield %t : tensor<2xf32>
        }
        kernel.yield %1 : tensor<2xf32>
      }
      tenon.return %y : tensor<2xf32>
    })");
  auto results =
      evaluateEntry(module, "predict", {floats({2}, {1, 2})}, options);
  ASSERT_TRUE(mlir::succeeded(results)) << errors;
  EXPECT_THAT(results->front().readAll<double>(), ElementsAre(3, 6));
}

TEST_F(InterpreterTest, RefusesWrongInputs) {
  mlir::ModuleOp module = parse(R"(
    tenon.entry @id(%x: tensor<2xf32>) -> tensor<2xf32> {
      tenon.return %x : tensor<2xf32>
    })");
  EXPECT_TRUE(mlir::failed(evaluateEntry(module, "nothing", {}, options)));
  EXPECT_THAT(errors, HasSubstr("no entry 'nothing'"));
  EXPECT_TRUE(mlir::failed(evaluateEntry(module, "id", {}, options)));
  EXPECT_THAT(errors, HasSubstr("takes 1 inputs, was given 0"));
  EXPECT_TRUE(mlir::failed(
      evaluateEntry(module, "id", {floats({3}, {1, 2, 3})}, options)));
  EXPECT_THAT(errors, HasSubstr("argument 0"));
}

TEST_F(InterpreterTest, EvaluatesOneOpForFolding) {
  mlir::ModuleOp module = parse(R"(
    tenon.entry @f(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = tenon.negate %x : tensor<2xf32>
      tenon.return %0 : tensor<2xf32>
    })");
  graph::NegateOp negate;
  module.walk([&](graph::NegateOp op) { negate = op; });
  EXPECT_TRUE(hasEvaluation(negate->getName()));
  EXPECT_FALSE(hasEvaluation(module->getName()));
  auto results = evaluateOp(negate, {floats({2}, {1, -2})});
  ASSERT_TRUE(mlir::succeeded(results)) << errors;
  EXPECT_THAT(results->front().readAll<double>(), ElementsAre(-1, 2));
}

} // namespace
