// The artifact of a model that cannot be compiled before its inputs are seen.

#ifndef TENON_COMPILER_DRIVER_WRITEPENDING_H
#define TENON_COMPILER_DRIVER_WRITEPENDING_H

#include "compiler/driver/Compile.h"

namespace tenon::driver {

/// Checks what can be checked without sizes and writes an artifact that holds
/// the model's files and the options. Errors as for compile.
absl::StatusOr<report::CompileSummary>
writePendingArtifact(const CompileOptions &options);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_WRITEPENDING_H
