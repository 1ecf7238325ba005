//===- HloReductionOps.cpp - Ops declared in HloReductionOps.td -----------===//
#include "compiler/import/stablehlo/dialect/HloReductionOps.h"

#include "compiler/import/stablehlo/dialect/HloAssembly.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::stablehlo;

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/HloReductionOps.cpp.inc"

void HloDialect::addReductionOps() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/HloReductionOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// reduce
//===----------------------------------------------------------------------===//

/// The ops that a reduction may name instead of spelling its body out.
static bool isStandardBody(StringRef op) {
  return llvm::is_contained({"stablehlo.add", "stablehlo.multiply",
                             "stablehlo.maximum", "stablehlo.minimum",
                             "stablehlo.and", "stablehlo.or", "stablehlo.xor"},
                            op);
}

/// Fills the body with one op on both arguments.
static void buildStandardBody(OpAsmParser &parser, Region &region,
                              OperationName op, Type element, Location loc) {
  OpBuilder builder(parser.getContext());
  auto scalar = RankedTensorType::get({}, element);
  Block *block = builder.createBlock(&region, {}, {scalar, scalar}, {loc, loc});
  OperationState inner(loc, op);
  inner.addOperands(block->getArguments());
  inner.addTypes(scalar);
  Operation *made = builder.create(inner);
  OperationState end(loc, "stablehlo.return");
  end.addOperands(made->getResults());
  builder.create(end);
}

ParseResult ReduceOp::parse(OpAsmParser &parser, OperationState &result) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<OpAsmParser::UnresolvedOperand> operands, inits;
  do {
    if (parser.parseLParen() || parser.parseOperand(operands.emplace_back()) ||
        parser.parseKeyword("init") || parser.parseColon() ||
        parser.parseOperand(inits.emplace_back()) || parser.parseRParen())
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  size_t pairs = operands.size();
  operands.append(inits);

  std::optional<OperationName> standard;
  if (succeeded(parser.parseOptionalKeyword("applies"))) {
    SMLoc nameLoc = parser.getCurrentLocation();
    FailureOr<OperationName> name = parser.parseCustomOperationName();
    if (failed(name))
      return failure();
    if (!isStandardBody(name->getStringRef()) || pairs != 1)
      return parser.emitError(nameLoc, "cannot be reduced with '")
             << name->getStringRef() << "'";
    standard = *name;
  }
  SmallVector<int64_t> dimensions;
  FunctionType types;
  std::optional<Location> explicitLoc;
  if (parser.parseKeyword("across") || parser.parseKeyword("dimensions") ||
      parser.parseEqual() || parseIntegers(parser, dimensions) ||
      parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.parseType(types))
    return failure();
  result.addAttribute("dimensions",
                      parser.getBuilder().getDenseI64ArrayAttr(dimensions));
  result.addTypes(types.getResults());
  if (parser.resolveOperands(operands, types.getInputs(), loc, result.operands))
    return failure();

  Region &region = *result.addRegion();
  if (standard) {
    if (parser.parseOptionalLocationSpecifier(explicitLoc))
      return failure();
    if (explicitLoc)
      result.location = *explicitLoc;
    auto input = dyn_cast<RankedTensorType>(types.getInput(0));
    if (!input)
      return parser.emitError(loc, "needs ranked tensors");
    buildStandardBody(parser, region, *standard, input.getElementType(),
                      result.location);
    return success();
  }
  // The pairs of arguments interleave; in the block all values of the one side
  // stand before those of the other.
  SmallVector<OpAsmParser::Argument> left(pairs), right(pairs);
  if (parser.parseKeyword("reducer"))
    return failure();
  for (size_t i = 0; i < pairs; ++i)
    if (parser.parseLParen() ||
        parser.parseArgument(left[i], /*allowType=*/true) ||
        parser.parseComma() ||
        parser.parseArgument(right[i], /*allowType=*/true) ||
        parser.parseRParen())
      return failure();
  left.append(right);
  return parser.parseRegion(region, left);
}

/// The name of a body of one standard op on both arguments, or "".
static StringRef getStandardBody(Region &region) {
  Block &block = region.front();
  if (block.getOperations().size() != 2 || block.getNumArguments() != 2)
    return {};
  Operation &op = block.front(), &end = block.back();
  bool whole = llvm::equal(op.getOperands(), block.getArguments()) &&
               llvm::equal(end.getOperands(), op.getResults()) &&
               end.getName().getStringRef() == "stablehlo.return";
  StringRef name = op.getName().getStringRef();
  return whole && isStandardBody(name) ? name : StringRef();
}

void ReduceOp::print(OpAsmPrinter &printer) {
  llvm::interleaveComma(llvm::zip(getInputs(), getInitValues()), printer,
                        [&](auto pair) {
                          printer << '(' << std::get<0>(pair)
                                  << " init: " << std::get<1>(pair) << ')';
                        });
  StringRef standard = getStandardBody(getBody());
  if (!standard.empty())
    printer << " applies " << standard;
  printer << " across dimensions = ";
  printIntegers(printer, getDimensions());
  printer.printOptionalAttrDict((*this)->getAttrs(), {"dimensions"});
  printer << " : ";
  printer.printFunctionalType(*this);
  if (!standard.empty())
    return;
  printer.printNewline();
  printer << " reducer";
  size_t pairs = getInputs().size();
  for (size_t i = 0; i < pairs; ++i) {
    printer << '(';
    printer.printRegionArgument(getBody().getArgument(i));
    printer << ", ";
    printer.printRegionArgument(getBody().getArgument(i + pairs));
    printer << ") ";
  }
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}
