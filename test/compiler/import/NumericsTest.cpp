//===- NumericsTest.cpp - what imported ops compute -----------------------===//
//
// Forms whose meaning is easy to get wrong, run by the oracle against values
// worked out by hand.
//
//===----------------------------------------------------------------------===//
#include "backends/reference/Interpreter.h"
#include "backends/reference/WeightFiles.h"
#include "test/compiler/import/ModelBuilder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

using namespace tenon;
using namespace tenon::test;
using onnx::TensorProto;
using reference::Tensor;

namespace {

Tensor floats(const Ints &shape, const Floats &values) {
  Tensor tensor(reference::ElementType::F32, shape);
  for (size_t i = 0; i < values.size(); ++i)
    tensor.set<double>(i, values[i]);
  return tensor;
}

Tensor ints(const Ints &shape, const Ints &values) {
  Tensor tensor(reference::ElementType::I64, shape);
  for (size_t i = 0; i < values.size(); ++i)
    tensor.set<int64_t>(i, values[i]);
  return tensor;
}

/// The model's first output for these inputs.
Tensor run(ModelBuilder &model, const std::vector<Tensor> &inputs) {
  TempFolder folder;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = importModel(
      folder.write("m.onnx", model.proto().SerializeAsString()), {}, context);
  EXPECT_TRUE(module.ok()) << module.status();
  if (!module.ok())
    return floats({}, {0});
  reference::WeightFiles files(folder.path());
  reference::InterpreterOptions options;
  options.weights = [&](graph::WeightOp weight) { return files.read(weight); };
  auto results = reference::evaluateEntry(**module, "predict", inputs, options);
  EXPECT_TRUE(succeeded(results));
  return succeeded(results) ? (*results)[0] : floats({}, {0});
}

std::vector<float> values(const Tensor &tensor) {
  std::vector<double> wide = tensor.readAll<double>();
  return {wide.begin(), wide.end()};
}

Floats countTo(int count) {
  Floats result(count);
  std::iota(result.begin(), result.end(), 0.f);
  return result;
}

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(Numerics, AveragePoolCountsWhatItIsTold) {
  ModelBuilder without, with;
  for (ModelBuilder *model : {&without, &with})
    model->input("x", {1, 1, 3}).output("y");
  without.node("AveragePool", {"x"}, {"y"})
      .attr("kernel_shape", Ints{3})
      .attr("pads", Ints{1, 1});
  with.node("AveragePool", {"x"}, {"y"})
      .attr("kernel_shape", Ints{3})
      .attr("pads", Ints{1, 1})
      .attr("count_include_pad", 1);
  Tensor x = floats({1, 1, 3}, {3, 6, 9});
  EXPECT_THAT(values(run(without, {x})), ElementsAre(4.5f, 6, 7.5f));
  EXPECT_THAT(values(run(with, {x})), ElementsAre(3, 6, 5));
}

TEST(Numerics, CeilModeAddsAWindow) {
  ModelBuilder model;
  model.input("x", {1, 1, 4}).output("y");
  model.node("MaxPool", {"x"}, {"y"})
      .attr("kernel_shape", Ints{3})
      .attr("strides", Ints{2})
      .attr("ceil_mode", 1);
  EXPECT_THAT(values(run(model, {floats({1, 1, 4}, {1, 5, 2, 4})})),
              ElementsAre(5, 4));
}

TEST(Numerics, SlicesGoBackwards) {
  ModelBuilder model;
  model.input("x", {6}).output("y");
  model.ints("s", {1}, {-2}).ints("e", {1}, {-100}).ints("a", {1}, {0});
  model.ints("t", {1}, {-2});
  model.node("Slice", {"x", "s", "e", "a", "t"}, {"y"});
  EXPECT_THAT(values(run(model, {floats({6}, countTo(6))})),
              ElementsAre(4, 2, 0));
}

TEST(Numerics, ModTakesTheDivisorsSign) {
  ModelBuilder model;
  model.input("a", {4}, TensorProto::INT64).output("y");
  model.input("b", {4}, TensorProto::INT64);
  model.node("Mod", {"a", "b"}, {"y"});
  Tensor result =
      run(model, {ints({4}, {7, -7, 7, -7}), ints({4}, {3, 3, -3, -3})});
  EXPECT_THAT(result.readAll<int64_t>(), ElementsAre(1, 2, -2, -1));
}

TEST(Numerics, GatherCountsFromTheEnd) {
  ModelBuilder model;
  model.input("x", {3, 2}).input("i", {2}, TensorProto::INT64).output("y");
  model.node("Gather", {"x", "i"}, {"y"});
  EXPECT_THAT(
      values(run(model, {floats({3, 2}, countTo(6)), ints({2}, {-1, 0})})),
      ElementsAre(4, 5, 0, 1));
}

TEST(Numerics, KnownGathersAreSlices) {
  auto gather = [](const Ints &indices) {
    ModelBuilder model;
    model.input("x", {5}).output("y");
    model.ints("i", {static_cast<int64_t>(indices.size())}, indices);
    model.node("Gather", {"x", "i"}, {"y"});
    return values(run(model, {floats({5}, countTo(5))}));
  };
  EXPECT_THAT(gather({1, 2, 3}), ElementsAre(1, 2, 3));
  EXPECT_THAT(gather({0, 2, -1}), ElementsAre(0, 2, 4));
  EXPECT_THAT(gather({2, 2, 2}), ElementsAre(2, 2, 2));
  EXPECT_THAT(gather({3, 1, 4}), ElementsAre(3, 1, 4));
}

TEST(Numerics, GatherElementsReadsTheFirstPart) {
  ModelBuilder model;
  model.input("x", {2, 3}).input("i", {1, 2}, TensorProto::INT64).output("y");
  model.node("GatherElements", {"x", "i"}, {"y"}).attr("axis", 1);
  EXPECT_THAT(
      values(run(model, {floats({2, 3}, countTo(6)), ints({1, 2}, {-1, 0})})),
      ElementsAre(2, 0));
}

TEST(Numerics, GatherNDTakesVectors) {
  ModelBuilder model;
  model.input("x", {2, 2, 2}).input("i", {2, 1}, TensorProto::INT64);
  model.output("y");
  model.node("GatherND", {"x", "i"}, {"y"}).attr("batch_dims", 1);
  EXPECT_THAT(values(run(model, {floats({2, 2, 2}, countTo(8)),
                                 ints({2, 1}, {1, -2})})),
              ElementsAre(2, 3, 4, 5));
}

TEST(Numerics, ScatterElementsAdds) {
  ModelBuilder model;
  model.input("x", {2, 2}).input("i", {1, 2}, TensorProto::INT64).output("y");
  model.input("u", {1, 2});
  model.node("ScatterElements", {"x", "i", "u"}, {"y"})
      .attr("axis", 0)
      .attr("reduction", "add");
  EXPECT_THAT(
      values(run(model, {floats({2, 2}, countTo(4)), ints({1, 2}, {1, -2}),
                         floats({1, 2}, {10, 20})})),
      ElementsAre(0, 21, 12, 3));
}

TEST(Numerics, CumulativeSumsOfAllKinds) {
  auto sum = [](int exclusive, int reverse) {
    ModelBuilder model;
    model.input("x", {3}).output("y").ints("a", {}, {0});
    model.node("CumSum", {"x", "a"}, {"y"})
        .attr("exclusive", exclusive)
        .attr("reverse", reverse);
    return values(run(model, {floats({3}, {1, 2, 4})}));
  };
  EXPECT_THAT(sum(0, 0), ElementsAre(1, 3, 7));
  EXPECT_THAT(sum(1, 0), ElementsAre(0, 1, 3));
  EXPECT_THAT(sum(0, 1), ElementsAre(7, 6, 4));
  EXPECT_THAT(sum(1, 1), ElementsAre(6, 4, 0));
}

TEST(Numerics, ArgMaxOfTies) {
  auto pick = [](int last) {
    ModelBuilder model;
    model.input("x", {4}).output("y");
    model.node("ArgMax", {"x"}, {"y"})
        .attr("select_last_index", last)
        .attr("keepdims", 0);
    return run(model, {floats({4}, {1, 3, 3, 2})}).get<int64_t>(0);
  };
  EXPECT_EQ(pick(0), 1);
  EXPECT_EQ(pick(1), 2);
}

TEST(Numerics, ConvTransposeSpreadsItsInput) {
  ModelBuilder model;
  model.input("x", {1, 1, 2}).output("y").floats("w", {1, 1, 3}, {1, 2, 3});
  model.node("ConvTranspose", {"x", "w"}, {"y"}).attr("strides", Ints{2});
  EXPECT_THAT(values(run(model, {floats({1, 1, 2}, {1, 10})})),
              ElementsAre(1, 2, 13, 20, 30));
}

TEST(Numerics, GroupedConvTranspose) {
  ModelBuilder model;
  model.input("x", {1, 2, 1}).output("y");
  model.floats("w", {2, 2, 1}, {1, 2, 3, 4});
  model.node("ConvTranspose", {"x", "w"}, {"y"}).attr("group", 2);
  EXPECT_THAT(values(run(model, {floats({1, 2, 1}, {10, 100})})),
              ElementsAre(10, 20, 300, 400));
}

TEST(Numerics, PaddingModes) {
  auto pad = [](const char *mode) {
    ModelBuilder model(19);
    model.input("x", {3}).output("y").ints("p", {2}, {2, 1});
    model.node("Pad", {"x", "p"}, {"y"}).attr("mode", mode);
    return values(run(model, {floats({3}, {1, 2, 3})}));
  };
  EXPECT_THAT(pad("constant"), ElementsAre(0, 0, 1, 2, 3, 0));
  EXPECT_THAT(pad("edge"), ElementsAre(1, 1, 1, 2, 3, 3));
  EXPECT_THAT(pad("reflect"), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(pad("wrap"), ElementsAre(2, 3, 1, 2, 3, 1));
}

TEST(Numerics, DepthToSpaceModes) {
  auto move = [](const char *mode) {
    ModelBuilder model;
    model.input("x", {1, 8, 1, 1}).output("y");
    model.node("DepthToSpace", {"x"}, {"y"})
        .attr("blocksize", 2)
        .attr("mode", mode);
    return values(run(model, {floats({1, 8, 1, 1}, countTo(8))}));
  };
  EXPECT_THAT(move("DCR"), ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
  EXPECT_THAT(move("CRD"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Numerics, HyperbolicsNearZeroAndFarOut) {
  auto apply = [](const char *op, const Floats &x) {
    ModelBuilder model;
    model.input("x", {static_cast<int>(x.size())}).output("y");
    model.node(op, {"x"}, {"y"});
    return values(run(model, {floats({static_cast<int64_t>(x.size())}, x)}));
  };
  EXPECT_THAT(
      apply("Sinh", {1e-6f, 0.5f, -2}),
      Pointwise(FloatNear(1e-6f), Floats{1e-6f, 0.521095305f, -3.62686041f}));
  // The exponential itself overflows from 88.8 on.
  EXPECT_NEAR(apply("Sinh", {89})[0] / 2.2448061e38, 1, 1e-4);
  EXPECT_THAT(
      apply("Asinh", {1e-6f, -1, 1e20f}),
      Pointwise(FloatNear(2e-5f), Floats{1e-6f, -0.881373587f, 46.7448493f}));
  EXPECT_THAT(apply("Softplus", {-100, 0, 100}),
              Pointwise(FloatNear(1e-6f), Floats{0, 0.693147181f, 100}));
}

} // namespace
