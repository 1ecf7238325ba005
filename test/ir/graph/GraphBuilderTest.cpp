//===- GraphBuilderTest.cpp - Writing modules in C++ ----------------------===//
//
// What an embedding compiler writes verifies, prints as expected and re-enters
// as text; what is wrong with it is said by finish().
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GraphBuilder.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tenon::graph;
using ::testing::HasSubstr;

namespace {

std::string toText(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream);
  return text;
}

class GraphBuilderTest : public ::testing::Test {
protected:
  /// The diagnostics of finish() on a module that is wrong.
  std::string errorsOf(GraphBuilder &builder) {
    std::string errors;
    ScopedDiagnosticHandler handler(
        &context, [&](Diagnostic &diag) { errors += diag.str() + "\n"; });
    EXPECT_FALSE(builder.finish());
    return errors;
  }

  MLIRContext context;
};

TEST_F(GraphBuilderTest, DenseLayer) {
  GraphBuilder b(&context);
  b.beginEntry("predict");
  Value x = b.input("x", b.f32({4, 64}));
  Value w = b.weight("w", b.f32({64, 10}), "model.bin", 128, "xxh3:0a");
  Value bias = b.weight("bias", b.f32({10}), "model.bin", 2688);
  Value y = b.matmul(x, w);
  b.output("y", b.relu(b.add(y, b.broadcastLike(bias, y, {1}))));
  b.endEntry();
  OwningOpRef<ModuleOp> module = b.finish();
  ASSERT_TRUE(module);
  EXPECT_EQ(toText(*module), R"(module {
  tenon.entry @predict(%x: tensor<4x64xf32> {tenon.name = "x"}) -> (tensor<4x10xf32> {tenon.name = "y"}) {
    %w = tenon.get_weight @w : tensor<64x10xf32>
    %bias = tenon.get_weight @bias : tensor<10xf32>
    %0 = tenon.dot_general %x, %w contract = [1] x [0] : (tensor<4x64xf32>, tensor<64x10xf32>) -> tensor<4x10xf32>
    %1 = tenon.broadcast_in_dim %bias dims = [1] : (tensor<10xf32>) -> tensor<4x10xf32>
    %2 = tenon.add %0, %1 : tensor<4x10xf32>
    %c = tenon.constant dense<0.000000e+00> : tensor<4x10xf32>
    %3 = tenon.maximum %2, %c : tensor<4x10xf32>
    tenon.return %3 : tensor<4x10xf32>
  }
  tenon.weight @w : tensor<64x10xf32> {file = "model.bin", hash = "xxh3:0a", offset = 128 : i64}
  tenon.weight @bias : tensor<10xf32> {file = "model.bin", offset = 2688 : i64}
}
)");
  auto again = parseSourceString<ModuleOp>(toText(*module), &context);
  ASSERT_TRUE(again);
  EXPECT_EQ(toText(*again), toText(*module));
}

TEST_F(GraphBuilderTest, StateIsTied) {
  GraphBuilder b(&context);
  auto scalar = RankedTensorType::get({}, IntegerType::get(&context, 64));
  b.declareVariable("step", DenseElementsAttr::get(scalar, int64_t(0)));
  b.declareWeight("init", b.f32({8}), "model.bin", 0);
  b.declareVariable("w", b.f32({8}), "init");
  for (const char *name : {"first", "second"}) {
    b.beginEntry(name);
    Value x = b.input("x", b.f32({8}));
    Value w = b.state("w");
    EXPECT_EQ(b.state("w"), w);
    b.update("w", b.add(w, x));
    b.update("step", b.add(b.state("step"), 1.0));
    b.endEntry();
  }
  OwningOpRef<ModuleOp> module = b.finish();
  ASSERT_TRUE(module);
  for (EntryOp entry : module->getOps<EntryOp>()) {
    ASSERT_EQ(entry.getNumArguments(), 3u);
    EXPECT_EQ(entry.getArgumentVariable(1).getValue(), "w");
    EXPECT_EQ(entry.getArgumentVariable(2).getValue(), "step");
    EXPECT_EQ(entry.getTiedArgument(0), 1u);
    EXPECT_EQ(entry.getTiedResult(2), 1u);
    EXPECT_EQ(entry.getTiedResult(0), std::nullopt);
  }
}

TEST_F(GraphBuilderTest, RepeatedNamesAreRefused) {
  GraphBuilder b(&context);
  b.beginEntry("predict");
  b.input("x", b.f32({4}));
  b.input("x", b.f32({4}));
  b.endEntry();
  EXPECT_THAT(errorsOf(b), HasSubstr("argument 1 repeats the name \"x\""));
}

TEST_F(GraphBuilderTest, RepeatedSymbolsAreRefused) {
  GraphBuilder b(&context);
  b.declareWeight("w", b.f32({4}), "model.bin", 0);
  b.declareWeight("w", b.f32({4}), "model.bin", 16);
  EXPECT_THAT(errorsOf(b), HasSubstr("redefinition of symbol named 'w'"));
}

TEST_F(GraphBuilderTest, UpdateOfAnotherTypeIsRefused) {
  GraphBuilder b(&context);
  b.declareWeight("init", b.f32({8}), "model.bin", 0);
  b.declareVariable("w", b.f32({8}), "init");
  b.beginEntry("train");
  b.update("w", b.scalar(0.0, b.getBuilder().getF32Type()));
  b.endEntry();
  EXPECT_THAT(errorsOf(b), HasSubstr("is tied to argument 0 of type"));
}

TEST_F(GraphBuilderTest, PoolsAndRows) {
  GraphBuilder b(&context);
  b.beginEntry("predict");
  Value x = b.input("x", b.f32({1, 8, 8, 4}));
  Value ids = b.input("ids", b.tensor({2, 3}, IntegerType::get(&context, 64)));
  Value table = b.input("table", b.f32({100, 16}));
  int64_t window[] = {1, 3, 3, 1}, strides[] = {1, 2, 2, 1};
  int64_t padding[] = {0, 1, 1, 0};
  Value largest = b.reduceWindow(ReductionKind::Maximum, x, window, strides,
                                 padding, padding);
  Value mean = b.averagePool(x, window, strides, padding, padding,
                             /*countPadding=*/false);
  Value rows = b.takeRows(table, ids);
  EXPECT_EQ(largest.getType(), b.f32({1, 4, 4, 4}));
  EXPECT_EQ(mean.getType(), b.f32({1, 4, 4, 4}));
  EXPECT_EQ(rows.getType(), b.f32({2, 3, 16}));
  b.endEntry();
  EXPECT_TRUE(b.finish());
}

TEST_F(GraphBuilderTest, MisfitsEndTheProgram) {
  GraphBuilder b(&context);
  EXPECT_DEATH(b.input("x", b.f32({4})), "no entry is at work");
  b.beginEntry("predict");
  EXPECT_DEATH(b.state("w"), "variable w is not declared");
  EXPECT_DEATH(b.weight("w"), "weight w is not declared");
  EXPECT_DEATH(b.beginEntry("again"), "an entry is at work");
  Value x = b.input("x", b.f32({4, 5}));
  EXPECT_DEATH(b.transpose(x, {0, 0}), "needs a permutation of 2 dimensions");
}

} // namespace
