//===- HloAssembly.cpp - Types, lists and ranges in op formats ------------===//
#include "compiler/import/stablehlo/dialect/HloAssembly.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon;

ParseResult stablehlo::parseIntegers(AsmParser &parser,
                                     SmallVectorImpl<int64_t> &values) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseInteger(values.emplace_back());
  });
}

void stablehlo::printIntegers(AsmPrinter &printer, ArrayRef<int64_t> values) {
  printer << '[';
  llvm::interleaveComma(values, printer);
  printer << ']';
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Hands out the types of a function type.
static ParseResult assign(OpAsmParser &parser, SMLoc loc, FunctionType type,
                          ArrayRef<Type *> operands, Type &result) {
  if (type.getNumInputs() != operands.size() || type.getNumResults() != 1)
    return parser.emitError(loc)
           << "needs the types of " << operands.size()
           << " operands and one result, got " << Type(type);
  for (auto [operand, given] : llvm::zip_equal(operands, type.getInputs()))
    *operand = given;
  result = type.getResult(0);
  return success();
}

ParseResult stablehlo::parseOneOrAllTypes(OpAsmParser &parser,
                                          ArrayRef<Type *> operands,
                                          Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(result))
    return failure();
  if (auto function = dyn_cast<FunctionType>(result))
    return assign(parser, loc, function, operands, result);
  for (Type *operand : operands)
    *operand = result;
  return success();
}

void stablehlo::printOneOrAllTypes(OpAsmPrinter &printer, Operation *op,
                                   TypeRange operands, Type result) {
  if (llvm::all_of(operands, [&](Type type) { return type == result; }))
    printer << result;
  else
    printer.printFunctionalType(op);
}

ParseResult stablehlo::parseSameTypes(
    OpAsmParser &parser,
    SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands,
    SmallVectorImpl<Type> &types, Type &result) {
  types.resize(operands.size());
  SmallVector<Type *> pointers;
  for (Type &type : types)
    pointers.push_back(&type);
  return parseOneOrAllTypes(parser, pointers, result);
}

void stablehlo::printSameTypes(OpAsmPrinter &printer, Operation *op,
                               OperandRange, TypeRange types, Type result) {
  printOneOrAllTypes(printer, op, types, result);
}

ParseResult stablehlo::parsePairwiseTypes(OpAsmParser &parser,
                                          SmallVectorImpl<Type> &operands,
                                          SmallVectorImpl<Type> &results) {
  if (parser.parseTypeList(operands))
    return failure();
  results.assign(operands.begin(), operands.end());
  return success();
}

void stablehlo::printPairwiseTypes(OpAsmPrinter &printer, Operation *,
                                   TypeRange operands, TypeRange) {
  llvm::interleaveComma(operands, printer);
}

ParseResult stablehlo::parseTupleTypes(OpAsmParser &parser,
                                       SmallVectorImpl<Type> &operands,
                                       Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(result))
    return failure();
  auto tuple = dyn_cast<TupleType>(result);
  if (!tuple)
    return parser.emitError(loc, "needs a tuple type");
  llvm::append_range(operands, tuple.getTypes());
  return success();
}

void stablehlo::printTupleTypes(OpAsmPrinter &printer, Operation *, TypeRange,
                                Type result) {
  printer << result;
}

/// The tensor of the parts of a complex tensor, or null.
static Type getPartType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  auto element =
      tensor ? dyn_cast<ComplexType>(tensor.getElementType()) : ComplexType();
  return element ? tensor.clone(element.getElementType()) : Type();
}

ParseResult stablehlo::parseComplexType(OpAsmParser &parser, Type &lhs,
                                        Type &rhs, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(result))
    return failure();
  if (auto function = dyn_cast<FunctionType>(result))
    return assign(parser, loc, function, {&lhs, &rhs}, result);
  lhs = rhs = getPartType(result);
  return lhs ? success() : parser.emitError(loc, "needs a complex tensor");
}

void stablehlo::printComplexType(OpAsmPrinter &printer, Operation *op, Type lhs,
                                 Type rhs, Type result) {
  if (lhs == rhs && lhs == getPartType(result))
    printer << result;
  else
    printer.printFunctionalType(op);
}

