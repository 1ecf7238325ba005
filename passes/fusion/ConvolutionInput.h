//===- ConvolutionInput.h - What a convolution reads in place ---*- C++ -*-===//

#ifndef TENON_PASSES_FUSION_CONVOLUTIONINPUT_H
#define TENON_PASSES_FUSION_CONVOLUTIONINPUT_H

#include "ir/graph/ContractionOps.h"

namespace tenon::fusion {

/// Whether a convolution can read its image in the memory of the value that
/// movement makes it of. It walks through an image by strides, and each element
/// many times, so that a copy in memory costs little beside an address that is
/// computed for every read. It cannot where
/// - elements are repeated along a dimension that a reshape then merges with
///   another, as where an image is scaled up by whole numbers;
/// - the image is a part of a larger one and padded: beside the part stand
/// other
///   elements instead of zeros.
bool readsInPlace(graph::ConvolutionOp op);

} // namespace tenon::fusion

#endif // TENON_PASSES_FUSION_CONVOLUTIONINPUT_H
