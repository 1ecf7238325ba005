//===- WeightBinder.cpp - a module's tensors from other files -------------===//
//
// The front ends of text and StableHLO end in a module whose tensors have
// names; here these are exchanged for what files of weights hold.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/WeightBindings.h"

#include "ir/graph/GraphOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tenon;
using graph::EntryOp;

namespace {

class WeightBinder {
public:
  WeightBinder(ModuleOp module, WeightBindings &bindings,
               const std::string &folder)
      : module(module), symbols(module), bindings(bindings), folder(folder),
        builder(module.getContext()) {}

  void run() {
    for (auto weight : module.getOps<graph::WeightOp>())
      bindWeight(weight);
    for (auto variable :
         llvm::make_early_inc_range(module.getOps<graph::VariableOp>()))
      bindVariable(variable);
    for (auto entry : module.getOps<EntryOp>())
      bindArguments(entry);
  }

private:
  const StoredTensor *find(StringRef name, Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || name.empty())
      return nullptr;
    std::string dtype;
    llvm::raw_string_ostream(dtype) << tensor.getElementType();
    return bindings.bind(name.str(), dtype, tensor.getShape().vec());
  }

  void refer(graph::WeightOp weight, const StoredTensor &tensor) {
    weight.setFileAttr(
        builder.getStringAttr(pathFrom(folder, tensor.file->path())));
    weight.setOffsetAttr(
        builder.getI64IntegerAttr(static_cast<int64_t>(tensor.offset)));
    weight.setHashAttr(
        builder.getStringAttr("xxh3:" + contentHash(tensor.bytes())));
    weight.removeSplatAttr();
  }

  /// The weight that a variable starts from leaves its name to it.
  static std::string initialOf(StringRef variable) {
    return (variable + ".initial").str();
  }

  void bindWeight(graph::WeightOp weight) {
    if (const StoredTensor *tensor =
            find(weight.getSymName(), weight.getType()))
      refer(weight, *tensor);
  }

  /// A weight, called `name` where nothing else is, made on first use.
  FlatSymbolRefAttr weightFor(const std::string &name, Type type,
                              const StoredTensor &tensor) {
    FlatSymbolRefAttr &symbol = weights[name];
    if (symbol)
      return symbol;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    auto weight = graph::WeightOp::create(
        builder, NameLoc::get(builder.getStringAttr(name)),
        builder.getStringAttr(name), TypeAttr::get(type), StringAttr(),
        IntegerAttr(), StringAttr(), ElementsAttr(), StringAttr());
    refer(weight, tensor);
    // Renames it where the module has such a symbol.
    symbols.insert(weight, module.getBody()->begin());
    symbol = FlatSymbolRefAttr::get(weight.getSymNameAttr());
    return symbol;
  }

  void bindVariable(graph::VariableOp variable) {
    const StoredTensor *tensor =
        find(variable.getSymName(), variable.getType());
    if (!tensor)
      return;
    auto old = dyn_cast<FlatSymbolRefAttr>(variable.getInitial());
    variable.setInitialAttr(weightFor(initialOf(variable.getSymName()),
                                      variable.getType(), *tensor));
    if (!old)
      return;
    Operation *weight = symbols.lookup(old.getValue());
    if (weight && SymbolTable::symbolKnownUseEmpty(weight, module))
      symbols.erase(weight);
  }

  /// The variable that an argument becomes.
  FlatSymbolRefAttr variableFor(const std::string &name, Type type,
                                const StoredTensor &tensor) {
    FlatSymbolRefAttr &symbol = variables[name];
    if (symbol)
      return symbol;
    FlatSymbolRefAttr initial = weightFor(initialOf(name), type, tensor);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfter(symbols.lookup(initial.getValue()));
    auto variable = graph::VariableOp::create(
        builder, NameLoc::get(builder.getStringAttr(name)),
        builder.getStringAttr(name), TypeAttr::get(type), initial,
        StringAttr());
    symbols.insert(variable);
    symbol = FlatSymbolRefAttr::get(variable.getSymNameAttr());
    return symbol;
  }

  void bindArguments(EntryOp entry) {
    Block &body = entry.getBody().front();
    builder.setInsertionPointToStart(&body);
    llvm::BitVector bound(entry.getNumArguments());
    for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
      std::string name = entry.getArgumentName(i).str();
      Type type = entry.getArgumentTypes()[i];
      if (entry.getArgumentVariable(i))
        continue;
      const StoredTensor *tensor = find(name, type);
      if (!tensor)
        continue;
      if (entry.getTiedResult(i)) {
        entry.removeArgAttr(i, EntryOp::kDonatedAttr);
        entry.removeArgAttr(i, EntryOp::kNameAttr);
        entry.setArgAttr(i, EntryOp::kVariableAttr,
                         variableFor(name, type, *tensor));
        continue;
      }
      FlatSymbolRefAttr weight = weightFor(name, type, *tensor);
      body.getArgument(i).replaceAllUsesWith(graph::GetWeightOp::create(
          builder, NameLoc::get(builder.getStringAttr(name)), type, weight));
      bound.set(i);
    }
    erase(entry, bound);
  }

  /// Takes arguments that nothing uses out of an entry; ties follow theirs.
  void erase(EntryOp entry, const llvm::BitVector &arguments) {
    if (arguments.none())
      return;
    for (unsigned result = 0; result < entry.getNumResults(); ++result)
      if (std::optional<unsigned> tied = entry.getTiedArgument(result)) {
        auto before = llvm::count_if(arguments.set_bits(),
                                     [&](unsigned bit) { return bit < *tied; });
        entry.setResultAttr(result, EntryOp::kTiedAttr,
                            builder.getI64IntegerAttr(*tied - before));
      }
    [[maybe_unused]] LogicalResult erased = entry.eraseArguments(arguments);
    assert(succeeded(erased) && "an entry's type can be anything");
  }

  ModuleOp module;
  SymbolTable symbols;
  WeightBindings &bindings;
  const std::string &folder;
  OpBuilder builder;
  llvm::StringMap<FlatSymbolRefAttr> weights, variables;
};

} // namespace

void tenon::bindWeights(ModuleOp module, WeightBindings &bindings,
                        const std::string &folder) {
  WeightBinder(module, bindings, folder).run();
}
