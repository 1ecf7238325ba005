// Lets `run` and `bench` take a model: it is compiled for this machine into a
// file that lasts as long as the command.

#ifndef TENON_TOOLS_TENON_TRANSIENTARTIFACT_H
#define TENON_TOOLS_TENON_TRANSIENTARTIFACT_H

#include "tools/tenon/ModelFlags.h"

namespace tenon::tool {

/// A path to an artifact: the one that was given, or a compiled one that is
/// removed at the end.
class TransientArtifact {
public:
  /// Compiles where `flags` name a model. An error carries a number.
  static absl::StatusOr<TransientArtifact> get(const ModelFlags &flags);

  TransientArtifact(TransientArtifact &&other) noexcept
      : file(std::move(other.file)), isOurs(other.isOurs) {
    other.isOurs = false;
  }
  ~TransientArtifact();

  const std::string &path() const { return file; }

private:
  TransientArtifact(std::string file, bool isOurs)
      : file(std::move(file)), isOurs(isOurs) {}

  std::string file;
  bool isOurs;
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_TRANSIENTARTIFACT_H
