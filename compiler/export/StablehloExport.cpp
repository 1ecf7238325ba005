//===- StablehloExport.cpp - A graph as StableHLO text --------------------===//
#include "compiler/export/StablehloExport.h"

#include "compiler/export/StablehloAttributes.h"
#include "compiler/import/stablehlo/dialect/HloDialect.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ir/interfaces/DecomposableOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include <set>

using namespace mlir;
using namespace tenon;

namespace {

class Exporter {
public:
  Exporter(ModuleOp source, const WeightReader &readWeight)
      : source(source), readWeight(readWeight), builder(source.getContext()),
        symbols(source) {}

  absl::StatusOr<OwningOpRef<ModuleOp>> run();

private:
  void convertEntry(graph::EntryOp entry, StringRef name);
  void convertBlock(Block &from, bool isFunction);
  void convertOp(Operation *op);
  void convertWeight(graph::GetWeightOp op);
  /// The elements of a weight; null after an error.
  Attribute readElements(graph::WeightOp weight);
  /// The name of an op in its dialect there; empty if there is none.
  std::string getName(Operation *op);

  ModuleOp source;
  const WeightReader &readWeight;
  OpBuilder builder;
  SymbolTable symbols;
  IRMapping values;
  std::set<std::string> unsupported;
  absl::Status status;
};

} // namespace

/// Primitives have their names from StableHLO; erf and its kin live one dialect
/// above. A composite is no op there, though it may share a name with one.
std::string Exporter::getName(Operation *op) {
  if (isa<DecomposableOpInterface>(op))
    return "";
  for (const char *dialect : {"stablehlo.", "chlo."}) {
    std::string full = (dialect + op->getName().stripDialect()).str();
    if (RegisteredOperationName::lookup(full, op->getContext()))
      return full;
  }
  return "";
}

/// Spreads 4-bit elements, two to a byte in a file, one to a byte in MLIR.
static SmallVector<char> unpackNibbles(ArrayRef<char> bytes, int64_t count,
                                       bool isSigned) {
  SmallVector<char> elements(count);
  for (int64_t i = 0; i < count; ++i) {
    int nibble = (bytes[i / 2] >> (i % 2 * 4)) & 0xf;
    elements[i] =
        static_cast<char>(isSigned && nibble > 7 ? nibble - 16 : nibble);
  }
  return elements;
}

Attribute Exporter::readElements(graph::WeightOp weight) {
  if (auto splat = weight.getSplat())
    return *splat;
  auto bytes = readWeight(weight);
  if (!bytes.ok()) {
    status = bytes.status();
    return {};
  }
  RankedTensorType type = weight.getTensorType();
  Type element = type.getElementType();
  ArrayRef<char> raw(reinterpret_cast<const char *>(bytes->data()),
                     bytes->size());
  if (element.isInteger(1))
    return DenseElementsAttr::get(
        type, llvm::map_to_vector(raw, [](char byte) { return byte != 0; }));
  if (element.isInteger(4)) {
    SmallVector<char> spread =
        unpackNibbles(raw, type.getNumElements(), !element.isUnsignedInteger());
    return DenseElementsAttr::getFromRawBuffer(type, spread);
  }
  return DenseElementsAttr::getFromRawBuffer(type, raw);
}

void Exporter::convertWeight(graph::GetWeightOp op) {
  auto weight = symbols.lookup<graph::WeightOp>(op.getWeight());
  Attribute elements = weight ? readElements(weight) : Attribute();
  if (!elements)
    return;
  OperationState state(op.getLoc(), "stablehlo.constant", ValueRange(),
                       op->getResultTypes(),
                       builder.getNamedAttr("value", elements));
  values.map(op.getResult(), builder.create(state)->getResult(0));
}

