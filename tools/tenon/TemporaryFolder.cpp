#include "tools/tenon/TemporaryFolder.h"

#include "compiler/report/Error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace tenon::tool {

absl::StatusOr<TemporaryFolder>
TemporaryFolder::create(const std::string &parent) {
  std::string path = parent + "/.tenon-model-XXXXXX";
  if (!mkdtemp(path.data()))
    return report::makeError(report::ErrorCode::OutputUnwritable,
                             parent + ": " + std::strerror(errno));
  return TemporaryFolder(path);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  if (!folder.empty())
    std::filesystem::remove_all(folder, error);
}

} // namespace tenon::tool
