// The bytes of weights, straight from the files that they stand in.

#ifndef TENON_COMPILER_DRIVER_WEIGHTFILES_H
#define TENON_COMPILER_DRIVER_WEIGHTFILES_H

#include "compiler/artifact/ArtifactContents.h"
#include "ir/graph/GraphOps.h"

#include "absl/status/statusor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <span>
#include <string>

namespace tenon::driver {

/// Maps the files that a module's weights name, each once. What it gives out
/// is valid as long as it lives. Not safe to use from several threads.
class WeightFiles {
public:
  /// Relative file names count from `folder`.
  explicit WeightFiles(std::string folder) : folder(std::move(folder)) {}

  /// The weight as it stands in its file, row major; a splat is written out.
  /// An error carries T0101 for a file that cannot be read, and T0102 where it
  /// does not hold the weight.
  absl::StatusOr<artifact::ByteSource> source(graph::WeightOp weight);

  /// The same as memory. A splat has none and is InvalidArgument.
  absl::StatusOr<std::span<const uint8_t>> bytes(graph::WeightOp weight);

private:
  std::string folder;
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> files;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_WEIGHTFILES_H
