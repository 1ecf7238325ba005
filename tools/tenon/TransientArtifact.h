// Lets `run`, `bench` and `inspect` take a model, or an artifact whose
// dimensions are open: it is compiled into a file that lasts as long as the
// command, or in the cache.

#ifndef TENON_TOOLS_TENON_TRANSIENTARTIFACT_H
#define TENON_TOOLS_TENON_TRANSIENTARTIFACT_H

#include "tools/tenon/ModelFlags.h"

namespace tenon::tool {

class PendingArtifact;

/// A path to an artifact: one that was given, or a compiled one that is
/// removed at the end unless the cache keeps it.
class TransientArtifact {
public:
  /// Compiles where `flags` name a model. An artifact may have open dimensions.
  /// An error carries a number.
  static absl::StatusOr<TransientArtifact> get(const ModelFlags &flags);

  /// The same, and compiles for the sizes that `--dim` and the inputs of
  /// `entry` (by default the only one, or predict) say where dimensions are
  /// open. `--dim` is T0110 for an artifact that holds code.
  static absl::StatusOr<TransientArtifact>
  getSized(const ModelFlags &flags, const std::string &entry,
           const std::vector<std::string> &inputs);

  TransientArtifact(TransientArtifact &&other) noexcept
      : file(std::move(other.file)), isOurs(other.isOurs) {
    other.isOurs = false;
  }
  ~TransientArtifact();

  const std::string &path() const { return file; }

private:
  TransientArtifact(std::string file, bool isOurs)
      : file(std::move(file)), isOurs(isOurs) {}

  /// A file in this folder that does not exist otherwise.
  static absl::StatusOr<TransientArtifact> create();
  /// Compiles the model in `pending`, the artifact at `path`, for `dims`.
  static absl::StatusOr<TransientArtifact>
  specialize(const PendingArtifact &pending, const std::string &path,
             const std::vector<driver::DimSizes> &dims,
             const ModelFlags &flags);

  std::string file;
  bool isOurs;
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_TRANSIENTARTIFACT_H
