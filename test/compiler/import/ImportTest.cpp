//===- ImportTest.cpp - what becomes of ONNX's ops ------------------------===//
#include "test/compiler/import/ModelBuilder.h"

#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::test;

namespace {

#define EXPECT_IR(model, ...)                                                  \
  EXPECT_EQ(missingIn(importText((model).proto()), Names{__VA_ARGS__}), "")

TEST(Import, WritesNamesAndWeights) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  model.floats("w", {4, 3}, Floats(12, 0.5f)).floats("b", {4}, Floats(4, 1));
  model.node("Gemm", {"x", "w", "b"}, {"h"}).attr("transB", 1).named("dense");
  model.node("Relu", {"h"}, {"y"});
  EXPECT_IR(model,
            "tenon.weight @w : tensor<4x3xf32> {file = \"model.onnx\", hash = "
            "\"xxh3:",
            "tenon.weight @b : tensor<4xf32>",
            "tenon.entry @predict(%x: tensor<2x3xf32> {tenon.name = \"x\"}) -> "
            "(tensor<2x4xf32> {tenon.name = \"y\"})",
            "tenon.dot_general %x, %w contract = [1] x [1]", "tenon.add",
            "tenon.maximum");
}

TEST(Import, LocatesOpsAtTheirNodes) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  model.node("Exp", {"x"}, {"h"}).named("block/Exp");
  model.node("Neg", {"h"}, {"y"});
  TempFolder folder;
  mlir::MLIRContext context;
  auto module = importModel(
      folder.write("m.onnx", model.proto().SerializeAsString()), {}, context);
  ASSERT_TRUE(module.ok()) << module.status();
  std::string text;
  llvm::raw_string_ostream stream(text);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo(true, false);
  (*module)->print(stream, flags);
  EXPECT_EQ(missingIn(text, {"= loc(\"m.onnx\":1:0)", "= loc(\"m.onnx\":2:0)",
                             "= loc(\"block/Exp\"(", "= loc(\"Neg_1\"("}),
            "");
}

TEST(Import, ComputesShapesWhileImporting) {
  // What exporters write for x.view(x.size(0), -1).
  ModelBuilder model;
  model.input("x", {2, 3, 4}).output("y");
  model.ints("zero", {}, {0}).ints("axes", {1}, {0}).ints("rest", {1}, {-1});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Gather", {"shape", "zero"}, {"batch"});
  model.node("Unsqueeze", {"batch", "axes"}, {"batch1"});
  model.node("Concat", {"batch1", "rest"}, {"target"}).attr("axis", 0);
  model.node("Reshape", {"x", "target"}, {"y"});
  std::string text = importText(model.proto());
  EXPECT_EQ(missingIn(text, {"tenon.reshape", "-> tensor<2x12xf32>"}), "");
  EXPECT_EQ(text.find("tenon.gather"), std::string::npos);
  EXPECT_EQ(text.find("tenon.constant"), std::string::npos);
}

TEST(Import, KeepsWeightsOutOfConstantFolding) {
  ModelBuilder model;
  model.output("y").floats("w", {2, 2}, {1, 2, 3, 4});
  model.node("Transpose", {"w"}, {"y"});
  EXPECT_IR(model, "tenon.weight @w", "tenon.transpose %w");
}

TEST(Import, KeepsNamedParametersHoweverSmall) {
  ModelBuilder model;
  model.input("x", {2}).output("y").floats("scale", {}, {2});
  model.node("Exp", {"scale"}, {"s"});
  model.node("Mul", {"x", "s"}, {"y"});
  EXPECT_EQ(importText(model.proto()).find("tenon.weight"), std::string::npos);
  ImportOptions options;
  options.parameters = {"scale"};
  EXPECT_EQ(missingIn(importText(model.proto(), options),
                      {"tenon.weight @scale", "tenon.exponential %scale"}),
            "");
}

TEST(Import, SoftmaxOfOldVersionsFlattens) {
  ModelBuilder before(11);
  before.input("x", {2, 3, 4}).output("y");
  before.node("Softmax", {"x"}, {"y"});
  EXPECT_IR(before, "tenon.reshape", "tensor<2x12xf32>", "tenon.softmax",
            "axis = 1", "-> tensor<2x3x4xf32>");
  ModelBuilder since(13);
  since.input("x", {2, 3, 4}).output("y");
  since.node("Softmax", {"x"}, {"y"}).attr("axis", 1);
  EXPECT_IR(since, "tenon.softmax %x axis = 1 : tensor<2x3x4xf32>");
}

