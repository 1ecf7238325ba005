//===- ReductionOps.cpp - Reductions over dimensions and windows ----------===//
//
// Assembly, type inference and builders.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ReductionOps.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/Shapes.h"
#include "ir/graph/Windows.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tenon::graph;

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

/// Parses ` : (inputs, inits) -> results with body`.
static ParseResult parseReductionTypes(OpAsmParser &parser, Region &body,
                                       SmallVectorImpl<Type> &inputs,
                                       SmallVectorImpl<Type> &inits,
                                       SmallVectorImpl<Type> &results) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<Type> operands;
  if (parseSignature(parser, operands, results))
    return failure();
  size_t half = operands.size() / 2;
  auto init = operands.size() % 2 || operands.empty()
                  ? RankedTensorType()
                  : dyn_cast<RankedTensorType>(operands[half]);
  if (!init)
    return parser.emitError(loc, "expected as many inputs as initial values");
  inputs.append(operands.begin(), operands.begin() + half);
  inits.append(operands.begin() + half, operands.end());
  return failure(parser.parseKeyword("with") ||
                 parseReducer(parser, body, init.getElementType()));
}

static void printReductionTypes(OpAsmPrinter &printer, Operation *op,
                                Region &body, TypeRange, TypeRange,
                                TypeRange results) {
  printSignature(printer, op->getOperandTypes(), results);
  printer << " with ";
  printReducer(printer, body);
}

static ParseResult parseSelectAndScatterTypes(OpAsmParser &parser,
                                              Region &select, Region &scatter,
                                              Type &operand, Type &source,
                                              Type &init, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<Type> operands, results;
  if (parseSignature(parser, operands, results))
    return failure();
  auto tensor = operands.empty() ? RankedTensorType()
                                 : dyn_cast<RankedTensorType>(operands[0]);
  if (operands.size() != 3 || results.size() != 1 || !tensor)
    return parser.emitError(loc, "expected three operands and one result");
  operand = operands[0];
  source = operands[1];
  init = operands[2];
  result = results[0];
  Type element = tensor.getElementType();
  return failure(
      parser.parseKeyword("select") || parseSelector(parser, select, element) ||
      parser.parseKeyword("scatter") || parseReducer(parser, scatter, element));
}

static void printSelectAndScatterTypes(OpAsmPrinter &printer, Operation *op,
                                       Region &select, Region &scatter, Type,
                                       Type, Type, Type) {
  printSignature(printer, op->getOperandTypes(), op->getResultTypes());
  printer << " select ";
  printSelector(printer, select);
  printer << " scatter ";
  printReducer(printer, scatter);
}

/// Parses `window = [..]` and what differs from stride 1 and no padding.
static ParseResult parsePlainWindow(OpAsmParser &parser,
                                    DenseI64ArrayAttr &sizes,
                                    DenseI64ArrayAttr &strides,
                                    DenseI64ArrayAttr &low,
                                    DenseI64ArrayAttr &high) {
  if (parser.parseKeyword("window") || parser.parseEqual())
    return failure();
  sizes = dyn_cast_or_null<DenseI64ArrayAttr>(
      DenseI64ArrayAttr::parse(parser, Type()));
  if (!sizes)
    return failure();
  return failure(parseOrFill(parser, "strides", strides, 1, sizes.size()) ||
                 parseOrFill(parser, "padding_low", low, 0, sizes.size()) ||
                 parseOrFill(parser, "padding_high", high, 0, sizes.size()));
}

static void printPlainWindow(OpAsmPrinter &printer, Operation *,
                             DenseI64ArrayAttr sizes, DenseI64ArrayAttr strides,
                             DenseI64ArrayAttr low, DenseI64ArrayAttr high) {
  printer << "window = ";
  sizes.print(printer);
  printUnlessAll(printer, "strides", strides, 1);
  printUnlessAll(printer, "padding_low", low, 0);
  printUnlessAll(printer, "padding_high", high, 0);
}

static ParseResult parseWindow(OpAsmParser &parser, DenseI64ArrayAttr &sizes,
                               DenseI64ArrayAttr &strides,
                               DenseI64ArrayAttr &base,
                               DenseI64ArrayAttr &window,
                               DenseI64ArrayAttr &low,
                               DenseI64ArrayAttr &high) {
  if (parsePlainWindow(parser, sizes, strides, low, high))
    return failure();
  return failure(
      parseOrFill(parser, "base_dilations", base, 1, sizes.size()) ||
      parseOrFill(parser, "window_dilations", window, 1, sizes.size()));
}

