// The check of an artifact's metadata: after it every index and every range
// in the FlatBuffers section may be used without a further look.
#ifndef TENON_RUNTIME_LOADER_METADATACHECK_H
#define TENON_RUNTIME_LOADER_METADATACHECK_H

#include "runtime/core/Diagnostic.h"
#include "runtime/core/ElfImage.h"

#include <cstdint>

namespace tenon::fb {
struct Artifact;
} // namespace tenon::fb

namespace tenon::rt {

/// Limits that keep every later sum far from overflow.
inline constexpr uint64_t kMaxBytes = uint64_t{1} << 46;
inline constexpr uint64_t kMaxRank = 32;
inline constexpr int64_t kMaxTiles = (int64_t{1} << 31) - 2;

/// What the metadata is checked against.
struct MetadataContext {
  uint64_t weightsSize = 0;
  uint64_t constantsSize = 0;
  uint64_t stateImageSize = 0;
  uint32_t codeSections = 0;
  uint64_t sourceSize = 0;
};

/// Checks the structure (FlatBuffers' verifier) and then every index, range,
/// count and size in it; does not look at code. `data` must be aligned to 8.
/// Gives the root on success. Errors: Malformed with the table and index
/// that is wrong, NotSupported for what the format reserves.
Code checkMetadata(const uint8_t *data, size_t size,
                   const MetadataContext &context,
                   const fb::Artifact *&artifact, Diagnostic &diagnostic);

/// Checks that all kernels of variant `index` start inside an executable
/// segment of its image.
Code checkKernelSymbols(const fb::Artifact &artifact, uint32_t index,
                        const ElfLayout &layout, Diagnostic &diagnostic);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_METADATACHECK_H
