//===- Literals.cpp - Between attributes and host tensors -----------------===//

#include "backends/reference/Literals.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

/// One element from the bytes of a dense attribute, which rounds the width of
/// an element up to bytes, so that only 4-bit types and `i1` differ from ours.
static void setFromBytes(Tensor &tensor, int64_t index, const char *bytes) {
  ElementType type = tensor.getElementType();
  if (type == ElementType::I1 || getBitWidth(type) == 4)
    return tensor.set<int64_t>(index, *bytes);
  std::memcpy(tensor.getMutableDataAs<char>() + index * getByteWidth(type),
              bytes, getByteWidth(type));
}

FailureOr<Tensor> toTensor(ElementsAttr attr, Operation *user) {
  auto type = dyn_cast<RankedTensorType>(attr.getType());
  std::optional<ElementType> element =
      type ? getElementType(type.getElementType()) : std::nullopt;
  if (!element || !type.hasStaticShape())
    return user->emitOpError("has a literal of type ") << attr.getType();
  Tensor result(*element, type.getShape());
  int64_t count = result.getNumElements();

  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    int64_t width = getByteWidth(*element);
    if (!blob || static_cast<int64_t>(blob->getData().size()) < count * width)
      return user->emitOpError("has a literal whose data are missing");
    for (int64_t i = 0; i < count; ++i)
      setFromBytes(result, i, blob->getData().data() + i * width);
    return result;
  }

  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return user->emitOpError("has a literal that is not dense");
  if (*element == ElementType::I1) {
    for (auto [index, value] : enumerate(dense.getValues<bool>()))
      result.set<uint64_t>(index, value);
    return result;
  }
  ArrayRef<char> data = dense.getRawData();
  int64_t width = dense.isSplat() ? 0 : getByteWidth(*element);
  for (int64_t i = 0; i < count; ++i)
    setFromBytes(result, i, data.data() + i * width);
  return result;
}

DenseElementsAttr toElements(const Tensor &tensor, RankedTensorType type) {
  assert(getElementType(type.getElementType()) == tensor.getElementType() &&
         type.getShape() == tensor.getShape());
  if (tensor.getElementType() == ElementType::I1) {
    SmallVector<bool> values;
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      values.push_back(tensor.get<uint64_t>(i));
    return DenseElementsAttr::get(type, values);
  }
  if (getBitWidth(tensor.getElementType()) == 4) {
    SmallVector<APInt> values;
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      values.push_back(tensor.getAPInt(i));
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef(tensor.getDataAs<char>(), tensor.getByteSize()));
}

RankedTensorType getTensorType(const Tensor &tensor, MLIRContext *context) {
  return RankedTensorType::get(tensor.getShape(),
                               getMlirType(tensor.getElementType(), context));
}

} // namespace tenon::reference