TEST(Import, ConvolutionStatesItsGeometry) {
  ModelBuilder model;
  model.input("x", {1, 4, 8, 8}).output("y");
  model.floats("w", {6, 2, 3, 3}, Floats(108, 1)).floats("b", {6}, Floats(6));
  model.node("Conv", {"x", "w", "b"}, {"y"})
      .attr("group", 2)
      .attr("strides", Ints{2, 2})
      .attr("auto_pad", "SAME_UPPER");
  EXPECT_IR(model,
            "tenon.convolution %x, %w dims = [b, f, 0, 1] x [o, i, 0, 1]",
            "strides = [2, 2]", "padding_high = [1, 1]", "feature_groups = 2",
            "-> tensor<1x6x4x4xf32>", "tenon.broadcast_in_dim %b dims = [1]");
}

TEST(Import, BatchNormalizationIsOneOp) {
  ModelBuilder model;
  model.input("x", {1, 2, 4, 4}).output("y");
  for (const char *name : {"s", "o", "m", "v"})
    model.floats(name, {2}, {1, 2});
  model.node("BatchNormalization", {"x", "s", "o", "m", "v"}, {"y"})
      .attr("epsilon", 1e-3f);
  EXPECT_IR(model, "tenon.batch_norm_inference %x, %s, %o, %m, %v feature = 1");
}

TEST(Import, MatrixProductsBroadcastTheirBatch) {
  ModelBuilder model;
  model.input("a", {5, 2, 3, 4}).input("b", {2, 4, 6}).output("y");
  model.node("MatMul", {"a", "b"}, {"y"});
  EXPECT_IR(model, "tenon.broadcast_in_dim %b dims = [1, 2, 3]",
            "batch = [0, 1] x [0, 1] contract = [3] x [2]",
            "-> tensor<5x2x3x6xf32>");
}

TEST(Import, KnownIndicesInARowAreASlice) {
  ModelBuilder model;
  model.input("x", {8, 2}).output("y").ints("i", {1, 3}, {2, 3, 4});
  model.node("Gather", {"x", "i"}, {"y"});
  EXPECT_IR(model, "tenon.slice %x [2:5, 0:2]", "-> tensor<1x3x2xf32>");
}

TEST(Import, NegativeIndicesAreCorrected) {
  ModelBuilder model;
  model.input("x", {8, 2})
      .input("i", {3}, onnx::TensorProto::INT64)
      .output("y");
  model.node("Gather", {"x", "i"}, {"y"});
  EXPECT_IR(model, "tenon.compare LT, %i", "tenon.select", "tenon.gather %x");
}

TEST(Import, KnownBranchesAreTaken) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  onnx::TensorProto yes = tensor("", {}, Ints{1});
  yes.set_data_type(onnx::TensorProto::BOOL);
  yes.set_raw_data(std::string(1, '\1'));
  model.node("Constant", {}, {"condition"}).attr("value", yes);
  ModelBuilder then, otherwise;
  then.output("t").node("Exp", {"x"}, {"t"});
  otherwise.output("e").node("Loop", {"x"}, {"e"});
  model.node("If", {"condition"}, {"y"})
      .attr("then_branch", then.graph())
      .attr("else_branch", otherwise.graph());
  EXPECT_IR(model, "tenon.exponential %x");
}

TEST(Import, LocalFunctionsAreExpanded) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  onnx::FunctionProto &function = *model.proto().add_functions();
  function.set_name("Scaled");
  function.set_domain("local");
  function.add_input("v");
  function.add_output("r");
  function.add_attribute("alpha");
  function.add_opset_import()->set_version(18);
  onnx::NodeProto &inner = *function.add_node();
  inner.set_op_type("LeakyRelu");
  inner.add_input("v");
  inner.add_output("r");
  onnx::AttributeProto &reference = *inner.add_attribute();
  reference.set_name("alpha");
  reference.set_ref_attr_name("alpha");
  reference.set_type(onnx::AttributeProto::FLOAT);
  auto &set = *model.proto().add_opset_import();
  set.set_domain("local");
  set.set_version(1);
  model.node("Scaled", {"x"}, {"y"}).domain("local").attr("alpha", 0.25f);
  EXPECT_IR(model, "dense<2.500000e-01>", "tenon.select");
}

} // namespace
