// What a person asks code for, and the descriptions that it stands for.

#ifndef TENON_COMPILER_DRIVER_TARGETS_H
#define TENON_COMPILER_DRIVER_TARGETS_H

#include "ir/target/TargetDescription.h"

#include "absl/status/statusor.h"

#include <string>
#include <vector>

namespace tenon::driver {

/// The target as it was asked for: "native" is another machine elsewhere.
struct TargetRequest {
  std::string kind = "cpu"; ///< cpu or cuda
  /// native, portable, or the name of a built-in description.
  std::string name = "native";
  /// The text of a description of one's own, instead of `name`.
  std::string description;
  /// Where that text comes from, for messages.
  std::string file;
};

/// What code is generated for, best first. An error carries T0111.
absl::StatusOr<std::vector<target::TargetDescription>>
resolveTargets(const TargetRequest &request);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_TARGETS_H
