// What the command returns to the shell, and how it says why.

#ifndef TENON_TOOLS_TENON_EXITCODE_H
#define TENON_TOOLS_TENON_EXITCODE_H

#include "absl/status/status.h"

#include <string>

namespace tenon::tool {

/// The command line contract: docs/cli.md.
enum ExitCode : int {
  Done = 0,
  Failed = 1,
  WrongUsage = 2,
  Unsupported = 3,
};

/// The exit code that `status` stands for.
ExitCode exitCodeOf(const absl::Status &status);

/// Nothing for an Ok status. Otherwise prints the reason and, where there is
/// one, the command that replays the failure to standard error. Returns the
/// exit code.
ExitCode reportFailure(const absl::Status &status);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_EXITCODE_H
