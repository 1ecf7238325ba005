//===- Shapes.cpp - Sizes with bounds -------------------------------------===//
//
// The helpers of shape inference.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/Shapes.h"
#include "ir/graph/GraphDialect.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace tenon::graph;

Diagnostic &tenon::graph::operator<<(Diagnostic &diag, Dim dim) {
  return diag << (dim.bounded ? "<=" : "") << dim.size;
}

Dims tenon::graph::getDims(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  auto bounds = dyn_cast_if_present<BoundsAttr>(tensor.getEncoding());
  Dims dims;
  for (auto [index, size] : llvm::enumerate(tensor.getShape())) {
    if (ShapedType::isDynamic(size))
      dims.push_back({bounds.getBounds()[index], true});
    else
      dims.push_back({size, false});
  }
  return dims;
}

RankedTensorType tenon::graph::getTensor(ArrayRef<Dim> dims, Type element) {
  SmallVector<int64_t> shape, bounds;
  bool anyBounded = false;
  for (Dim dim : dims) {
    anyBounded |= dim.bounded;
    shape.push_back(dim.bounded ? ShapedType::kDynamic : dim.size);
    bounds.push_back(dim.bounded ? dim.size : ShapedType::kDynamic);
  }
  Attribute encoding;
  if (anyBounded)
    encoding = BoundsAttr::get(element.getContext(), bounds);
  return RankedTensorType::get(shape, element, encoding);
}

RankedTensorType tenon::graph::withElement(Type type, Type element) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), element,
                               tensor.getEncoding());
}

int64_t tenon::graph::getElementBits(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    return 2 * getElementBits(complex.getElementType());
  unsigned bits = element.getIntOrFloatBitWidth();
  return bits == 1 ? 8 : bits;
}

int64_t tenon::graph::getByteSize(RankedTensorType type) {
  return (type.getNumElements() * getElementBits(type.getElementType()) + 7) /
         8;
}

bool tenon::graph::areUniqueBelow(ArrayRef<int64_t> values, int64_t limit) {
  llvm::BitVector seen(std::max<int64_t>(limit, 0));
  for (int64_t value : values) {
    if (value < 0 || value >= limit || seen.test(value))
      return false;
    seen.set(value);
  }
  return true;
}

SmallVector<int64_t>
tenon::graph::getComplement(int64_t count, ArrayRef<ArrayRef<int64_t>> taken) {
  SmallVector<int64_t> rest;
  for (int64_t index = 0; index < count; ++index)
    if (llvm::none_of(taken, [&](ArrayRef<int64_t> some) {
          return llvm::is_contained(some, index);
        }))
      rest.push_back(index);
  return rest;
}
