//===- ReducersTest.cpp - The bodies of reductions ------------------------===//
//
// Standard bodies are recognized as what they were built as, others are not,
// and neutral elements leave every value as it is.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Reducers.h"
#include "ir/graph/GraphOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

constexpr ReductionKind allKinds[] = {
    ReductionKind::Add,     ReductionKind::Multiply, ReductionKind::Maximum,
    ReductionKind::Minimum, ReductionKind::And,      ReductionKind::Or,
    ReductionKind::Xor};

class ReducersTest : public ::testing::Test {
protected:
  ReducersTest() { context.loadDialect<TenonDialect>(); }

  /// The kind of a reduction whose body is the given text.
  ReductionKind kindOf(StringRef body) {
    std::string text = ("tenon.entry @e(%x: tensor<4xf32>, %z: tensor<f32>) {\n"
                        "  %0 = tenon.reduce %x init %z dims = [0] : "
                        "(tensor<4xf32>, tensor<f32>) -> tensor<f32> with {\n"
                        "  ^bb0(%a: tensor<f32>, %b: tensor<f32>):\n" +
                        body + "\n  }\n  tenon.return\n}")
                           .str();
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
    ReductionKind kind = ReductionKind::Generic;
    module->walk([&](ReduceOp op) { kind = getReductionKind(op.getBody()); });
    return kind;
  }

  MLIRContext context;
};

TEST_F(ReducersTest, RecognizesWhatItBuilds) {
  OpBuilder builder(&context);
  for (ReductionKind kind : allKinds) {
    Region region;
    buildReducer(builder, builder.getUnknownLoc(), region, kind,
                 builder.getI32Type());
    EXPECT_EQ(getReductionKind(region), kind);
  }
  Region region;
  buildSelector(builder, builder.getUnknownLoc(), region,
                ComparisonDirection::GE, builder.getF32Type());
  EXPECT_EQ(getSelectDirection(region), ComparisonDirection::GE);
  EXPECT_EQ(getReductionKind(region), ReductionKind::Generic);
}

TEST_F(ReducersTest, OrderOfArgumentsDoesNotMatter) {
  EXPECT_EQ(kindOf("%s = tenon.add %b, %a : tensor<f32>\n"
                   "tenon.return %s : tensor<f32>"),
            ReductionKind::Add);
}

TEST_F(ReducersTest, OtherBodiesAreGeneric) {
  // Not both arguments.
  EXPECT_EQ(kindOf("%s = tenon.add %a, %a : tensor<f32>\n"
                   "tenon.return %s : tensor<f32>"),
            ReductionKind::Generic);
  // Not the op's result.
  EXPECT_EQ(kindOf("%s = tenon.add %a, %b : tensor<f32>\n"
                   "tenon.return %a : tensor<f32>"),
            ReductionKind::Generic);
  // No standard op.
  EXPECT_EQ(kindOf("%s = tenon.atan2 %a, %b : tensor<f32>\n"
                   "tenon.return %s : tensor<f32>"),
            ReductionKind::Generic);
  // More than one op.
  EXPECT_EQ(kindOf("%n = tenon.negate %a : tensor<f32>\n"
                   "%s = tenon.add %n, %b : tensor<f32>\n"
                   "tenon.return %s : tensor<f32>"),
            ReductionKind::Generic);
  // No op at all.
  EXPECT_EQ(kindOf("tenon.return %b : tensor<f32>"), ReductionKind::Generic);
}

TEST_F(ReducersTest, NeutralFloats) {
  Type f32 = Float32Type::get(&context), f8 = Float8E4M3FNType::get(&context);
  auto neutral = [](ReductionKind kind, Type type) {
    return getNeutralElement(kind, type).getSplatValue<APFloat>();
  };
  EXPECT_TRUE(neutral(ReductionKind::Add, f32).isNegZero());
  EXPECT_TRUE(neutral(ReductionKind::Multiply, f32).isExactlyValue(1.0));
  EXPECT_TRUE(neutral(ReductionKind::Maximum, f32).isInfinity());
  EXPECT_TRUE(neutral(ReductionKind::Maximum, f32).isNegative());
  EXPECT_TRUE(neutral(ReductionKind::Minimum, f32).isInfinity());
  EXPECT_FALSE(neutral(ReductionKind::Minimum, f32).isNegative());
  // This type has no infinity; 448 is its largest number.
  EXPECT_TRUE(neutral(ReductionKind::Maximum, f8).isExactlyValue(-448.0));
  EXPECT_FALSE(getNeutralElement(ReductionKind::And, f32));
  EXPECT_FALSE(getNeutralElement(ReductionKind::Generic, f32));
}

TEST_F(ReducersTest, NeutralIntegers) {
  Type i8 = IntegerType::get(&context, 8), i1 = IntegerType::get(&context, 1);
  Type ui8 = IntegerType::get(&context, 8, IntegerType::Unsigned);
  auto neutral = [](ReductionKind kind, Type type) {
    return getNeutralElement(kind, type).getSplatValue<APInt>();
  };
  EXPECT_EQ(neutral(ReductionKind::Maximum, i8).getSExtValue(), -128);
  EXPECT_EQ(neutral(ReductionKind::Minimum, i8).getSExtValue(), 127);
  EXPECT_EQ(neutral(ReductionKind::Maximum, ui8).getZExtValue(), 0u);
  EXPECT_EQ(neutral(ReductionKind::Minimum, ui8).getZExtValue(), 255u);
  EXPECT_EQ(neutral(ReductionKind::Maximum, i1).getZExtValue(), 0u);
  EXPECT_EQ(neutral(ReductionKind::Minimum, i1).getZExtValue(), 1u);
  EXPECT_EQ(neutral(ReductionKind::Add, i8).getZExtValue(), 0u);
  EXPECT_EQ(neutral(ReductionKind::Multiply, i8).getZExtValue(), 1u);
  EXPECT_EQ(neutral(ReductionKind::And, ui8).getZExtValue(), 255u);
  EXPECT_EQ(neutral(ReductionKind::Or, ui8).getZExtValue(), 0u);
}

TEST_F(ReducersTest, Promotion) {
  Type f32 = Float32Type::get(&context), bf16 = BFloat16Type::get(&context);
  Type i1 = IntegerType::get(&context, 1), i8 = IntegerType::get(&context, 8);
  Type i32 = IntegerType::get(&context, 32);
  Type ui32 = IntegerType::get(&context, 32, IntegerType::Unsigned);
  EXPECT_TRUE(isPromotable(bf16, f32));
  EXPECT_FALSE(isPromotable(f32, bf16));
  EXPECT_FALSE(isPromotable(Float16Type::get(&context), bf16));
  EXPECT_TRUE(isPromotable(i8, i32));
  EXPECT_FALSE(isPromotable(i8, ui32));
  EXPECT_FALSE(isPromotable(i1, i32));
  EXPECT_FALSE(isPromotable(i32, f32));
  EXPECT_TRUE(isPromotable(ComplexType::get(f32),
                           ComplexType::get(Float64Type::get(&context))));
}

} // namespace
