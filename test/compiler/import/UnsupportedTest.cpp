//===- UnsupportedTest.cpp - everything unsupported, at once --------------===//
#include "test/compiler/import/ModelBuilder.h"

#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::test;

namespace {

TEST(Unsupported, AllOpsAreListedWithTheirNodes) {
  ModelBuilder model;
  model.input("x", {2}).input("s", {1}, onnx::TensorProto::INT64).output("y");
  model.node("RegexFullMatch", {"x"}, {"a"}).named("text");
  model.node("Relu", {"a"}, {"b"});
  model.node("Custom", {"b"}, {"c"}).named("first");
  model.node("Custom", {"x"}, {"d"});
  model.node("Expand", {"x", "s"}, {"e"}).named("wide");
  model.node("Add", {"c", "d"}, {"y"});
  EXPECT_EQ(importText(model.proto()).substr(0, 7), "error: ");
  EXPECT_EQ(
      missingIn(importText(model.proto()),
                {"asks for 3 things that Tenon does not support:",
                 "\n  Custom: no such op (2 nodes 'first', 'Custom_3')",
                 "\n  Expand: a shape that is only known at run time, of "
                 "a result for which the model declares none (node "
                 "'wide')",
                 "\n  RegexFullMatch: not supported: regular expressions (node "
                 "'text'); instead: a bool as an input"}),
      "");
}

TEST(Unsupported, SubgraphsAreLookedInto) {
  ModelBuilder model;
  model.input("x", {2}).input("c", {}, onnx::TensorProto::BOOL).output("y");
  ModelBuilder then, otherwise;
  then.output("t").node("Mystery", {"x"}, {"t"});
  otherwise.output("e").node("Exp", {"x"}, {"e"});
  model.node("If", {"c"}, {"y"})
      .named("branch")
      .attr("then_branch", then.graph())
      .attr("else_branch", otherwise.graph());
  EXPECT_EQ(missingIn(importText(model.proto()),
                      {"asks for 1 thing that Tenon does not support",
                       "Mystery: no such op (node 'branch/Mystery_0')"}),
            "");
}

TEST(Unsupported, VersionsAndDomainsAreNamed) {
  ModelBuilder model(6);
  model.input("x", {2}).output("y");
  model.node("Erf", {"x"}, {"h"});
  model.node("Gelu", {"h"}, {"y"}).domain("com.microsoft");
  auto &set = *model.proto().add_opset_import();
  set.set_domain("com.microsoft");
  set.set_version(1);
  EXPECT_EQ(missingIn(importText(model.proto()),
                      {"Erf: not at operator set 6, only from 9",
                       "com.microsoft.Gelu: not an op of ONNX's default"}),
            "");
}

TEST(Unsupported, RunTimeShapesAreAReason) {
  ModelBuilder model;
  model.input("x", {4}).input("s", {1}, onnx::TensorProto::INT64).output("y");
  model.node("Reshape", {"x", "s"}, {"y"}).named("r");
  EXPECT_EQ(
      missingIn(importText(model.proto()),
                {"Reshape: a shape that is only known at run time, of a result "
                 "for which the model declares none (node 'r')"}),
      "");
}

TEST(Unsupported, NewerOperatorSetsAreRefused) {
  ModelBuilder model(4000);
  model.input("x", {4}).output("y").node("Relu", {"x"}, {"y"});
  EXPECT_EQ(missingIn(importText(model.proto()),
                      {"operator set version 4000; versions 1 to"}),
            "");
}

} // namespace
