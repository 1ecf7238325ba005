//===- TensorData.cpp - where a tensor's bytes are ------------------------===//
#include "compiler/import/StatusMacros.h"
#include "compiler/import/onnx/ModelReader.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include <bit>
#include <filesystem>

using namespace tenon;
using namespace tenon::onnx;
namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little,
              "ONNX stores little-endian bytes, which are used in place");

unsigned tenon::onnx::elementBits(TensorProto::DataType type) {
  switch (type) {
  case TensorProto::UNDEFINED:
  case TensorProto::STRING:
    return 0;
  case TensorProto::UINT2:
  case TensorProto::INT2:
    return 2;
  case TensorProto::UINT4:
  case TensorProto::INT4:
  case TensorProto::FLOAT4E2M1:
    return 4;
  case TensorProto::BOOL:
  case TensorProto::UINT8:
  case TensorProto::INT8:
  case TensorProto::FLOAT8E4M3FN:
  case TensorProto::FLOAT8E4M3FNUZ:
  case TensorProto::FLOAT8E5M2:
  case TensorProto::FLOAT8E5M2FNUZ:
  case TensorProto::FLOAT8E8M0:
    return 8;
  case TensorProto::UINT16:
  case TensorProto::INT16:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return 16;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 32;
  case TensorProto::INT64:
  case TensorProto::UINT64:
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX64:
    return 64;
  case TensorProto::COMPLEX128:
    return 128;
  }
  return 0;
}

absl::StatusOr<int64_t> tenon::onnx::elementCount(const Dims &dims) {
  // A zero dimension must not hide an overflow of the others: shapes derived
  // from this one multiply them in another order.
  constexpr int64_t kMost = int64_t{1} << 48;
  constexpr size_t kMostDims = 64;
  if (dims.size() > kMostDims)
    return absl::InvalidArgumentError(
        absl::StrCat("a shape of ", dims.size(), " dimensions"));
  int64_t product = 1;
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return absl::InvalidArgumentError(
          absl::StrCat("negative dimension ", dim));
    if (dim == 0) {
      empty = true;
      continue;
    }
    if (dim > kMost / product)
      return absl::InvalidArgumentError("a shape of more than 2^48 elements");
    product *= dim;
  }
  return empty ? 0 : product;
}

/// Appends the low `bytes` bytes of each element of a typed data field, after
/// checking that the value fits them, read as signed or unsigned.
template <typename Field>
static bool appendNarrow(const Field &field, unsigned bits, bool isSigned,
                         std::string &out) {
  for (auto value : field) {
    if (bits < 64) {
      auto wide = static_cast<int64_t>(value);
      int64_t low = isSigned ? -(int64_t{1} << (bits - 1)) : 0;
      int64_t high = (int64_t{1} << (isSigned ? bits - 1 : bits)) - 1;
      if (wide < low || wide > high)
        return false;
    }
    auto bitsOf = static_cast<uint64_t>(value);
    out.append(reinterpret_cast<const char *>(&bitsOf), bits / 8);
  }
  return true;
}

/// Decodes the typed fields that the wire holds as varints, and the unpacked
/// forms of the others.
static bool decodeTyped(const TensorProto &proto, TensorData &data) {
  std::string &out = data.owned;
  switch (data.type) {
  case TensorProto::FLOAT:
  case TensorProto::COMPLEX64:
    for (float value : proto.float_data())
      out.append(reinterpret_cast<const char *>(&value), sizeof(value));
    return true;
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX128:
    for (double value : proto.double_data())
      out.append(reinterpret_cast<const char *>(&value), sizeof(value));
    return true;
  case TensorProto::INT64:
    return appendNarrow(proto.int64_data(), 64, true, out);
  case TensorProto::UINT64:
    return appendNarrow(proto.uint64_data(), 64, false, out);
  case TensorProto::UINT32:
    return appendNarrow(proto.uint64_data(), 32, false, out);
  case TensorProto::INT32:
    return appendNarrow(proto.int32_data(), 32, true, out);
  case TensorProto::INT16:
    return appendNarrow(proto.int32_data(), 16, true, out);
  case TensorProto::INT8:
    return appendNarrow(proto.int32_data(), 8, true, out);
  case TensorProto::UINT16:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return appendNarrow(proto.int32_data(), 16, false, out);
  // 4- and 2-bit types: each entry holds one packed byte.
  default:
    return appendNarrow(proto.int32_data(), 8, false, out);
  }
}

/// True when every byte of a bool tensor is 0 or 1, which the rest of the
/// compiler relies on.
static bool boolsAreBools(absl::string_view bytes) {
  for (char byte : bytes)
    if (static_cast<unsigned char>(byte) > 1)
      return false;
  return true;
}

