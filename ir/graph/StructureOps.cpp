//===- StructureOps.cpp - Weights, variables, entries, constants ----------===//
//
// Verifiers and assembly of the ops that a module is made of.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/StructureOps.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/WeightTensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/StructureOps.cpp.inc"

void TenonDialect::addStructureOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/StructureOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Weights and variables
//===----------------------------------------------------------------------===//

RankedTensorType WeightOp::getTensorType() {
  return cast<RankedTensorType>(getType());
}

int64_t WeightOp::getByteSize() {
  return tenon::graph::getByteSize(getTensorType());
}

LogicalResult WeightOp::verify() {
  if (!getTensorType().hasStaticShape())
    return emitOpError("needs a static type, got ") << getType();
  if (getSplat()) {
    if (getFile() || getOffset() || getHash())
      return emitOpError("has a splat, so it cannot refer to a file");
    if (getSplat()->getShapedType() != getType())
      return emitOpError("has type ") << getType() << " but its splat has "
                                      << getSplat()->getShapedType();
    if (!getSplat()->isSplat())
      return emitOpError("holds data; only a splat may stand in the IR");
    return success();
  }
  if (!getFile() || getFile()->empty())
    return emitOpError("needs a file or a splat");
  if (Attribute tensor = (*this)->getAttr(kWeightTensorAttr)) {
    auto name = dyn_cast<StringAttr>(tensor);
    if (!name || name.empty())
      return emitOpError("needs a non-empty string as tenon.tensor, got ")
             << tensor;
    if (getOffset())
      return emitOpError("names a tensor of its file, so it has no offset");
    return success();
  }
  if (!getOffset() || getOffsetAttr().getInt() < 0)
    return emitOpError("needs the offset in its file, at least 0");
  return success();
}

RankedTensorType VariableOp::getTensorType() {
  return cast<RankedTensorType>(getType());
}

LogicalResult VariableOp::verify() {
  if (!getTensorType().hasStaticShape())
    return emitOpError("needs a static type, got ") << getType();
  if (isa<FlatSymbolRefAttr>(getInitial()))
    return success();
  auto elements = dyn_cast<ElementsAttr>(getInitial());
  if (!elements)
    return emitOpError("needs a constant or a weight as its initial value");
  if (elements.getShapedType() != getType())
    return emitOpError("has type ")
           << getType() << " but its initial value has "
           << elements.getShapedType();
  return success();
}

/// Looks a weight up and compares its type with the user's.
static LogicalResult verifyWeightUse(Operation *op, FlatSymbolRefAttr name,
                                     Type type,
                                     SymbolTableCollection &symbols) {
  auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(op, name);
  if (!weight)
    return op->emitOpError("refers to ") << name << ", which is not a weight";
  if (weight.getType() != type)
    return op->emitOpError("has type ")
           << type << " but weight " << name << " has " << weight.getType();
  return success();
}

LogicalResult VariableOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto weight = dyn_cast<FlatSymbolRefAttr>(getInitial());
  return weight ? verifyWeightUse(*this, weight, getType(), symbols)
                : success();
}

LogicalResult GetWeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyWeightUse(*this, getWeightAttr(), getResult().getType(),
                         symbols);
}

void GetWeightOp::getAsmResultNames(
    function_ref<void(Value, StringRef)> setName) {
  setName(getResult(), getWeight());
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getValue().getType());
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

void ConstantOp::getAsmResultNames(
    function_ref<void(Value, StringRef)> setName) {
  setName(getResult(), "c");
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

void EntryOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    FunctionType type) {
  state.getOrAddProperties<Properties>().sym_name = builder.getStringAttr(name);
  state.getOrAddProperties<Properties>().function_type = TypeAttr::get(type);
  Block *body = new Block();
  state.addRegion()->push_back(body);
  for (Type input : type.getInputs())
    body->addArgument(input, state.location);
}

