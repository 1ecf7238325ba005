#include "compiler/check/PassCheck.h"

#include "compiler/report/Provenance.h"
#include "passes/analysis/Work.h"

#include <cmath>
#include <map>

using namespace mlir;
using namespace tenon::reference;

namespace tenon::check {
namespace {

/// Collects errors instead of printing them.
class Quiet {
public:
  explicit Quiet(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (text.empty())
            text = diagnostic.str();
          return success();
        }) {}
  std::string text;

private:
  ScopedDiagnosticHandler handler;
};

int64_t countWork(graph::EntryOp entry) {
  int64_t work = 0;
  for (Operation &op : entry.getBody().front()) {
    work += getFlops(&op);
    for (Value result : op.getResults())
      if (auto type = dyn_cast<RankedTensorType>(result.getType());
          type && type.hasStaticShape())
        work += type.getNumElements();
  }
  return work;
}

/// Whether two tensors are alike enough to be the same value of two forms of a
/// module.
bool isSameValue(const Tensor &a, const Tensor &b) {
  if (a.getElementType() != b.getElementType() || a.getShape() != b.getShape())
    return false;
  bool isNumber = isFloat(a.getElementType());
  for (int64_t i = 0; i < a.getNumElements(); ++i) {
    if (a.getElementType() == ElementType::C64 ||
        a.getElementType() == ElementType::C128)
      return true;
    if (a.getBits(i) == b.getBits(i))
      continue;
    if (!isNumber)
      return false;
    double x = a.get<double>(i), y = b.get<double>(i);
    if (std::isnan(x) && std::isnan(y))
      continue;
    if (!(std::fabs(x - y) <= 1e-2 * std::fabs(y) + 1e-5))
      return false;
  }
  return true;
}

/// "tenon.add (op3)".
std::string describeOp(Operation *op) {
  std::string name = op->getName().getStringRef().str();
  std::string where = report::provenance(op->getLoc(), 3);
  return where.empty() ? name : name + " (" + where + ")";
}

std::string describeInputs(graph::EntryOp entry, ArrayRef<Tensor> inputs,
                           size_t call) {
  std::string text = call == 0 ? "plain inputs" : "edge values";
  llvm::raw_string_ostream os(text);
  size_t next = 0;
  for (BlockArgument argument : entry.getBody().getArguments()) {
    unsigned number = argument.getArgNumber();
    if (entry.getArgumentVariable(number) || next == inputs.size())
      continue;
    const Tensor &input = inputs[next++];
    os << (next == 1 ? ": " : ", ") << entry.getArgumentName(number) << " = ";
    input.print(os, /*limit=*/4);
    if (next == 4 && inputs.size() > 4) {
      os << " and more";
      break;
    }
  }
  return text;
}

} // namespace

std::string PassDifference::describe() const {
  return "entry " + entry + ", " + result + ": " + values +
         "; the values part "
         "at " +
         op + "; " + inputs;
}

bool PassCheck::start(ModuleOp module) {
  entries.clear();
  skippedEntries.clear();
  for (graph::EntryOp op : module.getOps<graph::EntryOp>()) {
    if (op->hasAttr("tenon.prepare"))
      continue;
    std::string name = op.getSymName().str();
    int64_t work = countWork(op);
    auto isStatic = [](Type type) {
      return cast<RankedTensorType>(type).hasStaticShape();
    };
    if (work > options.maxWork ||
        !llvm::all_of(op.getArgumentTypes(), isStatic)) {
      skippedEntries.push_back(work > options.maxWork
                                   ? name + " takes " + std::to_string(work) +
                                         " scalar operations, more than " +
                                         std::to_string(options.maxWork)
                                   : name + " has inputs of bounded shape");
      continue;
    }
    Entry entry;
    entry.name = name;
    entry.inputs = {makeProbe(op, options.seed, ProbeStyle::Plain),
                    makeProbe(op, options.seed + 1, ProbeStyle::Edges)};
    Quiet quiet(module.getContext());
    auto expected = expectCalls(op, entry.inputs, options.weights);
    if (failed(expected)) {
      skippedEntries.push_back(name + ": " + quiet.text);
      continue;
    }
    entry.expected = std::move(*expected);
    entry.module = module.clone();
    entries.push_back(std::move(entry));
  }
  return isStarted();
}

std::optional<PassDifference> PassCheck::compare(ModuleOp module) {
  auto keep = [](Operation *, ArrayRef<Tensor>, Tensors &) {
    return success();
  };
  for (auto it = entries.begin(); it != entries.end();) {
    Entry &entry = *it;
    auto op = module.lookupSymbol<graph::EntryOp>(entry.name);
    Quiet quiet(module.getContext());
    State state;
    bool isLost = !op;
    for (size_t call = 0; call < entry.inputs.size() && !isLost; ++call) {
      auto results =
          callEntry(op, entry.inputs[call], state, options.weights, keep);
      const ExpectedCall &expected = entry.expected[call];
      isLost = failed(results) ||
               results->outputs.size() != expected.outputs.size() ||
               results->state.size() != expected.state.size();
      if (isLost)
        break;
      auto report = [&](const std::string &result, const std::string &values) {
        return PassDifference{entry.name, result, values,
                              findOp(entry, module, call),
                              describeInputs(op, entry.inputs[call], call)};
      };
      for (auto [i, output] : llvm::enumerate(expected.outputs))
        if (auto values = findDifference(results->outputs[i], output))
          return report("output " + std::to_string(i), *values);
      for (auto [i, variable] : llvm::enumerate(expected.state))
        if (auto values =
                findDifference(results->state[i].second, variable.second))
          return report("variable " + variable.first, *values);
    }
    if (isLost) {
      skippedEntries.push_back(entry.name + ": " + quiet.text);
      it = entries.erase(it);
      continue;
    }
    entry.module = module.clone();
    ++it;
  }
  return std::nullopt;
}

OwningOpRef<ModuleOp> PassCheck::lastRight(StringRef name) const {
  for (const Entry &entry : entries)
    if (entry.name == name)
      return entry.module.get().clone();
  return {};
}

/// The first op of the module as it is now that has a counterpart of the same
/// place and type before, and gives a value that none of these gave.
std::string PassCheck::findOp(const Entry &entry, ModuleOp after, size_t last) {
  std::map<std::string, std::vector<Tensor>> before;
  auto keyOf = [](Value value) {
    std::string key = report::provenance(value.getLoc(), 100) + " ";
    llvm::raw_string_ostream(key) << value.getType();
    return key;
  };
  std::string found;
  auto run = [&](ModuleOp module, Watcher watcher) {
    State state;
    auto op = module.lookupSymbol<graph::EntryOp>(entry.name);
    for (size_t call = 0; call <= last; ++call)
      if (failed(callEntry(op, entry.inputs[call], state, options.weights,
                           watcher)))
        return;
  };
  run(*entry.module, [&](Operation *op, ArrayRef<Tensor>, Tensors &results) {
    for (auto [value, tensor] : llvm::zip(op->getResults(), results))
      before[keyOf(value)].push_back(tensor);
    return success();
  });
  run(after, [&](Operation *op, ArrayRef<Tensor>, Tensors &results) {
    for (auto [value, tensor] : llvm::zip(op->getResults(), results)) {
      auto known = before.find(keyOf(value));
      if (found.empty() && known != before.end() &&
          llvm::none_of(known->second, [&](const Tensor &other) {
            return isSameValue(tensor, other);
          }))
        found = describeOp(op);
    }
    return success();
  });
  return found.empty() ? "an op without a counterpart before" : found;
}

} // namespace tenon::check