ParseResult stablehlo::parseSelectType(OpAsmParser &parser, Type &pred,
                                       Type &onTrue, Type &onFalse,
                                       Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(pred))
    return failure();
  if (auto function = dyn_cast<FunctionType>(pred))
    return assign(parser, loc, function, {&pred, &onTrue, &onFalse}, result);
  if (parser.parseComma() || parser.parseType(result))
    return failure();
  onTrue = onFalse = result;
  return success();
}

void stablehlo::printSelectType(OpAsmPrinter &printer, Operation *op, Type pred,
                                Type onTrue, Type onFalse, Type result) {
  if (onTrue == result && onFalse == result)
    printer << pred << ", " << result;
  else
    printer.printFunctionalType(op);
}

//===----------------------------------------------------------------------===//
// Operands and numbers
//===----------------------------------------------------------------------===//

ParseResult stablehlo::parseOperandsBefore(
    OpAsmParser &parser,
    SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands) {
  while (true) {
    OpAsmParser::UnresolvedOperand operand;
    OptionalParseResult parsed = parser.parseOptionalOperand(operand);
    if (!parsed.has_value())
      return success();
    if (*parsed || parser.parseComma())
      return failure();
    operands.push_back(operand);
  }
}

void stablehlo::printOperandsBefore(OpAsmPrinter &printer, Operation *,
                                    OperandRange operands) {
  llvm::interleaveComma(operands, printer);
  printer << (operands.empty() ? "" : ",");
}

ParseResult stablehlo::parseSliceRanges(OpAsmParser &parser,
                                        DenseI64ArrayAttr &starts,
                                        DenseI64ArrayAttr &limits,
                                        DenseI64ArrayAttr &strides) {
  SmallVector<int64_t> from, to, step;
  auto parseRange = [&]() -> ParseResult {
    if (parser.parseInteger(from.emplace_back()) || parser.parseColon() ||
        parser.parseInteger(to.emplace_back()))
      return failure();
    step.push_back(1);
    return succeeded(parser.parseOptionalColon())
               ? parser.parseInteger(step.back())
               : ParseResult(success());
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseRange))
    return failure();
  starts = parser.getBuilder().getDenseI64ArrayAttr(from);
  limits = parser.getBuilder().getDenseI64ArrayAttr(to);
  strides = parser.getBuilder().getDenseI64ArrayAttr(step);
  return success();
}

void stablehlo::printSliceRanges(OpAsmPrinter &printer, Operation *,
                                 DenseI64ArrayAttr starts,
                                 DenseI64ArrayAttr limits,
                                 DenseI64ArrayAttr strides) {
  printer << '[';
  llvm::interleaveComma(
      llvm::zip(starts.asArrayRef(), limits.asArrayRef(), strides.asArrayRef()),
      printer, [&](auto range) {
        auto [start, limit, stride] = range;
        printer << start << ':' << limit;
        if (stride != 1)
          printer << ':' << stride;
      });
  printer << ']';
}

ParseResult stablehlo::parseFloatFormat(OpAsmParser &parser,
                                        IntegerAttr &exponent,
                                        IntegerAttr &mantissa) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  int32_t e = 0, m = 0;
  auto [head, tail] = word.split('m');
  if (!head.consume_front("e") || head.getAsInteger(10, e) ||
      tail.getAsInteger(10, m))
    return parser.emitError(loc, "needs a float format like e5m10, got '")
           << word << "'";
  exponent = parser.getBuilder().getI32IntegerAttr(e);
  mantissa = parser.getBuilder().getI32IntegerAttr(m);
  return success();
}

void stablehlo::printFloatFormat(OpAsmPrinter &printer, Operation *,
                                 IntegerAttr exponent, IntegerAttr mantissa) {
  printer << 'e' << exponent.getInt() << 'm' << mantissa.getInt();
}

ParseResult stablehlo::parseCallTarget(OpAsmParser &parser,
                                       StringAttr &target) {
  return parser.parseSymbolName(target);
}

void stablehlo::printCallTarget(OpAsmPrinter &printer, Operation *,
                                StringAttr target) {
  printer.printSymbolName(target);
}
