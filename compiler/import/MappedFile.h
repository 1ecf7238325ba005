//===- MappedFile.h - a read-only file mapping ------------------*- C++ -*-===//
//
// Models and weights are read through mappings: their pages are shared with
// the page cache and never copied as a whole.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_MAPPEDFILE_H
#define TENON_COMPILER_IMPORT_MAPPEDFILE_H

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include <cstdint>
#include <memory>
#include <string>

namespace tenon {

/// A whole regular file, mapped read-only for the lifetime of the object.
/// Immutable, hence safe to share between threads. The contents are undefined
/// when another process truncates the file meanwhile.
class MappedFile {
public:
  /// Maps `path`. Fails with NotFound when there is no such file, and with
  /// InvalidArgument when it is not a regular file or cannot be read.
  static absl::StatusOr<std::shared_ptr<const MappedFile>>
  open(const std::string &path);

  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;
  ~MappedFile();

  /// The path it was opened by.
  const std::string &path() const { return name; }
  /// Its size in bytes.
  uint64_t size() const { return length; }
  /// All of its bytes.
  absl::string_view bytes() const { return {data, length}; }
  /// `length` bytes from `offset`. The caller has checked the range.
  absl::string_view bytes(uint64_t offset, uint64_t length) const;
  /// True when `length` bytes from `offset` lie inside the file.
  bool contains(uint64_t offset, uint64_t length) const {
    return offset <= this->length && length <= this->length - offset;
  }

private:
  MappedFile(std::string path, const char *data, uint64_t length)
      : name(std::move(path)), data(data), length(length) {}

  std::string name;
  const char *data;
  uint64_t length;
};

/// The XXH3-128 hash of `bytes` as 32 lower-case hex digits, in the canonical
/// (big-endian) order that `xxhsum -H2` prints.
std::string contentHash(absl::string_view bytes);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_MAPPEDFILE_H
