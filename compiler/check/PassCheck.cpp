#include "compiler/check/PassCheck.h"

#include "compiler/report/Provenance.h"
#include "ir/kernel/KernelOps.h"
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
  std::string text = probeName(call);
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
         "; the values part at " + op + "; " + inputs;
}

std::string PassCheck::hold(graph::EntryOp op) {
  auto isStatic = [](Type type) {
    return cast<RankedTensorType>(type).hasStaticShape();
  };
  if (!llvm::all_of(op.getArgumentTypes(), isStatic))
    return "its inputs have no fixed sizes";
  if (int64_t work = countWork(op); work > options.maxWork)
    return "it takes " + std::to_string(work) +
           " scalar operations, more than " + std::to_string(options.maxWork);
  Entry entry;
  entry.name = op.getSymName().str();
  Quiet quiet(op.getContext());
  entry.inputs = makeProbes(op, options.seed);
  auto expected = expectCalls(op, entry.inputs, options.weights);
  if (failed(expected))
    return quiet.text.empty() ? "the interpreter fails" : quiet.text;
  entry.expected = std::move(*expected);
  entry.module = isolateEntry(op);
  entries.insert({entry.name, std::move(entry)});
  return "";
}

void PassCheck::begin(ModuleOp module) {
  for (graph::EntryOp op : module.getOps<graph::EntryOp>())
    begin(op);
}

void PassCheck::begin(graph::EntryOp op) {
  std::string name = op.getSymName().str();
  if (op->hasAttr(kPrepareAttr) || entries.contains(name))
    return;
  // What rounds inside of a kernel is not known.
  if (!op.getBody().getOps<kernel::FusedOp>().empty()) {
    reasons.insert({name, "its ops are in kernels already"});
    return;
  }
  if (std::string reason = hold(op); !reason.empty())
    reasons[name] = reason;
  else
    reasons.erase(name);
}

std::vector<std::string> PassCheck::skipped() const {
  std::vector<std::string> lines;
  for (const auto &[name, reason] : reasons)
    lines.push_back(name + ": " + reason);
  return lines;
}

std::optional<PassDifference> PassCheck::compareEntry(const Entry &entry,
                                                      ModuleOp module) const {
  auto op = module.lookupSymbol<graph::EntryOp>(entry.name);
  if (!op)
    return PassDifference{entry.name, "all outputs", "the entry is gone",
                          "no op", "any inputs"};
  auto keep = [](Operation *, ArrayRef<Tensor>, Tensors &) {
    return success();
  };
  State state;
  for (size_t call = 0; call < entry.inputs.size(); ++call) {
    const ExpectedCall &expected = entry.expected[call];
    auto report = [&](const std::string &result, const std::string &values) {
      return PassDifference{entry.name, result, values,
                            findOp(entry, module, call),
                            describeInputs(op, entry.inputs[call], call)};
    };
    Quiet quiet(module.getContext());
    auto results =
        callEntry(op, entry.inputs[call], state, options.weights, keep);
    if (failed(results))
      return report("all outputs", "the interpreter fails: " + quiet.text);
    if (results->outputs.size() != expected.outputs.size() ||
        results->state.size() != expected.state.size())
      return report("all outputs", "there are more or fewer of them");
    if (auto found = findDifference(*results, expected))
      return report(found->result, found->values);
  }
  return std::nullopt;
}

std::optional<PassDifference> PassCheck::compare(ModuleOp module,
                                                 graph::EntryOp changed) {
  bool isAll = !changed || changed->hasAttr(kPrepareAttr);
  for (auto &[name, entry] : entries) {
    if (!isAll && name != changed.getSymName())
      continue;
    if (auto difference = compareEntry(entry, module))
      return difference;
    entry.module =
        isolateEntry(module.lookupSymbol<graph::EntryOp>(entry.name));
  }
  return std::nullopt;
}

OwningOpRef<ModuleOp> PassCheck::lastRight(StringRef name) const {
  auto it = entries.find(name.str());
  return it == entries.end() ? OwningOpRef<ModuleOp>()
                             : it->second.module.get().clone();
}

/// The first op of the module as it is now that has a counterpart of the same
/// place and type before, and gives a value that none of these gave.
std::string PassCheck::findOp(const Entry &entry, ModuleOp after,
                              size_t last) const {
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
  run(entry.module.get(),
      [&](Operation *op, ArrayRef<Tensor>, Tensors &results) {
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