static void printWindow(OpAsmPrinter &printer, Operation *op,
                        DenseI64ArrayAttr sizes, DenseI64ArrayAttr strides,
                        DenseI64ArrayAttr base, DenseI64ArrayAttr window,
                        DenseI64ArrayAttr low, DenseI64ArrayAttr high) {
  printPlainWindow(printer, op, sizes, strides, low, high);
  printUnlessAll(printer, "base_dilations", base, 1);
  printUnlessAll(printer, "window_dilations", window, 1);
}

#define GET_OP_CLASSES
#include "ir/graph/ReductionOps.cpp.inc"

void TenonDialect::addReductionOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/ReductionOps.cpp.inc"
      >();
}

/// Checks what inputs and initial values of a reduction have to agree on.
/// `operands` are all operands: of an odd number the halves that the accessors
/// give leave the last one out.
static LogicalResult checkInputs(std::optional<Location> loc, StringRef name,
                                 ValueRange operands, ValueRange inputs,
                                 ValueRange inits) {
  if (operands.empty() || operands.size() % 2)
    return inferError(loc, name,
                      "needs as many initial values as inputs, and "
                      "at least one, got ",
                      operands.size(), " operands");
  Dims dims = getDims(inputs.front());
  for (auto [index, input, init] : llvm::enumerate(inputs, inits)) {
    if (getDims(input) != dims)
      return inferError(loc, name, "needs inputs of one shape, got ",
                        inputs.front().getType(), " and ", input.getType());
    Type from = getTensor(input).getElementType();
    Type to = getTensor(init).getElementType();
    if (!isPromotable(from, to))
      return inferError(loc, name, "cannot keep input ", index, " of ", from,
                        " in an initial value of ", to);
  }
  return success();
}

static SmallVector<Type> getElements(ValueRange values) {
  return llvm::map_to_vector(
      values, [](Value value) { return getTensor(value).getElementType(); });
}

//===----------------------------------------------------------------------===//
// reduce
//===----------------------------------------------------------------------===//

void ReduceOp::build(OpBuilder &builder, OperationState &state, Value input,
                     Value init, ArrayRef<int64_t> dimensions,
                     ReductionKind kind) {
  build(builder, state, ValueRange(input), ValueRange(init), dimensions);
  buildReducer(builder, state.location, *state.regions.front(), kind,
               getTensor(init).getElementType());
}

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (failed(checkInputs(loc, getOperationName(), adaptor.getOperands(),
                         adaptor.getInputs(), adaptor.getInitValues())))
    return failure();
  Dims dims = getDims(adaptor.getInputs().front()), kept;
  int64_t rank = dims.size();
  if (!areUniqueBelow(adaptor.getDimensions(), rank))
    return inferError(loc, getOperationName(), "needs unique dimensions below ",
                      rank, ", got [", adaptor.getDimensions(), "]");
  for (int64_t dim : getComplement(rank, {adaptor.getDimensions()}))
    kept.push_back(dims[dim]);
  for (Type element : getElements(adaptor.getInitValues()))
    types.push_back(getTensor(kept, element));
  return success();
}

LogicalResult ReduceOp::verifyRegions() {
  return verifyReducer(*this, getBody(), getElements(getInitValues()));
}

namespace {

/// reduce over no dimension with initial values that are known to be neutral:
/// its inputs.
struct DropEmptyReduce : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getDimensions().empty() ||
        op.getInputs().getTypes() != op.getResultTypes())
      return rewriter.notifyMatchFailure(op, "reduces something");
    ReductionKind kind = getReductionKind(op.getBody());
    for (Value init : op.getInitValues()) {
      DenseElementsAttr value;
      if (!matchPattern(init, m_Constant(&value)) ||
          value != getNeutralElement(kind, value.getElementType()))
        return rewriter.notifyMatchFailure(op, "may not start neutrally");
    }
    rewriter.replaceOp(op, op.getInputs());
    return success();
  }
};

} // namespace

void ReduceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<DropEmptyReduce>(context);
}

//===----------------------------------------------------------------------===//
// reduce_window
//===----------------------------------------------------------------------===//

/// The windows' dimensions from lists that all have one entry per dimension.
static FailureOr<Dims>
getWindowDims(std::optional<Location> loc, StringRef name,
              RankedTensorType base,
              ArrayRef<std::pair<StringRef, ArrayRef<int64_t>>> lists,
              function_ref<WindowDim(size_t)> getWindow) {
  for (auto [what, values] : lists)
    if (static_cast<int64_t>(values.size()) != base.getRank())
      return inferError(loc, name, "needs one of ", what,
                        " per dimension: expected ", base.getRank(), ", got ",
                        values.size());
  Dims dims = getDims(base);
  for (auto [index, dim] : llvm::enumerate(dims)) {
    WindowDim window = getWindow(index);
    bool isPlain = window.size == 1 && window.stride == 1 &&
                   window.baseDilation == 1 && window.paddingLow == 0 &&
                   window.paddingHigh == 0;
    if (dim.bounded && !isPlain)
      return inferError(loc, name, "cannot slide over dimension ", index,
                        ", which is bounded");
    auto count = getWindowCount(loc, name, index, dim.size, window);
    if (failed(count))
      return failure();
    dim.size = *count;
  }
  return dims;
}

