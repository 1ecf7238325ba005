#include "runtime/core/Checksum.h"

// Inlined, so that the library depends on nothing.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

namespace tenon::rt {

uint64_t checksum(const void *data, size_t size) {
  return XXH3_64bits(data, size);
}

uint64_t headerChecksum(const FileHeader &header,
                        const SectionHeader *sections) {
  unsigned char
      bytes[sizeof(FileHeader) + kMaxSections * sizeof(SectionHeader)];
  FileHeader zeroed = header;
  zeroed.checksum = 0;
  memset(zeroed.sha256, 0, sizeof(zeroed.sha256));
  memcpy(bytes, &zeroed, sizeof(zeroed));
  size_t tableSize = header.sectionCount * sizeof(SectionHeader);
  memcpy(bytes + sizeof(zeroed), sections, tableSize);
  return checksum(bytes, sizeof(zeroed) + tableSize);
}

} // namespace tenon::rt
