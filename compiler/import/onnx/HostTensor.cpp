//===- HostTensor.cpp - small tensors known at import ---------------------===//
#include "compiler/import/onnx/HostTensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"

#include <cmath>
#include <cstring>

using namespace tenon;
using namespace tenon::onnx;

/// The float semantics of a host float type.
static const llvm::fltSemantics &semanticsOf(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::FLOAT16:
    return llvm::APFloat::IEEEhalf();
  case TensorProto::BFLOAT16:
    return llvm::APFloat::BFloat();
  case TensorProto::FLOAT:
    return llvm::APFloat::IEEEsingle();
  default:
    return llvm::APFloat::IEEEdouble();
  }
}

static bool isUnsigned(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::UINT8:
  case TensorProto::UINT16:
  case TensorProto::UINT32:
  case TensorProto::UINT64:
  case TensorProto::BOOL:
    return true;
  default:
    return false;
  }
}

bool tenon::onnx::isHostFloat(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::FLOAT:
  case TensorProto::DOUBLE:
    return true;
  default:
    return false;
  }
}

bool tenon::onnx::isHostType(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::BOOL:
  case TensorProto::INT8:
  case TensorProto::INT16:
  case TensorProto::INT32:
  case TensorProto::INT64:
  case TensorProto::UINT8:
  case TensorProto::UINT16:
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return true;
  default:
    return isHostFloat(type);
  }
}

HostTensor HostTensor::vector(std::vector<int64_t> values) {
  HostTensor result;
  result.dims = {static_cast<int64_t>(values.size())};
  result.ints = std::move(values);
  return result;
}

HostTensor HostTensor::scalar(int64_t value) {
  HostTensor result;
  result.ints = {value};
  return result;
}

HostTensor HostTensor::zeros(TensorProto::DataType type, Dims dims) {
  HostTensor result;
  result.type = type;
  result.dims = std::move(dims);
  int64_t count = 1;
  for (int64_t dim : result.dims)
    count *= dim;
  if (isHostFloat(type))
    result.floats.resize(count);
  else
    result.ints.resize(count);
  return result;
}

bool HostTensor::isFloat() const { return isHostFloat(type); }

double HostTensor::asDouble(int64_t index) const {
  if (isFloat())
    return floats[index];
  if (type == TensorProto::UINT64)
    return static_cast<double>(static_cast<uint64_t>(ints[index]));
  return static_cast<double>(ints[index]);
}

std::optional<HostTensor> HostTensor::from(const TensorData &data) {
  if (!isHostType(data.type))
    return std::nullopt;
  HostTensor result;
  result.type = data.type;
  result.dims = data.dims;
  absl::string_view bytes = data.bytes();
  unsigned width = elementBits(data.type) / 8;
  size_t count = bytes.size() / width;
  if (result.isFloat())
    result.floats.reserve(count);
  else
    result.ints.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, bytes.data() + i * width, width);
    if (result.isFloat()) {
      llvm::APFloat value(semanticsOf(data.type), llvm::APInt(width * 8, bits));
      bool losesInfo;
      value.convert(llvm::APFloat::IEEEdouble(),
                    llvm::APFloat::rmNearestTiesToEven, &losesInfo);
      result.floats.push_back(value.convertToDouble());
    } else {
      result.ints.push_back(isUnsigned(data.type)
                                ? static_cast<int64_t>(bits)
                                : llvm::APInt(width * 8, bits).getSExtValue());
    }
  }
  return result;
}

void HostTensor::normalize() {
  if (type == TensorProto::DOUBLE)
    return;
  if (isFloat()) {
    for (double &value : floats) {
      llvm::APFloat rounded(value);
      bool losesInfo;
      rounded.convert(semanticsOf(type), llvm::APFloat::rmNearestTiesToEven,
                      &losesInfo);
      rounded.convert(llvm::APFloat::IEEEdouble(),
                      llvm::APFloat::rmNearestTiesToEven, &losesInfo);
      value = rounded.convertToDouble();
    }
    return;
  }
  unsigned bits = elementBits(type);
  for (int64_t &value : ints) {
    if (type == TensorProto::BOOL)
      value = value != 0;
    else if (bits < 64) {
      llvm::APInt low =
          llvm::APInt(64, static_cast<uint64_t>(value)).trunc(bits);
      value = isUnsigned(type) ? static_cast<int64_t>(low.getZExtValue())
                               : low.getSExtValue();
    }
  }
}

mlir::DenseElementsAttr
HostTensor::attribute(mlir::MLIRContext *context) const {
  mlir::RankedTensorType tensor = tensorType(type, dims, context);
  if (isFloat()) {
    std::vector<llvm::APFloat> values;
    values.reserve(floats.size());
    for (double value : floats) {
      llvm::APFloat element(value);
      bool losesInfo;
      element.convert(semanticsOf(type), llvm::APFloat::rmNearestTiesToEven,
                      &losesInfo);
      values.push_back(element);
    }
    return mlir::DenseElementsAttr::get(tensor, values);
  }
  std::vector<llvm::APInt> values;
  values.reserve(ints.size());
  unsigned bits = tensor.getElementTypeBitWidth();
  for (int64_t value : ints)
    values.push_back(llvm::APInt(64, static_cast<uint64_t>(value)).trunc(bits));
  return mlir::DenseElementsAttr::get(tensor, values);
}

