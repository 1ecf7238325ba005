#include "compiler/driver/Targets.h"

#include "compiler/report/Error.h"

namespace tenon::driver {

using report::ErrorCode;
using report::makeError;

absl::StatusOr<std::vector<target::TargetDescription>>
resolveTargets(const TargetRequest &request) {
  std::vector<target::TargetDescription> targets;
  auto add = [&](llvm::Expected<target::TargetDescription> description) {
    if (!description)
      return makeError(ErrorCode::TargetUnknown,
                       llvm::toString(description.takeError()));
    bool isGpu = description->kind == target::TargetKind::Cuda;
    if (isGpu != (request.kind == "cuda"))
      return makeError(ErrorCode::TargetUnknown,
                       description->name + " does not describe a " +
                           (isGpu ? "CPU; --target=cuda compiles for GPUs"
                                  : "GPU, as --target=cuda asks"));
    targets.push_back(std::move(*description));
    return absl::OkStatus();
  };
  absl::Status status;
  if (!request.description.empty()) {
    status =
        add(target::parseTargetDescription(request.description, request.file));
  } else if (request.kind == "cuda" &&
             (request.name == "portable" || request.name == "native")) {
    // No GPU is asked: compiling must not depend on one being there.
    status = add(target::lookupTarget("sm_90"));
    status.Update(add(target::lookupTarget("sm_80")));
  } else if (request.name == "portable") {
    status = add(target::lookupTarget("x86-64-v4"));
    status.Update(add(target::lookupTarget("x86-64-v3")));
  } else {
    status = add(target::lookupTarget(request.name));
  }
  if (!status.ok())
    return status;
  return targets;
}

} // namespace tenon::driver
