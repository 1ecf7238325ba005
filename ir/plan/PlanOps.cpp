//===- PlanOps.cpp - The plan dialect -------------------------------------===//

#include "ir/plan/PlanOps.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon::plan;

#include "ir/plan/PlanDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "ir/plan/PlanTypes.cpp.inc"

#define GET_OP_CLASSES
#include "ir/plan/PlanOps.cpp.inc"

void PlanDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ir/plan/PlanTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/plan/PlanOps.cpp.inc"
      >();
}

// Buffers are named by what they are, so that a launch reads as a sentence.
void InputOp::getAsmResultNames(OpAsmSetValueNameFn set) {
  set(getBuffer(), "in");
}
void OutputOp::getAsmResultNames(OpAsmSetValueNameFn set) {
  set(getBuffer(), "out");
}
void WeightOp::getAsmResultNames(OpAsmSetValueNameFn set) {
  set(getBuffer(), "w");
}
void ConstantOp::getAsmResultNames(OpAsmSetValueNameFn set) {
  set(getBuffer(), "c");
}
void ArenaOp::getAsmResultNames(OpAsmSetValueNameFn set) {
  set(getBuffer(), "a");
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  return failure(parser.parseSymbolName(name, SymbolTable::getSymbolAttrName(),
                                        state.attributes) ||
                 parser.parseArgumentList(arguments,
                                          OpAsmParser::Delimiter::Paren,
                                          /*allowType=*/true) ||
                 parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
                 parser.parseRegion(*state.addRegion(), arguments));
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      getBody().getArguments(), printer,
      [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getSymNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult KernelOp::verifyRegions() {
  Block &block = getBody().front();
  if (!llvm::hasSingleElement(block) || !isa<kernel::FusedOp>(block.front()))
    return emitOpError("must hold exactly one kernel.fused");
  return success();
}
