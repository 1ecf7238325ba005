// Weights that stand in safetensors files beside a model.

#ifndef TENON_COMPILER_DRIVER_WEIGHTSOURCES_H
#define TENON_COMPILER_DRIVER_WEIGHTSOURCES_H

#include "compiler/import/WeightBindings.h"

#include "absl/status/statusor.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace tenon::driver {

/// Where a model's weights come from, beside its own files.
struct WeightSources {
  /// Safetensors files; or, ending in .json, an index of several, which maps
  /// each tensor's name to a file in the index's folder.
  std::vector<std::string> files;
  /// Which tensors names of the model stand for; others are called alike.
  std::vector<WeightRule> rules;

  bool empty() const { return files.empty(); }
};

/// Maps all files and reads their headers. An error carries the runtime's
/// number for a file that cannot be read or is malformed, or T0107 for a tensor
/// that is there twice and for an index that does not fit its files.
absl::StatusOr<WeightBindings> openWeights(const WeightSources &sources);

/// All files that the sources name, those of an index after it. Errors as
/// above.
absl::StatusOr<std::vector<std::string>>
weightFiles(const WeightSources &sources);

/// The rules in the JSON file at `path`, one object of names of the model and
/// names of tensors. An error carries T0110.
absl::StatusOr<std::vector<WeightRule>> readWeightMap(const std::string &path);

/// The rule in "MODEL=TENSOR". An error carries T0110.
absl::StatusOr<WeightRule> parseWeightRule(const std::string &text);

/// Replaces the names of tensors that weights of a module refer to
/// (ir/graph/WeightTensor.h) by their place in the file and a hash of their
/// bytes. File names count from `folder`. An error carries the runtime's number
/// for the file, or T0102 for a tensor that is missing or of another type.
absl::Status locateWeightTensors(mlir::ModuleOp module,
                                 const std::string &folder);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_WEIGHTSOURCES_H
