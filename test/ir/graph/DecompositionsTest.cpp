//===- DecompositionsTest.cpp - Composites give their primitives ----------===//
//
// Every composite, in every float type it takes, becomes primitives of its own
// result types that verify. That they compute the same is the oracle's test.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GraphOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tenon::graph;
using tenon::DecomposableOpInterface;

namespace {

/// One op of each composite and form; E stands for the element type.
constexpr StringLiteral composites = R"(
tenon.entry @all(%x: tensor<4x8xE>, %v: tensor<8xE>, %im: tensor<2x3x3x8xE>, %q: tensor<2x4x5xE>, %k: tensor<2x6x5xE>, %m: tensor<4x6xi1>, %f: tensor<2x1x6xE>) {
  %0 = tenon.softmax %x axis = 0 : tensor<4x8xE>
  %1 = tenon.log_softmax %x axis = 1 : tensor<4x8xE>
  %2 = tenon.layer_norm %x scale %v bias %v axis = 1 epsilon = 1.0e-5 : (tensor<4x8xE>, tensor<8xE>, tensor<8xE>) -> tensor<4x8xE>
  %3 = tenon.layer_norm %x axis = 0 epsilon = 1.0e-5 : (tensor<4x8xE>) -> tensor<4x8xE>
  %4 = tenon.rms_norm %x scale %v axis = 1 epsilon = 1.0e-5 : (tensor<4x8xE>, tensor<8xE>) -> tensor<4x8xE>
  %5 = tenon.gelu exact %x : tensor<4x8xE>
  %6 = tenon.gelu tanh %x : tensor<4x8xE>
  %7 = tenon.batch_norm_inference %im, %v, %v, %v, %v feature = 3 epsilon = 1.0e-3 : (tensor<2x3x3x8xE>, tensor<8xE>, tensor<8xE>, tensor<8xE>, tensor<8xE>) -> tensor<2x3x3x8xE>
  %8:3 = tenon.batch_norm_training %im, %v, %v feature = 3 epsilon = 1.0e-3 : (tensor<2x3x3x8xE>, tensor<8xE>, tensor<8xE>) -> (tensor<2x3x3x8xE>, tensor<8xE>, tensor<8xE>)
  %9:3 = tenon.batch_norm_grad %im, %v, %v, %v, %im feature = 3 epsilon = 1.0e-3 : (tensor<2x3x3x8xE>, tensor<8xE>, tensor<8xE>, tensor<8xE>, tensor<2x3x3x8xE>) -> (tensor<2x3x3x8xE>, tensor<8xE>, tensor<8xE>)
  %10 = tenon.attention %q, %k, %k scale = 0.5 : (tensor<2x4x5xE>, tensor<2x6x5xE>, tensor<2x6x5xE>) -> tensor<2x4x5xE>
  %11 = tenon.attention %q, %k, %k mask %m scale = 0.5 causal : (tensor<2x4x5xE>, tensor<2x6x5xE>, tensor<2x6x5xE>, tensor<4x6xi1>) -> tensor<2x4x5xE>
  %12 = tenon.attention %q, %k, %k mask %f scale = 0.5 : (tensor<2x4x5xE>, tensor<2x6x5xE>, tensor<2x6x5xE>, tensor<2x1x6xE>) -> tensor<2x4x5xE>
  tenon.return
}

// Bounded rows: only the normalized dimension has to be static.
tenon.entry @bounded(%x: tensor<?x8xE, #tenon.bounds<[4, ?]>>, %v: tensor<8xE>) {
  %0 = tenon.softmax %x axis = 1 : tensor<?x8xE, #tenon.bounds<[4, ?]>>
  %1 = tenon.layer_norm %x scale %v axis = 1 epsilon = 1.0e-5 : (tensor<?x8xE, #tenon.bounds<[4, ?]>>, tensor<8xE>) -> tensor<?x8xE, #tenon.bounds<[4, ?]>>
  %2 = tenon.gelu exact %x : tensor<?x8xE, #tenon.bounds<[4, ?]>>
  tenon.return
}
)";

class DecompositionsTest : public ::testing::TestWithParam<const char *> {};

TEST_P(DecompositionsTest, BecomePrimitivesThatVerify) {
  MLIRContext context;
  context.loadDialect<TenonDialect>();
  std::string text;
  for (StringRef rest = composites; !rest.empty();) {
    auto [head, tail] = rest.split("xE");
    text += head.str() + (tail.empty() ? "" : "x" + std::string(GetParam()));
    rest = tail;
  }
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);

  SmallVector<DecomposableOpInterface> ops;
  module->walk([&](DecomposableOpInterface op) { ops.push_back(op); });
  ASSERT_EQ(ops.size(), 16u);
  // A definition may hold simpler composites, as attention's does a softmax.
  while (!ops.empty()) {
    DecomposableOpInterface op = ops.pop_back_val();
    OpBuilder builder(op);
    Operation *previous = op->getPrevNode();
    auto values = op.decompose(builder);
    ASSERT_TRUE(succeeded(values)) << op->getName().getStringRef().str();
    ASSERT_EQ(TypeRange(ValueRange(*values)), op->getResultTypes())
        << op->getName().getStringRef().str();
    op->replaceAllUsesWith(*values);
    for (Operation *made = op->getPrevNode(); made && made != previous;
         made = made->getPrevNode())
      if (auto composite = dyn_cast<DecomposableOpInterface>(made)) {
        ASSERT_NE(made->getName(), op->getName());
        ops.push_back(composite);
      }
    op->erase();
  }
  EXPECT_TRUE(succeeded(verify(*module)));
  module->walk([](DecomposableOpInterface op) {
    ADD_FAILURE() << "left: " << op->getName().getStringRef().str();
  });
}

INSTANTIATE_TEST_SUITE_P(Floats, DecompositionsTest,
                         ::testing::Values("f64", "f32", "f16", "bf16",
                                           "f8E4M3FN", "f8E5M2"),
                         [](const auto &info) {
                           return std::string(info.param);
                         });

} // namespace
