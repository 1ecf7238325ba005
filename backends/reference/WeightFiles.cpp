//===- WeightFiles.cpp - Weights from mapped files ------------------------===//

#include "backends/reference/WeightFiles.h"

#include "llvm/Support/Path.h"

using namespace mlir;
using namespace llvm;

namespace tenon::reference {

/// One element a byte from two a byte, the earlier one in the low half.
static Tensor unpackNibbles(ElementType type, ArrayRef<int64_t> shape,
                            const uint8_t *packed) {
  Tensor result(type, shape);
  for (int64_t i = 0; i < result.getNumElements(); ++i)
    result.set<uint64_t>(i, packed[i / 2] >> (i % 2 * 4));
  return result;
}

FailureOr<Tensor> WeightFiles::read(graph::WeightOp weight) {
  if (!weight.getFile() || !weight.getOffset())
    return weight.emitOpError("names no file");
  SmallString<128> path(*weight.getFile());
  if (sys::path::is_relative(path))
    path = (folder + "/" + path).str();
  Buffer &file = files[path];
  if (!file) {
    auto opened = MemoryBuffer::getFile(path, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false);
    if (!opened)
      return weight.emitOpError("cannot read '")
             << path << "': " << opened.getError().message();
    file = std::move(*opened);
  }
  RankedTensorType type = weight.getTensorType();
  ElementType element = *getElementType(type.getElementType());
  uint64_t offset = *weight.getOffset(), size = weight.getByteSize();
  if (offset > file->getBufferSize() || size > file->getBufferSize() - offset)
    return weight.emitOpError("takes bytes ")
           << offset << " to " << offset + size << " of '" << path
           << "', which has " << file->getBufferSize();
  const char *data = file->getBufferStart() + offset;
  if (getBitWidth(element) == 4)
    return unpackNibbles(element, type.getShape(),
                         reinterpret_cast<const uint8_t *>(data));
  return Tensor::borrow(element, type.getShape(), data, file);
}

} // namespace tenon::reference
