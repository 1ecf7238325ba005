//===- CompositeOps.cpp - Ops that are graphs of primitives ---------------===//
//
// Verifiers and type inference; decompositions stand in Decompositions.cpp.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/CompositeOps.h"
#include "ir/graph/EnumAssembly.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/CompositeOps.cpp.inc"

void TenonDialect::addCompositeOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/CompositeOps.cpp.inc"
      >();
}

static LogicalResult checkAxis(std::optional<Location> loc, StringRef name,
                               StringRef what, int64_t axis, int64_t rank) {
  if (axis >= 0 && axis < rank)
    return success();
  return inferError(loc, name, "needs ", what, " in 0 to ", rank - 1, ", got ",
                    axis);
}

static LogicalResult checkEpsilon(std::optional<Location> loc, StringRef name,
                                  const APFloat &epsilon) {
  if (epsilon.isFinite() && !epsilon.isNegative())
    return success();
  return inferError(loc, name, "needs a finite epsilon of at least 0, got ",
                    epsilon.convertToDouble());
}

/// Checks that an operand, where there is one, has the expected type.
static LogicalResult checkOperand(std::optional<Location> loc, StringRef name,
                                  StringRef what, Value operand,
                                  Type expected) {
  if (!operand || operand.getType() == expected)
    return success();
  return inferError(loc, name, "needs ", what, " of type ", expected, ", got ",
                    operand.getType());
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

LogicalResult SoftmaxOp::verify() {
  return checkAxis(getLoc(), getOperationName(), "an axis", getAxis(),
                   getTensor(getOperand()).getRank());
}

LogicalResult LogSoftmaxOp::verify() {
  return checkAxis(getLoc(), getOperationName(), "an axis", getAxis(),
                   getTensor(getOperand()).getRank());
}

/// Checks the operands of a normalization over the last dimensions.
static LogicalResult checkNorm(std::optional<Location> loc, StringRef name,
                               Value operand, Value scale, Value bias,
                               int64_t axis, const APFloat &epsilon) {
  auto type = getTensor(operand);
  if (failed(checkAxis(loc, name, "an axis", axis, type.getRank())) ||
      failed(checkEpsilon(loc, name, epsilon)))
    return failure();
  Dims dims = getDims(type);
  for (Dim dim : ArrayRef(dims).drop_front(axis))
    if (dim.bounded)
      return inferError(loc, name, "needs static normalized dimensions, got ",
                        type);
  auto row = getTensor(ArrayRef(dims).drop_front(axis), type.getElementType());
  if (failed(checkOperand(loc, name, "a scale", scale, row)))
    return failure();
  return checkOperand(loc, name, "a bias", bias, row);
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getOperand().getType());
  return checkNorm(loc, getOperationName(), adaptor.getOperand(),
                   adaptor.getScale(), adaptor.getBias(), adaptor.getAxis(),
                   adaptor.getEpsilon());
}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getOperand().getType());
  return checkNorm(loc, getOperationName(), adaptor.getOperand(),
                   adaptor.getScale(), Value(), adaptor.getAxis(),
                   adaptor.getEpsilon());
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

/// Checks the feature index and gives the type of the statistics. Where the op
/// computes them, it counts elements, so their number has to be known.
static FailureOr<Type> checkFeature(std::optional<Location> loc, StringRef name,
                                    Value operand, int64_t feature,
                                    const APFloat &epsilon, bool counts) {
  auto type = getTensor(operand);
  if (counts && !type.hasStaticShape())
    return inferError(loc, name, "needs a static operand, got ", type);
  if (failed(
          checkAxis(loc, name, "a feature index", feature, type.getRank())) ||
      failed(checkEpsilon(loc, name, epsilon)))
    return failure();
  return Type(getTensor({getDims(type)[feature]}, type.getElementType()));
}

LogicalResult BatchNormInferenceOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto vector = checkFeature(loc, name, adaptor.getOperand(),
                             adaptor.getFeatureIndex(), adaptor.getEpsilon(),
                             /*counts=*/false);
  if (failed(vector) ||
      failed(checkOperand(loc, name, "a scale", adaptor.getScale(), *vector)) ||
      failed(
          checkOperand(loc, name, "an offset", adaptor.getOffset(), *vector)) ||
      failed(checkOperand(loc, name, "a mean", adaptor.getMean(), *vector)) ||
      failed(checkOperand(loc, name, "a variance", adaptor.getVariance(),
                          *vector)))
    return failure();
  types.push_back(adaptor.getOperand().getType());
  return success();
}

