// Streams the sections of an artifact into a file that is not there yet.
#ifndef TENON_COMPILER_ARTIFACT_SECTIONWRITER_H
#define TENON_COMPILER_ARTIFACT_SECTIONWRITER_H

#include "compiler/artifact/ArtifactContents.h"
#include "runtime/schema/FileFormat.h"

#include "absl/status/statusor.h"

#include <memory>

namespace tenon::artifact {

/// Where a stretch of bytes was put, and its XXH3.
struct Placed {
  uint64_t offset = 0; ///< in its section
  uint64_t size = 0;
  uint64_t hash = 0;
};

/// Writes to a temporary file beside `path`, and removes it unless commit was
/// reached. Sections come one after another: begin, append..., end.
class SectionWriter {
public:
  /// Creates the temporary file, with room for `sectionCount` rows.
  static absl::StatusOr<std::unique_ptr<SectionWriter>>
  create(const std::string &path, uint32_t sectionCount);
  ~SectionWriter();
  SectionWriter(const SectionWriter &) = delete;
  SectionWriter &operator=(const SectionWriter &) = delete;

  absl::Status begin(rt::SectionKind kind, uint32_t index = 0);

  /// Appends to the section, at a multiple of kTensorAlignment.
  absl::StatusOr<Placed> append(const ByteSource &source);

  /// Ends the section and gives its size.
  absl::StatusOr<uint64_t> end();

  /// Writes the header with all checksums and flushes. The file is complete
  /// then, under temporaryPath(). Gives its size.
  absl::StatusOr<uint64_t> finish();
  const std::string &temporaryPath() const { return temporary; }

  /// Gives the file its name.
  absl::Status commit();

private:
  struct Hashes;

  SectionWriter();
  absl::Status put(const void *data, size_t size);
  absl::Status flush();
  absl::Status padTo(uint64_t alignment);
  absl::Status stateSha256(rt::FileHeader &header);

  std::string path;
  std::string temporary;
  int descriptor = -1;
  uint64_t position = 0;
  std::vector<uint8_t> buffer;
  std::vector<rt::SectionHeader> sections;
  uint32_t announced = 0;
  std::unique_ptr<Hashes> hashes;
};

} // namespace tenon::artifact

#endif // TENON_COMPILER_ARTIFACT_SECTIONWRITER_H
