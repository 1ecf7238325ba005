//===- StablehloTest.cpp - the table of StableHLO rules and its page ------===//
#include "compiler/import/MissingOps.h"
#include "compiler/import/stablehlo/RuleTable.h"
#include "compiler/import/stablehlo/StablehloImport.h"

#include "mlir/IR/MLIRContext.h"

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

TEST(StablehloTable, EveryOpHasARuleOrAReason) {
  mlir::DialectRegistry registry;
  tenon::registerStablehlo(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  unsigned count = 0;
  for (mlir::RegisteredOperationName op : context.getRegisteredOperations()) {
    llvm::StringRef dialect = op.getDialectNamespace();
    if ((dialect != "stablehlo" && dialect != "chlo") ||
        op.getStringRef() == "stablehlo.return")
      continue;
    ++count;
    std::string name = op.getStringRef().str();
    bool hasRule = ruleTable().find(name) != nullptr;
    bool isMissing = tenon::findMissingOp(name) != nullptr;
    EXPECT_NE(hasRule, isMissing) << name;
  }
  EXPECT_GT(count, 150u);
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
