//===- HloContractionAssembly.cpp - Op formats of dot and convolution -----===//
#include "compiler/import/stablehlo/dialect/HloAssembly.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::stablehlo;

//===----------------------------------------------------------------------===//
// dot_general
//===----------------------------------------------------------------------===//

/// `[0] x [1]`.
static ParseResult parsePair(OpAsmParser &parser, SmallVectorImpl<int64_t> &lhs,
                             SmallVectorImpl<int64_t> &rhs) {
  return failure(parser.parseEqual() || parseIntegers(parser, lhs) ||
                 parser.parseKeyword("x") || parseIntegers(parser, rhs));
}

static void printPair(OpAsmPrinter &printer, ArrayRef<int64_t> lhs,
                      ArrayRef<int64_t> rhs) {
  printer << " = ";
  printIntegers(printer, lhs);
  printer << " x ";
  printIntegers(printer, rhs);
}

ParseResult stablehlo::parseDotDimensionNumbers(OpAsmParser &parser,
                                                DotDimsAttr &dims) {
  SmallVector<int64_t> lhsBatch, rhsBatch, lhsContract, rhsContract;
  if (succeeded(parser.parseOptionalKeyword("batching_dims")) &&
      (parsePair(parser, lhsBatch, rhsBatch) || parser.parseComma()))
    return failure();
  if (parser.parseKeyword("contracting_dims") ||
      parsePair(parser, lhsContract, rhsContract))
    return failure();
  dims = DotDimsAttr::get(parser.getContext(), lhsBatch, rhsBatch, lhsContract,
                          rhsContract);
  return success();
}

void stablehlo::printDotDimensionNumbers(OpAsmPrinter &printer, Operation *,
                                         DotDimsAttr dims) {
  if (!dims.getLhsBatchingDimensions().empty() ||
      !dims.getRhsBatchingDimensions().empty()) {
    printer << "batching_dims";
    printPair(printer, dims.getLhsBatchingDimensions(),
              dims.getRhsBatchingDimensions());
    printer << ", ";
  }
  printer << "contracting_dims";
  printPair(printer, dims.getLhsContractingDimensions(),
            dims.getRhsContractingDimensions());
}

/// ` = [DEFAULT, HIGH]`, behind the keyword.
static ParseResult parsePrecisionList(OpAsmParser &parser,
                                      ArrayAttr &precision) {
  SmallVector<Attribute> values;
  auto parseOne = [&]() -> ParseResult {
    auto value = FieldParser<Precision>::parse(parser);
    if (failed(value))
      return failure();
    values.push_back(PrecisionAttr::get(parser.getContext(), *value));
    return success();
  };
  if (parser.parseEqual() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  precision = parser.getBuilder().getArrayAttr(values);
  return success();
}

ParseResult stablehlo::parsePrecisionConfig(OpAsmParser &parser,
                                            ArrayAttr &precision) {
  if (failed(parser.parseOptionalComma()))
    return success();
  return failure(parser.parseKeyword("precision") ||
                 parsePrecisionList(parser, precision));
}

void stablehlo::printPrecisionConfig(OpAsmPrinter &printer, Operation *,
                                     ArrayAttr precision) {
  if (!precision)
    return;
  printer << ", precision = [";
  llvm::interleaveComma(precision, printer, [&](Attribute value) {
    printer << cast<PrecisionAttr>(value).getValue();
  });
  printer << ']';
}

ParseResult stablehlo::parsePrecisionAndAlgorithm(OpAsmParser &parser,
                                                  ArrayAttr &precision,
                                                  DotAlgorithmAttr &algorithm) {
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("precision"))) {
      if (parsePrecisionList(parser, precision))
        return failure();
      continue;
    }
    if (parser.parseKeyword("algorithm") || parser.parseEqual() ||
        parser.parseCustomAttributeWithFallback(algorithm))
      return failure();
  }
  return success();
}

void stablehlo::printPrecisionAndAlgorithm(OpAsmPrinter &printer, Operation *op,
                                           ArrayAttr precision,
                                           DotAlgorithmAttr algorithm) {
  printPrecisionConfig(printer, op, precision);
  if (!algorithm)
    return;
  printer << ", algorithm = ";
  printer.printStrippedAttrOrType(algorithm);
}

//===----------------------------------------------------------------------===//
// convolution
//===----------------------------------------------------------------------===//

/// Parses `[b, 0, 1, f]`: where the two named dimensions stand, and where each
/// spatial one does.
static ParseResult parseDimLabels(AsmParser &parser, StringRef firstName,
                                  StringRef secondName, int64_t &first,
                                  int64_t &second,
                                  SmallVectorImpl<int64_t> &spatial) {
  SMLoc loc = parser.getCurrentLocation();
  first = second = -1;
  SmallVector<std::pair<int64_t, int64_t>> places;
  int64_t place = 0;
  auto parseLabel = [&]() -> ParseResult {
    int64_t number = 0;
    OptionalParseResult parsed = parser.parseOptionalInteger(number);
    if (parsed.has_value()) {
      if (*parsed)
        return failure();
      places.push_back({number, place++});
      return success();
    }
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    int64_t &named = name == firstName ? first : second;
    if ((name != firstName && name != secondName) || named >= 0)
      return parser.emitError(loc, "has no place for '") << name << "'";
    named = place++;
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseLabel))
    return failure();
  llvm::sort(places);
  for (auto [index, entry] : llvm::enumerate(places)) {
    if (entry.first != static_cast<int64_t>(index))
      return parser.emitError(loc, "needs each spatial dimension once");
    spatial.push_back(entry.second);
  }
  if (first < 0 || second < 0)
    return parser.emitError(loc, "needs '")
           << firstName << "' and '" << secondName << "'";
  return success();
}

