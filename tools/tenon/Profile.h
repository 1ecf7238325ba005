// What `--profile` writes: the time of each step of an entry.

#ifndef TENON_TOOLS_TENON_PROFILE_H
#define TENON_TOOLS_TENON_PROFILE_H

#include "tools/tenon/ArtifactRunner.h"

namespace tenon::tool {

/// Writes the steps that `runner`, loaded with `profile`, ran last: kernel,
/// the model's nodes, and nanoseconds, as JSON.
absl::Status writeProfile(const ArtifactRunner &runner,
                          const std::string &path);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_PROFILE_H
