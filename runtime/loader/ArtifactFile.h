// The frame of an artifact: where its bytes are, and that they are intact.
#ifndef TENON_RUNTIME_LOADER_ARTIFACTFILE_H
#define TENON_RUNTIME_LOADER_ARTIFACTFILE_H

#include "runtime/core/Diagnostic.h"
#include "runtime/core/Mapping.h"
#include "runtime/schema/FileFormat.h"

namespace tenon::rt {

/// Bytes of a section; empty for one that the file does not have.
struct SectionBytes {
  const uint8_t *data = nullptr;
  uint64_t size = 0;
  uint64_t fileOffset = 0;
};

/// What is checked beyond the frame.
struct IntegrityOptions {
  bool skipWeights = false; ///< leave out the weights (WeightCheck.h)
  /// The SHA-256 that the file must state, 32 bytes, or null.
  const uint8_t *expectedSha256 = nullptr;
};

/// An artifact's bytes, mapped from a file or borrowed from the caller. After
/// open the header, the section table and the checksums of all sections but
/// the weights' hold. Immutable.
class ArtifactFile {
public:
  /// Maps a file and checks its frame. Errors: FileUnreadable, NotAnArtifact,
  /// FormatVersion, Damaged, DigestMismatch.
  static Code open(const char *path, const IntegrityOptions &options,
                   ArtifactFile &file, Diagnostic &diagnostic);

  /// Uses bytes that outlive the object, aligned to kTensorAlignment. Errors
  /// as above, and Misaligned.
  static Code borrow(const void *data, size_t size,
                     const IntegrityOptions &options, ArtifactFile &file,
                     Diagnostic &diagnostic);

  /// The section of that kind and index.
  SectionBytes section(SectionKind kind, uint32_t index = 0) const;

  /// Compares the checksum of the section of that kind and index 0, if there
  /// is one. Errors: Damaged.
  Code checkSection(SectionKind kind, Diagnostic &diagnostic) const;

  /// How many sections of a kind there are.
  uint32_t sectionCount(SectionKind kind) const;

  const FileHeader &header() const { return frame; }

  /// Row `i` of the section table, i < header().sectionCount.
  const SectionHeader &sectionHeader(uint32_t i) const { return sections[i]; }

  /// The mapped file's descriptor, or -1 for borrowed bytes.
  int descriptor() const { return file.get(); }

private:
  Code check(const IntegrityOptions &options, Diagnostic &diagnostic);
  Code checkSections(Diagnostic &diagnostic);
  Code checkSum(uint32_t i, Diagnostic &diagnostic) const;

  File file;
  Mapping mapping;
  const uint8_t *bytes = nullptr;
  uint64_t size = 0;
  FileHeader frame = {};
  SectionHeader sections[kMaxSections] = {};
};

/// "metadata", "code", ...; "unknown" for a kind that is none of ours.
const char *sectionKindName(uint32_t kind);

} // namespace tenon::rt

#endif // TENON_RUNTIME_LOADER_ARTIFACTFILE_H
