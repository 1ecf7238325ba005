//===- ModelReader.h - an ONNX file without its payloads --------*- C++ -*-===//
//
// Reads a model's structure into messages and leaves the tensors' bytes where
// they are: in the mapped model file or in the external files beside it. A
// model with gigabytes of weights costs the memory of its graph alone.
//
// The file is not trusted. Every length is checked against the file; external
// data must lie inside the model's folder.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_MODELREADER_H
#define TENON_COMPILER_IMPORT_ONNX_MODELREADER_H

#include "compiler/import/MappedFile.h"
#include "compiler/import/onnx/onnx.pb.h"

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include <cstdint>
#include <memory>
#include <string>

#include <vector>

namespace tenon::onnx {

/// The dimensions of a tensor.
using Dims = std::vector<int64_t>;

/// A tensor of the model: its type, and its bytes as a range of a mapped file
/// or, for the few forms that the file holds encoded, as an own buffer. Bytes
/// are row-major and little-endian, one byte per bool, 4-bit types two to a
/// byte; their number always agrees with type and dims.
struct TensorData {
  std::string name;
  TensorProto::DataType type = TensorProto::UNDEFINED;
  Dims dims;
  /// Set when the bytes are `length` bytes at `offset` of this file.
  std::shared_ptr<const MappedFile> file;
  uint64_t offset = 0;
  uint64_t length = 0;
  /// The bytes when `file` is null.
  std::string owned;

  absl::string_view bytes() const {
    return file ? file->bytes(offset, length) : absl::string_view(owned);
  }
};

/// A parsed model. Immutable after reading, but for a cache of open files.
class Model {
public:
  /// Reads the ONNX model at `path`. Errors: NotFound, or InvalidArgument for
  /// whatever is not a well-formed model of at most 2 GiB (external data not
  /// counted).
  static absl::StatusOr<std::unique_ptr<Model>> read(const std::string &path);

  const std::string &path() const { return file->path(); }
  const ModelProto &proto() const { return message; }
  /// The name of the model file in its folder.
  std::string fileName() const;
  /// The path of the model file or of an external file relative to the model's
  /// folder, with '/' between its parts.
  std::string relativePath(const MappedFile &file) const;

  /// Locates the bytes of a tensor of this model, checked against its type and
  /// dims. Errors: InvalidArgument where anything disagrees, Unimplemented
  /// for element types that have no tensor form here (strings).
  absl::StatusOr<TensorData> tensor(const TensorProto &proto);

private:
  friend class WireWalker;

  /// Where a tensor's payload lies in the model file.
  struct Payload {
    enum Kind { Raw, FloatData, DoubleData } kind;
    uint64_t offset;
    uint64_t length;
  };

  Model() = default;
  absl::Status locateExternal(const TensorProto &proto, uint64_t expected,
                              TensorData &data);
  absl::StatusOr<std::shared_ptr<const MappedFile>>
  openExternal(const std::string &location);

  std::shared_ptr<const MappedFile> file;
  ModelProto message;
  /// Keyed by the messages of `message`, which never move.
  absl::flat_hash_map<const TensorProto *, Payload> payloads;
  absl::flat_hash_map<std::string, std::shared_ptr<const MappedFile>> externals;
  /// Per external file, its path relative to the model's folder.
  absl::flat_hash_map<const MappedFile *, std::string> relativePaths;
};

/// The number of elements of `dims`; fails on negative dimensions, more than 64
/// of them, and more than 2^48 elements, so that sums and products of sizes
/// cannot overflow later.
absl::StatusOr<int64_t> elementCount(const Dims &dims);

/// The size of one element in bits, or 0 for types without a fixed size.
unsigned elementBits(TensorProto::DataType type);

/// ONNX's name of an element type in lower case, for instance "float16", or
/// "type 99" for a number that is none.
std::string typeName(int type);

/// `name` in single quotes, on one line: control characters are escaped and
/// long names cut, so that a model's strings can stand in messages.
std::string quoteName(absl::string_view name);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_MODELREADER_H
