// Sizes from inputs, and what an artifact says of a model that waits for them.

#include "compiler/driver/PendingModel.h"
#include "compiler/report/Error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::driver;
using testing::HasSubstr;

namespace {

PendingModel twoInputs() {
  PendingModel pending;
  pending.declared.entries = {{"predict",
                               {{"x", "f32", {-1, 3}, {"batch", ""}},
                                {"mask", "i1", {-1, -1}, {"batch", "seq"}}}}};
  pending.declared.openDims = {"batch", "seq"};
  pending.declared.files = {"m.onnx", "w.bin"};
  pending.dims = {{"heads", {2, 4}}};
  pending.target = {"cpu", "x86-64-v3", "", ""};
  return pending;
}

HostTensor ofShape(const std::vector<int64_t> &shape) {
  return {{"", "f32", shape}, {}};
}

std::string bind(const std::vector<DimSizes> &given,
                 const std::vector<HostTensor> &inputs) {
  PendingModel pending = twoInputs();
  auto sizes =
      bindSizes(pending, pending.declared.entries.front(), given, inputs);
  if (!sizes.ok())
    return report::describe(sizes.status());
  std::string text;
  for (const DimSizes &dim : *sizes) {
    text += dim.name + "=";
    for (int64_t size : dim.sizes)
      text += std::to_string(size) + ",";
    text.back() = ' ';
  }
  return text;
}

TEST(BindSizes, InputsSayThem) {
  EXPECT_EQ(bind({}, {ofShape({5, 3}), ofShape({5, 7})}),
            "heads=2,4 batch=5 seq=7 ");
}

TEST(BindSizes, FlagsSayThem) {
  EXPECT_EQ(bind({{"seq", {7}}, {"batch", {1, 2}}}, {}),
            "heads=2,4 seq=7 batch=1,2 ");
  EXPECT_EQ(bind({{"batch", {5}}}, {ofShape({5, 3}), ofShape({5, 0})}),
            "heads=2,4 batch=5 seq=0 ");
}

TEST(BindSizes, ContradictionsNameBothPlaces) {
  EXPECT_EQ(bind({}, {ofShape({5, 3}), ofShape({6, 7})}),
            "dimension 'batch' is 5 in input 'x' and 6 in input 'mask' "
            "[T0115]");
  EXPECT_EQ(bind({{"batch", {4}}}, {ofShape({5, 3}), ofShape({5, 7})}),
            "dimension 'batch' is 4 in --dim and 5 in input 'x' [T0115]");
}

TEST(BindSizes, OtherShapesAreRefused) {
  EXPECT_EQ(bind({}, {ofShape({5, 4}), ofShape({5, 7})}),
            "input 0 ('x') is f32 [batch, 3], not f32 [5, 4] [T1025]");
  EXPECT_THAT(bind({}, {ofShape({5, 3}), ofShape({5})}),
              HasSubstr("i1 [batch, seq]"));
}

TEST(BindSizes, WhatIsMissingIsListed) {
  EXPECT_EQ(bind({}, {}),
            "no size is known of dimension 'batch' (of 'x', 'mask'), 'seq' (of "
            "'mask'): inputs or --dim NAME=SIZE say it [T0114]");
  EXPECT_THAT(bind({{"foo", {1}}}, {}), HasSubstr("T0110"));
}

TEST(PendingModel, SurvivesItsText) {
  PendingModel pending = twoInputs();
  auto again = parsePending(toJson(pending));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(toJson(*again), toJson(pending));
  EXPECT_EQ(again->declared.entries[0].inputs[1].symbols[1], "seq");
  EXPECT_EQ(again->dims[0].sizes, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(again->target.name, "x86-64-v3");
}

TEST(PendingModel, StrangersTextIsRefused) {
  std::string good = toJson(twoInputs());
  for (const std::string &text :
       {std::string(), std::string("{}"), std::string("[1]"),
        good.substr(0, good.size() / 2)})
    EXPECT_THAT(report::describe(parsePending(text).status()),
                HasSubstr("T1005"))
        << text;
  auto with = [&](const std::string &from, const std::string &to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return report::describe(parsePending(text).status());
  };
  EXPECT_THAT(with("[-1,3]", "[-1]"), HasSubstr("T1005"));
  EXPECT_THAT(with("[-1,3]", "\"x\""), HasSubstr("T1005"));
  EXPECT_THAT(with("\"m.onnx\"", "7"), HasSubstr("T1005"));
}

} // namespace
