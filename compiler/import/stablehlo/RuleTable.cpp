//===- RuleTable.cpp - One rule per StableHLO op --------------------------===//
#include "compiler/import/stablehlo/RuleTable.h"

#include "compiler/import/MissingOps.h"

using namespace tenon;

const stablehlo::RuleTable &stablehlo::ruleTable() {
  static const RuleTable table = [] {
    RuleTable made;
    addElementwiseRules(made);
    addShapeRules(made);
    addIndexingRules(made);
    addReductionRules(made);
    addContractionRules(made);
    addControlRules(made);
    addBroadcastRules(made);
    addSpecialFunctionRules(made);
    addFactorizationRules(made);
    addFourierRules(made);
    addRandomRules(made);
    addShardingRules(made);
    return made;
  }();
  return table;
}

std::string stablehlo::ruleTablePage() {
  std::string page =
      "# StableHLO and CHLO ops\n\nThe ops that `tenon compile` imports from "
      "StableHLO text; [stablehlo.md](../stablehlo.md)\nsays what else of a "
      "module is read.\n\nThis page is generated from the importer's table; a "
      "test compares the two.\n\n| op | limits |\n| --- | --- |\n";
  for (const auto &[name, rule] : ruleTable().all())
    page += "| `" + name + "` | " + rule.limits + " |\n";
  page += "\n## What is not imported\n\n| op | what it needs | what works "
          "instead |\n| --- | --- | --- |\n";
  for (const MissingOp &row : missingStablehloOps())
    page += std::string("| `") + row.op + "` | " + row.why + " | " +
            row.instead + " |\n";
  return page;
}
