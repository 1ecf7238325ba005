// Writes an artifact. The same contents give the same bytes.
#ifndef TENON_COMPILER_ARTIFACT_ARTIFACTWRITER_H
#define TENON_COMPILER_ARTIFACT_ARTIFACTWRITER_H

#include "compiler/artifact/ArtifactContents.h"

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tenon::artifact {

/// What was written: the bill of sizes.
struct ArtifactSummary {
  uint64_t fileSize = 0;
  uint64_t metadataSize = 0;
  uint64_t codeSize = 0; ///< over all variants
  uint64_t weightsSize = 0;
  uint64_t constantsSize = 0;
  uint64_t stateSize = 0; ///< initial values as stored
  uint64_t debugSize = 0;
  uint64_t sourceSize = 0; ///< of a model that is not compiled yet
};

/// Writes `contents` to `path`. The file appears whole or not at all: it is
/// written beside the path and renamed. Weights stream through; what was
/// written is checked with the loader's own checks before the rename.
///
/// Errors: InvalidArgument where the contents contradict themselves (an index
/// out of range, an unknown element type, a missing symbol, an image that the
/// loader would refuse, a source that gives too few or too many bytes); what
/// a source returns; what the file system refuses, by its errno (NotFound,
/// PermissionDenied, ResourceExhausted, ...).
absl::StatusOr<ArtifactSummary> writeArtifact(const ArtifactContents &contents,
                                              absl::string_view path);

} // namespace tenon::artifact

#endif // TENON_COMPILER_ARTIFACT_ARTIFACTWRITER_H
