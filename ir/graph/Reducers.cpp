//===- Reducers.cpp - The bodies of reductions ----------------------------===//
//
// One table of the standard bodies serves building, recognition and assembly.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Reducers.h"
#include "ir/graph/GraphOps.h"
#include "ir/graph/Shapes.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// A standard body: its kind and the op that makes it.
struct StandardBody {
  ReductionKind kind;
  StringLiteral opName;
};

constexpr StandardBody standardBodies[] = {
    {ReductionKind::Add, "tenon.add"},
    {ReductionKind::Multiply, "tenon.multiply"},
    {ReductionKind::Maximum, "tenon.maximum"},
    {ReductionKind::Minimum, "tenon.minimum"},
    {ReductionKind::And, "tenon.and"},
    {ReductionKind::Or, "tenon.or"},
    {ReductionKind::Xor, "tenon.xor"},
};

} // namespace

/// The one op of a body of two arguments whose results are all it returns.
static Operation *getOnlyOp(Region &region) {
  if (!region.hasOneBlock())
    return nullptr;
  Block &block = region.front();
  if (block.getNumArguments() != 2 || !llvm::hasNItems(block, 2))
    return nullptr;
  Operation *op = &block.front();
  auto ret = dyn_cast<ReturnOp>(block.back());
  if (!ret || op->getNumResults() != 1 ||
      ret.getOperands() != op->getResults() || op->getNumOperands() != 2 ||
      !op->getDiscardableAttrDictionary().empty())
    return nullptr;
  return op;
}

ReductionKind tenon::graph::getReductionKind(Region &region) {
  Operation *op = getOnlyOp(region);
  if (!op)
    return ReductionKind::Generic;
  // All standard ops commute, up to which NaN they return.
  Value first = region.getArgument(0), second = region.getArgument(1);
  bool inOrder = op->getOperand(0) == first && op->getOperand(1) == second;
  bool swapped = op->getOperand(0) == second && op->getOperand(1) == first;
  if (!inOrder && !swapped)
    return ReductionKind::Generic;
  StringRef name = op->getName().getStringRef();
  for (const StandardBody &body : standardBodies)
    if (name == body.opName)
      return body.kind;
  return ReductionKind::Generic;
}

std::optional<ComparisonDirection>
tenon::graph::getSelectDirection(Region &region) {
  auto compare = dyn_cast_or_null<CompareOp>(getOnlyOp(region));
  if (!compare || compare.getCompareType() ||
      compare.getLhs() != region.getArgument(0) ||
      compare.getRhs() != region.getArgument(1))
    return std::nullopt;
  return compare.getDirection();
}

/// Adds a block of two scalars to an empty region.
static Block *addScalarBlock(OpBuilder &builder, Location loc, Region &region,
                             Type element) {
  auto scalar = RankedTensorType::get({}, element);
  return builder.createBlock(&region, region.end(), {scalar, scalar},
                             {loc, loc});
}

void tenon::graph::buildReducer(OpBuilder &builder, Location loc,
                                Region &region, ReductionKind kind,
                                Type element) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = addScalarBlock(builder, loc, region, element);
  for (const StandardBody &body : standardBodies) {
    if (body.kind != kind)
      continue;
    Operation *op =
        builder.create(loc, builder.getStringAttr(body.opName),
                       block->getArguments(), block->getArgument(0).getType());
    ReturnOp::create(builder, loc, op->getResults());
    return;
  }
  llvm_unreachable("a generic reduction has no standard body");
}

void tenon::graph::buildSelector(OpBuilder &builder, Location loc,
                                 Region &region, ComparisonDirection direction,
                                 Type element) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = addScalarBlock(builder, loc, region, element);
  Value chosen = CompareOp::create(
      builder, loc, direction, block->getArgument(0), block->getArgument(1));
  ReturnOp::create(builder, loc, chosen);
}

//===----------------------------------------------------------------------===//
// Neutral elements
//===----------------------------------------------------------------------===//

static std::optional<APFloat> getNeutralFloat(ReductionKind kind,
                                              const llvm::fltSemantics &type) {
  switch (kind) {
  case ReductionKind::Add:
    return APFloat::getZero(type, /*Negative=*/true);
  case ReductionKind::Multiply:
    return APFloat::getOne(type);
  case ReductionKind::Maximum:
  case ReductionKind::Minimum: {
    bool negative = kind == ReductionKind::Maximum;
    return APFloat::semanticsHasInf(type) ? APFloat::getInf(type, negative)
                                          : APFloat::getLargest(type, negative);
  }
  default:
    return std::nullopt;
  }
}

static std::optional<APInt> getNeutralInt(ReductionKind kind,
                                          IntegerType type) {
  unsigned width = type.getWidth();
  bool isUnsigned = type.isUnsigned() || width == 1;
  switch (kind) {
  case ReductionKind::Add:
  case ReductionKind::Or:
  case ReductionKind::Xor:
    return APInt(width, 0);
  case ReductionKind::Multiply:
    return APInt(width, 1);
  case ReductionKind::And:
    return APInt::getAllOnes(width);
  case ReductionKind::Maximum:
    return isUnsigned ? APInt::getMinValue(width)
                      : APInt::getSignedMinValue(width);
  case ReductionKind::Minimum:
    return isUnsigned ? APInt::getMaxValue(width)
                      : APInt::getSignedMaxValue(width);
  case ReductionKind::Generic:
    return std::nullopt;
  }
  llvm_unreachable("covered switch");
}

