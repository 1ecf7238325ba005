#include "compiler/check/Reduce.h"

#include "ir/graph/GraphOps.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cctype>
#include <set>

using namespace mlir;
using tenon::graph::EntryOp;

namespace tenon::check {
namespace {

int64_t countOps(ModuleOp module) {
  int64_t count = 0;
  for (EntryOp entry : module.getOps<EntryOp>())
    count +=
        static_cast<int64_t>(entry.getBody().front().getOperations().size());
  return count - 1;
}

//===----------------------------------------------------------------------===//
// Edits of an entry that keep its attributes in step
//===----------------------------------------------------------------------===//

void setSignature(EntryOp entry) {
  Block &body = entry.getBody().front();
  entry.setFunctionType(
      FunctionType::get(entry.getContext(), body.getArgumentTypes(),
                        body.getTerminator()->getOperandTypes()));
}

SmallVector<Attribute> getList(ArrayAttr list, size_t count, MLIRContext *c) {
  SmallVector<Attribute> attrs(count, DictionaryAttr::get(c));
  if (list)
    llvm::copy(list, attrs.begin());
  return attrs;
}

void eraseResult(EntryOp entry, unsigned number) {
  MLIRContext *context = entry.getContext();
  Operation *end = entry.getBody().front().getTerminator();
  auto attrs = getList(entry.getResAttrsAttr(), end->getNumOperands(), context);
  attrs.erase(attrs.begin() + number);
  end->eraseOperand(number);
  setSignature(entry);
  entry.setResAttrsAttr(ArrayAttr::get(context, attrs));
}

void eraseArgument(EntryOp entry, unsigned number) {
  MLIRContext *context = entry.getContext();
  Block &body = entry.getBody().front();
  auto attrs =
      getList(entry.getArgAttrsAttr(), body.getNumArguments(), context);
  attrs.erase(attrs.begin() + number);
  body.eraseArgument(number);
  // Ties count arguments.
  Operation *end = body.getTerminator();
  auto results =
      getList(entry.getResAttrsAttr(), end->getNumOperands(), context);
  Builder builder(context);
  for (Attribute &attr : results) {
    NamedAttrList list(cast<DictionaryAttr>(attr));
    auto tie = dyn_cast_or_null<IntegerAttr>(list.get(EntryOp::kTiedAttr));
    if (tie && tie.getInt() > static_cast<int64_t>(number))
      list.set(EntryOp::kTiedAttr, builder.getI64IntegerAttr(tie.getInt() - 1));
    attr = list.getDictionary(context);
  }
  setSignature(entry);
  entry.setArgAttrsAttr(ArrayAttr::get(context, attrs));
  entry.setResAttrsAttr(ArrayAttr::get(context, results));
}

/// A new input with a name that no other has.
Value addInput(EntryOp entry, Type type, Location loc) {
  MLIRContext *context = entry.getContext();
  Block &body = entry.getBody().front();
  std::set<std::string> names;
  for (unsigned i = 0; i < body.getNumArguments(); ++i)
    names.insert(entry.getArgumentName(i).str());
  std::string name;
  for (int64_t i = 0; name.empty() || names.contains(name); ++i)
    name = "r" + std::to_string(i);
  auto attrs =
      getList(entry.getArgAttrsAttr(), body.getNumArguments(), context);
  Builder builder(context);
  attrs.push_back(builder.getDictionaryAttr(
      builder.getNamedAttr(EntryOp::kNameAttr, builder.getStringAttr(name))));
  Value input = body.addArgument(type, loc);
  setSignature(entry);
  entry.setArgAttrsAttr(ArrayAttr::get(context, attrs));
  return input;
}

SmallVector<Operation *> listOps(Block &block) {
  return llvm::map_to_vector(block, [](Operation &op) { return &op; });
}

/// Takes away what nothing reads.
void sweep(ModuleOp module) {
  for (EntryOp entry : module.getOps<EntryOp>()) {
    Block &body = entry.getBody().front();
    SmallVector<Operation *> ops = listOps(body);
    for (Operation *op : llvm::reverse(ops))
      if (op->use_empty() && !op->hasTrait<OpTrait::IsTerminator>())
        op->erase();
    for (unsigned i = body.getNumArguments(); i-- > 0;)
      if (body.getArgument(i).use_empty() && !entry.getTiedResult(i))
        eraseArgument(entry, i);
  }
  SmallVector<Operation *> symbols = listOps(*module.getBody());
  for (Operation *op : llvm::reverse(symbols))
    if (isa<graph::WeightOp, graph::VariableOp>(op) &&
        SymbolTable::symbolKnownUseEmpty(op, module))
      op->erase();
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

class Reducer {
public:
  Reducer(ModuleOp module, const ReduceOptions &options,
          ReduceStatistics &statistics)
      : options(options), statistics(statistics), best(module.clone()) {}

  OwningOpRef<ModuleOp> run() {
    statistics.opsBefore = countOps(*best);
    // The chunks of ops get finer; each change may open the way for others.
    for (bool changed = true; changed && hasTries();) {
      changed = dropEntries();
      changed |= dropResults();
      for (int64_t size = countOps(*best); size >= 1; size /= 2)
        changed |= cutOps(size);
      changed |= forwardOperands();
      changed |= shrinkSizes();
    }
    statistics.opsAfter = countOps(*best);
    return std::move(best);
  }

private:
  bool hasTries() const { return statistics.tries < options.maxTries; }

  /// Applies an edit to a copy, and keeps it where that is still interesting.
  bool attempt(llvm::function_ref<bool(ModuleOp)> edit) {
    OwningOpRef<ModuleOp> copy(best->clone());
    if (!edit(*copy))
      return false;
    sweep(*copy);
    return keep(std::move(copy));
  }

  bool keep(OwningOpRef<ModuleOp> candidate) {
    ScopedDiagnosticHandler quiet(candidate->getContext(),
                                  [](Diagnostic &) { return success(); });
    if (!hasTries() || failed(verify(*candidate)))
      return false;
    ++statistics.tries;
    if (!options.isInteresting(*candidate))
      return false;
    best = std::move(candidate);
    return true;
  }

  /// The entry that is reduced: the first that users call.
  static EntryOp entryOf(ModuleOp module) {
    for (EntryOp entry : module.getOps<EntryOp>())
      if (!entry->hasAttr("tenon.prepare"))
        return entry;
    return *module.getOps<EntryOp>().begin();
  }

  bool dropEntries() {
    bool changed = false;
    auto count = [&] { return llvm::range_size(best->getOps<EntryOp>()); };
    for (auto i = count(); i-- > 0;)
      if (count() > 1)
        changed |= attempt([&](ModuleOp module) {
          auto entries = module.getOps<EntryOp>();
          (*std::next(entries.begin(), i)).erase();
          return true;
        });
    return changed;
  }

  bool dropResults() {
    bool changed = false;
    auto count = [&] {
      return entryOf(*best).getBody().front().getTerminator()->getNumOperands();
    };
    for (unsigned i = count(); i-- > 0;)
      if (count() > 1)
        changed |= attempt([&](ModuleOp module) {
          eraseResult(entryOf(module), i);
          return true;
        });
    return changed;
  }

  /// Ops [begin, begin + size) of the body, without its terminator.
  static SmallVector<Operation *> getRun(EntryOp entry, int64_t begin,
                                         int64_t size) {
    SmallVector<Operation *> ops;
    for (Operation &op : entry.getBody().front().without_terminator())
      ops.push_back(&op);
    int64_t count = static_cast<int64_t>(ops.size());
    int64_t first = std::min(begin, count),
            last = std::min(begin + size, count);
    return SmallVector<Operation *>(ops.begin() + first, ops.begin() + last);
  }

  /// Runs of ops give way to inputs.
  bool cutOps(int64_t size) {
    bool changed = false;
    for (int64_t begin = countOps(*best) - 1; begin >= 0; begin -= size) {
      int64_t first = std::max<int64_t>(begin - size + 1, 0);
      changed |= attempt([&](ModuleOp module) {
        EntryOp entry = entryOf(module);
        SmallVector<Operation *> ops = getRun(entry, first, size);
        llvm::SmallDenseSet<Operation *> inside(ops.begin(), ops.end());
        for (Operation *op : ops)
          for (Value result : op->getResults()) {
            auto isOutside = [&](OpOperand &use) {
              Operation *user = entry.getBody().front().findAncestorOpInBlock(
                  *use.getOwner());
              return !inside.contains(user);
            };
            if (llvm::any_of(result.getUses(), isOutside))
              result.replaceUsesWithIf(
                  addInput(entry, result.getType(), op->getLoc()), isOutside);
          }
        return !ops.empty();
      });
    }
    return changed;
  }

  /// An op gives way to an operand of its result's type.
  bool forwardOperands() {
    bool changed = false;
    for (int64_t i = countOps(*best) - 1; i >= 0; --i) {
      SmallVector<Operation *> ops = getRun(entryOf(*best), i, 1);
      if (ops.empty() || ops[0]->getNumResults() != 1)
        continue;
      for (unsigned k = 0; k < ops[0]->getNumOperands(); ++k) {
        if (ops[0]->getOperand(k).getType() != ops[0]->getResult(0).getType())
          continue;
        bool kept = attempt([&](ModuleOp module) {
          Operation *op = getRun(entryOf(module), i, 1)[0];
          op->getResult(0).replaceAllUsesWith(op->getOperand(k));
          return true;
        });
        changed |= kept;
        if (kept)
          break;
      }
    }
    return changed;
  }

  /// Sizes shrink in the module's text, everywhere at once: shapes that belong
  /// together stay so, and what does not fit any more does not parse.
  bool shrinkSizes() {
    bool changed = false;
    std::set<int64_t, std::greater<>> sizes;
    best->walk([&](Operation *op) {
      for (Value result : op->getResults())
        if (auto type = dyn_cast<RankedTensorType>(result.getType()))
          sizes.insert(type.getShape().begin(), type.getShape().end());
    });
    for (BlockArgument argument : entryOf(*best).getBody().getArguments())
      if (auto type = dyn_cast<RankedTensorType>(argument.getType()))
        sizes.insert(type.getShape().begin(), type.getShape().end());
    for (int64_t size : sizes)
      for (int64_t smaller : {int64_t(1), int64_t(2), size / 2, size - 1})
        if (smaller >= 1 && smaller < size && replaceSize(size, smaller)) {
          changed = true;
          break;
        }
    return changed;
  }

  bool replaceSize(int64_t size, int64_t smaller) {
    std::string text, changed;
    llvm::raw_string_ostream(text) << *best;
    std::string from = std::to_string(size), to = std::to_string(smaller);
    // Numbers of tensor types and of attribute lists; those of constants, and
    // names with digits in them, stay.
    bool inConstant = false;
    for (size_t i = 0; i < text.size();) {
      if (StringRef(text).substr(i).starts_with("dense<"))
        inConstant = true;
      else if (text[i] == '\n' || StringRef(text).substr(i).starts_with("> :"))
        inConstant = false;
      auto isName = [&](size_t at) {
        unsigned char c = at < text.size() ? text[at] : ' ';
        return std::isalnum(c) || c == '_' || c == '.';
      };
      char before = i == 0 ? ' ' : text[i - 1];
      bool starts = StringRef(text).substr(i).starts_with(from) &&
                    StringRef("<x[ :,").contains(before);
      size_t end = i + from.size();
      char after = end < text.size() ? text[end] : ' ';
      if (!inConstant && starts && (after == 'x' || !isName(end))) {
        changed += to;
        i = end;
      } else {
        changed += text[i++];
      }
    }
    ScopedDiagnosticHandler quiet(best->getContext(),
                                  [](Diagnostic &) { return success(); });
    auto module = parseSourceString<ModuleOp>(changed, best->getContext());
    return module && keep(std::move(module));
  }

  const ReduceOptions &options;
  ReduceStatistics &statistics;
  OwningOpRef<ModuleOp> best;
};

} // namespace

OwningOpRef<ModuleOp> reduceModule(ModuleOp module,
                                   const ReduceOptions &options,
                                   ReduceStatistics &statistics) {
  return Reducer(module, options, statistics).run();
}

} // namespace tenon::check
