// An artifact written past the writer's own checks, as a stranger would write
// it: intact, and free to contradict itself.
#ifndef TENON_TEST_RUNTIME_SUPPORT_FORGED_H
#define TENON_TEST_RUNTIME_SUPPORT_FORGED_H

#include "compiler/artifact/MetadataBuilder.h"
#include "test/runtime/support/TestModel.h"

namespace tenon::test {

struct Forged {
  artifact::ArtifactContents contents;
  artifact::Placements placements;
  std::vector<uint8_t> weights = std::vector<uint8_t>(256);
  std::vector<uint8_t> constants = std::vector<uint8_t>(3);
  std::vector<uint8_t> state = std::vector<uint8_t>(256);
  /// Of the variants; and their PTX, no section where it is empty.
  std::vector<std::vector<uint8_t>> images, ptx;

  /// Says the truth about these contents, which are the test model's.
  explicit Forged(artifact::ArtifactContents contents = testContents());

  artifact::Entry &entry(size_t i = 0) { return contents.entries[i]; }
  artifact::Launch &launch() {
    return std::get<artifact::Launch>(entry().instructions[0]);
  }

  /// Writes the file; its path.
  std::string write();
  /// The code's name and the one line with which loading it is refused; "" if
  /// it loads.
  std::string refusal();
};

} // namespace tenon::test

#endif // TENON_TEST_RUNTIME_SUPPORT_FORGED_H
