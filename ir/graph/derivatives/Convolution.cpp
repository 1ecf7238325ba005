//===- Convolution.cpp - Derivatives of convolution -----------------------===//
//
// Both are convolutions again. The input's: the cotangent, spread by the
// strides, with the kernel reversed and its features exchanged. The kernel's:
// the input with the cotangent as the kernel, the batch being summed over.
// Groups of features become groups of the batch and back.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/ContractionOps.h"
#include "ir/graph/ShapeOps.h"
#include "ir/graph/derivatives/Derivatives.h"

using namespace mlir;
using namespace tenon::graph;

namespace {

/// The dimension numbers and window of a convolution that is to be built.
struct Problem {
  int64_t inputBatch, inputFeature, kernelInput, kernelOutput, outputBatch,
      outputFeature;
  ArrayRef<int64_t> inputSpatial, kernelSpatial, outputSpatial, strides;
  SmallVector<int64_t> low, high;
  ArrayRef<int64_t> lhsDilation, rhsDilation;
  int64_t featureGroups = 1, batchGroups = 1;
};

Value convolve(Backward &b, Value lhs, Value rhs, const Problem &p,
               ConvolutionOp like) {
  SmallVector<bool> forward(p.strides.size(), false);
  return b.make<ConvolutionOp>(
      lhs, rhs, p.inputBatch, p.inputFeature, p.inputSpatial, p.kernelInput,
      p.kernelOutput, p.kernelSpatial, p.outputBatch, p.outputFeature,
      p.outputSpatial, p.strides, p.low, p.high, p.lhsDilation, p.rhsDilation,
      forward, p.featureGroups, p.batchGroups, like.getLhsPrecision(),
      like.getRhsPrecision());
}

int64_t dilated(int64_t size, int64_t step) {
  return size == 0 ? 0 : (size - 1) * step + 1;
}

SmallVector<int64_t> shapeOf(Value value) {
  return llvm::to_vector(getTensor(value).getShape());
}

/// Splits dimension `dim` into `groups` and the rest, and makes the groups the
/// leading part of dimension `into`.
Value moveGroups(Backward &b, Value value, int64_t dim, int64_t into,
                 int64_t groups) {
  SmallVector<int64_t> shape = shapeOf(value);
  int64_t rank = shape.size();
  // [.., groups, rest, ..] with the groups at `dim`.
  SmallVector<int64_t> split(shape);
  split[dim] /= groups;
  split.insert(split.begin() + dim, groups);
  SmallVector<int64_t> order;
  for (int64_t d = 0; d < rank; ++d) {
    if (d == into)
      order.push_back(dim);
    order.push_back(d < dim ? d : d + 1);
  }
  SmallVector<int64_t> merged(shape);
  merged[dim] /= groups;
  merged[into] *= groups;
  return b.reshape(b.transpose(b.reshape(value, split), order), merged);
}

/// The kernel as it meets the cotangent: turned around unless the convolution
/// turns it itself.
Value turned(Backward &b, ConvolutionOp op, Value kernel) {
  SmallVector<int64_t> dims;
  for (auto [dim, reversed] :
       llvm::zip_equal(op.getKernelSpatialDimensions(), op.getWindowReversal()))
    if (!reversed && getTensor(kernel).getDimSize(dim) != 1)
      dims.push_back(dim);
  return dims.empty() ? kernel : b.make<ReverseOp>(kernel, dims);
}

Value ofInput(ConvolutionOp op, Backward &b, Value dy, Value rhs) {
  int64_t groups = op.getFeatureGroupCount() * op.getBatchGroupCount();
  int64_t input = op.getKernelInputFeatureDimension();
  int64_t output = op.getKernelOutputFeatureDimension();
  Problem p;
  p.inputBatch = op.getOutputBatchDimension();
  p.inputFeature = op.getOutputFeatureDimension();
  p.kernelInput = output;
  p.kernelOutput = input;
  p.outputBatch = op.getInputBatchDimension();
  p.outputFeature = op.getInputFeatureDimension();
  p.inputSpatial = op.getOutputSpatialDimensions();
  p.kernelSpatial = op.getKernelSpatialDimensions();
  p.outputSpatial = op.getInputSpatialDimensions();
  p.strides = op.getLhsDilation();
  p.lhsDilation = op.getWindowStrides();
  p.rhsDilation = op.getRhsDilation();
  p.featureGroups = groups;
  for (int64_t i = 0; i < op.getSpatialRank(); ++i) {
    auto size = [&](Value value, ArrayRef<int64_t> dims) {
      return getTensor(value).getDimSize(dims[i]);
    };
    int64_t lhsSize =
        dilated(size(op.getLhs(), p.outputSpatial), op.getLhsDilation()[i]);
    int64_t rhsSize =
        dilated(size(rhs, p.kernelSpatial), op.getRhsDilation()[i]);
    int64_t outSize =
        dilated(size(dy, p.inputSpatial), op.getWindowStrides()[i]);
    p.low.push_back(rhsSize - 1 - op.getPaddingLow()[i]);
    p.high.push_back(lhsSize + rhsSize - 1 - outSize - p.low.back());
  }
  Value kernel = turned(b, op, rhs);
  if (groups > 1)
    kernel = moveGroups(b, kernel, output, input, groups);
  Value dx = convolve(b, dy, kernel, p, op);
  // Each group of the batch made features of its own.
  if (op.getBatchGroupCount() > 1)
    dx = moveGroups(b, dx, p.outputFeature, p.outputBatch,
                    op.getBatchGroupCount());
  return dx;
}

Value ofKernel(ConvolutionOp op, Backward &b, Value dy, Value lhs) {
  Problem p;
  p.inputBatch = op.getInputFeatureDimension();
  p.inputFeature = op.getInputBatchDimension();
  p.kernelInput = op.getOutputBatchDimension();
  p.kernelOutput = op.getOutputFeatureDimension();
  p.outputBatch = op.getKernelInputFeatureDimension();
  p.outputFeature = op.getKernelOutputFeatureDimension();
  p.inputSpatial = op.getInputSpatialDimensions();
  p.kernelSpatial = op.getOutputSpatialDimensions();
  p.outputSpatial = op.getKernelSpatialDimensions();
  p.strides = op.getRhsDilation();
  llvm::append_range(p.low, op.getPaddingLow());
  p.lhsDilation = op.getLhsDilation();
  p.rhsDilation = op.getWindowStrides();
  p.featureGroups = op.getBatchGroupCount();
  p.batchGroups = op.getFeatureGroupCount();
  SmallVector<int64_t> reversed;
  for (int64_t i = 0; i < op.getSpatialRank(); ++i) {
    auto size = [&](Value value, ArrayRef<int64_t> dims) {
      return getTensor(value).getDimSize(dims[i]);
    };
    int64_t lhsSize = dilated(size(lhs, p.inputSpatial), p.lhsDilation[i]);
    int64_t rhsSize =
        dilated(size(op.getRhs(), p.outputSpatial), op.getRhsDilation()[i]);
    int64_t outSize =
        dilated(size(dy, p.kernelSpatial), op.getWindowStrides()[i]);
    p.high.push_back(outSize - lhsSize + rhsSize - 1 - p.low[i]);
    if (op.getWindowReversal()[i])
      reversed.push_back(p.outputSpatial[i]);
  }
  Value dw = convolve(b, lhs, dy, p, op);
  return reversed.empty() ? dw : b.make<ReverseOp>(dw, reversed);
}

LogicalResult convolutionRule(ConvolutionOp op, Backward &b) {
  Value dy = b.cotangent(op.getResult());
  Type narrow = getTensor(op.getLhs()).getElementType();
  Type wide = getTensor(dy).getElementType();
  if (!getTensor(dy).hasStaticShape())
    return b.refuse("has a bounded batch");
  if (getTensor(dy).getNumElements() == 0 ||
      getTensor(op.getRhs()).getNumElements() == 0 ||
      getTensor(op.getLhs()).getNumElements() == 0)
    return success();
  if (b.wants(op.getLhs()))
    b.give(op.getLhs(),
           b.convert(ofInput(op, b, dy, b.convert(op.getRhs(), wide)), narrow));
  if (b.wants(op.getRhs()))
    b.give(
        op.getRhs(),
        b.convert(ofKernel(op, b, dy, b.convert(op.getLhs(), wide)), narrow));
  return success();
}

} // namespace

void tenon::graph::attachConvolutionDerivatives(MLIRContext *c) {
  attachRule<ConvolutionOp, convolutionRule>(c);
}