DenseElementsAttr tenon::graph::getNeutralElement(ReductionKind kind,
                                                  Type element) {
  auto scalar = RankedTensorType::get({}, element);
  if (auto floating = dyn_cast<FloatType>(element)) {
    if (auto value = getNeutralFloat(kind, floating.getFloatSemantics()))
      return DenseElementsAttr::get(scalar, *value);
  } else if (auto integer = dyn_cast<IntegerType>(element)) {
    if (auto value = getNeutralInt(kind, integer))
      return DenseElementsAttr::get(scalar, *value);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

bool tenon::graph::isPromotable(Type from, Type to) {
  if (from == to)
    return true;
  if (isa<FloatType>(from) && isa<FloatType>(to))
    return from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth();
  if (isa<IntegerType>(from) && isa<IntegerType>(to))
    return from.isUnsignedInteger() == to.isUnsignedInteger() &&
           !from.isInteger(1) &&
           from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth();
  if (isa<ComplexType>(from) && isa<ComplexType>(to))
    return isPromotable(cast<ComplexType>(from).getElementType(),
                        cast<ComplexType>(to).getElementType());
  return false;
}

/// Checks a region's argument types and what it returns.
static LogicalResult verifyScalars(Operation *op, Region &region,
                                   ArrayRef<Type> arguments,
                                   ArrayRef<Type> results) {
  Block &block = region.front();
  if (block.getArgumentTypes() != TypeRange(arguments))
    return op->emitOpError("needs a body of (")
           << arguments << "), got (" << block.getArgumentTypes() << ")";
  auto ret = block.empty() ? ReturnOp() : dyn_cast<ReturnOp>(block.back());
  if (!ret)
    return op->emitOpError("needs a body that ends in tenon.return");
  if (ret.getOperandTypes() != TypeRange(results))
    return op->emitOpError("needs a body that returns (")
           << results << "), got (" << ret.getOperandTypes() << ")";
  return success();
}

LogicalResult tenon::graph::verifyReducer(Operation *op, Region &region,
                                          ArrayRef<Type> elements) {
  SmallVector<Type> arguments, results;
  for (Type element : elements)
    results.push_back(RankedTensorType::get({}, element));
  llvm::append_range(arguments, results);
  llvm::append_range(arguments, results);
  return verifyScalars(op, region, arguments, results);
}

LogicalResult tenon::graph::verifySelector(Operation *op, Region &region,
                                           Type element) {
  Type scalar = RankedTensorType::get({}, element);
  Type truth = RankedTensorType::get({}, IntegerType::get(op->getContext(), 1));
  return verifyScalars(op, region, {scalar, scalar}, {truth});
}

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

ParseResult tenon::graph::parseReducer(OpAsmParser &parser, Region &region,
                                       Type element) {
  StringRef word;
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseOptionalKeyword(&word)))
    return parser.parseRegion(region);
  auto kind = symbolizeReductionKind(word);
  if (!kind || *kind == ReductionKind::Generic)
    return parser.emitError(loc, "'") << word << "' is no standard reduction";
  OpBuilder builder(parser.getContext());
  buildReducer(builder, parser.getEncodedSourceLoc(loc), region, *kind,
               element);
  return success();
}

void tenon::graph::printReducer(OpAsmPrinter &printer, Region &region) {
  ReductionKind kind = getReductionKind(region);
  Block &block = region.front();
  bool swapped = kind != ReductionKind::Generic &&
                 block.front().getOperand(0) != block.getArgument(0);
  if (kind == ReductionKind::Generic || swapped)
    printer.printRegion(region);
  else
    printer << kind;
}

ParseResult tenon::graph::parseSelector(OpAsmParser &parser, Region &region,
                                        Type element) {
  StringRef word;
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseOptionalKeyword(&word)))
    return parser.parseRegion(region);
  auto direction = symbolizeComparisonDirection(word);
  if (!direction)
    return parser.emitError(loc, "'") << word << "' is no comparison";
  OpBuilder builder(parser.getContext());
  buildSelector(builder, parser.getEncodedSourceLoc(loc), region, *direction,
                element);
  return success();
}

void tenon::graph::printSelector(OpAsmPrinter &printer, Region &region) {
  if (auto direction = getSelectDirection(region))
    printer << *direction;
  else
    printer.printRegion(region);
}

ParseResult tenon::graph::parseSignature(OpAsmParser &parser,
                                         SmallVectorImpl<Type> &operands,
                                         SmallVectorImpl<Type> &results) {
  FunctionType type;
  if (parser.parseColonType(type))
    return failure();
  llvm::append_range(operands, type.getInputs());
  llvm::append_range(results, type.getResults());
  return success();
}

void tenon::graph::printSignature(OpAsmPrinter &printer, TypeRange operands,
                                  TypeRange results) {
  printer << ": ";
  printer.printFunctionalType(operands, results);
}
