// Artifacts that were compiled for the sizes of some inputs, kept for the next
// run with the same sizes.

#ifndef TENON_TOOLS_TENON_ARTIFACTCACHE_H
#define TENON_TOOLS_TENON_ARTIFACTCACHE_H

#include "absl/status/statusor.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tenon::tool {

/// A folder of artifacts, each named by what it was made from. Several
/// processes may use one: files appear whole, and whoever has one open keeps
/// it.
class ArtifactCache {
public:
  /// What the folder may hold, in bytes; the oldest artifacts go first.
  static constexpr uint64_t kCapacity = uint64_t{4} << 30;

  /// Opens `folder`, which is created; where it is empty, `tenon` in the user's
  /// cache folder ($XDG_CACHE_HOME, else ~/.cache). An error carries T0301.
  static absl::StatusOr<ArtifactCache> open(const std::string &folder);

  /// Where the artifact made from `ingredients` stands or will stand. They are
  /// hashed, together with this program, whose next version compiles anew.
  std::string pathFor(const std::string &ingredients) const;
  /// Whether an artifact stands at a path of pathFor, is sound, and is so kept
  /// longer.
  bool holds(const std::string &path) const;
  /// Removes artifacts but `newest` until the rest fits `capacity`.
  void trim(const std::string &newest, uint64_t capacity = kCapacity) const;

private:
  explicit ArtifactCache(std::string folder) : folder(std::move(folder)) {}

  std::string folder;
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_ARTIFACTCACHE_H
