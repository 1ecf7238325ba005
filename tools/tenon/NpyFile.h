// .npy files as host tensors, through the runtime's library of tensor files.

#ifndef TENON_TOOLS_TENON_NPYFILE_H
#define TENON_TOOLS_TENON_NPYFILE_H

#include "compiler/driver/HostTensor.h"

#include "absl/status/statusor.h"

#include <string>

namespace tenon::tool {

/// Reads a file of the element type `wanted`, as MLIR prints it. Errors carry
/// the runtime's numbers.
absl::StatusOr<driver::HostTensor> readNpy(const std::string &path,
                                           const std::string &wanted);

/// Reads a file of strings as code points, `characters` of each, filled up with
/// zeros. An error where one is longer.
absl::StatusOr<driver::HostTensor> readStrings(const std::string &path,
                                               int64_t characters);

/// Writes a tensor of code points as strings.
absl::Status writeStrings(const std::string &path,
                          const driver::HostTensor &tensor);

/// Writes a file. Errors carry the runtime's numbers.
absl::Status writeNpy(const std::string &path,
                      const driver::HostTensor &tensor);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_NPYFILE_H
