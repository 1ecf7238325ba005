//===- HostileTest.cpp - files that nobody should have written ------------===//
//
// Each wrong file gives a one-line error; none crashes.
//
//===----------------------------------------------------------------------===//
#include "test/compiler/import/ModelBuilder.h"

#include <gtest/gtest.h>
#include <random>

using namespace tenon;
using namespace tenon::test;
using onnx::TensorProto;

namespace {

void expectError(const std::string &text, const char *message) {
  EXPECT_EQ(missingIn(text, {"error: ", message}), "");
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

/// A model with a bit of everything that the reader walks through.
ModelBuilder smallModel() {
  ModelBuilder model;
  model.input("x", {1, 2, 6, 6}).output("y").output("z");
  model.floats("w", {3, 2, 3, 3}, Floats(54, 0.1f)).floats("b", {3}, {1, 2, 3});
  model.ints("shape", {2}, {1, -1}).ints("axes", {1}, {1});
  for (const char *name : {"s", "o", "m", "v"})
    model.floats(name, {3}, {1, 2, 3});
  model.node("Conv", {"x", "w", "b"}, {"c"}).attr("pads", Ints{1, 1, 1, 1});
  model.node("BatchNormalization", {"c", "s", "o", "m", "v"}, {"n"});
  model.node("MaxPool", {"n"}, {"p"})
      .attr("kernel_shape", Ints{2, 2})
      .attr("strides", Ints{2, 2});
  model.node("Reshape", {"p", "shape"}, {"f"});
  model.node("Softmax", {"f"}, {"y"});
  model.node("Constant", {}, {"k"})
      .attr("value", tensor("", {2}, Floats{1, 2}));
  ModelBuilder then, otherwise;
  then.output("t").node("Neg", {"k"}, {"t"});
  otherwise.output("e").node("Abs", {"k"}, {"e"});
  TensorProto yes = tensor("", {}, Ints{});
  yes.set_data_type(TensorProto::BOOL);
  yes.set_raw_data(std::string(1, '\1'));
  model.node("Constant", {}, {"condition"}).attr("value", yes);
  model.node("If", {"condition"}, {"z"})
      .attr("then_branch", then.graph())
      .attr("else_branch", otherwise.graph());
  return model;
}

TEST(Hostile, TheSmallModelItselfIsFine) {
  EXPECT_EQ(missingIn(importText(smallModel().proto()),
                      {"tenon.convolution", "tenon.softmax", "tenon.return"}),
            "");
}

TEST(Hostile, EveryTruncationIsAnErrorOrAModel) {
  std::string bytes = smallModel().proto().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); size += 97)
    EXPECT_FALSE(importBytes(bytes.substr(0, size)).empty());
  EXPECT_EQ(importBytes(bytes.substr(0, bytes.size() / 2)).substr(0, 7),
            "error: ");
}

TEST(Hostile, FlippedBitsNeverCrash) {
  std::string bytes = smallModel().proto().SerializeAsString();
  std::mt19937 random(7);
  for (int round = 0; round < 1500; ++round) {
    std::string wrong = bytes;
    for (int flips = 1 + round % 4; flips > 0; --flips)
      wrong[random() % wrong.size()] ^= static_cast<char>(1u << (random() % 8));
    EXPECT_FALSE(importBytes(wrong).empty());
  }
}

TEST(Hostile, ForeignFilesAreNotModels) {
  expectError(importBytes(""), "is empty");
  expectError(importBytes("no protobuf at all, just text"),
              "is not a readable ONNX model");
  expectError(importBytes(std::string(4096, '\xff')), "malformed or truncated");
  onnx::ModelProto empty;
  empty.set_ir_version(8);
  expectError(importText(empty), "it holds no graph");
  mlir::MLIRContext context;
  auto missing = importModel("there/is/no.onnx", {}, context);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  auto folder = importModel("/", {}, context);
  EXPECT_EQ(folder.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Hostile, DanglingAndCyclicInputs) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  model.node("Add", {"x", "later"}, {"y"}).named("a");
  model.node("Relu", {"y"}, {"later"});
  expectError(importText(model.proto()),
              "node 'a' (Add): it reads 'later', which no earlier node makes");
}

TEST(Hostile, NamesDefinedTwice) {
  ModelBuilder values;
  values.input("x", {2}).output("y");
  values.node("Relu", {"x"}, {"y"});
  values.node("Abs", {"x"}, {"y"});
  expectError(importText(values.proto()), "value 'y': is defined twice");
  ModelBuilder stored;
  stored.output("w").floats("w", {2}, {1, 2}).floats("w", {2}, {1, 2});
  expectError(importText(stored.proto()), "initializer 'w': is defined twice");
}

