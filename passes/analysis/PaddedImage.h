//===- PaddedImage.h - The part of a convolution's input that is padded
//-----===//
//
// A convolution reads its input with zeros around it, and between its elements
// where it is dilated. They either stand in memory, as a halo that the producer
// writes, or in a copy of one image that a kernel makes in tile scratch. Layout
// and code generation decide by the same numbers.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_PASSES_ANALYSIS_PADDEDIMAGE_H
#define TENON_PASSES_ANALYSIS_PADDEDIMAGE_H

#include "ir/graph/ContractionOps.h"

namespace tenon {

struct PaddedImage {
  /// The dimensions of lhs of which an image has one index, and all indices
  /// next to each other.
  int64_t imageDim = 0, innerDim = 0;
  /// Extents of the padded, dilated spatial dimensions that windows reach.
  llvm::SmallVector<int64_t> extents;
  /// How many images there are, and the size of a copy of one.
  int64_t count = 0, bytes = 0;
  /// Whether images are summed over, as in the derivative with respect to the
  /// kernel; otherwise each makes results of its own.
  bool isSummed = false;

  /// Whether a copy per tile is cheaper than a halo in memory: it stays in L1,
  /// or in L2 where tiles can be whole images, and the halo of so small an
  /// image is a large part of it.
  bool isSmall() const {
    return bytes <= (count >= kMany ? kSmallOfMany : kSmall);
  }
  /// Whether a copy fits in tile scratch at all.
  bool fitsScratch() const { return bytes <= kScratch; }

  static constexpr int64_t kMany = 4;
  static constexpr int64_t kSmall = 16 * 1024;
  static constexpr int64_t kSmallOfMany = 96 * 1024;
  static constexpr int64_t kScratch = 256 * 1024;
};

/// The images of a convolution of static shape without groups.
PaddedImage getPaddedImage(graph::ConvolutionOp op);

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_PADDEDIMAGE_H
