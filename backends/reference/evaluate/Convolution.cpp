//===- Convolution.cpp - convolution --------------------------------------===//
//
// Places in the padding or between the elements of a dilated operand take no
// part in the sums, so that an infinity in the kernel meets no zero there.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/evaluate/Contraction.h"
#include "ir/graph/ContractionOps.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

/// The operands with their dimensions as [batch, spatial.., feature],
/// [spatial.., input, output] and [batch, spatial.., feature].
struct Convolution {
  graph::ConvolutionOp op;
  Tensor input, kernel, result;
};

/// Which element of the input meets kernel place `place` at output place `out`,
/// as an offset into the spatial dimensions; nothing for padding.
std::optional<int64_t> getInputOffset(Convolution &conv, ArrayRef<int64_t> out,
                                      ArrayRef<int64_t> place) {
  int64_t offset = 0;
  for (size_t dim = 0; dim < out.size(); ++dim) {
    int64_t at = out[dim] * conv.op.getWindowStrides()[dim] +
                 place[dim] * conv.op.getRhsDilation()[dim] -
                 conv.op.getPaddingLow()[dim];
    int64_t dilation = conv.op.getLhsDilation()[dim];
    int64_t size = conv.input.getDim(dim + 1);
    if (at < 0 || at % dilation != 0 || at / dilation >= size)
      return std::nullopt;
    offset = offset * size + at / dilation;
  }
  return offset;
}

int64_t getKernelOffset(Convolution &conv, ArrayRef<int64_t> place) {
  int64_t offset = 0;
  for (size_t dim = 0; dim < place.size(); ++dim) {
    int64_t size = conv.kernel.getDim(dim);
    bool reversed = conv.op.getWindowReversal()[dim];
    offset = offset * size + (reversed ? size - 1 - place[dim] : place[dim]);
  }
  return offset;
}

template <typename Arithmetic> void convolve(Convolution &conv) {
  using C = typename Arithmetic::Value;
  std::vector<C> input = conv.input.readAll<C>();
  std::vector<C> kernel = conv.kernel.readAll<C>();
  ArrayRef<int64_t> inputShape = conv.input.getShape();
  ArrayRef<int64_t> kernelShape = conv.kernel.getShape();
  ArrayRef<int64_t> resultShape = conv.result.getShape();
  ArrayRef<int64_t> places = kernelShape.drop_back(2);
  int64_t channels = kernelShape[kernelShape.size() - 2];
  int64_t features = kernelShape.back(), inputFeatures = inputShape.back();
  int64_t pixels = 1;
  for (int64_t size : inputShape.drop_front().drop_back())
    pixels *= size;
  int64_t batchGroups = conv.op.getBatchGroupCount();
  int64_t groups = conv.op.getFeatureGroupCount() * batchGroups;
  int64_t groupFeatures = features / groups;

  std::vector<C> sums(features);
  int64_t next = 0;
  forEachIndex(resultShape.drop_back(), [&](ArrayRef<int64_t> index) {
    std::fill(sums.begin(), sums.end(), C(0));
    forEachIndex(places, [&](ArrayRef<int64_t> place) {
      auto pixel = getInputOffset(conv, index.drop_front(), place);
      if (!pixel)
        return;
      const C *weights =
          kernel.data() + getKernelOffset(conv, place) * channels * features;
      for (int64_t group = 0; group < groups; ++group) {
        // Groups split the features of one image, or the images.
        int64_t image = index[0], firstChannel = group * channels;
        if (batchGroups > 1) {
          image += group * resultShape[0];
          firstChannel = 0;
        }
        const C *values = input.data() +
                          (image * pixels + *pixel) * inputFeatures +
                          firstChannel;
        int64_t first = group * groupFeatures;
        for (int64_t i = 0; i < channels; ++i) {
          const C *row = weights + i * features + first;
          for (int64_t f = 0; f < groupFeatures; ++f)
            sums[first + f] = Arithmetic::add(
                sums[first + f], Arithmetic::multiply(values[i], row[f]));
        }
      }
    });
    conv.result.write<C>(next, sums);
    next += features;
  });
}

/// Sizes of the output's spatial dimensions.
Index getWindowCounts(graph::ConvolutionOp op, ArrayRef<int64_t> input,
                      ArrayRef<int64_t> kernel) {
  auto dilate = [](int64_t size, int64_t dilation) {
    return size == 0 ? 0 : (size - 1) * dilation + 1;
  };
  Index counts;
  for (size_t dim = 0; dim < input.size(); ++dim) {
    int64_t padded = dilate(input[dim], op.getLhsDilation()[dim]) +
                     op.getPaddingLow()[dim] + op.getPaddingHigh()[dim];
    int64_t window = dilate(kernel[dim], op.getRhsDilation()[dim]);
    counts.push_back(padded <= 0 || padded < window
                         ? 0
                         : (padded - window) / op.getWindowStrides()[dim] + 1);
  }
  return counts;
}

Tensor convolution(graph::ConvolutionOp op, ArrayRef<Tensor> operands) {
  Convolution conv{op, {}, {}, {}};
  int64_t batch = op.getInputBatchDimension();
  conv.input = permute(operands[0], join({batch, op.getInputSpatialDimensions(),
                                          op.getInputFeatureDimension()}));
  conv.kernel =
      permute(operands[1], join({op.getKernelSpatialDimensions(),
                                 op.getKernelInputFeatureDimension(),
                                 op.getKernelOutputFeatureDimension()}));
  Index shape =
      getWindowCounts(op, conv.input.getShape().drop_front().drop_back(),
                      conv.kernel.getShape().drop_back(2));
  shape.insert(shape.begin(), conv.input.getDim(0) / op.getBatchGroupCount());
  shape.push_back(conv.kernel.getShape().back());
  ElementType type = *getElementType(op.getType().getElementType());
  conv.result = Tensor(type, shape);
  withArithmetic(type, [&]<typename A>(A) { convolve<A>(conv); });

  // From [batch, spatial.., feature] to where the op wants them.
  Index order(shape.size());
  order[op.getOutputBatchDimension()] = 0;
  order[op.getOutputFeatureDimension()] = shape.size() - 1;
  for (auto [index, dim] : enumerate(op.getOutputSpatialDimensions()))
    order[dim] = index + 1;
  return permute(conv.result, order);
}

} // namespace

void addConvolutionEvaluations(EvaluationTable &table) {
  table.addSimple<graph::ConvolutionOp>(convolution);
}

} // namespace tenon::reference
