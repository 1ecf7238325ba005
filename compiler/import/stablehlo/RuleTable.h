//===- RuleTable.h - One rule per StableHLO op ------------------*- C++ -*-===//
//
// A rule converts one op. Each family has a file under rules/ that adds its
// rows; the generated page of supported ops is a print of the table.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_RULETABLE_H
#define TENON_COMPILER_IMPORT_STABLEHLO_RULETABLE_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>

namespace tenon::stablehlo {

class OpConversion;

/// Converts one op: replaces its results, or fails after it has said why.
using RuleFunction = mlir::LogicalResult (*)(OpConversion &);

struct Rule {
  RuleFunction convert = nullptr;
  /// What of the op is not converted, in a few words; may be empty.
  std::string limits;
};

/// Rules by the op's full name, `stablehlo.add`.
class RuleTable {
public:
  void add(llvm::StringRef op, RuleFunction rule, llvm::StringRef limits = "") {
    rules[op.str()] = {rule, limits.str()};
  }
  /// The rule of an op, or null.
  const Rule *find(llvm::StringRef op) const {
    auto it = rules.find(op.str());
    return it == rules.end() ? nullptr : &it->second;
  }
  const std::map<std::string, Rule> &all() const { return rules; }

private:
  std::map<std::string, Rule> rules;
};

// One per file under rules/.
void addElementwiseRules(RuleTable &table);
void addShapeRules(RuleTable &table);
void addIndexingRules(RuleTable &table);
void addReductionRules(RuleTable &table);
void addContractionRules(RuleTable &table);
void addControlRules(RuleTable &table);
void addBroadcastRules(RuleTable &table);
void addSpecialFunctionRules(RuleTable &table);
void addFactorizationRules(RuleTable &table);
void addFourierRules(RuleTable &table);
void addRandomRules(RuleTable &table);
void addShardingRules(RuleTable &table);

/// All rules.
const RuleTable &ruleTable();

/// The page docs/generated/stablehlo-ops.md: the ops that are converted, with
/// their limits.
std::string ruleTablePage();

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_RULETABLE_H
