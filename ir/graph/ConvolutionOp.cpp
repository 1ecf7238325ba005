//===- ConvolutionOp.cpp - Convolution ------------------------------------===//
//
// Assembly of the dimension numbers, builder and type inference.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ContractionAssembly.h"
#include "ir/graph/ContractionOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/Windows.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::graph;

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

/// Parses one list such as `[b, 0, 1, f]`: where `first`, `second` and each
/// spatial dimension stand.
static ParseResult parseDimList(OpAsmParser &parser, StringRef first,
                                StringRef second, IntegerAttr &firstDim,
                                IntegerAttr &secondDim,
                                DenseI64ArrayAttr &spatial) {
  Builder &builder = parser.getBuilder();
  SmallVector<std::pair<int64_t, int64_t>> places;
  int64_t place = 0;
  SMLoc loc = parser.getCurrentLocation();
  auto parseOne = [&]() -> ParseResult {
    int64_t here = place++;
    int64_t number = 0;
    OptionalParseResult parsed = parser.parseOptionalInteger(number);
    if (parsed.has_value())
      return places.emplace_back(number, here), *parsed;
    StringRef word;
    SMLoc wordLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return failure();
    IntegerAttr *target = word == first    ? &firstDim
                          : word == second ? &secondDim
                                           : nullptr;
    if (!target || *target)
      return parser.emitError(wordLoc, "expected '")
             << first << "', '" << second
             << "' and each spatial dimension once";
    *target = builder.getI64IntegerAttr(here);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  llvm::sort(places);
  SmallVector<int64_t> dims;
  for (auto [index, entry] : llvm::enumerate(places)) {
    if (entry.first != static_cast<int64_t>(index))
      return parser.emitError(loc, "expected spatial dimensions 0, 1, ..., "
                                   "each once");
    dims.push_back(entry.second);
  }
  if (!firstDim || !secondDim)
    return parser.emitError(loc, "expected '")
           << first << "' and '" << second << "'";
  spatial = builder.getDenseI64ArrayAttr(dims);
  return success();
}

static void printDimList(OpAsmPrinter &printer, StringRef first,
                         StringRef second, int64_t firstDim, int64_t secondDim,
                         ArrayRef<int64_t> spatial) {
  int64_t rank = spatial.size() + 2;
  printer << '[';
  llvm::interleaveComma(llvm::seq<int64_t>(rank), printer, [&](int64_t dim) {
    if (dim == firstDim)
      printer << first;
    else if (dim == secondDim)
      printer << second;
    else
      printer << llvm::find(spatial, dim) - spatial.begin();
  });
  printer << ']';
}

ParseResult tenon::graph::parseConvolutionDims(
    OpAsmParser &parser, IntegerAttr &inputBatch, IntegerAttr &inputFeature,
    DenseI64ArrayAttr &inputSpatial, IntegerAttr &kernelInput,
    IntegerAttr &kernelOutput, DenseI64ArrayAttr &kernelSpatial,
    IntegerAttr &outputBatch, IntegerAttr &outputFeature,
    DenseI64ArrayAttr &outputSpatial) {
  return failure(
      parseDimList(parser, "b", "f", inputBatch, inputFeature, inputSpatial) ||
      parser.parseKeyword("x") ||
      parseDimList(parser, "i", "o", kernelInput, kernelOutput,
                   kernelSpatial) ||
      parser.parseArrow() ||
      parseDimList(parser, "b", "f", outputBatch, outputFeature,
                   outputSpatial));
}

void tenon::graph::printConvolutionDims(
    OpAsmPrinter &printer, Operation *, IntegerAttr inputBatch,
    IntegerAttr inputFeature, DenseI64ArrayAttr inputSpatial,
    IntegerAttr kernelInput, IntegerAttr kernelOutput,
    DenseI64ArrayAttr kernelSpatial, IntegerAttr outputBatch,
    IntegerAttr outputFeature, DenseI64ArrayAttr outputSpatial) {
  printDimList(printer, "b", "f", inputBatch.getInt(), inputFeature.getInt(),
               inputSpatial);
  printer << " x ";
  printDimList(printer, "i", "o", kernelInput.getInt(), kernelOutput.getInt(),
               kernelSpatial);
  printer << " -> ";
  printDimList(printer, "b", "f", outputBatch.getInt(), outputFeature.getInt(),
               outputSpatial);
}

ParseResult tenon::graph::parseConvolutionWindow(
    OpAsmParser &parser, DenseI64ArrayAttr spatial, DenseI64ArrayAttr &strides,
    DenseI64ArrayAttr &low, DenseI64ArrayAttr &high,
    DenseI64ArrayAttr &lhsDilation, DenseI64ArrayAttr &rhsDilation,
    DenseBoolArrayAttr &reversal) {
  size_t count = spatial.size();
  if (parseOrFill(parser, "strides", strides, 1, count) ||
      parseOrFill(parser, "padding_low", low, 0, count) ||
      parseOrFill(parser, "padding_high", high, 0, count) ||
      parseOrFill(parser, "lhs_dilation", lhsDilation, 1, count) ||
      parseOrFill(parser, "rhs_dilation", rhsDilation, 1, count))
    return failure();
  reversal = parser.getBuilder().getDenseBoolArrayAttr(
      SmallVector<bool>(count, false));
  if (failed(parser.parseOptionalKeyword("reversal")))
    return success();
  if (parser.parseEqual())
    return failure();
  reversal = dyn_cast_or_null<DenseBoolArrayAttr>(
      DenseBoolArrayAttr::parse(parser, Type()));
  return success(reversal != nullptr);
}

void tenon::graph::printConvolutionWindow(
    OpAsmPrinter &printer, Operation *, DenseI64ArrayAttr,
    DenseI64ArrayAttr strides, DenseI64ArrayAttr low, DenseI64ArrayAttr high,
    DenseI64ArrayAttr lhsDilation, DenseI64ArrayAttr rhsDilation,
    DenseBoolArrayAttr reversal) {
  printUnlessAll(printer, "strides", strides, 1);
  printUnlessAll(printer, "padding_low", low, 0);
  printUnlessAll(printer, "padding_high", high, 0);
  printUnlessAll(printer, "lhs_dilation", lhsDilation, 1);
  printUnlessAll(printer, "rhs_dilation", rhsDilation, 1);
  if (llvm::is_contained(reversal.asArrayRef(), true)) {
    printer << " reversal = ";
    reversal.print(printer);
  }
}

//===----------------------------------------------------------------------===//
// Builder and inference
//===----------------------------------------------------------------------===//

void ConvolutionOp::build(OpBuilder &builder, OperationState &state, Value lhs,
                          Value rhs, ArrayRef<int64_t> strides,
                          ArrayRef<int64_t> paddingLow,
                          ArrayRef<int64_t> paddingHigh,
                          int64_t featureGroups) {
  int64_t count = strides.size();
  SmallVector<int64_t> ones(count, 1);
  SmallVector<bool> forward(count, false);
  auto afterBatch = llvm::to_vector(llvm::seq<int64_t>(1, count + 1));
  auto first = llvm::to_vector(llvm::seq<int64_t>(0, count));
  build(builder, state, lhs, rhs, /*input_batch_dimension=*/0,
        /*input_feature_dimension=*/count + 1, afterBatch,
        /*kernel_input_feature_dimension=*/count,
        /*kernel_output_feature_dimension=*/count + 1, first,
        /*output_batch_dimension=*/0, /*output_feature_dimension=*/count + 1,
        afterBatch, strides, paddingLow, paddingHigh, ones, ones, forward,
        featureGroups, /*batch_group_count=*/1, Precision::DEFAULT,
        Precision::DEFAULT);
}

bool ConvolutionOp::isCompatibleReturnTypes(TypeRange inferred,
                                            TypeRange actual) {
  return isCompatibleSum(inferred, actual);
}

/// Checks that two named dimensions and the spatial ones are all there are.
static LogicalResult checkRole(std::optional<Location> loc, StringRef side,
                               int64_t first, int64_t second,
                               ArrayRef<int64_t> spatial, int64_t rank) {
  SmallVector<int64_t> all = {first, second};
  llvm::append_range(all, spatial);
  if (static_cast<int64_t>(all.size()) == rank && areUniqueBelow(all, rank))
    return success();
  return inferError(loc, ConvolutionOp::getOperationName(),
                    "needs each dimension of ", side, ", of rank ", rank,
                    ", to have one role, got [", all, "]");
}

LogicalResult ConvolutionOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto lhs = getTensor(adaptor.getLhs()), rhs = getTensor(adaptor.getRhs());
  if (lhs.getElementType() != rhs.getElementType())
    return inferError(loc, name, "needs operands of one element type, got ",
                      lhs, " and ", rhs);
  int64_t rank = lhs.getRank();
  if (rank < 2 || rhs.getRank() != rank)
    return inferError(loc, name,
                      "needs operands of one rank of at least 2, "
                      "got ",
                      lhs, " and ", rhs);
  ArrayRef<int64_t> inputSpatial = adaptor.getInputSpatialDimensions();
  ArrayRef<int64_t> kernelSpatial = adaptor.getKernelSpatialDimensions();
  ArrayRef<int64_t> outputSpatial = adaptor.getOutputSpatialDimensions();
  if (failed(checkRole(loc, "lhs", adaptor.getInputBatchDimension(),
                       adaptor.getInputFeatureDimension(), inputSpatial,
                       rank)) ||
      failed(checkRole(loc, "rhs", adaptor.getKernelInputFeatureDimension(),
                       adaptor.getKernelOutputFeatureDimension(), kernelSpatial,
                       rank)) ||
      failed(checkRole(loc, "the result", adaptor.getOutputBatchDimension(),
                       adaptor.getOutputFeatureDimension(), outputSpatial,
                       rank)))
    return failure();
  for (auto [what, size] :
       {std::pair<StringRef, size_t>("window_strides",
                                     adaptor.getWindowStrides().size()),
        {"padding_low", adaptor.getPaddingLow().size()},
        {"padding_high", adaptor.getPaddingHigh().size()},
        {"lhs_dilation", adaptor.getLhsDilation().size()},
        {"rhs_dilation", adaptor.getRhsDilation().size()},
        {"window_reversal", adaptor.getWindowReversal().size()}})
    if (static_cast<int64_t>(size) != rank - 2)
      return inferError(loc, name, "needs one of ", what,
                        " per spatial dimension: expected ", rank - 2, ", got ",
                        size);

  Dims lhsDims = getDims(lhs), rhsDims = getDims(rhs);
  int64_t featureGroups = adaptor.getFeatureGroupCount();
  int64_t batchGroups = adaptor.getBatchGroupCount();
  if (featureGroups < 1 || batchGroups < 1 ||
      (featureGroups > 1 && batchGroups > 1))
    return inferError(loc, name,
                      "needs group counts of at least 1, and one of "
                      "them 1, got ",
                      featureGroups, " and ", batchGroups);
  Dim batch = lhsDims[adaptor.getInputBatchDimension()];
  Dim features = lhsDims[adaptor.getInputFeatureDimension()];
  Dim kernelInput = rhsDims[adaptor.getKernelInputFeatureDimension()];
  Dim kernelOutput = rhsDims[adaptor.getKernelOutputFeatureDimension()];
  if (features.bounded || kernelInput.bounded || kernelOutput.bounded)
    return inferError(loc, name, "needs static feature dimensions, got ", lhs,
                      " and ", rhs);
  if (features.size % featureGroups != 0 ||
      kernelInput.size != features.size / featureGroups)
    return inferError(loc, name, "has ", features, " features in ",
                      featureGroups, " groups but a kernel for ", kernelInput);
  if (kernelOutput.size % (featureGroups * batchGroups) != 0)
    return inferError(loc, name, "cannot split ", kernelOutput,
                      " output features into ", featureGroups * batchGroups,
                      " groups");
  if (batchGroups > 1 && (batch.bounded || batch.size % batchGroups != 0))
    return inferError(loc, name, "cannot split a batch of ", batch, " into ",
                      batchGroups, " groups");

  Dims dims(rank, Dim{0});
  batch.size /= batchGroups;
  dims[adaptor.getOutputBatchDimension()] = batch;
  dims[adaptor.getOutputFeatureDimension()] = kernelOutput;
  for (int64_t index = 0; index < rank - 2; ++index) {
    Dim base = lhsDims[inputSpatial[index]];
    Dim kernel = rhsDims[kernelSpatial[index]];
    if (base.bounded || kernel.bounded)
      return inferError(loc, name, "needs static spatial dimensions, got ", lhs,
                        " and ", rhs);
    WindowDim window{kernel.size,
                     adaptor.getWindowStrides()[index],
                     adaptor.getLhsDilation()[index],
                     adaptor.getRhsDilation()[index],
                     adaptor.getPaddingLow()[index],
                     adaptor.getPaddingHigh()[index]};
    auto count = getWindowCount(loc, name, index, base.size, window);
    if (failed(count))
      return failure();
    dims[outputSpatial[index]] = {*count};
  }
  types.push_back(getTensor(dims, lhs.getElementType()));
  return success();
}
