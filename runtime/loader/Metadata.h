// Reading the metadata: the generated reader and small helpers over it.
#ifndef TENON_RUNTIME_LOADER_METADATA_H
#define TENON_RUNTIME_LOADER_METADATA_H

#include "runtime/schema/artifact_generated.h"

namespace tenon::fb {
using Shape = flatbuffers::Vector<int64_t>;
using Tensors = flatbuffers::Vector<flatbuffers::Offset<Tensor>>;
} // namespace tenon::fb

namespace tenon::rt {

/// The length of a vector or string that may be absent.
template <typename T> uint32_t sizeOf(const T *vector) {
  return vector ? vector->size() : 0;
}

/// What the name of a requirement begins with: the last outputs of an entry
/// that are single booleans and have such names are conditions that have to
/// hold, and what follows in the name is the reason when one does not.
inline constexpr char kRequirementMark = '!';

/// What the name of a size begins with: the last outputs of an entry may also
/// be 64-bit integers called ?OUTPUT.DIM, the size of that output along that
/// dimension, of which the shape states the bound.
inline constexpr char kSizeMark = '?';

/// Which size an output is.
struct SizePlace {
  uint32_t output = 0;
  uint32_t dim = 0;
};

/// Whether an output is a size, and of what.
bool isSize(const fb::Tensor &tensor, SizePlace &place);

/// The outputs of an entry that callers see: all but requirements and sizes.
uint32_t visibleOutputs(const fb::Entry &entry);

/// Bytes of the thing that a buffer refers to. Returns false when there is
/// none of that kind and index.
bool bufferExtent(const fb::Artifact &artifact, const fb::Entry &entry,
                  fb::BufferKind kind, uint32_t index, uint64_t &bytes);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_METADATA_H
