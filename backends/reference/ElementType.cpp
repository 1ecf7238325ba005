//===- ElementType.cpp - Element types of host tensors --------------------===//

#include "backends/reference/ElementType.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/bit.h"

#include <array>
#include <limits>
#include <vector>

using namespace mlir;

namespace tenon::reference {
namespace {

struct Row {
  llvm::StringLiteral name;
  ElementClass kind;
  unsigned bits;
  int64_t bytes;
};

/// In the order of the enumeration.
constexpr Row kRows[] = {
    {"f64", ElementClass::Float, 64, 8},
    {"f32", ElementClass::Float, 32, 4},
    {"f16", ElementClass::Float, 16, 2},
    {"bf16", ElementClass::Float, 16, 2},
    {"f8E4M3FN", ElementClass::Float, 8, 1},
    {"f8E5M2", ElementClass::Float, 8, 1},
    {"i1", ElementClass::Bool, 1, 1},
    {"i4", ElementClass::Signed, 4, 1},
    {"i8", ElementClass::Signed, 8, 1},
    {"i16", ElementClass::Signed, 16, 2},
    {"i32", ElementClass::Signed, 32, 4},
    {"i64", ElementClass::Signed, 64, 8},
    {"ui4", ElementClass::Unsigned, 4, 1},
    {"ui8", ElementClass::Unsigned, 8, 1},
    {"ui16", ElementClass::Unsigned, 16, 2},
    {"ui32", ElementClass::Unsigned, 32, 4},
    {"ui64", ElementClass::Unsigned, 64, 8},
    {"complex<f32>", ElementClass::Complex, 64, 8},
    {"complex<f64>", ElementClass::Complex, 128, 16},
};
constexpr unsigned kNumTypes = std::size(kRows);

const Row &getRow(ElementType type) {
  return kRows[static_cast<unsigned>(type)];
}

double decodeSlowly(uint64_t bits, ElementType type) {
  llvm::APFloat value(getSemantics(type), llvm::APInt(getBitWidth(type), bits));
  bool losesInfo = false;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

/// All values of a format of at most 16 bits. Built once per type, because
/// APFloat takes a hundred times as long as a look-up.
const std::vector<double> &getDecodeTable(ElementType type) {
  auto build = [](ElementType type) {
    std::vector<double> table(size_t(1) << getBitWidth(type));
    for (size_t bits = 0; bits < table.size(); ++bits)
      table[bits] = decodeSlowly(bits, type);
    return table;
  };
  switch (type) {
  case ElementType::F16: {
    static const std::vector<double> table = build(type);
    return table;
  }
  case ElementType::F8E4M3FN: {
    static const std::vector<double> table = build(type);
    return table;
  }
  default: {
    assert(type == ElementType::F8E5M2);
    static const std::vector<double> table = build(type);
    return table;
  }
  }
}

} // namespace

ElementClass getElementClass(ElementType type) { return getRow(type).kind; }
int64_t getByteWidth(ElementType type) { return getRow(type).bytes; }
unsigned getBitWidth(ElementType type) { return getRow(type).bits; }
llvm::StringRef getElementTypeName(ElementType type) {
  return getRow(type).name;
}

std::optional<ElementType> parseElementType(llvm::StringRef name) {
  for (unsigned i = 0; i < kNumTypes; ++i)
    if (kRows[i].name == name)
      return static_cast<ElementType>(i);
  return std::nullopt;
}

std::optional<ElementType> getElementType(Type type) {
  if (type.isF64())
    return ElementType::F64;
  if (type.isF32())
    return ElementType::F32;
  if (type.isF16())
    return ElementType::F16;
  if (type.isBF16())
    return ElementType::BF16;
  if (isa<Float8E4M3FNType>(type))
    return ElementType::F8E4M3FN;
  if (isa<Float8E5M2Type>(type))
    return ElementType::F8E5M2;
  if (auto complex = dyn_cast<ComplexType>(type)) {
    if (complex.getElementType().isF32())
      return ElementType::C64;
    if (complex.getElementType().isF64())
      return ElementType::C128;
    return std::nullopt;
  }
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSigned())
    return std::nullopt;
  std::string name =
      (integer.isUnsigned() ? "ui" : "i") + std::to_string(integer.getWidth());
  return parseElementType(name);
}

Type getMlirType(ElementType type, MLIRContext *context) {
  switch (type) {
  case ElementType::F64:
    return Float64Type::get(context);
  case ElementType::F32:
    return Float32Type::get(context);
  case ElementType::F16:
    return Float16Type::get(context);
  case ElementType::BF16:
    return BFloat16Type::get(context);
  case ElementType::F8E4M3FN:
    return Float8E4M3FNType::get(context);
  case ElementType::F8E5M2:
    return Float8E5M2Type::get(context);
  case ElementType::C64:
  case ElementType::C128:
    return ComplexType::get(getMlirType(getRealType(type), context));
  default:
    return IntegerType::get(context, getBitWidth(type),
                            getElementClass(type) == ElementClass::Unsigned
                                ? IntegerType::Unsigned
                                : IntegerType::Signless);
  }
}

ElementType getRealType(ElementType type) {
  if (type == ElementType::C64)
    return ElementType::F32;
  if (type == ElementType::C128)
    return ElementType::F64;
  return type;
}

const llvm::fltSemantics &getSemantics(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return llvm::APFloat::IEEEdouble();
  case ElementType::F32:
    return llvm::APFloat::IEEEsingle();
  case ElementType::F16:
    return llvm::APFloat::IEEEhalf();
  case ElementType::BF16:
    return llvm::APFloat::BFloat();
  case ElementType::F8E4M3FN:
    return llvm::APFloat::Float8E4M3FN();
  case ElementType::F8E5M2:
    return llvm::APFloat::Float8E5M2();
  default:
    llvm_unreachable("not a float type");
  }
}

uint64_t encodeFloat(double value, ElementType type) {
  if (type == ElementType::F64)
    return llvm::bit_cast<uint64_t>(value);
  if (type == ElementType::F32)
    return llvm::bit_cast<uint32_t>(static_cast<float>(value));
  llvm::APFloat rounded(value);
  bool losesInfo = false;
  rounded.convert(getSemantics(type), llvm::APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.bitcastToAPInt().getZExtValue();
}

double decodeFloat(uint64_t bits, ElementType type) {
  switch (type) {
  case ElementType::F64:
    return llvm::bit_cast<double>(bits);
  case ElementType::F32:
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits));
  case ElementType::BF16:
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  default:
    return getDecodeTable(type)[bits];
  }
}

double roundToType(double value, ElementType type) {
  return decodeFloat(encodeFloat(value, type), type);
}

int64_t getMinInteger(ElementType type) {
  if (getElementClass(type) != ElementClass::Signed)
    return 0;
  return std::numeric_limits<int64_t>::min() >> (64 - getBitWidth(type));
}

uint64_t getMaxInteger(ElementType type) {
  unsigned bits = getBitWidth(type);
  if (getElementClass(type) == ElementClass::Signed)
    --bits;
  return ~uint64_t(0) >> (64 - bits);
}

} // namespace tenon::reference
