//===- Tensor.cpp - Host tensors ------------------------------------------===//

#include "backends/reference/Tensor.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <cstring>
#include <type_traits>

using namespace llvm;

namespace tenon::reference {
namespace {

int64_t countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

template <typename C>
constexpr bool kIsComplex = std::is_same_v<C, std::complex<double>>;

/// C from a stored integer; booleans count as integers.
template <typename Stored, typename C>
void readIntegers(const Stored *from, MutableArrayRef<C> values) {
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<C>(from[i]);
}

template <typename Stored, typename C>
void writeIntegers(Stored *to, ArrayRef<C> values) {
  for (size_t i = 0; i < values.size(); ++i)
    to[i] = static_cast<Stored>(values[i]);
}

template <typename Stored, typename C>
void readFloats(const Stored *from, MutableArrayRef<C> values,
                ElementType type) {
  for (size_t i = 0; i < values.size(); ++i) {
    if constexpr (std::is_floating_point_v<Stored>)
      values[i] = static_cast<C>(from[i]);
    else
      values[i] = static_cast<C>(decodeFloat(from[i], type));
  }
}

template <typename Stored>
void writeFloats(Stored *to, ArrayRef<double> values, ElementType type) {
  for (size_t i = 0; i < values.size(); ++i) {
    if constexpr (std::is_floating_point_v<Stored>)
      to[i] = static_cast<Stored>(values[i]);
    else
      to[i] = static_cast<Stored>(encodeFloat(values[i], type));
  }
}

} // namespace

Tensor::Tensor(ElementType type, ArrayRef<int64_t> shape)
    : elementType(type), shape(shape), numElements(countElements(shape)) {
  // One byte at least, so that an empty tensor is not null.
  size_t bytes = std::max<int64_t>(getByteSize(), 1);
  storage = std::shared_ptr<void>(std::calloc(bytes, 1), std::free);
  if (!storage)
    report_bad_alloc_error("out of memory for a reference tensor");
  data = storage.get();
}

Tensor Tensor::borrow(ElementType type, ArrayRef<int64_t> shape,
                      const void *data, std::shared_ptr<const void> owner) {
  if (reinterpret_cast<uintptr_t>(data) % getByteWidth(type) != 0) {
    Tensor result(type, shape);
    std::memcpy(result.getMutableData(), data, result.getByteSize());
    return result;
  }
  Tensor result;
  result.elementType = type;
  result.shape.assign(shape.begin(), shape.end());
  result.numElements = countElements(shape);
  result.owner = std::move(owner);
  static const char nothing = 0;
  result.data = data ? data : &nothing;
  assert((data || result.numElements == 0) && "no data");
  return result;
}

Tensor Tensor::scalar(ElementType type, double value) {
  Tensor result(type, {});
  if (isFloat(type) || isComplex(type))
    result.set<double>(0, value);
  else
    result.set<int64_t>(0, static_cast<int64_t>(value));
  return result;
}

Tensor Tensor::withShape(ArrayRef<int64_t> newShape) const {
  assert(countElements(newShape) == numElements && "element count changes");
  Tensor result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  return result;
}

template <typename C>
void Tensor::read(int64_t begin, MutableArrayRef<C> values) const {
  assert(begin >= 0 &&
         begin + static_cast<int64_t>(values.size()) <= numElements);
  constexpr bool asFloat = std::is_same_v<C, double> || kIsComplex<C>;
  switch (elementType) {
  case ElementType::F64:
    if constexpr (asFloat)
      return readFloats(getDataAs<double>() + begin, values, elementType);
    break;
  case ElementType::F32:
    if constexpr (asFloat)
      return readFloats(getDataAs<float>() + begin, values, elementType);
    break;
  case ElementType::F16:
  case ElementType::BF16:
    if constexpr (asFloat)
      return readFloats(getDataAs<uint16_t>() + begin, values, elementType);
    break;
  case ElementType::F8E4M3FN:
  case ElementType::F8E5M2:
    if constexpr (asFloat)
      return readFloats(getDataAs<uint8_t>() + begin, values, elementType);
    break;
  case ElementType::C64:
    if constexpr (kIsComplex<C>)
      return readIntegers(getDataAs<std::complex<float>>() + begin, values);
    break;
  case ElementType::C128:
    if constexpr (kIsComplex<C>)
      return readIntegers(getDataAs<std::complex<double>>() + begin, values);
    break;
  case ElementType::I4:
  case ElementType::I8:
    return readIntegers(getDataAs<int8_t>() + begin, values);
  case ElementType::I16:
    return readIntegers(getDataAs<int16_t>() + begin, values);
  case ElementType::I32:
    return readIntegers(getDataAs<int32_t>() + begin, values);
  case ElementType::I64:
    return readIntegers(getDataAs<int64_t>() + begin, values);
  case ElementType::I1:
  case ElementType::UI4:
  case ElementType::UI8:
    return readIntegers(getDataAs<uint8_t>() + begin, values);
  case ElementType::UI16:
    return readIntegers(getDataAs<uint16_t>() + begin, values);
  case ElementType::UI32:
    return readIntegers(getDataAs<uint32_t>() + begin, values);
  case ElementType::UI64:
    return readIntegers(getDataAs<uint64_t>() + begin, values);
  }
  llvm_unreachable("the element type is not readable as the asked type");
}

template <typename C> void Tensor::write(int64_t begin, ArrayRef<C> values) {
  assert(begin >= 0 &&
         begin + static_cast<int64_t>(values.size()) <= numElements);
  constexpr bool isDouble = std::is_same_v<C, double>;
  constexpr bool isInt =
      std::is_same_v<C, int64_t> || std::is_same_v<C, uint64_t>;
  switch (elementType) {
  case ElementType::F64:
    if constexpr (isDouble)
      return writeFloats(getMutableDataAs<double>() + begin, values,
                         elementType);
    break;
  case ElementType::F32:
    if constexpr (isDouble)
      return writeFloats(getMutableDataAs<float>() + begin, values,
                         elementType);
    break;
  case ElementType::F16:
  case ElementType::BF16:
    if constexpr (isDouble)
      return writeFloats(getMutableDataAs<uint16_t>() + begin, values,
                         elementType);
    break;
  case ElementType::F8E4M3FN:
  case ElementType::F8E5M2:
    if constexpr (isDouble)
      return writeFloats(getMutableDataAs<uint8_t>() + begin, values,
                         elementType);
    break;
  case ElementType::C64:
    if constexpr (!isInt)
      return writeIntegers(getMutableDataAs<std::complex<float>>() + begin,
                           values);
    break;
  case ElementType::C128:
    if constexpr (!isInt)
      return writeIntegers(getMutableDataAs<std::complex<double>>() + begin,
                           values);
    break;
  case ElementType::I1:
    if constexpr (isInt) {
      uint8_t *to = getMutableDataAs<uint8_t>() + begin;
      for (size_t i = 0; i < values.size(); ++i)
        to[i] = values[i] != 0;
      return;
    }
    break;
  case ElementType::I4:
    if constexpr (isInt) {
      int8_t *to = getMutableDataAs<int8_t>() + begin;
      for (size_t i = 0; i < values.size(); ++i)
        to[i] = static_cast<int8_t>(static_cast<uint64_t>(values[i]) << 4) >> 4;
      return;
    }
    break;
  case ElementType::UI4:
    if constexpr (isInt) {
      uint8_t *to = getMutableDataAs<uint8_t>() + begin;
      for (size_t i = 0; i < values.size(); ++i)
        to[i] = values[i] & 15;
      return;
    }
    break;
  case ElementType::I8:
  case ElementType::UI8:
    if constexpr (isInt)
      return writeIntegers(getMutableDataAs<uint8_t>() + begin, values);
    break;
  case ElementType::I16:
  case ElementType::UI16:
    if constexpr (isInt)
      return writeIntegers(getMutableDataAs<uint16_t>() + begin, values);
    break;
  case ElementType::I32:
  case ElementType::UI32:
    if constexpr (isInt)
      return writeIntegers(getMutableDataAs<uint32_t>() + begin, values);
    break;
  case ElementType::I64:
  case ElementType::UI64:
    if constexpr (isInt)
      return writeIntegers(getMutableDataAs<uint64_t>() + begin, values);
    break;
  }
  llvm_unreachable("the element type does not take the given type");
}

template void Tensor::read(int64_t, MutableArrayRef<double>) const;
template void Tensor::read(int64_t, MutableArrayRef<int64_t>) const;
template void Tensor::read(int64_t, MutableArrayRef<uint64_t>) const;
template void Tensor::read(int64_t,
                           MutableArrayRef<std::complex<double>>) const;
template void Tensor::write(int64_t, ArrayRef<double>);
template void Tensor::write(int64_t, ArrayRef<int64_t>);
template void Tensor::write(int64_t, ArrayRef<uint64_t>);
template void Tensor::write(int64_t, ArrayRef<std::complex<double>>);

uint64_t Tensor::getBits(int64_t index) const {
  int64_t bytes = getByteWidth(elementType);
  assert(index >= 0 && index < numElements && bytes <= 8);
  uint64_t bits = 0;
  std::memcpy(&bits, getDataAs<char>() + index * bytes, bytes);
  return bits & (~uint64_t(0) >> (64 - getBitWidth(elementType)));
}

void Tensor::setBits(int64_t index, uint64_t bits) {
  if (getBitWidth(elementType) < 8)
    return set<uint64_t>(index, bits);
  int64_t bytes = getByteWidth(elementType);
  assert(index >= 0 && index < numElements && bytes <= 8);
  std::memcpy(getMutableDataAs<char>() + index * bytes, &bits, bytes);
}

APFloat Tensor::getAPFloat(int64_t index) const {
  return APFloat(getSemantics(elementType),
                 APInt(getBitWidth(elementType), getBits(index)));
}

APInt Tensor::getAPInt(int64_t index) const {
  return APInt(getBitWidth(elementType), getBits(index));
}

static void printFloat(raw_ostream &os, double value, ElementType type) {
  if (std::isnan(value))
    os << "nan";
  else if (std::isinf(value))
    os << (value < 0 ? "-inf" : "inf");
  else
    os << format(type == ElementType::F64 ? "%.17g" : "%.9g", value);
}

void printElement(raw_ostream &os, const Tensor &tensor, int64_t index) {
  ElementType type = tensor.getElementType();
  switch (getElementClass(type)) {
  case ElementClass::Float:
    return printFloat(os, tensor.get<double>(index), type);
  case ElementClass::Bool:
    os << (tensor.get<uint64_t>(index) ? "true" : "false");
    return;
  case ElementClass::Signed:
    os << tensor.get<int64_t>(index);
    return;
  case ElementClass::Unsigned:
    os << tensor.get<uint64_t>(index);
    return;
  case ElementClass::Complex: {
    auto value = tensor.get<std::complex<double>>(index);
    os << "(";
    printFloat(os, value.real(), getRealType(type));
    os << ",";
    printFloat(os, value.imag(), getRealType(type));
    os << ")";
    return;
  }
  }
}

void Tensor::print(raw_ostream &os, int64_t limit) const {
  os << "tensor<";
  for (int64_t dim : shape)
    os << dim << "x";
  os << getElementTypeName(elementType) << "> [";
  for (int64_t i = 0; i < std::min(limit, numElements); ++i) {
    os << (i ? ", " : "");
    printElement(os, *this, i);
  }
  os << (numElements > limit ? ", ...]" : "]");
}

} // namespace tenon::reference
