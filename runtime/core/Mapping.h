// Memory from the operating system: files that are mapped, and plain pages.
#ifndef TENON_RUNTIME_CORE_MAPPING_H
#define TENON_RUNTIME_CORE_MAPPING_H

#include "runtime/core/Diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace tenon::rt {

/// The system's page size.
size_t systemPageSize();

/// `value` rounded up to a multiple of `alignment`, a power of two.
constexpr uint64_t alignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

/// Asks the system to map a range that will be read as a whole in one go, not
/// page by page on first touch. Only ever a hint.
void prefault(const uint8_t *data, size_t size);

/// A range of pages, given back when it goes. Moves, never copies.
class Mapping {
public:
  Mapping() = default;
  Mapping(Mapping &&other) noexcept
      : base(std::exchange(other.base, nullptr)),
        length(std::exchange(other.length, 0)) {}
  Mapping &operator=(Mapping &&other) noexcept {
    std::swap(base, other.base);
    std::swap(length, other.length);
    return *this;
  }
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;
  ~Mapping();

  /// Zeroed pages that may be read and written, or with `reserve` pages that
  /// nobody may touch.
  static Code anonymous(size_t size, bool reserve, Mapping &mapping,
                        Diagnostic &diagnostic);

  /// Bytes [0, size) of a file, read-only.
  static Code file(int descriptor, size_t size, Mapping &mapping,
                   Diagnostic &diagnostic);

  uint8_t *data() const { return base; }
  size_t size() const { return length; }

private:
  uint8_t *base = nullptr;
  size_t length = 0;
};

/// An open file, closed when it goes. Moves, never copies.
class File {
public:
  File() = default;
  File(File &&other) noexcept
      : descriptor(std::exchange(other.descriptor, -1)) {}
  File &operator=(File &&other) noexcept {
    std::swap(descriptor, other.descriptor);
    return *this;
  }
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  ~File();

  /// Opens a regular file for reading and gives its size.
  static Code open(const char *path, File &file, uint64_t &size,
                   Diagnostic &diagnostic);

  /// The system's descriptor, or -1.
  int get() const { return descriptor; }

private:
  int descriptor = -1;
};

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_MAPPING_H
