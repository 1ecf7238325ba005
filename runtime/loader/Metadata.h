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

/// Bytes of the thing that a buffer refers to. Returns false when there is
/// none of that kind and index.
bool bufferExtent(const fb::Artifact &artifact, const fb::Entry &entry,
                  fb::BufferKind kind, uint32_t index, uint64_t &bytes);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_METADATA_H
