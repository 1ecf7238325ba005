//===- VhloBytecode.cpp - Types and attributes of vhlo bytecode -----------===//
#include "compiler/import/stablehlo/vhlo/VhloBytecode.h"

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "compiler/import/stablehlo/vhlo/VhloDialect.h"

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tenon;

namespace {

/// The codes of attributes, as published.
enum class AttributeCode : uint64_t {
  Array = 1,
  Boolean = 2,
  ComparisonDirection = 3,
  ComparisonType = 4,
  CustomCallApiVersion = 5,
  Dictionary = 6,
  FftType = 7,
  Float = 8,
  Integer = 9,
  OutputOperandAlias = 10,
  Precision = 11,
  RngAlgorithm = 12,
  RngDistribution = 13,
  String = 14,
  Tensor = 15,
  Transpose = 16,
  Type = 17,
  TypeExtensions = 18,
  ResultAccuracyMode = 19,
  ResultAccuracy = 20,
};

/// The codes of types that hold others, as published.
enum class TypeCode : uint64_t {
  Complex = 1,
  Function = 8,
  RankedTensor = 20,
  RankedTensorWithEncoding = 21,
  Tuple = 23,
  UnrankedTensor = 25,
};

class VhloBytecode : public BytecodeDialectInterface {
public:
  explicit VhloBytecode(Dialect *dialect) : BytecodeDialectInterface(dialect) {}

  Type readType(DialectBytecodeReader &reader) const override;
  Attribute readAttribute(DialectBytecodeReader &reader) const override;

private:
  Type getScalar(uint64_t code) const;
  Attribute readTensor(DialectBytecodeReader &reader) const;
  Attribute readDictionary(DialectBytecodeReader &reader) const;
  Attribute readNumber(DialectBytecodeReader &reader, bool isFloat) const;
  Attribute readAccuracy(DialectBytecodeReader &reader) const;
  Attribute readAlias(DialectBytecodeReader &reader) const;

  /// Reads the number of a case of an enumeration.
  template <typename EnumAttr, typename Symbolize>
  Attribute readEnum(DialectBytecodeReader &reader, Symbolize symbolize) const {
    uint64_t value;
    if (failed(reader.readVarInt(value)))
      return {};
    auto known = symbolize(static_cast<uint32_t>(value));
    if (!known || value > UINT32_MAX) {
      reader.emitError() << "an enumeration of vhlo has no case " << value;
      return {};
    }
    return EnumAttr::get(getContext(), *known);
  }
};

} // namespace

