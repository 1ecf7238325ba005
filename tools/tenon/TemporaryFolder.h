// A folder that lasts as long as a command.

#ifndef TENON_TOOLS_TENON_TEMPORARYFOLDER_H
#define TENON_TOOLS_TENON_TEMPORARYFOLDER_H

#include "absl/status/statusor.h"

#include <string>

namespace tenon::tool {

/// Removed with everything in it at the end, unless kept.
class TemporaryFolder {
public:
  /// Creates one inside `parent`. An error carries T0301.
  static absl::StatusOr<TemporaryFolder> create(const std::string &parent);

  TemporaryFolder(TemporaryFolder &&other) noexcept
      : folder(std::move(other.folder)) {
    other.folder.clear();
  }
  ~TemporaryFolder();

  const std::string &path() const { return folder; }
  void keep() { folder.clear(); }

private:
  explicit TemporaryFolder(std::string folder) : folder(std::move(folder)) {}

  std::string folder; ///< empty: nothing to remove
};

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_TEMPORARYFOLDER_H
