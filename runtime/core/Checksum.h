// The fast checksum of the format: XXH3 with 64 bits, seed 0.
#ifndef TENON_RUNTIME_CORE_CHECKSUM_H
#define TENON_RUNTIME_CORE_CHECKSUM_H

#include "runtime/schema/FileFormat.h"

namespace tenon::rt {

/// XXH3 of `size` bytes.
uint64_t checksum(const void *data, size_t size);

/// The checksum of a header and its section table, with the header's own
/// checksum and SHA-256 taken as zeros. `sections` has header.sectionCount
/// rows, at most kMaxSections.
uint64_t headerChecksum(const FileHeader &header,
                        const SectionHeader *sections);

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_CHECKSUM_H