void Exporter::convertOp(Operation *op) {
  if (auto weight = dyn_cast<graph::GetWeightOp>(op))
    return convertWeight(weight);
  std::string name = getName(op);
  if (name.empty()) {
    unsupported.insert(op->getName().getStringRef().str());
    return;
  }
  OperationState state(op->getLoc(), name);
  for (Value operand : op->getOperands())
    state.operands.push_back(values.lookup(operand));
  state.addTypes(op->getResultTypes());
  state.addAttributes(getStablehloAttributes(op));
  for (unsigned i = 0; i < op->getNumRegions(); ++i)
    state.addRegion();
  Operation *made = builder.create(state);
  OpBuilder::InsertionGuard guard(builder);
  for (auto [from, to] :
       llvm::zip_equal(op->getRegions(), made->getRegions())) {
    Block *block = builder.createBlock(&to);
    for (BlockArgument argument : from.getArguments())
      values.map(argument,
                 block->addArgument(argument.getType(), argument.getLoc()));
    convertBlock(from.front(), /*isFunction=*/false);
  }
  values.map(op->getResults(), made->getResults());
}

void Exporter::convertBlock(Block &from, bool isFunction) {
  for (Operation &op : from.without_terminator()) {
    convertOp(&op);
    // What follows would miss its operands.
    if (!status.ok() || !unsupported.empty())
      return;
  }
  Operation *end = from.getTerminator();
  OperationState state(end->getLoc(),
                       isFunction ? "func.return" : "stablehlo.return");
  for (Value operand : end->getOperands())
    state.operands.push_back(values.lookup(operand));
  builder.create(state);
}

void Exporter::convertEntry(graph::EntryOp entry, StringRef name) {
  auto function = func::FuncOp::create(builder, entry.getLoc(), name,
                                       entry.getFunctionType());
  function.setPublic();
  Block *block = function.addEntryBlock();
  for (auto [index, argument] : llvm::enumerate(entry.getArguments())) {
    values.map(argument, block->getArgument(index));
    // A location is how StableHLO tells the name of an argument.
    StringRef argumentName = entry.getArgumentName(index);
    if (auto variable = entry.getArgumentVariable(index))
      argumentName = variable.getValue();
    if (!argumentName.empty())
      block->getArgument(index).setLoc(
          NameLoc::get(builder.getStringAttr(argumentName)));
    if (auto result = entry.getTiedResult(index))
      function.setArgAttr(index, "tf.aliasing_output",
                          builder.getI32IntegerAttr(*result));
    else if (entry.isArgumentDonated(index))
      function.setArgAttr(index, "jax.buffer_donor", builder.getBoolAttr(true));
  }
  for (unsigned i = 0; i < entry.getResultTypes().size(); ++i)
    if (StringRef result = entry.getResultName(i); !result.empty())
      function.setResultAttr(i, "jax.result_info",
                             builder.getStringAttr(result));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(block);
  convertBlock(entry.getBody().front(), /*isFunction=*/true);
}

absl::StatusOr<OwningOpRef<ModuleOp>> Exporter::run() {
  // Everything that is missing is listed, not only what comes first.
  source.walk([&](Operation *op) {
    bool isStructure =
        isa<ModuleOp, graph::EntryOp, graph::WeightOp, graph::VariableOp,
            graph::GetWeightOp, graph::ReturnOp>(op);
    if (!isStructure && getName(op).empty())
      unsupported.insert(op->getName().getStringRef().str());
  });
  if (!unsupported.empty())
    return absl::UnimplementedError(absl::StrCat(
        "StableHLO has no op for ", absl::StrJoin(unsupported, ", ")));

  OwningOpRef<ModuleOp> made = ModuleOp::create(source.getLoc());
  builder.setInsertionPointToStart(made->getBody());
  auto entries = llvm::to_vector(source.getOps<graph::EntryOp>());
  for (graph::EntryOp entry : entries) {
    convertEntry(entry, entries.size() == 1 ? "main" : entry.getSymName());
    if (!status.ok())
      return status;
  }
  return made;
}

absl::StatusOr<OwningOpRef<ModuleOp>>
tenon::exportStablehlo(ModuleOp module, const WeightReader &readWeight) {
  module.getContext()
      ->loadDialect<func::FuncDialect, stablehlo::HloDialect,
                    chlo::ChloDialect>();
  return Exporter(module, readWeight).run();
}
