//===- GraphBuilder.cpp - Modules for embedding compilers -----------------===//
//
// Symbols go to the module's end, ops to the end of the entry at work.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/GraphBuilder.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace tenon::graph;

/// Ends the program where a caller broke a rule of the header.
static void require(bool holds, const Twine &rule) {
  if (!holds)
    llvm::report_fatal_error("GraphBuilder: " + rule);
}

GraphBuilder::GraphBuilder(MLIRContext *context)
    : BuilderHolder(context),
      ValueBuilder(ownBuilder, UnknownLoc::get(context)) {
  context->loadDialect<TenonDialect>();
  module = ModuleOp::create(getLoc());
}

void GraphBuilder::declareWeight(StringRef name, RankedTensorType type,
                                 StringRef file, int64_t offset,
                                 StringRef hash) {
  OpBuilder::InsertionGuard guard(ownBuilder);
  ownBuilder.setInsertionPointToEnd(module->getBody());
  auto weight = WeightOp::create(
      ownBuilder, getLoc(), ownBuilder.getStringAttr(name), TypeAttr::get(type),
      ownBuilder.getStringAttr(file), ownBuilder.getI64IntegerAttr(offset),
      StringAttr(), ElementsAttr(), StringAttr());
  if (!hash.empty())
    weight.setHash(hash);
  weights[name] = type;
}

void GraphBuilder::declareVariable(StringRef name, ElementsAttr initial) {
  OpBuilder::InsertionGuard guard(ownBuilder);
  ownBuilder.setInsertionPointToEnd(module->getBody());
  auto type = cast<RankedTensorType>(initial.getShapedType());
  VariableOp::create(ownBuilder, getLoc(), ownBuilder.getStringAttr(name),
                     TypeAttr::get(type), initial, StringAttr());
  variables[name] = type;
}

void GraphBuilder::declareVariable(StringRef name, RankedTensorType type,
                                   StringRef weight) {
  OpBuilder::InsertionGuard guard(ownBuilder);
  ownBuilder.setInsertionPointToEnd(module->getBody());
  VariableOp::create(
      ownBuilder, getLoc(), ownBuilder.getStringAttr(name), TypeAttr::get(type),
      FlatSymbolRefAttr::get(ownBuilder.getContext(), weight), StringAttr());
  variables[name] = type;
}

void GraphBuilder::beginEntry(StringRef name) {
  require(!entry, "an entry is at work");
  ownBuilder.setInsertionPointToEnd(module->getBody());
  entry = EntryOp::create(ownBuilder, getLoc(), name,
                          ownBuilder.getFunctionType({}, {}));
  ownBuilder.setInsertionPointToEnd(&entry.getBody().front());
}

Value GraphBuilder::addArgument(RankedTensorType type,
                                NamedAttribute attribute) {
  require(entry != nullptr, "no entry is at work");
  argumentAttrs.push_back(ownBuilder.getDictionaryAttr(attribute));
  return entry.getBody().addArgument(type, getLoc());
}

Value GraphBuilder::input(StringRef name, RankedTensorType type) {
  return addArgument(type,
                     ownBuilder.getNamedAttr(EntryOp::kNameAttr,
                                             ownBuilder.getStringAttr(name)));
}

Value GraphBuilder::state(StringRef variable) {
  auto [place, isNew] = states.try_emplace(variable, argumentAttrs.size());
  if (!isNew)
    return entry.getBody().getArgument(place->second);
  RankedTensorType type = variables.lookup(variable);
  require(type != nullptr, "variable " + variable + " is not declared");
  return addArgument(
      type, ownBuilder.getNamedAttr(
                EntryOp::kVariableAttr,
                FlatSymbolRefAttr::get(ownBuilder.getContext(), variable)));
}

Value GraphBuilder::weight(StringRef name) {
  RankedTensorType type = weights.lookup(name);
  require(type != nullptr, "weight " + name + " is not declared");
  return GetWeightOp::create(ownBuilder, getLoc(), type, name);
}

Value GraphBuilder::weight(StringRef name, RankedTensorType type,
                           StringRef file, int64_t offset, StringRef hash) {
  declareWeight(name, type, file, offset, hash);
  return weight(name);
}

void GraphBuilder::addResult(Value value, ArrayRef<NamedAttribute> attributes) {
  require(entry != nullptr, "no entry is at work");
  results.push_back(value);
  resultAttrs.push_back(ownBuilder.getDictionaryAttr(attributes));
}

void GraphBuilder::output(StringRef name, Value value) {
  addResult(value, ownBuilder.getNamedAttr(EntryOp::kNameAttr,
                                           ownBuilder.getStringAttr(name)));
}

void GraphBuilder::update(StringRef variable, Value value) {
  state(variable);
  addResult(value, ownBuilder.getNamedAttr(
                       EntryOp::kTiedAttr,
                       ownBuilder.getI64IntegerAttr(states.lookup(variable))));
}

void GraphBuilder::endEntry() {
  require(entry != nullptr, "no entry is at work");
  ReturnOp::create(ownBuilder, getLoc(), results);
  entry.setFunctionType(ownBuilder.getFunctionType(
      entry.getBody().getArgumentTypes(), TypeRange(results)));
  entry.setArgAttrsAttr(ownBuilder.getArrayAttr(argumentAttrs));
  entry.setResAttrsAttr(ownBuilder.getArrayAttr(resultAttrs));
  entry = {};
  states.clear();
  argumentAttrs.clear();
  resultAttrs.clear();
  results.clear();
}

OwningOpRef<ModuleOp> GraphBuilder::finish() {
  require(!entry, "an entry is at work");
  if (failed(verify(*module)))
    module = {};
  return std::move(module);
}
