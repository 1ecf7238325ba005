//===- OpTableTest.cpp - the table of ops and its page --------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/MissingOps.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace tenon::onnx;

namespace {

TEST(OpTable, FindsRowsByVersion) {
  ASSERT_NE(findOp("Softmax", 11), nullptr);
  EXPECT_EQ(findOp("Gelu", 19), nullptr);
  EXPECT_NE(findOp("Gelu", 20), nullptr);
  EXPECT_EQ(findOp("NoSuchOp", 18), nullptr);
  EXPECT_NE(findAnyVersion("Gelu"), nullptr);
  EXPECT_EQ(findAnyVersion("NoSuchOp"), nullptr);
}

TEST(OpTable, WhatIsMissingHasNoRow) {
  for (const tenon::MissingOp &missing : tenon::missingOnnxOps()) {
    auto [domain, name] = llvm::StringRef(missing.op).rsplit('.');
    EXPECT_EQ(name.empty() ? findAnyVersion(domain)
                           : findAnyVersion(name, domain),
              nullptr)
        << missing.op;
  }
}

TEST(OpTable, WhatWorksInstead) {
  using tenon::nearestThing;
  EXPECT_EQ(nearestThing("Rellu", "no such op"), "'Relu', if that is meant");
  EXPECT_EQ(nearestThing("conv", "no such op"), "'Conv', if that is meant");
  EXPECT_EQ(nearestThing("Frobnicate", "no such op"), "");
  EXPECT_EQ(nearestThing("com.microsoft.Gelu", "not an op of ONNX's default"),
            "ONNX's own Gelu");
  EXPECT_EQ(nearestThing("my.Frobnicate", "not an op of ONNX's default"),
            "a model-local function of that name and domain, which is "
            "expanded");
  EXPECT_EQ(nearestThing("iota", "works on element type ui4, which kernels do "
                                 "not hold"),
            "a type of at least 8 bits, by a conversion");
  EXPECT_EQ(nearestThing("stablehlo.ad", "is not imported"),
            "'stablehlo.add', if that is meant");
}

TEST(OpTable, ThePageIsUpToDate) {
  std::string path = TENON_SOURCE_DIR "/docs/generated/onnx-ops.md";
  std::ifstream file(path);
  std::stringstream page;
  page << file.rdbuf();
  if (page.str() == opTablePage())
    return;
  std::ofstream("onnx-ops.md") << opTablePage();
  FAIL() << "docs/generated/onnx-ops.md is stale; the test has written the new "
            "page to onnx-ops.md in its working folder";
}

} // namespace
