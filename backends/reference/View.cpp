//===- View.cpp - Strided copies ------------------------------------------===//

#include "backends/reference/View.h"

#include <cstring>

using namespace llvm;

namespace tenon::reference {

Index getStrides(ArrayRef<int64_t> shape) {
  Index strides(shape.size());
  int64_t stride = 1;
  for (size_t dim = shape.size(); dim-- > 0;) {
    strides[dim] = stride;
    stride *= shape[dim];
  }
  return strides;
}

int64_t getOffset(ArrayRef<int64_t> index, ArrayRef<int64_t> strides) {
  int64_t offset = 0;
  for (auto [i, stride] : zip_equal(index, strides))
    offset += i * stride;
  return offset;
}

void forEachIndex(ArrayRef<int64_t> shape,
                  function_ref<void(ArrayRef<int64_t>)> fn) {
  if (is_contained(shape, 0))
    return;
  Index index(shape.size(), 0);
  while (true) {
    fn(index);
    size_t dim = shape.size();
    while (dim > 0 && ++index[dim - 1] == shape[dim - 1])
      index[--dim] = 0;
    if (dim == 0)
      return;
  }
}

/// Copies between a dense sequence of rows and a strided box of `shape`.
/// `fn(dense, strided, count, stride)` copies one innermost row.
template <typename Fn>
static void forEachRow(ArrayRef<int64_t> shape, int64_t offset,
                       ArrayRef<int64_t> strides, Fn fn) {
  if (shape.empty())
    return fn(0, offset, 1, 0);
  int64_t row = 0;
  forEachIndex(shape.drop_back(), [&](ArrayRef<int64_t> index) {
    int64_t start = offset + getOffset(index, strides.drop_back());
    fn(row, start, shape.back(), strides.back());
    row += shape.back();
  });
}

namespace {
struct alignas(16) Bytes16 {
  char bytes[16];
};
} // namespace

template <typename T>
static void readRows(Tensor &result, const Tensor &source, int64_t offset,
                     ArrayRef<int64_t> strides) {
  T *to = result.getMutableDataAs<T>();
  const char *from = source.getDataAs<char>();
  forEachRow(result.getShape(), offset, strides,
             [&](int64_t dense, int64_t start, int64_t count, int64_t stride) {
               // Borrowed data may be less aligned than T.
               for (int64_t i = 0; i < count; ++i)
                 std::memcpy(to + dense + i,
                             from + (start + i * stride) * sizeof(T),
                             sizeof(T));
             });
}

template <typename T>
static void writeRows(Tensor &target, int64_t offset, ArrayRef<int64_t> strides,
                      const Tensor &source) {
  T *to = target.getMutableDataAs<T>();
  const char *from = source.getDataAs<char>();
  forEachRow(source.getShape(), offset, strides,
             [&](int64_t dense, int64_t start, int64_t count, int64_t stride) {
               for (int64_t i = 0; i < count; ++i)
                 std::memcpy(to + start + i * stride,
                             from + (dense + i) * sizeof(T), sizeof(T));
             });
}

Tensor readView(const Tensor &source, ArrayRef<int64_t> shape, int64_t offset,
                ArrayRef<int64_t> strides) {
  Tensor result(source.getElementType(), shape);
  switch (getByteWidth(source.getElementType())) {
  case 1:
    readRows<uint8_t>(result, source, offset, strides);
    break;
  case 2:
    readRows<uint16_t>(result, source, offset, strides);
    break;
  case 4:
    readRows<uint32_t>(result, source, offset, strides);
    break;
  case 8:
    readRows<uint64_t>(result, source, offset, strides);
    break;
  default:
    readRows<Bytes16>(result, source, offset, strides);
  }
  return result;
}

void writeView(Tensor &target, int64_t offset, ArrayRef<int64_t> strides,
               const Tensor &source) {
  assert(target.getElementType() == source.getElementType());
  switch (getByteWidth(source.getElementType())) {
  case 1:
    return writeRows<uint8_t>(target, offset, strides, source);
  case 2:
    return writeRows<uint16_t>(target, offset, strides, source);
  case 4:
    return writeRows<uint32_t>(target, offset, strides, source);
  case 8:
    return writeRows<uint64_t>(target, offset, strides, source);
  default:
    return writeRows<Bytes16>(target, offset, strides, source);
  }
}

Tensor copy(const Tensor &source) {
  Tensor result(source.getElementType(), source.getShape());
  std::memcpy(result.getMutableData(), source.getData(), source.getByteSize());
  return result;
}

Tensor splat(const Tensor &scalar, ArrayRef<int64_t> shape) {
  assert(scalar.getNumElements() == 1);
  return readView(scalar, shape, 0, Index(shape.size(), 0));
}

} // namespace tenon::reference
