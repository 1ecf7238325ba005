// Turns contents into the FlatBuffers metadata, once it is known where the
// bytes went.
#ifndef TENON_COMPILER_ARTIFACT_METADATABUILDER_H
#define TENON_COMPILER_ARTIFACT_METADATABUILDER_H

#include "compiler/artifact/SectionWriter.h"

namespace tenon::artifact {

/// What the metadata states beyond the contents. The vectors are as long as
/// those of the contents they speak of.
struct Placements {
  std::vector<Placed> weights;
  std::vector<Placed> constants;
  std::vector<uint64_t> variableOffsets; ///< in the state block
  uint64_t stateSize = 0;
  std::vector<Placed> sourceFiles;
  /// Per kernel and variant: the address of its symbol.
  std::vector<std::vector<uint64_t>> symbols;
};

/// Gives the bytes of the metadata section. Errors: InvalidArgument for an
/// unknown element type or contents that do not fit FlatBuffers' 2 GiB.
absl::StatusOr<std::vector<uint8_t>>
buildMetadata(const ArtifactContents &contents, const Placements &placements);

} // namespace tenon::artifact

#endif // TENON_COMPILER_ARTIFACT_METADATABUILDER_H