ParseResult EntryOp::parse(OpAsmParser &parser, OperationState &result) {
  auto makeType = [](Builder &builder, ArrayRef<Type> inputs,
                     ArrayRef<Type> results,
                     function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), makeType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void EntryOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

void EntryOp::getAsmBlockArgumentNames(
    Region &region, function_ref<void(Value, StringRef)> setName) {
  for (BlockArgument argument : region.getArguments())
    if (StringRef name = getArgumentName(argument.getArgNumber());
        !name.empty())
      setName(argument, name);
}

StringRef EntryOp::getPublicName() {
  auto name = (*this)->getAttrOfType<StringAttr>(kSpecializesAttr);
  return name ? name.getValue() : getSymName();
}

StringRef EntryOp::getArgumentName(unsigned index) {
  auto name = getArgAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue() : StringRef();
}

StringRef EntryOp::getResultName(unsigned index) {
  auto name = getResultAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue() : StringRef();
}

FlatSymbolRefAttr EntryOp::getArgumentVariable(unsigned index) {
  return getArgAttrOfType<FlatSymbolRefAttr>(index, kVariableAttr);
}

bool EntryOp::isArgumentDonated(unsigned index) {
  return getArgAttr(index, kDonatedAttr) != nullptr;
}

std::optional<unsigned> EntryOp::getTiedArgument(unsigned result) {
  auto tied = getResultAttrOfType<IntegerAttr>(result, kTiedAttr);
  return tied ? std::optional<unsigned>(tied.getInt()) : std::nullopt;
}

std::optional<unsigned> EntryOp::getTiedResult(unsigned argument) {
  for (unsigned result = 0; result < getNumResults(); ++result)
    if (getTiedArgument(result) == argument)
      return result;
  return std::nullopt;
}

/// Checks a `tenon.name`: a string, not empty, unique in `seen`.
static LogicalResult verifyName(EntryOp op, const Twine &what, Attribute name,
                                llvm::StringSet<> &seen) {
  if (!name)
    return success();
  auto string = dyn_cast<StringAttr>(name);
  if (!string || string.empty())
    return op.emitOpError() << what << " needs a non-empty string as tenon.name"
                            << ", got " << name;
  if (!seen.insert(string).second)
    return op.emitOpError() << what << " repeats the name " << string;
  return success();
}

static LogicalResult verifyArguments(EntryOp op) {
  llvm::StringSet<> names, variables;
  for (auto [index, type] : llvm::enumerate(op.getArgumentTypes())) {
    std::string what = ("argument " + Twine(index)).str();
    if (!isStaticOrBounded(type))
      return op.emitOpError() << what << " must be a static or bounded ranked "
                              << "tensor, got " << type;
    if (failed(verifyName(op, what, op.getArgAttr(index, EntryOp::kNameAttr),
                          names)))
      return failure();
    if (Attribute donated = op.getArgAttr(index, EntryOp::kDonatedAttr);
        donated && !isa<UnitAttr>(donated))
      return op.emitOpError()
             << what << " needs a unit attribute as tenon.donated, got "
             << donated;
    Attribute variable = op.getArgAttr(index, EntryOp::kVariableAttr);
    if (!variable)
      continue;
    auto symbol = dyn_cast<FlatSymbolRefAttr>(variable);
    if (!symbol)
      return op.emitOpError()
             << what << " needs a symbol as tenon.variable, got " << variable;
    if (!variables.insert(symbol.getValue()).second)
      return op.emitOpError() << what << " repeats the variable " << symbol;
  }
  return success();
}

static LogicalResult verifyResults(EntryOp op) {
  llvm::StringSet<> names;
  llvm::SmallDenseSet<int64_t> taken;
  for (auto [index, type] : llvm::enumerate(op.getResultTypes())) {
    std::string what = ("result " + Twine(index)).str();
    if (!isStaticOrBounded(type))
      return op.emitOpError() << what << " must be a static or bounded ranked "
                              << "tensor, got " << type;
    if (failed(verifyName(op, what, op.getResultAttr(index, EntryOp::kNameAttr),
                          names)))
      return failure();
    Attribute tied = op.getResultAttr(index, EntryOp::kTiedAttr);
    if (!tied)
      continue;
    auto number = dyn_cast<IntegerAttr>(tied);
    if (!number || !number.getType().isSignlessInteger(64))
      return op.emitOpError()
             << what << " needs an i64 as tenon.tied, got " << tied;
    int64_t argument = number.getInt();
    if (argument < 0 || argument >= op.getNumArguments())
      return op.emitOpError() << what << " is tied to argument " << argument
                              << " of " << op.getNumArguments();
    if (!taken.insert(argument).second)
      return op.emitOpError() << what << " is tied to argument " << argument
                              << ", which is tied already";
    if (op.getArgumentTypes()[argument] != type)
      return op.emitOpError()
             << what << " has type " << type << " but is tied to argument "
             << argument << " of type " << op.getArgumentTypes()[argument];
    if (!op.getArgumentVariable(argument) && !op.isArgumentDonated(argument))
      return op.emitOpError() << what << " is tied to argument " << argument
                              << ", which is neither a variable nor donated";
  }
  return success();
}

/// Checks `tenon.dims` and `tenon.specializes`.
static LogicalResult verifySizes(EntryOp op) {
  Attribute dims = op->getAttr(EntryOp::kDimsAttr);
  auto isSize = [](NamedAttribute entry) {
    auto size = dyn_cast<IntegerAttr>(entry.getValue());
    return size && size.getType().isSignlessInteger(64) && size.getInt() >= 0;
  };
  auto sizes = dyn_cast_or_null<DictionaryAttr>(dims);
  if (dims && (!sizes || !llvm::all_of(sizes, isSize)))
    return op.emitOpError(
               "needs a dictionary of i64 of at least 0 as tenon.dims, ")
           << "got " << dims;
  Attribute name = op->getAttr(EntryOp::kSpecializesAttr);
  if (!name)
    return success();
  auto string = dyn_cast<StringAttr>(name);
  if (!string || string.empty())
    return op.emitOpError("needs a non-empty string as tenon.specializes, got ")
           << name;
  if (!dims)
    return op.emitOpError("specializes ") << name << " without tenon.dims";
  return success();
}

LogicalResult ReturnOp::verify() {
  Operation *parent = (*this)->getParentOp();
  if (!parent || !isa<TenonDialect>(parent->getDialect()))
    return emitOpError("ends a region of a tenon op only");
  return success();
}

LogicalResult EntryOp::verify() {
  return success(succeeded(verifySizes(*this)) &&
                 succeeded(verifyArguments(*this)) &&
                 succeeded(verifyResults(*this)));
}

LogicalResult EntryOp::verifyRegions() {
  auto ret = dyn_cast<ReturnOp>(getBody().front().back());
  if (!ret)
    return emitOpError("needs to end in tenon.return");
  if (ret.getOperandTypes() != TypeRange(getResultTypes()))
    return ret.emitOpError("gives (")
           << ret.getOperandTypes() << ") but the entry's results are ("
           << getResultTypes() << ")";
  return success();
}

LogicalResult EntryOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (auto [index, type] : llvm::enumerate(getArgumentTypes())) {
    FlatSymbolRefAttr name = getArgumentVariable(index);
    if (!name)
      continue;
    auto variable = symbols.lookupNearestSymbolFrom<VariableOp>(*this, name);
    if (!variable)
      return emitOpError("argument ")
             << index << " refers to " << name << ", which is not a variable";
    if (variable.getType() != type)
      return emitOpError("argument ")
             << index << " has type " << type << " but variable " << name
             << " has " << variable.getType();
  }
  return success();
}
