//===- KernelOps.cpp - Kernels and their stages ---------------------------===//

#include "ir/kernel/KernelOps.h"

using namespace mlir;
using namespace tenon::kernel;

#define GET_OP_CLASSES
#include "ir/kernel/KernelOps.cpp.inc"

//===----------------------------------------------------------------------===//
// FusedOp
//===----------------------------------------------------------------------===//

void FusedOp::build(OpBuilder &builder, OperationState &state,
                    TypeRange outputs, ValueRange inputs, StringRef name) {
  state.addOperands(inputs);
  state.addTypes(outputs);
  state.addAttribute(getKernelNameAttrName(state.name),
                     builder.getStringAttr(name));
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(state.addRegion());
  for (Value input : inputs)
    block->addArgument(input.getType(), input.getLoc());
}

SmallVector<StageOp, 4> FusedOp::getStages() {
  return llvm::to_vector<4>(getBody().front().getOps<StageOp>());
}

static LayoutAttr layoutAt(std::optional<ArrayAttr> layouts, unsigned i,
                           Value value) {
  if (layouts)
    return cast<LayoutAttr>((*layouts)[i]);
  auto type = cast<RankedTensorType>(value.getType());
  return LayoutAttr::getRowMajor(value.getContext(), type.getRank());
}

LayoutAttr FusedOp::getInputLayout(unsigned i) {
  return layoutAt(getInputLayouts(), i, getInputs()[i]);
}

LayoutAttr FusedOp::getOutputLayout(unsigned i) {
  return layoutAt(getOutputLayouts(), i, getOutputs()[i]);
}

int64_t FusedOp::getTie(unsigned i) { return getTies() ? (*getTies())[i] : -1; }

OperandRange FusedOp::getYieldedValues() {
  return getBody().front().getTerminator()->getOperands();
}

ParseResult FusedOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  FunctionType type;
  SMLoc loc = parser.getCurrentLocation();
  auto parseBinding = [&]() -> ParseResult {
    return failure(parser.parseArgument(arguments.emplace_back()) ||
                   parser.parseEqual() ||
                   parser.parseOperand(operands.emplace_back()));
  };
  if (parser.parseAttribute(name, getKernelNameAttrName(state.name),
                            state.attributes) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     parseBinding) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.parseColonType(type) ||
      parser.resolveOperands(operands, type.getInputs(), loc, state.operands))
    return failure();
  state.addTypes(type.getResults());
  for (auto [argument, argumentType] :
       llvm::zip_equal(arguments, type.getInputs()))
    argument.type = argumentType;
  return parser.parseRegion(*state.addRegion(), arguments);
}

void FusedOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getKernelNameAttr() << " (";
  llvm::interleaveComma(llvm::zip_equal(getBody().getArguments(), getInputs()),
                        printer, [&](auto pair) {
                          auto [argument, input] = pair;
                          printer << argument << " = " << input;
                        });
  printer << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getKernelNameAttrName()});
  printer << " : ";
  printer.printFunctionalType(*this);
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult FusedOp::verify() {
  auto checkLayouts = [&](std::optional<ArrayAttr> layouts, ValueRange values,
                          StringRef what) -> LogicalResult {
    if (!layouts)
      return success();
    if (layouts->size() != values.size())
      return emitOpError() << "has " << values.size() << " " << what << "s but "
                           << layouts->size() << " layouts";
    for (auto [i, layout, value] :
         llvm::enumerate(layouts->getAsRange<LayoutAttr>(), values)) {
      auto type = cast<RankedTensorType>(value.getType());
      if (layout.getRank() != type.getRank())
        return emitOpError()
               << what << " #" << i << " has rank " << type.getRank()
               << " but a layout of rank " << layout.getRank();
    }
    return success();
  };
  if (failed(checkLayouts(getInputLayouts(), getInputs(), "input")) ||
      failed(checkLayouts(getOutputLayouts(), getOutputs(), "output")))
    return failure();
  if (!getTies())
    return success();
  if (getTies()->size() != getNumResults())
    return emitOpError() << "has " << getNumResults() << " outputs but "
                         << getTies()->size() << " ties";
  for (auto [i, tie] : llvm::enumerate(*getTies()))
    if (tie < -1 || tie >= (int64_t)getInputs().size())
      return emitOpError() << "ties output #" << i << " to input #" << tie
                           << ", which is not there";
  return success();
}

LogicalResult FusedOp::verifyRegions() {
  Block &block = getBody().front();
  if (block.getArgumentTypes() != getInputs().getTypes())
    return emitOpError("region arguments must have the types of the inputs");
  for (Operation &op : block.without_terminator())
    if (!isa<StageOp>(op))
      return op.emitOpError("stands outside of a stage; a kernel holds "
                            "kernel.stage ops only");
  if (getYieldedValues().getTypes() != getOutputs().getTypes())
    return emitOpError("yields other types than it returns");
  for (auto [i, value] : llvm::enumerate(getYieldedValues()))
    if (!value.getDefiningOp<StageOp>())
      return emitOpError() << "output #" << i << " is not computed by a stage";
  return success();
}

//===----------------------------------------------------------------------===//
// StageOp
//===----------------------------------------------------------------------===//

OperandRange StageOp::getYieldedValues() {
  return getBody().front().getTerminator()->getOperands();
}

ParseResult StageOp::parse(OpAsmParser &parser, OperationState &state) {
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  std::optional<StageKind> kind = symbolizeStageKind(keyword);
  if (!kind)
    return parser.emitError(loc, "expected contraction, row, loop or special");
  state.addAttribute(getKindAttrName(state.name),
                     StageKindAttr::get(parser.getContext(), *kind));
  if (succeeded(parser.parseOptionalKeyword("config"))) {
    Attribute config;
    if (parser.parseAttribute(config, getLoweringConfigAttrName(state.name),
                              state.attributes))
      return failure();
  }
  return failure(parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
                 parser.parseArrowTypeList(state.types) ||
                 parser.parseRegion(*state.addRegion()));
}

void StageOp::print(OpAsmPrinter &printer) {
  printer << ' ' << stringifyStageKind(getKind());
  if (Attribute config = getLoweringConfigAttr())
    printer << " config " << config;
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getKindAttrName(), getLoweringConfigAttrName()});
  printer.printArrowTypeList(getResultTypes());
  printer << ' ';
  printer.printRegion(getBody());
}

LogicalResult StageOp::verifyRegions() {
  if (getBody().getNumArguments() != 0)
    return emitOpError("region takes no arguments");
  if (getYieldedValues().getTypes() != getResultTypes())
    return emitOpError("yields other types than it returns");
  return success();
}
