//===- ContractionOps.cpp - Dot products and convolution ------------------===//
//
// Type inference.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ContractionOps.h"
#include "ir/graph/ContractionAssembly.h"
#include "ir/graph/EnumAssembly.h"
#include "ir/graph/Reducers.h"
#include "ir/graph/Shapes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tenon::graph;

#define GET_OP_CLASSES
#include "ir/graph/ContractionOps.cpp.inc"

void TenonDialect::addContractionOps() {
  addOperations<
#define GET_OP_LIST
#include "ir/graph/ContractionOps.cpp.inc"
      >();
}

bool tenon::graph::isCompatibleSum(TypeRange inferred, TypeRange actual) {
  if (inferred.size() != 1 || actual.size() != 1)
    return false;
  auto from = dyn_cast<RankedTensorType>(inferred.front());
  auto to = dyn_cast<RankedTensorType>(actual.front());
  return from && to && from == withElement(to, from.getElementType()) &&
         isPromotable(from.getElementType(), to.getElementType());
}

//===----------------------------------------------------------------------===//
// dot_general
//===----------------------------------------------------------------------===//

void DotGeneralOp::build(OpBuilder &builder, OperationState &state, Value lhs,
                         Value rhs, ArrayRef<int64_t> lhsBatching,
                         ArrayRef<int64_t> rhsBatching,
                         ArrayRef<int64_t> lhsContracting,
                         ArrayRef<int64_t> rhsContracting, Type elementType) {
  build(builder, state, lhs, rhs, lhsBatching, rhsBatching, lhsContracting,
        rhsContracting, Precision::DEFAULT, Precision::DEFAULT);
  if (elementType)
    state.types.front() = withElement(state.types.front(), elementType);
}

SmallVector<int64_t> DotGeneralOp::getLhsFreeDimensions() {
  return getComplement(
      getTensor(getLhs()).getRank(),
      {getLhsBatchingDimensions(), getLhsContractingDimensions()});
}

SmallVector<int64_t> DotGeneralOp::getRhsFreeDimensions() {
  return getComplement(
      getTensor(getRhs()).getRank(),
      {getRhsBatchingDimensions(), getRhsContractingDimensions()});
}

bool DotGeneralOp::isCompatibleReturnTypes(TypeRange inferred,
                                           TypeRange actual) {
  return isCompatibleSum(inferred, actual);
}

/// Checks one side's batching and contracting dimensions.
static LogicalResult checkSide(std::optional<Location> loc, StringRef side,
                               ArrayRef<int64_t> batching,
                               ArrayRef<int64_t> contracting, int64_t rank) {
  SmallVector<int64_t> all(batching);
  all.append(contracting.begin(), contracting.end());
  if (areUniqueBelow(all, rank))
    return success();
  return inferError(loc, DotGeneralOp::getOperationName(), "needs unique ",
                    side, " dimensions below ", rank, ", got batching [",
                    batching, "] and contracting [", contracting, "]");
}

/// Checks that two lists name the same number of dimensions of equal sizes.
static LogicalResult checkPairs(std::optional<Location> loc, StringRef what,
                                ArrayRef<int64_t> left, ArrayRef<int64_t> right,
                                Value lhs, Value rhs) {
  StringRef name = DotGeneralOp::getOperationName();
  if (left.size() != right.size())
    return inferError(loc, name, "needs as many ", what,
                      " dimensions of lhs as of rhs, got ", left.size(),
                      " and ", right.size());
  Dims leftDims = getDims(lhs), rightDims = getDims(rhs);
  for (auto [l, r] : llvm::zip(left, right))
    if (leftDims[l] != rightDims[r])
      return inferError(loc, name, "pairs ", what, " dimension ", l,
                        " of lhs, of size ", leftDims[l], ", with dimension ",
                        r, " of rhs, of size ", rightDims[r]);
  return success();
}

LogicalResult DotGeneralOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  auto lhs = getTensor(adaptor.getLhs()), rhs = getTensor(adaptor.getRhs());
  ArrayRef<int64_t> lhsBatching = adaptor.getLhsBatchingDimensions();
  ArrayRef<int64_t> rhsBatching = adaptor.getRhsBatchingDimensions();
  ArrayRef<int64_t> lhsContracting = adaptor.getLhsContractingDimensions();
  ArrayRef<int64_t> rhsContracting = adaptor.getRhsContractingDimensions();
  if (lhs.getElementType() != rhs.getElementType())
    return inferError(loc, getOperationName(),
                      "needs operands of one element type, got ", lhs, " and ",
                      rhs);
  if (failed(
          checkSide(loc, "lhs", lhsBatching, lhsContracting, lhs.getRank())) ||
      failed(
          checkSide(loc, "rhs", rhsBatching, rhsContracting, rhs.getRank())) ||
      failed(checkPairs(loc, "batching", lhsBatching, rhsBatching,
                        adaptor.getLhs(), adaptor.getRhs())) ||
      failed(checkPairs(loc, "contracting", lhsContracting, rhsContracting,
                        adaptor.getLhs(), adaptor.getRhs())))
    return failure();
  Dims lhsDims = getDims(lhs), rhsDims = getDims(rhs), dims;
  for (int64_t dim : lhsBatching)
    dims.push_back(lhsDims[dim]);
  for (int64_t dim :
       getComplement(lhs.getRank(), {lhsBatching, lhsContracting}))
    dims.push_back(lhsDims[dim]);
  for (int64_t dim :
       getComplement(rhs.getRank(), {rhsBatching, rhsContracting}))
    dims.push_back(rhsDims[dim]);
  types.push_back(getTensor(dims, lhs.getElementType()));
  return success();
}
