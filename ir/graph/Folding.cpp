//===- Folding.cpp - Folding constants that are one repeated element ------===//
//
// Arithmetic on splats, shared by the folders of all families.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Folding.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

DenseElementsAttr tenon::graph::getSplat(Attribute attr) {
  auto dense = dyn_cast_if_present<DenseElementsAttr>(attr);
  return dense && dense.isSplat() ? dense : DenseElementsAttr();
}

bool tenon::graph::isFloatSplat(Attribute attr, double value) {
  auto splat = getSplat(attr);
  if (!splat || !isa<FloatType>(splat.getElementType()))
    return false;
  APFloat wanted(value);
  bool inexact = false;
  APFloat element = splat.getSplatValue<APFloat>();
  wanted.convert(element.getSemantics(), APFloat::rmNearestTiesToEven,
                 &inexact);
  return !inexact && element.bitwiseIsEqual(wanted);
}

bool tenon::graph::isIntSplat(Attribute attr, int64_t value) {
  auto splat = getSplat(attr);
  if (!splat || !isa<IntegerType>(splat.getElementType()))
    return false;
  APInt element = splat.getSplatValue<APInt>();
  if (element.getBitWidth() == 1)
    return element.getZExtValue() == static_cast<uint64_t>(value);
  return element.getSExtValue() == value;
}

bool tenon::graph::isOneSplat(Attribute attr) {
  auto splat = getSplat(attr);
  return splat && !splat.getElementType().isInteger(1) &&
         (isFloatSplat(attr, 1.0) || isIntSplat(attr, 1));
}

Attribute
tenon::graph::foldSplat(Attribute attr, ShapedType type,
                        function_ref<std::optional<APFloat>(APFloat)> onFloat,
                        function_ref<std::optional<APInt>(APInt)> onInt) {
  auto splat = getSplat(attr);
  if (!splat || !type.hasStaticShape())
    return {};
  if (isa<FloatType>(splat.getElementType())) {
    if (auto value = onFloat(splat.getSplatValue<APFloat>()))
      return DenseElementsAttr::get(type, *value);
  } else if (isa<IntegerType>(splat.getElementType())) {
    if (auto value = onInt(splat.getSplatValue<APInt>()))
      return DenseElementsAttr::get(type, *value);
  }
  return {};
}

Attribute tenon::graph::foldSplats(
    Attribute lhs, Attribute rhs, ShapedType type,
    function_ref<std::optional<APFloat>(APFloat, APFloat)> onFloat,
    function_ref<std::optional<APInt>(APInt, APInt)> onInt) {
  auto right = getSplat(rhs);
  if (!right)
    return {};
  return foldSplat(
      lhs, type,
      [&](APFloat left) {
        return onFloat(left, right.getSplatValue<APFloat>());
      },
      [&](APInt left) { return onInt(left, right.getSplatValue<APInt>()); });
}

Attribute tenon::graph::reshapeSplat(Attribute attr, ShapedType type) {
  auto splat = getSplat(attr);
  if (!splat || !type.hasStaticShape())
    return {};
  return splat.resizeSplat(type);
}
