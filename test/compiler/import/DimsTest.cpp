//===- DimsTest.cpp - symbolic dimensions ---------------------------------===//
#include "test/compiler/import/ModelBuilder.h"

#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::test;

namespace {

ModelBuilder symbolic() {
  ModelBuilder model;
  model.input("x", {"batch", "seq", 4}).output("y");
  model.floats("w", {4, 2}, Floats(8, 1));
  model.node("MatMul", {"x", "w"}, {"y"});
  return model;
}

std::string importWith(const std::vector<DimBinding> &dims) {
  ImportOptions options;
  options.dims = dims;
  return importText(symbolic().proto(), options);
}

TEST(Dims, OpenOnesAreListed) {
  EXPECT_EQ(missingIn(importWith({}),
                      {"error: ", "leaves dimensions open; give --dim "
                                  "'batch'=SIZE --dim 'seq'=SIZE"}),
            "");
  EXPECT_EQ(missingIn(importWith({{"seq", {16}}}), {"--dim 'batch'=SIZE"}), "");
}

TEST(Dims, OneSizeEachGivesOneEntry) {
  EXPECT_EQ(missingIn(importWith({{"batch", {1}}, {"seq", {16}}}),
                      {"tenon.entry @predict(%x: tensor<1x16x4xf32>",
                       "tenon.dims = {batch = 1 : i64, seq = 16 : i64}"}),
            "");
}

TEST(Dims, ListsGiveVariantsThatShareWeights) {
  std::string text = importWith({{"batch", {1}}, {"seq", {16, 32}}});
  EXPECT_EQ(
      missingIn(text, {"tenon.weight @w", "@predict.seq16",
                       "tensor<1x16x4xf32>", "tenon.specializes = \"predict\"",
                       "@predict.seq32", "tensor<1x32x4xf32>"}),
      "");
  EXPECT_EQ(text.find("tenon.weight", text.find("tenon.weight") + 1),
            std::string::npos);
}

TEST(Dims, WrongBindingsAreRefused) {
  auto expect = [](const std::vector<DimBinding> &dims, const char *message) {
    EXPECT_EQ(missingIn(importWith(dims), {"error: ", message}), "");
  };
  expect({{"batch", {1}}, {"seq", {1}}, {"foo", {1}}},
         "'foo' is given but the model has no such dimension; it has 'batch', "
         "'seq'");
  expect({{"batch", {-1}}, {"seq", {1}}}, "cannot be negative");
  expect({{"batch", {}}, {"seq", {1}}}, "without a size");
  expect({{"batch", {2, 2}}, {"seq", {1}}}, "twice");
  expect({{"batch", {1}}, {"batch", {2}}, {"seq", {1}}}, "given twice");
  expect({{"batch", {int64_t{1} << 60}}, {"seq", {1}}}, "2^48");
}

TEST(Dims, NamelessOnesAreNamedByTheirInput) {
  ModelBuilder model;
  model.input("x", {"", 4}).output("y").node("Relu", {"x"}, {"y"});
  EXPECT_EQ(missingIn(importText(model.proto()), {"--dim 'x.0'=SIZE"}), "");
}

} // namespace