void ReduceWindowOp::build(OpBuilder &builder, OperationState &state,
                           Value input, Value init, ArrayRef<int64_t> window,
                           ArrayRef<int64_t> strides,
                           ArrayRef<int64_t> paddingLow,
                           ArrayRef<int64_t> paddingHigh, ReductionKind kind) {
  SmallVector<int64_t> ones(window.size(), 1);
  build(builder, state, ValueRange(input), ValueRange(init), window, strides,
        ones, ones, paddingLow, paddingHigh);
  buildReducer(builder, state.location, *state.regions.front(), kind,
               getTensor(init).getElementType());
}

LogicalResult ReduceWindowOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  if (failed(checkInputs(loc, name, adaptor.getOperands(), adaptor.getInputs(),
                         adaptor.getInitValues())))
    return failure();
  auto dims =
      getWindowDims(loc, name, getTensor(adaptor.getInputs().front()),
                    {{"window_dimensions", adaptor.getWindowDimensions()},
                     {"window_strides", adaptor.getWindowStrides()},
                     {"base_dilations", adaptor.getBaseDilations()},
                     {"window_dilations", adaptor.getWindowDilations()},
                     {"padding_low", adaptor.getPaddingLow()},
                     {"padding_high", adaptor.getPaddingHigh()}},
                    [&](size_t index) {
                      return WindowDim{adaptor.getWindowDimensions()[index],
                                       adaptor.getWindowStrides()[index],
                                       adaptor.getBaseDilations()[index],
                                       adaptor.getWindowDilations()[index],
                                       adaptor.getPaddingLow()[index],
                                       adaptor.getPaddingHigh()[index]};
                    });
  if (failed(dims))
    return failure();
  for (Type element : getElements(adaptor.getInitValues()))
    types.push_back(getTensor(*dims, element));
  return success();
}

LogicalResult ReduceWindowOp::verifyRegions() {
  return verifyReducer(*this, getBody(), getElements(getInitValues()));
}

//===----------------------------------------------------------------------===//
// select_and_scatter
//===----------------------------------------------------------------------===//

void SelectAndScatterOp::build(
    OpBuilder &builder, OperationState &state, Value operand, Value source,
    Value init, ArrayRef<int64_t> window, ArrayRef<int64_t> strides,
    ArrayRef<int64_t> paddingLow, ArrayRef<int64_t> paddingHigh,
    ComparisonDirection select, ReductionKind scatter) {
  build(builder, state, operand, source, init, window, strides, paddingLow,
        paddingHigh);
  Type element = getTensor(operand).getElementType();
  buildSelector(builder, state.location, *state.regions[0], select, element);
  buildReducer(builder, state.location, *state.regions[1], scatter, element);
}

LogicalResult
SelectAndScatterOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto operand = getTensor(adaptor.getOperand());
  auto dims =
      getWindowDims(loc, name, operand,
                    {{"window_dimensions", adaptor.getWindowDimensions()},
                     {"window_strides", adaptor.getWindowStrides()},
                     {"padding_low", adaptor.getPaddingLow()},
                     {"padding_high", adaptor.getPaddingHigh()}},
                    [&](size_t index) {
                      WindowDim window;
                      window.size = adaptor.getWindowDimensions()[index];
                      window.stride = adaptor.getWindowStrides()[index];
                      window.paddingLow = adaptor.getPaddingLow()[index];
                      window.paddingHigh = adaptor.getPaddingHigh()[index];
                      return window;
                    });
  if (failed(dims))
    return failure();
  auto source = getTensor(*dims, operand.getElementType());
  if (adaptor.getSource().getType() != source)
    return inferError(loc, name, "needs a source of type ", source, ", got ",
                      adaptor.getSource().getType());
  Type init = getTensor(adaptor.getInitValue()).getElementType();
  if (init != operand.getElementType())
    return inferError(loc, name, "needs an initial value of ",
                      operand.getElementType(), ", got ", init);
  types.push_back(operand);
  return success();
}

LogicalResult SelectAndScatterOp::verifyRegions() {
  Type element = getTensor(getOperand()).getElementType();
  if (failed(verifySelector(*this, getSelect(), element)))
    return failure();
  return verifyReducer(*this, getScatter(), {element});
}
