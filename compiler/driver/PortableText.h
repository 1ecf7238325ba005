// The module as text that other compilers read.

#ifndef TENON_COMPILER_DRIVER_PORTABLETEXT_H
#define TENON_COMPILER_DRIVER_PORTABLETEXT_H

#include "compiler/driver/LoadModel.h"

#include "absl/status/statusor.h"

#include <string>

namespace tenon::driver {

/// Expands an imported model to primitives, in place, and prints it as
/// StableHLO with its weights in it. An error carries T0103 with all ops that
/// StableHLO lacks, or what reading a weight or running a pass gives.
absl::StatusOr<std::string> toStablehlo(LoadedModel &model);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PORTABLETEXT_H