absl::StatusOr<TensorData> Model::tensor(const TensorProto &proto) {
  auto fail = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", quoteName(proto.name()), ": ", why));
  };
  if (!TensorProto::DataType_IsValid(proto.data_type()) ||
      proto.data_type() == TensorProto::UNDEFINED)
    return fail(absl::StrCat("unknown element type ", proto.data_type()));
  TensorData data;
  data.name = proto.name();
  data.type = static_cast<TensorProto::DataType>(proto.data_type());
  data.dims.assign(proto.dims().begin(), proto.dims().end());
  unsigned bits = elementBits(data.type);
  if (bits == 0)
    return absl::UnimplementedError(
        absl::StrCat("tensor ", quoteName(proto.name()), " of ",
                     typeName(data.type), "s has no numeric form"));
  if (proto.has_segment())
    return absl::UnimplementedError(absl::StrCat(
        "tensor ", quoteName(proto.name()), " is stored in segments"));
  absl::StatusOr<int64_t> count = elementCount(data.dims);
  if (!count.ok())
    return fail(count.status().message());
  uint64_t expected = (static_cast<uint64_t>(*count) * bits + 7) / 8;

  auto payload = payloads.find(&proto);
  if (proto.data_location() == TensorProto::EXTERNAL) {
    TENON_RETURN_IF_ERROR(locateExternal(proto, expected, data));
  } else if (payload != payloads.end() && payload->second.length != 0) {
    auto [kind, offset, length] = payload->second;
    bool isFloat =
        data.type == TensorProto::FLOAT || data.type == TensorProto::COMPLEX64;
    bool isDouble = data.type == TensorProto::DOUBLE ||
                    data.type == TensorProto::COMPLEX128;
    if ((kind == Payload::FloatData && !isFloat) ||
        (kind == Payload::DoubleData && !isDouble))
      return fail(
          absl::StrCat("its data field does not hold ", typeName(data.type)));
    if (proto.float_data_size() != 0 || proto.double_data_size() != 0)
      return fail("its data comes in several pieces");
    data.file = file;
    data.offset = offset;
    data.length = length;
  } else if (proto.has_raw_data()) {
    data.owned = proto.raw_data();
  } else if (!decodeTyped(proto, data)) {
    return fail(absl::StrCat("a value does not fit ", typeName(data.type)));
  }
  absl::string_view bytes = data.bytes();
  if (bytes.size() != expected)
    return fail(absl::StrCat("holds ", bytes.size(), " bytes, its type needs ",
                             expected));
  if (data.type == TensorProto::BOOL && !boolsAreBools(bytes))
    return fail("a bool is neither 0 nor 1");
  return data;
}

absl::Status Model::locateExternal(const TensorProto &proto, uint64_t expected,
                                   TensorData &data) {
  auto fail = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(
        "external data of tensor ", quoteName(proto.name()), ": ", why));
  };
  std::string location;
  uint64_t offset = 0, length = expected;
  for (const StringStringEntryProto &entry : proto.external_data()) {
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset" &&
             !absl::SimpleAtoi(entry.value(), &offset))
      return fail(absl::StrCat("offset ", quoteName(entry.value()),
                               " is not a number of bytes"));
    else if (entry.key() == "length" &&
             !absl::SimpleAtoi(entry.value(), &length))
      return fail(absl::StrCat("length ", quoteName(entry.value()),
                               " is not a number of bytes"));
  }
  absl::StatusOr<std::shared_ptr<const MappedFile>> external =
      openExternal(location);
  if (!external.ok())
    return absl::Status(external.status().code(),
                        fail(external.status().message()).message());
  if (!(*external)->contains(offset, length))
    return fail(absl::StrCat("bytes ", offset, " + ", length,
                             " lie outside of ", quoteName(location), " (",
                             (*external)->size(), " bytes)"));
  data.file = *external;
  data.offset = offset;
  data.length = length;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const MappedFile>>
Model::openExternal(const std::string &location) {
  auto cached = externals.find(location);
  if (cached != externals.end())
    return cached->second;

  auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("location ", quoteName(location), " ", why));
  };
  if (location.empty() || location.find('\0') != std::string::npos)
    return refuse("is not a file name");
  fs::path relative(location);
  if (relative.is_absolute())
    return refuse("is absolute; it must lie in the model's folder");
  for (const fs::path &part : relative)
    if (part == "..")
      return refuse("leaves the model's folder");

  // Links are followed here and compared afterwards: one that leads out of the
  // folder is no better than '..'.
  std::error_code error;
  fs::path folder = fs::path(path()).parent_path();
  fs::path root = fs::canonical(folder.empty() ? "." : folder, error);
  if (error)
    return refuse(absl::StrCat("cannot be resolved: ", error.message()));
  fs::path target = fs::canonical(root / relative, error);
  if (error == std::errc::no_such_file_or_directory)
    return absl::NotFoundError(absl::StrCat(
        "there is no file ", quoteName(location), " in the model's folder"));
  if (error)
    return refuse(absl::StrCat("cannot be resolved: ", error.message()));
  auto [rootEnd, rest] =
      std::mismatch(root.begin(), root.end(), target.begin(), target.end());
  if (rootEnd != root.end())
    return refuse("is a link that leaves the model's folder");

  TENON_ASSIGN_OR_RETURN(auto opened, MappedFile::open(target.string()));
  externals.emplace(location, opened);
  relativePaths.emplace(opened.get(),
                        target.lexically_relative(root).generic_string());
  return opened;
}

std::string Model::relativePath(const MappedFile &of) const {
  auto external = relativePaths.find(&of);
  return external != relativePaths.end() ? external->second : fileName();
}

std::string Model::fileName() const {
  return fs::path(path()).filename().generic_string();
}
