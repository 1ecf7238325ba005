//===- PaddedImage.cpp - The part of a convolution's input that is padded
//---===//

#include "passes/analysis/PaddedImage.h"

using namespace mlir;
using namespace tenon;

PaddedImage tenon::getPaddedImage(graph::ConvolutionOp op) {
  auto lhs = cast<RankedTensorType>(op.getLhs().getType());
  auto rhs = cast<RankedTensorType>(op.getRhs().getType());
  PaddedImage image;
  int64_t windows = 1, places = 1, elements = 1;
  for (int64_t i = 0; i < op.getSpatialRank(); ++i) {
    int64_t window = rhs.getDimSize(op.getKernelSpatialDimensions()[i]);
    int64_t output =
        op.getType().getDimSize(op.getOutputSpatialDimensions()[i]);
    windows *= window;
    places *= output;
    image.extents.push_back((output - 1) * op.getWindowStrides()[i] +
                            (window - 1) * op.getRhsDilation()[i] + 1);
    elements *= image.extents.back();
  }
  // A kernel larger than the result is a cotangent: what it slides over lies
  // in memory as the forward convolution read it.
  image.isSummed = windows > places;
  image.imageDim = image.isSummed ? op.getInputFeatureDimension()
                                  : op.getInputBatchDimension();
  image.innerDim = image.isSummed ? op.getInputBatchDimension()
                                  : op.getInputFeatureDimension();
  image.count = lhs.getDimSize(image.imageDim);
  image.bytes = elements * lhs.getDimSize(image.innerDim) *
                std::max<int64_t>(lhs.getElementTypeBitWidth(), 32) / 8;
  return image;
}
