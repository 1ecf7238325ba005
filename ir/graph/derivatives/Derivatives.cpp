//===- Derivatives.cpp - Rules of reverse mode ----------------------------===//
//
// Attaches all families.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/derivatives/Derivatives.h"

void tenon::graph::attachDerivatives(mlir::MLIRContext *context) {
  attachUnaryDerivatives(context);
  attachBinaryDerivatives(context);
  attachElementwiseDerivatives(context);
  attachShapeDerivatives(context);
  attachReductionDerivatives(context);
  attachWindowDerivatives(context);
  attachIndexingDerivatives(context);
  attachContractionDerivatives(context);
  attachConvolutionDerivatives(context);
  attachCompositeDerivatives(context);
  attachBatchNormDerivatives(context);
  attachControlFlowDerivatives(context);
}
