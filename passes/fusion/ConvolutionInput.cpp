//===- ConvolutionInput.cpp - What a convolution reads in place -----------===//

#include "passes/fusion/ConvolutionInput.h"

#include "ir/graph/GraphOps.h"
#include "passes/analysis/OpCategory.h"
#include "passes/fusion/DimMap.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::fusion;
using namespace tenon::graph;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Whether a dimension of `dims` is shorter in the result than in the operand.
static bool isCut(SliceOp slice, ArrayRef<int64_t> dims) {
  return llvm::any_of(dims, [&](int64_t dim) {
    return shapeOf(slice)[dim] != shapeOf(slice.getOperand())[dim];
  });
}

bool tenon::fusion::readsInPlace(ConvolutionOp op) {
  auto isZero = [](int64_t padding) { return padding == 0; };
  bool isPadded = !llvm::all_of(op.getPaddingLow(), isZero) ||
                  !llvm::all_of(op.getPaddingHigh(), isZero);
  // The dimensions of `value` that windows move along, as far as they are
  // dimensions of it, and whether some were merged on the way to the image.
  SmallVector<int64_t> spatial(op.getInputSpatialDimensions());
  bool areMerged = false;
  Value value = op.getLhs();
  while (Operation *movement = value.getDefiningOp()) {
    if (categorize(movement) != OpCategory::Movement ||
        movement->getNumOperands() == 0)
      return true;
    Value operand = movement->getOperand(0);
    if (auto slice = dyn_cast<SliceOp>(movement)) {
      if (isPadded && isCut(slice, spatial))
        return false;
    } else if (isa<BroadcastInDimOp>(movement) && areMerged &&
               cast<RankedTensorType>(operand.getType()).getNumElements() <
                   cast<RankedTensorType>(value.getType()).getNumElements()) {
      return false;
    } else if (isa<ReshapeOp, TransposeOp, BroadcastInDimOp>(movement)) {
      std::optional<DimMap> map = mapThroughMovement(
          movement, getIdentityDimMap(shapeOf(operand).size()));
      areMerged |= !map;
      SmallVector<int64_t> behind;
      for (int64_t dim : spatial)
        if (map && (*map)[dim] >= 0)
          behind.push_back((*map)[dim]);
      spatial = behind;
    }
    value = operand;
  }
  return true;
}