TEST(Hostile, ShapesThatOverflow) {
  ModelBuilder input;
  input.input("x", {2147483647, 2147483647, 2147483647}).output("y");
  input.node("Relu", {"x"}, {"y"});
  expectError(importText(input.proto()), "more than 2^48 elements");
  ModelBuilder tensor;
  tensor.output("w");
  tensor.floats("w", {int64_t{1} << 62, 4}, {1});
  expectError(importText(tensor.proto()), "more than 2^48 elements");
  ModelBuilder negative;
  negative.output("w").floats("w", {-1}, {1});
  expectError(importText(negative.proto()), "negative dimension -1");
  ModelBuilder many;
  many.output("w").floats("w", Ints(100, 1), {1});
  expectError(importText(many.proto()), "a shape of 100 dimensions");
  ModelBuilder fill;
  fill.output("y").ints("s", {2}, {int64_t{1} << 40, int64_t{1} << 40});
  fill.node("ConstantOfShape", {"s"}, {"y"});
  expectError(importText(fill.proto()), "more than 2^48 elements");
  ModelBuilder tile;
  tile.input("x", {4}).output("y").ints("r", {1}, {int64_t{1} << 62});
  tile.node("Tile", {"x", "r"}, {"y"});
  expectError(importText(tile.proto()), "a repeat of");
}

TEST(Hostile, PayloadsOfTheWrongSize) {
  ModelBuilder model;
  model.output("w").floats("w", {3}, {1, 2});
  expectError(importText(model.proto()),
              "tensor 'w': holds 8 bytes, its type needs 12");
  ModelBuilder unknown;
  unknown.output("w").floats("w", {1}, {1});
  unknown.graph().mutable_initializer(0)->set_data_type(77);
  expectError(importText(unknown.proto()), "unknown element type 77");
}

TEST(Hostile, NodesThatOnnxDoesNotAllow) {
  auto expect = [](const char *op, const Names &inputs, const char *message) {
    ModelBuilder model;
    model.input("x", {2, 3}).input("v", {5}).output("y");
    model.input("i", {1}, TensorProto::INT64);
    model.node(op, inputs, {"y"}).attr("axis", 9);
    expectError(importText(model.proto()), message);
  };
  expect("Softmax", {"x"}, "axis 9 lies outside of rank 2");
  expect("Add", {"x", "v"}, "shapes 2x3 and 5 do not broadcast");
  expect("Add", {"x", "i"}, "inputs of types float and int64");
  expect("Add", {"x"}, "it has 1 inputs");
  expect("Add", {"", "x"}, "its input 0 is absent");
  expect("MatMul", {"x", "x"}, "shapes 2x3 and 2x3 do not multiply");
  expect("Concat", {"x", "x"}, "axis 9");
  expect("Conv", {"x", "x"}, "are not [N, C, spatial...]");
  expect("Exp", {"i"}, "node 'Exp_0'");
}

TEST(Hostile, AttributesOfTheWrongType) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  model.node("Softmax", {"x"}, {"y"}).attr("axis", "one");
  expectError(importText(model.proto()),
              "attribute 'axis' has type STRING, not INT");
}

TEST(Hostile, DeclaredOutputsMustAgree) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y").node("Relu", {"x"}, {"y"});
  auto &type =
      *model.graph().mutable_output(0)->mutable_type()->mutable_tensor_type();
  type.set_elem_type(TensorProto::INT64);
  expectError(importText(model.proto()), "declared as int64 but computed as");
  type.set_elem_type(TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_value(7);
  expectError(importText(model.proto()),
              "declared with shape 7 but computed with shape 2x3");
}

TEST(Hostile, EndlessFunctions) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  onnx::FunctionProto &function = *model.proto().add_functions();
  function.set_name("Again");
  function.add_input("v");
  function.add_output("r");
  function.add_opset_import()->set_version(18);
  onnx::NodeProto &inner = *function.add_node();
  inner.set_op_type("Again");
  inner.add_input("v");
  inner.add_output("r");
  model.node("Again", {"x"}, {"y"});
  expectError(importText(model.proto()), "call each other more than 32 deep");
}

TEST(Hostile, DeepGraphs) {
  onnx::GraphProto graph;
  for (int depth = 0; depth < 200; ++depth) {
    onnx::GraphProto outer;
    onnx::NodeProto &node = *outer.add_node();
    node.set_op_type("If");
    onnx::AttributeProto &attribute = *node.add_attribute();
    attribute.set_name("then_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    *attribute.mutable_g() = std::move(graph);
    graph = std::move(outer);
  }
  ModelBuilder model;
  model.graph() = std::move(graph);
  expectError(importText(model.proto()), "graphs nested more than 32 deep");
}

TEST(Hostile, NamesStayOnOneLine) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  model.node("Add", {"x", "line\nbreak"}, {"y"}).named(std::string(5000, 'n'));
  std::string text = importText(model.proto());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_LT(text.size(), 1000u);
}

} // namespace