/// Types without parameters; null for a code that is none of them. Signed
/// integers are signless here, as in StableHLO.
Type VhloBytecode::getScalar(uint64_t code) const {
  Builder builder(getContext());
  auto integer = [&](unsigned width, bool isUnsigned) {
    return IntegerType::get(getContext(), width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (code) {
  case 0:
    return builder.getI1Type();
  case 2:
    return builder.getBF16Type();
  case 3:
    return builder.getF16Type();
  case 4:
    return builder.getF32Type();
  case 5:
    return builder.getF64Type();
  case 6:
    return builder.getType<Float8E4M3FNType>();
  case 7:
    return builder.getType<Float8E5M2Type>();
  case 9:
    return builder.getIndexType();
  case 10:
    return integer(4, false);
  case 11:
    return integer(8, false);
  case 12:
    return integer(16, false);
  case 13:
    return integer(32, false);
  case 14:
    return integer(64, false);
  case 15:
    return integer(4, true);
  case 16:
    return integer(8, true);
  case 17:
    return integer(16, true);
  case 18:
    return integer(32, true);
  case 19:
    return integer(64, true);
  case 22:
    return stablehlo::TokenType::get(getContext());
  case 27:
    return builder.getType<Float8E4M3FNUZType>();
  case 28:
    return builder.getType<Float8E5M2FNUZType>();
  case 29:
    return builder.getType<Float8E4M3B11FNUZType>();
  case 31:
    return integer(2, false);
  case 32:
    return integer(2, true);
  case 33:
    return builder.getNoneType();
  case 34:
    return builder.getType<FloatTF32Type>();
  case 35:
    return builder.getType<Float8E4M3Type>();
  case 36:
    return builder.getType<Float8E3M4Type>();
  case 37:
    return builder.getType<Float4E2M1FNType>();
  case 38:
    return builder.getType<Float6E2M3FNType>();
  case 39:
    return builder.getType<Float6E3M2FNType>();
  case 40:
    return builder.getType<Float8E8M0FNUType>();
  default:
    return {};
  }
}

Type VhloBytecode::readType(DialectBytecodeReader &reader) const {
  uint64_t code;
  if (failed(reader.readVarInt(code)))
    return {};
  if (Type scalar = getScalar(code))
    return scalar;

  MLIRContext *context = getContext();
  auto onError = [&] { return reader.emitError(); };
  Type element;
  SmallVector<Type> types, results;
  switch (static_cast<TypeCode>(code)) {
  case TypeCode::Complex:
    if (failed(reader.readType(element)))
      return {};
    return ComplexType::getChecked(onError, element);
  case TypeCode::Function:
    if (failed(reader.readTypes(types)) || failed(reader.readTypes(results)))
      return {};
    return FunctionType::get(context, types, results);
  case TypeCode::RankedTensor:
  case TypeCode::RankedTensorWithEncoding: {
    Attribute encoding;
    SmallVector<int64_t> shape;
    if (code == static_cast<uint64_t>(TypeCode::RankedTensorWithEncoding) &&
        failed(reader.readAttribute(encoding)))
      return {};
    if (failed(reader.readSignedVarInts(shape)) ||
        failed(reader.readType(element)))
      return {};
    return RankedTensorType::getChecked(onError, shape, element, encoding);
  }
  case TypeCode::Tuple:
    if (failed(reader.readTypes(types)))
      return {};
    return TupleType::get(context, types);
  case TypeCode::UnrankedTensor:
    if (failed(reader.readType(element)))
      return {};
    return UnrankedTensorType::getChecked(onError, element);
  }
  reader.emitError() << "type " << code
                     << " of vhlo is not known: quantized types, buffers and "
                        "futures are not read";
  return {};
}

Attribute VhloBytecode::readAttribute(DialectBytecodeReader &reader) const {
  namespace hlo = tenon::stablehlo;
  uint64_t code, number;
  if (failed(reader.readVarInt(code)))
    return {};
  Builder builder(getContext());
  StringRef string;
  Type type;
  SmallVector<Attribute> elements;
  SmallVector<int64_t> bounds;
  switch (static_cast<AttributeCode>(code)) {
  case AttributeCode::Array:
    if (failed(reader.readAttributes(elements)))
      return {};
    return builder.getArrayAttr(elements);
  case AttributeCode::Boolean:
    if (failed(reader.readVarInt(number)))
      return {};
    if (number <= 1)
      return builder.getBoolAttr(number);
    reader.emitError() << number << " is not a truth value";
    return {};
  case AttributeCode::ComparisonDirection:
    return readEnum<hlo::ComparisonDirectionAttr>(reader, [](uint32_t value) {
      return hlo::symbolizeComparisonDirection(value);
    });
  case AttributeCode::ComparisonType:
    return readEnum<hlo::ComparisonTypeAttr>(reader, [](uint32_t value) {
      return hlo::symbolizeComparisonType(value);
    });
  case AttributeCode::CustomCallApiVersion:
    // A number in StableHLO, too.
    if (failed(reader.readVarInt(number)))
      return {};
    return builder.getI32IntegerAttr(static_cast<int32_t>(number));
  case AttributeCode::Dictionary:
    return readDictionary(reader);
  case AttributeCode::FftType:
    return readEnum<hlo::FftTypeAttr>(
        reader, [](uint32_t value) { return hlo::symbolizeFftType(value); });
  case AttributeCode::Float:
    return readNumber(reader, /*isFloat=*/true);
  case AttributeCode::Integer:
    return readNumber(reader, /*isFloat=*/false);
  case AttributeCode::OutputOperandAlias:
    return readAlias(reader);
  case AttributeCode::Precision:
    return readEnum<hlo::PrecisionAttr>(
        reader, [](uint32_t value) { return hlo::symbolizePrecision(value); });
  case AttributeCode::RngAlgorithm:
    return readEnum<hlo::RngAlgorithmAttr>(reader, [](uint32_t value) {
      return hlo::symbolizeRngAlgorithm(value);
    });
  case AttributeCode::RngDistribution:
    return readEnum<hlo::RngDistributionAttr>(reader, [](uint32_t value) {
      return hlo::symbolizeRngDistribution(value);
    });
  case AttributeCode::String:
    if (failed(reader.readString(string)))
      return {};
    return builder.getStringAttr(string);
  case AttributeCode::Tensor:
    return readTensor(reader);
  case AttributeCode::Transpose:
    return readEnum<hlo::TransposeAttr>(
        reader, [](uint32_t value) { return hlo::symbolizeTranspose(value); });
  case AttributeCode::Type:
    if (failed(reader.readType(type)))
      return {};
    return TypeAttr::get(type);
  case AttributeCode::TypeExtensions:
    if (failed(reader.readSignedVarInts(bounds)))
      return {};
    return builder.getDenseI64ArrayAttr(bounds);
  case AttributeCode::ResultAccuracyMode:
    return readEnum<hlo::ResultAccuracyModeAttr>(reader, [](uint32_t value) {
      return hlo::symbolizeResultAccuracyMode(value);
    });
  case AttributeCode::ResultAccuracy:
    return readAccuracy(reader);
  }
  reader.emitError() << "attribute " << code << " of vhlo is not known";
  return {};
}

Attribute VhloBytecode::readDictionary(DialectBytecodeReader &reader) const {
  uint64_t count;
  if (failed(reader.readVarInt(count)))
    return {};
  NamedAttrList entries;
  llvm::SmallDenseSet<StringAttr> seen;
  for (uint64_t i = 0; i < count; ++i) {
    StringAttr name;
    Attribute value;
    if (failed(reader.readAttribute(name)) ||
        failed(reader.readAttribute(value)))
      return {};
    if (name.empty() || !seen.insert(name).second) {
      reader.emitError() << "a dictionary states " << name
                         << " twice, or no name";
      return {};
    }
    entries.append(name, value);
  }
  return entries.getDictionary(getContext());
}

Attribute VhloBytecode::readNumber(DialectBytecodeReader &reader,
                                   bool isFloat) const {
  Type type;
  if (failed(reader.readType(type)))
    return {};
  if (auto floatType = dyn_cast<FloatType>(type); floatType && isFloat) {
    FailureOr<APFloat> value =
        reader.readAPFloatWithKnownSemantics(floatType.getFloatSemantics());
    return failed(value) ? Attribute() : FloatAttr::get(type, *value);
  }
  if (!isFloat && isa<IntegerType, IndexType>(type)) {
    unsigned width = isa<IndexType>(type) ? IndexType::kInternalStorageBitWidth
                                          : type.getIntOrFloatBitWidth();
    FailureOr<APInt> value = reader.readAPIntWithKnownWidth(width);
    return failed(value) ? Attribute() : IntegerAttr::get(type, *value);
  }
  reader.emitError() << "a number is stated to be of type " << type;
  return {};
}

/// Elements as bytes; truth values one to a bit, or one to a byte in old files.
Attribute VhloBytecode::readTensor(DialectBytecodeReader &reader) const {
  RankedTensorType type;
  ArrayRef<char> bytes;
  if (failed(reader.readType(type)) || failed(reader.readBlob(bytes)))
    return {};
  Type element = type.getElementType();
  bool holds = type.hasStaticShape() &&
               (element.isIntOrIndexOrFloat() || isa<ComplexType>(element));
  if (holds && element.isInteger(1)) {
    size_t count = type.getNumElements();
    // One byte 0xff is a splat of truth whatever the count; packed, it can only
    // say the same.
    bool isSplat = bytes.size() == 1 && count > 8;
    if (bytes.size() == 1 && static_cast<uint8_t>(bytes[0]) == 0xff)
      return DenseElementsAttr::get(type, true);
    if (isSplat)
      return DenseElementsAttr::get(type, bytes[0] != 0);
    bool isPacked =
        bytes.size() == llvm::divideCeil(count, 8) && bytes.size() != count;
    if (isPacked || bytes.size() == count) {
      SmallVector<bool> values(count);
      for (size_t i = 0; i < count; ++i)
        values[i] = isPacked ? (bytes[i / 8] >> (i % 8)) & 1 : bytes[i] != 0;
      return DenseElementsAttr::get(type, values);
    }
    holds = false;
  }
  if (bool isSplat;
      holds && DenseElementsAttr::isValidRawBuffer(type, bytes, isSplat))
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  reader.emitError() << bytes.size() << " bytes do not fill a " << type;
  return {};
}

Attribute VhloBytecode::readAccuracy(DialectBytecodeReader &reader) const {
  auto readDouble = [&] {
    return reader.readAPFloatWithKnownSemantics(APFloat::IEEEdouble());
  };
  FailureOr<APFloat> atol = readDouble();
  if (failed(atol))
    return {};
  FailureOr<APFloat> rtol = readDouble();
  int64_t ulps;
  stablehlo::ResultAccuracyModeAttr mode;
  if (failed(rtol) || failed(reader.readSignedVarInt(ulps)) ||
      failed(reader.readAttribute(mode)))
    return {};
  Type f64 = Float64Type::get(getContext());
  return stablehlo::ResultAccuracyAttr::get(
      getContext(), FloatAttr::get(f64, *atol), FloatAttr::get(f64, *rtol),
      ulps, mode);
}

Attribute VhloBytecode::readAlias(DialectBytecodeReader &reader) const {
  SmallVector<int64_t> outputs, operands;
  int64_t index;
  if (failed(reader.readSignedVarInts(outputs)) ||
      failed(reader.readSignedVarInt(index)) ||
      failed(reader.readSignedVarInts(operands)))
    return {};
  return stablehlo::OutputOperandAliasAttr::get(getContext(), outputs, index,
                                                operands);
}

void vhlo::addVhloBytecode(VhloDialect &dialect) {
  dialect.addInterface(std::make_unique<VhloBytecode>(&dialect));
}
