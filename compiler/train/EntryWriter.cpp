//===- EntryWriter.cpp - A new entry made of a forward graph --------------===//

#include "compiler/train/EntryWriter.h"

#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::train;
using graph::EntryOp;

EntryWriter::EntryWriter(ModuleOp module, EntryOp forward, StringRef name,
                         StringRef suffix, const StateNames &state)
    : module(module), forward(forward), stateNames(state),
      builder(module.getContext()) {
  builder.setInsertionPointToEnd(module.getBody());
  Location loc = forward ? forward.getLoc() : module.getLoc();
  entry = EntryOp::create(builder, loc, (name + suffix).str(),
                          builder.getFunctionType({}, {}));
  if (forward)
    if (Attribute dims = forward->getAttr(EntryOp::kDimsAttr))
      entry->setAttr(EntryOp::kDimsAttr, dims);
  if (!suffix.empty())
    entry->setAttr(EntryOp::kSpecializesAttr, builder.getStringAttr(name));
  builder.setInsertionPointToEnd(&entry.getBody().front());
  if (!forward)
    return;
  for (BlockArgument argument : forward.getBody().getArguments()) {
    unsigned index = argument.getArgNumber();
    if (FlatSymbolRefAttr variable = forward.getArgumentVariable(index)) {
      mapping.map(argument, this->state(variable.getValue()));
      continue;
    }
    StringRef argumentName = forward.getArgumentName(index);
    std::string named = argumentName.empty() ? "input_" + std::to_string(index)
                                             : argumentName.str();
    mapping.map(argument,
                addInput(named, cast<RankedTensorType>(argument.getType())));
  }
}

Value EntryWriter::addArgument(Type type, NamedAttribute attribute) {
  argumentAttrs.push_back(builder.getDictionaryAttr(attribute));
  return entry.getBody().front().addArgument(type, entry.getLoc());
}

Value EntryWriter::findInput(StringRef name) const {
  return inputs.lookup(name);
}

Value EntryWriter::addInput(StringRef name, RankedTensorType type) {
  return inputs[name] = addArgument(
             type, builder.getNamedAttr(EntryOp::kNameAttr,
                                        builder.getStringAttr(name)));
}

Value EntryWriter::state(StringRef variable) {
  Value &value = variables[variable];
  if (!value) {
    auto op = SymbolTable::lookupSymbolIn(module, variable);
    value =
        addArgument(cast<graph::VariableOp>(op).getTensorType(),
                    builder.getNamedAttr(EntryOp::kVariableAttr,
                                         FlatSymbolRefAttr::get(
                                             builder.getContext(), variable)));
  }
  return value;
}

graph::ValueBuilder EntryWriter::values(StringRef name) {
  return graph::ValueBuilder(builder, locate(name));
}

void EntryWriter::cloneBody() {
  for (Operation &op : forward.getBody().front().without_terminator()) {
    if (auto get = dyn_cast<graph::GetWeightOp>(op);
        get && stateNames.contains(get.getWeight())) {
      mapping.map(get.getResult(), state(get.getWeight()));
      continue;
    }
    builder.clone(op, mapping);
  }
}

void EntryWriter::addResult(StringRef name, Value value) {
  NamedAttrList attributes;
  if (!name.empty())
    attributes.append(EntryOp::kNameAttr, builder.getStringAttr(name));
  results.push_back(value);
  resultAttrs.push_back(attributes.getDictionary(builder.getContext()));
}

void EntryWriter::update(StringRef variable, Value value) {
  (void)state(variable);
  updates.push_back({variable.str(), value});
}

void EntryWriter::finish() {
  Block &block = entry.getBody().front();
  // Inputs first: they were added in any order beside variables.
  SmallVector<unsigned> order;
  for (bool wantState : {false, true})
    for (auto [i, attributes] : llvm::enumerate(argumentAttrs))
      if (cast<DictionaryAttr>(attributes).contains(EntryOp::kVariableAttr) ==
          wantState)
        order.push_back(i);
  SmallVector<Value> old(block.args_begin(), block.args_end());
  SmallVector<Attribute> sortedAttrs;
  for (unsigned index : order) {
    BlockArgument fresh =
        block.addArgument(old[index].getType(), entry.getLoc());
    old[index].replaceAllUsesWith(fresh);
    for (Value &result : results)
      if (result == old[index])
        result = fresh;
    for (auto &[name, value] : updates)
      if (value == old[index])
        value = fresh;
    for (auto &variable : variables)
      if (variable.second == old[index])
        variable.second = fresh;
    sortedAttrs.push_back(argumentAttrs[index]);
  }
  block.eraseArguments(0, old.size());

  for (auto &[name, value] : updates) {
    auto argument = cast<BlockArgument>(variables.lookup(name));
    results.push_back(value);
    resultAttrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        EntryOp::kTiedAttr,
        builder.getI64IntegerAttr(argument.getArgNumber()))));
  }
  graph::ReturnOp::create(builder, entry.getLoc(), results);
  entry.setFunctionType(builder.getFunctionType(
      block.getArgumentTypes(), ValueRange(results).getTypes()));
  entry.setArgAttrsAttr(builder.getArrayAttr(sortedAttrs));
  entry.setResAttrsAttr(builder.getArrayAttr(resultAttrs));
}
