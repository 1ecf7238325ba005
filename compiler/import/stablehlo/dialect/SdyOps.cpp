//===- SdyOps.cpp - Registration of sdy and its ops -----------------------===//
#include "compiler/import/stablehlo/dialect/SdyOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace tenon;

#include "compiler/import/stablehlo/dialect/SdyDialect.cpp.inc"

static Attribute makeNote(MLIRContext *context, const Twine &text) {
  return OpaqueAttr::get(StringAttr::get(context, "sdy"), text.str(),
                         NoneType::get(context));
}

static StringRef getText(Attribute note) {
  auto opaque = dyn_cast<OpaqueAttr>(note);
  return opaque && opaque.getDialectNamespace() == "sdy" ? opaque.getAttrData()
                                                         : StringRef();
}

Attribute sdy::SdyDialect::parseAttribute(DialectAsmParser &parser,
                                          Type type) const {
  // The parser has found the end already.
  return makeNote(getContext(), parser.getFullSymbolSpec());
}

int64_t sdy::countDevices(Attribute note) {
  // Axes are "name"=size; sizes of a part of an axis are "name":(1)2.
  int64_t devices = 1;
  StringRef rest = getText(note);
  while (!rest.empty()) {
    rest = rest.split("\"=").second;
    int64_t size = 0;
    if (!rest.consumeInteger(10, size) && size > 1)
      devices = size > INT64_MAX / devices ? INT64_MAX : devices * size;
  }
  return devices;
}

//===----------------------------------------------------------------------===//
// Printed forms
//===----------------------------------------------------------------------===//

/// Reads one word or one bracket; `depth` counts the open ones.
static ParseResult parseToken(AsmParser &parser, int &depth) {
  auto matches = [](OptionalParseResult result) {
    return result.has_value() && succeeded(*result);
  };
  if (succeeded(parser.parseOptionalLess()) ||
      succeeded(parser.parseOptionalLSquare()) ||
      succeeded(parser.parseOptionalLBrace()) ||
      succeeded(parser.parseOptionalLParen())) {
    ++depth;
    return success();
  }
  if (succeeded(parser.parseOptionalGreater()) ||
      succeeded(parser.parseOptionalRSquare()) ||
      succeeded(parser.parseOptionalRBrace()) ||
      succeeded(parser.parseOptionalRParen())) {
    --depth;
    return success();
  }
  std::string string;
  StringRef keyword;
  StringAttr symbol;
  APInt number;
  if (succeeded(parser.parseOptionalComma()) ||
      succeeded(parser.parseOptionalColon()) ||
      succeeded(parser.parseOptionalEqual()) ||
      succeeded(parser.parseOptionalQuestion()) ||
      succeeded(parser.parseOptionalString(&string)) ||
      succeeded(parser.parseOptionalKeyword(&keyword)) ||
      succeeded(parser.parseOptionalSymbolName(symbol)) ||
      matches(parser.parseOptionalInteger(number)))
    return success();
  return parser.emitError(parser.getCurrentLocation(),
                          "expected a note about devices");
}

/// Reads something in brackets as an attribute of the text `before`, it,
/// `after`.
static ParseResult parseNote(AsmParser &parser, Attribute &note,
                             StringRef before, StringRef after = "") {
  const char *start = parser.getCurrentLocation().getPointer();
  int depth = 0;
  do {
    if (parseToken(parser, depth))
      return failure();
  } while (depth > 0);
  const char *end = parser.getCurrentLocation().getPointer();
  StringRef text = StringRef(start, end - start).rtrim();
  note = makeNote(parser.getContext(), before + text + after);
  return success();
}

static void printNote(AsmPrinter &printer, Attribute note, StringRef before,
                      StringRef after = "") {
  StringRef text = getText(note);
  text.consume_front(before);
  text.consume_back(after);
  printer << text;
}

static ParseResult parseMesh(OpAsmParser &parser, Attribute &mesh) {
  return parseNote(parser, mesh, "mesh");
}
static void printMesh(OpAsmPrinter &printer, Operation *, Attribute mesh) {
  printNote(printer, mesh, "mesh");
}

static ParseResult parseSharding(OpAsmParser &parser, Attribute &sharding) {
  return parseNote(parser, sharding, "sharding");
}
static void printSharding(OpAsmPrinter &printer, Operation *,
                          Attribute sharding) {
  printNote(printer, sharding, "sharding");
}

static ParseResult parseShardings(OpAsmParser &parser, Attribute &list) {
  return parseNote(parser, list, "sharding_per_value<", ">");
}
static void printShardings(OpAsmPrinter &printer, Operation *, Attribute list) {
  printNote(printer, list, "sharding_per_value<", ">");
}

static ParseResult parseAxes(OpAsmParser &parser, Attribute &axes) {
  return parseNote(parser, axes, "manual_axes");
}
static void printAxes(OpAsmPrinter &printer, Operation *, Attribute axes) {
  printNote(printer, axes, "manual_axes");
}

static ParseResult parseBody(OpAsmParser &parser, Region &body) {
  SmallVector<OpAsmParser::Argument> arguments;
  return failure(parser.parseArgumentList(arguments,
                                          OpAsmParser::Delimiter::Paren,
                                          /*allowType=*/true) ||
                 parser.parseRegion(body, arguments));
}
static void printBody(OpAsmPrinter &printer, Operation *, Region &body) {
  printer << "(";
  llvm::interleaveComma(body.getArguments(), printer, [&](BlockArgument each) {
    printer.printRegionArgument(each);
  });
  printer << ") ";
  printer.printRegion(body, /*printEntryBlockArgs=*/false);
}

#define GET_OP_CLASSES
#include "compiler/import/stablehlo/dialect/SdyOps.cpp.inc"

void sdy::SdyDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/import/stablehlo/dialect/SdyOps.cpp.inc"
      >();
}
