//===- Tensor.h - Host tensors --------------------------------------------===//
//
// A plain row-major tensor in host memory: element type, shape, data. Copies
// share the data, which whoever made the tensor fills before handing it on and
// nobody changes afterwards.
//
// Not thread-safe while it is being filled; reading is.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_TENSOR_H
#define TENON_BACKENDS_REFERENCE_TENSOR_H

#include "backends/reference/ElementType.h"

#include "llvm/ADT/APInt.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>

namespace tenon::reference {

class Tensor {
public:
  /// A tensor of nothing; only assignment and `isNull` are allowed on it.
  Tensor() = default;

  /// Owns its data, all zero.
  Tensor(ElementType type, llvm::ArrayRef<int64_t> shape);

  /// Reads memory of the caller: row major, little endian, stored as
  /// ElementType.h says, valid as long as any copy of the tensor, or kept so by
  /// `owner`. Data that are not aligned for the element type are copied.
  static Tensor borrow(ElementType type, llvm::ArrayRef<int64_t> shape,
                       const void *data,
                       std::shared_ptr<const void> owner = nullptr);

  /// A scalar of a float, integer or complex type, rounded to it.
  static Tensor scalar(ElementType type, double value);

  bool isNull() const { return !data; }
  ElementType getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return static_cast<int64_t>(shape.size()); }
  int64_t getDim(int64_t dim) const { return shape[dim]; }
  int64_t getNumElements() const { return numElements; }
  int64_t getByteSize() const {
    return numElements * getByteWidth(elementType);
  }

  const void *getData() const { return data; }
  /// The memory to fill. Only for the maker of an owning tensor.
  void *getMutableData() {
    assert(storage && "a borrowed tensor is read only");
    return storage.get();
  }
  template <typename T> const T *getDataAs() const {
    return static_cast<const T *>(data);
  }
  template <typename T> T *getMutableDataAs() {
    return static_cast<T *>(getMutableData());
  }

  /// The same data under another shape of as many elements.
  Tensor withShape(llvm::ArrayRef<int64_t> newShape) const;

  /// Elements [begin, begin + values.size()) as C, one of double, int64_t,
  /// uint64_t and std::complex<double>. Exact; floats are not readable as
  /// integers nor complex numbers as reals, and `i1` gives 0 or 1.
  template <typename C>
  void read(int64_t begin, llvm::MutableArrayRef<C> values) const;

  /// Stores elements [begin, begin + values.size()). Floats are rounded to
  /// nearest, ties to even; integers keep their low bits; `i1` is value != 0.
  template <typename C> void write(int64_t begin, llvm::ArrayRef<C> values);

  /// One element, as `read`.
  template <typename C> C get(int64_t index) const {
    C value;
    read<C>(index, value);
    return value;
  }
  /// Stores one element, as `write`.
  template <typename C> void set(int64_t index, C value) {
    write<C>(index, value);
  }

  /// All elements, as `read`.
  template <typename C> std::vector<C> readAll() const {
    std::vector<C> values(numElements);
    read<C>(0, values);
    return values;
  }

  /// One element of a float type, exactly.
  llvm::APFloat getAPFloat(int64_t index) const;
  /// One element of an integer type or `i1`, in the type's width.
  llvm::APInt getAPInt(int64_t index) const;
  /// The bits of an element of at most 64 bits; sub-byte types in low bits.
  uint64_t getBits(int64_t index) const;
  void setBits(int64_t index, uint64_t bits);

  /// Prints e.g. `tensor<2x2xf32> [1, 2, 3, nan]`, at most `limit` elements.
  void print(llvm::raw_ostream &os, int64_t limit = 64) const;

private:
  ElementType elementType = ElementType::F32;
  llvm::SmallVector<int64_t, 4> shape;
  int64_t numElements = 0;
  std::shared_ptr<void> storage;
  std::shared_ptr<const void> owner;
  const void *data = nullptr;
};

/// Prints one element in a form that a reader of numbers parses back.
void printElement(llvm::raw_ostream &os, const Tensor &tensor, int64_t index);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_TENSOR_H
