// Passes that are wrong on purpose, and one that is not.

#include "compiler/driver/PassVerifier.h"

#include "compiler/driver/DiagnosticCollector.h"
#include "compiler/driver/Dialects.h"
#include "compiler/driver/Reduction.h"
#include "ir/graph/GraphOps.h"
#include "passes/Passes.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tenon;
using testing::HasSubstr;

namespace {

constexpr const char *kModule = R"(
  tenon.entry @f(%x: tensor<64xf32> {tenon.name = "x"},
                 %y: tensor<64xf32> {tenon.name = "y"}) -> tensor<64xf32> {
    %a = tenon.add %x, %y : tensor<64xf32> loc("sum")
    %b = tenon.subtract %a, %y : tensor<64xf32> loc("difference")
    %c = tenon.softmax %b axis = 0 : tensor<64xf32> loc("shares")
    tenon.return %c : tensor<64xf32>
  })";

/// Swaps the operands of differences.
struct TurnDifferences
    : mlir::PassWrapper<TurnDifferences, mlir::OperationPass<graph::EntryOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TurnDifferences)
  llvm::StringRef getArgument() const override {
    return "test-turn-differences";
  }
  void runOnOperation() override {
    getOperation().walk([](graph::SubtractOp op) {
      mlir::Value lhs = op.getLhs(), rhs = op.getRhs();
      op->setOperands({rhs, lhs});
    });
  }
};

/// Takes x + y - y for x: right for small numbers, wrong for infinities.
struct CancelSums
    : mlir::PassWrapper<CancelSums, mlir::OperationPass<graph::EntryOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CancelSums)
  llvm::StringRef getArgument() const override { return "test-cancel-sums"; }
  void runOnOperation() override {
    getOperation().walk([](graph::SubtractOp op) {
      if (auto sum = op.getLhs().getDefiningOp<graph::AddOp>())
        if (sum.getRhs() == op.getRhs())
          op.getResult().replaceAllUsesWith(sum.getLhs());
    });
  }
};

class PassVerification : public testing::Test {
protected:
  PassVerification()
      : context(
            [] {
              mlir::DialectRegistry registry;
              driver::registerDialects(registry);
              return registry;
            }(),
            mlir::MLIRContext::Threading::DISABLED) {
    context.loadAllAvailableDialects();
  }

  /// Runs the passes that `add` adds over the module, verified.
  void
  run(llvm::function_ref<void(mlir::PassManager &)> add,
      const char *text = kModule,
      testing::Matcher<std::vector<std::string>> skipped = testing::IsEmpty()) {
    driver::DiagnosticCollector diagnostics(context);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(module) << diagnostics.errors();
    mlir::PassManager passes(&context);
    add(passes);
    passes.addInstrumentation(
        std::make_unique<driver::PassVerifier>(verification));
    ASSERT_TRUE(succeeded(passes.run(*module))) << diagnostics.errors();
    EXPECT_THAT(verification.skipped(), skipped);
  }

  mlir::MLIRContext context;
  driver::PassVerification verification{check::PassCheckOptions()};
};

TEST_F(PassVerification, NamesPassOpAndInputs) {
  run([](mlir::PassManager &passes) {
    passes.addNestedPass<graph::EntryOp>(std::make_unique<TurnDifferences>());
    passes.addPass(createDecompose());
  });
  ASSERT_TRUE(verification.wrongPass());
  const driver::WrongPass &wrong = *verification.wrongPass();
  EXPECT_EQ(wrong.flag, "test-turn-differences");
  EXPECT_EQ(wrong.pipeline,
            "builtin.module(tenon.entry(test-turn-differences))");
  EXPECT_EQ(wrong.difference.op, "tenon.subtract (difference)");
  EXPECT_EQ(wrong.difference.entry, "f");
  EXPECT_EQ(wrong.difference.result, "output 0");
  EXPECT_THAT(wrong.difference.describe(), HasSubstr("plain inputs: x = "));
  ASSERT_TRUE(wrong.before);
  auto entry = wrong.before.get().lookupSymbol<graph::EntryOp>("f");
  auto difference = *entry.getOps<graph::SubtractOp>().begin();
  EXPECT_TRUE(difference.getLhs().getDefiningOp<graph::AddOp>());
}

TEST_F(PassVerification, SeesWhatOnlyEdgeValuesShow) {
  run([](mlir::PassManager &passes) {
    passes.addNestedPass<graph::EntryOp>(std::make_unique<CancelSums>());
  });
  ASSERT_TRUE(verification.wrongPass());
  EXPECT_THAT(verification.wrongPass()->difference.inputs,
              HasSubstr("edge values"));
}

TEST_F(PassVerification, AcceptsWhatRoundsOtherwise) {
  run([](mlir::PassManager &passes) {
    passes.addPass(createDecompose());
    passes.addNestedPass<graph::EntryOp>(createFuse());
  });
  EXPECT_FALSE(verification.wrongPass());
}