LogicalResult BatchNormTrainingOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto vector = checkFeature(loc, name, adaptor.getOperand(),
                             adaptor.getFeatureIndex(), adaptor.getEpsilon(),
                             /*counts=*/true);
  if (failed(vector) ||
      failed(checkOperand(loc, name, "a scale", adaptor.getScale(), *vector)) ||
      failed(
          checkOperand(loc, name, "an offset", adaptor.getOffset(), *vector)))
    return failure();
  types.append({adaptor.getOperand().getType(), *vector, *vector});
  return success();
}

LogicalResult BatchNormGradOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  Type operand = adaptor.getOperand().getType();
  auto vector = checkFeature(loc, name, adaptor.getOperand(),
                             adaptor.getFeatureIndex(), adaptor.getEpsilon(),
                             /*counts=*/true);
  if (failed(vector) ||
      failed(checkOperand(loc, name, "a scale", adaptor.getScale(), *vector)) ||
      failed(checkOperand(loc, name, "a mean", adaptor.getMean(), *vector)) ||
      failed(checkOperand(loc, name, "a variance", adaptor.getVariance(),
                          *vector)) ||
      failed(checkOperand(loc, name, "a gradient", adaptor.getGradOutput(),
                          operand)))
    return failure();
  types.append({operand, *vector, *vector});
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Checks that a mask's dimensions, aligned at the last, are 1 or the score's.
static LogicalResult checkMask(std::optional<Location> loc, Value mask,
                               RankedTensorType score) {
  auto type = getTensor(mask);
  StringRef name = AttentionOp::getOperationName();
  Dims maskDims = getDims(type), scoreDims = getDims(score);
  bool fits = maskDims.size() <= scoreDims.size();
  for (auto [maskDim, scoreDim] :
       llvm::zip(llvm::reverse(maskDims), llvm::reverse(scoreDims)))
    fits &= maskDim == Dim{1} || maskDim == scoreDim;
  bool isKnown = type.getElementType().isInteger(1) ||
                 type.getElementType() == score.getElementType();
  if (fits && isKnown)
    return success();
  return inferError(loc, name, "needs a mask of i1 or ", score.getElementType(),
                    " that broadcasts to ", score, ", got ", type);
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  StringRef name = getOperationName();
  auto query = getTensor(adaptor.getQuery());
  auto value = getTensor(adaptor.getValue());
  Type element = query.getElementType();
  Dims queryDims = getDims(query), valueDims = getDims(value);
  int64_t rank = query.getRank();
  if (rank < 2 || value.getRank() != rank)
    return inferError(loc, name,
                      "needs operands of one rank of at least 2, "
                      "got ",
                      query, " and ", value);
  // The key shares the query's depth and all else with the value.
  Dims keyDims = queryDims;
  keyDims[rank - 2] = valueDims[rank - 2];
  if (failed(checkOperand(loc, name, "a key", adaptor.getKey(),
                          getTensor(keyDims, element))))
    return failure();
  Dims resultDims = queryDims, expected = keyDims;
  resultDims[rank - 1] = expected[rank - 1] = valueDims[rank - 1];
  if (failed(checkOperand(loc, name, "a value", adaptor.getValue(),
                          getTensor(expected, element))))
    return failure();
  Dims scoreDims = queryDims;
  scoreDims[rank - 1] = valueDims[rank - 2];
  if (adaptor.getMask() &&
      failed(checkMask(loc, adaptor.getMask(), getTensor(scoreDims, element))))
    return failure();
  if (adaptor.getCausal() &&
      (queryDims[rank - 2].bounded || valueDims[rank - 2].bounded))
    return inferError(loc, name, "needs static places to be causal, got ",
                      query, " and ", value);
  if (!adaptor.getScale().isFinite())
    return inferError(loc, name, "needs a finite scale");
  types.push_back(getTensor(resultDims, element));
  return success();
}
