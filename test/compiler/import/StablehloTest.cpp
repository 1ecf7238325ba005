//===- StablehloTest.cpp - the table of StableHLO rules and its page ------===//
#include "compiler/import/stablehlo/RuleTable.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace tenon::stablehlo;

namespace {

TEST(StablehloTable, FindsRulesByFullName) {
  EXPECT_NE(ruleTable().find("stablehlo.add"), nullptr);
  EXPECT_NE(ruleTable().find("chlo.lgamma"), nullptr);
  EXPECT_NE(ruleTable().find("func.call"), nullptr);
  EXPECT_EQ(ruleTable().find("add"), nullptr);
  EXPECT_EQ(ruleTable().find("stablehlo.all_reduce"), nullptr);
}

TEST(StablehloTable, ThePageIsUpToDate) {
  std::ifstream file(TENON_SOURCE_DIR "/docs/generated/stablehlo-ops.md");
  std::stringstream page;
  page << file.rdbuf();
  if (page.str() == ruleTablePage())
    return;
  std::ofstream("stablehlo-ops.md") << ruleTablePage();
  FAIL()
      << "docs/generated/stablehlo-ops.md is stale; the test has written the "
         "new page to stablehlo-ops.md in its working folder";
}

} // namespace