const llvm::fltSemantics *
tenon::onnx::carriedSemantics(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::FLOAT4E2M1:
    return &llvm::APFloat::Float4E2M1FN();
  case TensorProto::FLOAT8E4M3FNUZ:
    return &llvm::APFloat::Float8E4M3FNUZ();
  case TensorProto::FLOAT8E5M2FNUZ:
    return &llvm::APFloat::Float8E5M2FNUZ();
  case TensorProto::FLOAT8E8M0:
    return &llvm::APFloat::Float8E8M0FNU();
  default:
    return nullptr;
  }
}

bool tenon::onnx::isCarried(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::INT2:
  case TensorProto::UINT2:
  case TensorProto::INT4:
  case TensorProto::UINT4:
    return true;
  default:
    return carriedSemantics(type) != nullptr;
  }
}

bool tenon::onnx::isGraphType(TensorProto::DataType type) {
  return type != TensorProto::UNDEFINED && type != TensorProto::STRING;
}

mlir::Type tenon::onnx::elementType(TensorProto::DataType type,
                                    mlir::MLIRContext *context) {
  mlir::Builder builder(context);
  auto integer = [&](unsigned width, bool isSigned) -> mlir::Type {
    return isSigned ? builder.getIntegerType(width)
                    : builder.getIntegerType(width, /*isSigned=*/false);
  };
  switch (type) {
  case TensorProto::FLOAT:
  case TensorProto::FLOAT4E2M1:
  case TensorProto::FLOAT8E4M3FNUZ:
  case TensorProto::FLOAT8E5M2FNUZ:
  case TensorProto::FLOAT8E8M0:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::INT2:
  case TensorProto::INT4:
  case TensorProto::INT8:
    return integer(8, true);
  case TensorProto::INT16:
    return integer(16, true);
  case TensorProto::INT32:
    return integer(32, true);
  case TensorProto::INT64:
    return integer(64, true);
  case TensorProto::UINT2:
  case TensorProto::UINT4:
  case TensorProto::UINT8:
    return integer(8, false);
  case TensorProto::UINT16:
    return integer(16, false);
  case TensorProto::UINT32:
    return integer(32, false);
  case TensorProto::UINT64:
    return integer(64, false);
  case TensorProto::COMPLEX64:
    return mlir::ComplexType::get(builder.getF32Type());
  case TensorProto::COMPLEX128:
    return mlir::ComplexType::get(builder.getF64Type());
  case TensorProto::FLOAT8E4M3FN:
    return mlir::Float8E4M3FNType::get(context);
  case TensorProto::FLOAT8E5M2:
    return mlir::Float8E5M2Type::get(context);
  default:
    return {};
  }
}

TensorProto::DataType tenon::onnx::dataType(mlir::Type type) {
  for (int i = TensorProto::DataType_MIN; i <= TensorProto::DataType_MAX; ++i) {
    auto candidate = static_cast<TensorProto::DataType>(i);
    if (elementType(candidate, type.getContext()) == type)
      return candidate;
  }
  return TensorProto::UNDEFINED;
}

mlir::RankedTensorType tenon::onnx::tensorType(TensorProto::DataType type,
                                               const Dims &dims,
                                               mlir::MLIRContext *context) {
  mlir::Type element = elementType(type, context);
  return element ? mlir::RankedTensorType::get(dims, element)
                 : mlir::RankedTensorType();
}

mlir::DenseElementsAttr
tenon::onnx::denseAttribute(const TensorData &data,
                            mlir::MLIRContext *context) {
  mlir::RankedTensorType type = tensorType(data.type, data.dims, context);
  if (!type)
    return {};
  absl::string_view bytes = data.bytes();
  unsigned bits = elementBits(data.type);
  if (data.type == TensorProto::BOOL) {
    std::vector<char> flags(bytes.begin(), bytes.end());
    return mlir::DenseElementsAttr::get(
        type, llvm::ArrayRef<bool>(reinterpret_cast<bool *>(flags.data()),
                                   flags.size()));
  }
  if (!isCarried(data.type))
    return mlir::DenseElementsAttr::getFromRawBuffer(
        type, llvm::ArrayRef<char>(bytes.data(), bytes.size()));
  // Packed, the first element lowest.
  std::vector<llvm::APInt> codes;
  codes.reserve(type.getNumElements());
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i * bits / 8]);
    codes.push_back(llvm::APInt(8, byte >> (i * bits % 8)).trunc(bits));
  }
  if (const llvm::fltSemantics *semantics = carriedSemantics(data.type)) {
    std::vector<llvm::APFloat> numbers;
    for (const llvm::APInt &code : codes) {
      llvm::APFloat number(*semantics, code);
      // A NaN without a mantissa would become infinite.
      bool isNaN = number.isNaN(), losesInfo;
      number.convert(llvm::APFloat::IEEEsingle(),
                     llvm::APFloat::rmNearestTiesToEven, &losesInfo);
      numbers.push_back(
          isNaN ? llvm::APFloat::getNaN(llvm::APFloat::IEEEsingle()) : number);
    }
    return mlir::DenseElementsAttr::get(type, numbers);
  }
  for (llvm::APInt &code : codes)
    code =
        type.getElementType().isUnsignedInteger() ? code.zext(8) : code.sext(8);
  return mlir::DenseElementsAttr::get(type, codes);
}
