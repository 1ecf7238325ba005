//===- OpTableTest.cpp - the table of ops and its page --------------------===//
#include "compiler/import/onnx/OpTable.h"

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
