#include "tools/tenon/ExitCode.h"

#include "compiler/driver/Compile.h"
#include "compiler/report/Error.h"

#include <cstdio>

namespace tenon::tool {

ExitCode exitCodeOf(const absl::Status &status) {
  if (status.ok())
    return Done;
  switch (report::errorCode(status)) {
  case report::ErrorCode::ModelUnsupported:
  case report::ErrorCode::SpecUnsupported:
    return Unsupported;
  case report::ErrorCode::BadOption:
  case report::ErrorCode::TargetUnknown:
  case report::ErrorCode::SizesOpen:
    return WrongUsage;
  default:
    return Failed;
  }
}

ExitCode reportFailure(const absl::Status &status) {
  if (status.ok())
    return Done;
  std::fprintf(stderr, "tenon: error: %s\n", report::describe(status).c_str());
  if (std::string command = driver::replayCommand(status); !command.empty())
    std::fprintf(stderr, "tenon: to replay: %s\n", command.c_str());
  return exitCodeOf(status);
}

} // namespace tenon::tool