TEST_F(PassVerification, SeesWrongStateOfAnotherEntry) {
  run(
      [](mlir::PassManager &passes) {
        passes.addNestedPass<graph::EntryOp>(
            std::make_unique<TurnDifferences>());
      },
      R"(
  tenon.variable @n : tensor<i64> = dense<3> : tensor<i64>
  tenon.entry @right(%x: tensor<2xf32> {tenon.name = "x"}) -> tensor<2xf32> {
    %a = tenon.add %x, %x : tensor<2xf32>
    tenon.return %a : tensor<2xf32>
  }
  tenon.entry @step(%x: tensor<i64> {tenon.name = "x"},
                    %n: tensor<i64> {tenon.variable = @n})
      -> (tensor<i64> {tenon.tied = 1 : i64}) {
    %m = tenon.subtract %n, %x : tensor<i64>
    tenon.return %m : tensor<i64>
  })");
  ASSERT_TRUE(verification.wrongPass());
  EXPECT_EQ(verification.wrongPass()->difference.entry, "step");
  EXPECT_EQ(verification.wrongPass()->difference.result, "variable n");
}

TEST_F(PassVerification, WaitsForGradients) {
  // A gradient cannot be interpreted; what becomes of it is watched.
  run(
      [](mlir::PassManager &passes) {
        passes.addPass(createDifferentiate());
        passes.addNestedPass<graph::EntryOp>(
            std::make_unique<TurnDifferences>());
      },
      R"(
  tenon.entry @f(%x: tensor<4xf32> {tenon.name = "x"},
                 %y: tensor<4xf32> {tenon.name = "y"}) -> tensor<4xf32> {
    %d = tenon.subtract %x, %y : tensor<4xf32>
    %s = tenon.multiply %d, %x : tensor<4xf32>
    %zero = tenon.constant dense<0.0> : tensor<f32>
    %l = tenon.reduce %s init %zero dims = [0]
        : (tensor<4xf32>, tensor<f32>) -> tensor<f32> with add
    %g = tenon.gradient %l wrt (%x) : tensor<f32>, (tensor<4xf32>) -> tensor<4xf32>
    tenon.return %g : tensor<4xf32>
  })");
  ASSERT_TRUE(verification.wrongPass());
  EXPECT_EQ(verification.wrongPass()->flag, "test-turn-differences");
}

TEST_F(PassVerification, LeavesOutLoopsThatDoNotEnd) {
  run([](mlir::PassManager &passes) { passes.addPass(createDecompose()); },
      R"(
  tenon.entry @f(%x: tensor<f32> {tenon.name = "x"}) -> tensor<f32> {
    %most = tenon.constant dense<3.0> : tensor<f32>
    %half = tenon.constant dense<0.5> : tensor<f32>
    %r = tenon.while %x : (tensor<f32>) -> tensor<f32> cond {
    ^bb0(%y: tensor<f32>):
      %more = tenon.compare LT, %y, %most : (tensor<f32>, tensor<f32>) -> tensor<i1>
      tenon.return %more : tensor<i1>
    } do {
    ^bb0(%y: tensor<f32>):
      %z = tenon.multiply %y, %half : tensor<f32>
      tenon.return %z : tensor<f32>
    }
    tenon.return %r : tensor<f32>
  })",
      testing::ElementsAre(HasSubstr("runs for too long to be checked")));
  EXPECT_FALSE(verification.wrongPass());
  EXPECT_EQ(verification.numEntries(), 0u);
}

TEST_F(PassVerification, LeavesAReducedReproducer) {
  mlir::PassRegistration<TurnDifferences>();
  run([](mlir::PassManager &passes) {
    passes.addNestedPass<graph::EntryOp>(std::make_unique<TurnDifferences>());
  });
  ASSERT_TRUE(verification.wrongPass());
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("verify-passes", folder));
  driver::CompileOptions options;
  options.output = (folder + "/m.tenon").str();
  absl::Status status = driver::leaveReducedReproducer(
      absl::InternalError("wrong"), *verification.wrongPass(), ".", options);
  std::string path = (folder + "/m.test-turn-differences.repro.mlir").str();
  EXPECT_EQ(driver::replayCommand(status),
            "tenon-reduce --only-test --passes="
            "'builtin.module(tenon.entry(test-turn-differences))' " +
                path);
  auto text = llvm::MemoryBuffer::getFile(path);
  ASSERT_TRUE(text);
  // One difference of single elements is left.
  EXPECT_THAT((*text)->getBuffer().str(), HasSubstr("tenon.subtract"));
  EXPECT_THAT((*text)->getBuffer().str(), HasSubstr("tensor<1xf32>"));
  EXPECT_THAT((*text)->getBuffer().str(),
              testing::Not(HasSubstr("tenon.softmax")));
  driver::ReductionOptions replay;
  replay.interest.passes = "builtin.module(tenon.entry(test-turn-differences))";
  replay.agreement.folder = std::string(folder);
  replay.onlyTest = true;
  EXPECT_TRUE(driver::reduce(path, replay).ok());
  llvm::sys::fs::remove_directories(folder);
}

} // namespace