static void printDimLabels(AsmPrinter &printer, StringRef firstName,
                           StringRef secondName, int64_t first, int64_t second,
                           ArrayRef<int64_t> spatial) {
  printer << '[';
  for (int64_t place : llvm::seq<int64_t>(0, spatial.size() + 2)) {
    printer << (place ? ", " : "");
    if (place == first)
      printer << firstName;
    else if (place == second)
      printer << secondName;
    else
      printer << (llvm::find(spatial, place) - spatial.begin());
  }
  printer << ']';
}

ParseResult stablehlo::parseConvDimensions(AsmParser &parser,
                                           ConvDimsAttr &dims) {
  int64_t inBatch, inFeature, kernelIn, kernelOut, outBatch, outFeature;
  SmallVector<int64_t> in, kernel, out;
  if (parseDimLabels(parser, "b", "f", inBatch, inFeature, in) ||
      parser.parseKeyword("x") ||
      parseDimLabels(parser, "i", "o", kernelIn, kernelOut, kernel) ||
      parser.parseArrow() ||
      parseDimLabels(parser, "b", "f", outBatch, outFeature, out))
    return failure();
  dims =
      ConvDimsAttr::get(parser.getContext(), inBatch, inFeature, in, kernelIn,
                        kernelOut, kernel, outBatch, outFeature, out);
  return success();
}

void stablehlo::printConvDimensions(AsmPrinter &printer, Operation *,
                                    ConvDimsAttr dims) {
  printDimLabels(printer, "b", "f", dims.getInputBatchDimension(),
                 dims.getInputFeatureDimension(),
                 dims.getInputSpatialDimensions());
  printer << 'x';
  printDimLabels(printer, "i", "o", dims.getKernelInputFeatureDimension(),
                 dims.getKernelOutputFeatureDimension(),
                 dims.getKernelSpatialDimensions());
  printer << "->";
  printDimLabels(printer, "b", "f", dims.getOutputBatchDimension(),
                 dims.getOutputFeatureDimension(),
                 dims.getOutputSpatialDimensions());
}

ParseResult stablehlo::parseWindowAttributes(OpAsmParser &parser,
                                             DenseI64ArrayAttr &strides,
                                             DenseIntElementsAttr &padding,
                                             DenseI64ArrayAttr &lhsDilation,
                                             DenseI64ArrayAttr &rhsDilation,
                                             DenseBoolArrayAttr &reversal) {
  Builder &builder = parser.getBuilder();
  auto parseField = [&](StringRef name) -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    SmallVector<int64_t> values;
    if (parser.parseEqual())
      return failure();
    if (name == "pad") {
      auto parseSide = [&]() -> ParseResult {
        size_t before = values.size();
        if (parseIntegers(parser, values))
          return failure();
        return values.size() == before + 2
                   ? ParseResult(success())
                   : parser.emitError(loc, "needs pairs in 'pad'");
      };
      if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                         parseSide))
        return failure();
      auto type = RankedTensorType::get(
          {static_cast<int64_t>(values.size() / 2), 2}, builder.getI64Type());
      padding = DenseIntElementsAttr::get(type, values);
      return success();
    }
    if (name == "reverse") {
      // Written as words by this printer and as numbers by others.
      SmallVector<bool> flags;
      auto parseFlag = [&]() -> ParseResult {
        if (succeeded(parser.parseOptionalKeyword("true")))
          return flags.push_back(true), success();
        if (succeeded(parser.parseOptionalKeyword("false")))
          return flags.push_back(false), success();
        int64_t value = 0;
        if (parser.parseInteger(value))
          return failure();
        return flags.push_back(value != 0), success();
      };
      if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                         parseFlag))
        return failure();
      reversal = builder.getDenseBoolArrayAttr(flags);
      return success();
    }
    if (parseIntegers(parser, values))
      return failure();
    DenseI64ArrayAttr *field = name == "stride"       ? &strides
                               : name == "lhs_dilate" ? &lhsDilation
                               : name == "rhs_dilate" ? &rhsDilation
                                                      : nullptr;
    if (!field)
      return parser.emitError(loc, "windows have no '") << name << "'";
    *field = builder.getDenseI64ArrayAttr(values);
    return success();
  };
  StringRef name;
  while (succeeded(parser.parseOptionalKeyword(&name))) {
    if (parseField(name))
      return failure();
    if (failed(parser.parseOptionalComma()))
      break;
  }
  return success();
}

void stablehlo::printWindowAttributes(OpAsmPrinter &printer, Operation *,
                                      DenseI64ArrayAttr strides,
                                      DenseIntElementsAttr padding,
                                      DenseI64ArrayAttr lhsDilation,
                                      DenseI64ArrayAttr rhsDilation,
                                      DenseBoolArrayAttr reversal) {
  StringRef separator = "";
  auto begin = [&](StringRef name) {
    printer << separator << name << " = ";
    separator = ", ";
  };
  if (strides) {
    begin("stride");
    printIntegers(printer, strides);
  }
  if (padding) {
    begin("pad");
    auto values = llvm::to_vector(padding.getValues<int64_t>());
    printer << '[';
    for (size_t i = 0; i + 1 < values.size(); i += 2) {
      printer << (i ? ", " : "");
      printIntegers(printer, {values[i], values[i + 1]});
    }
    printer << ']';
  }
  if (lhsDilation) {
    begin("lhs_dilate");
    printIntegers(printer, lhsDilation);
  }
  if (rhsDilation) {
    begin("rhs_dilate");
    printIntegers(printer, rhsDilation);
  }
  if (reversal) {
    begin("reverse");
    printer << '[';
    llvm::interleaveComma(reversal.asArrayRef(), printer, [&](bool flag) {
      printer << (flag ? "true" : "false");
    });
    printer << ']';
  }
}
