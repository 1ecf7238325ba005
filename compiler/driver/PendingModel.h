// A model that waits for the sizes of its open dimensions, and what it is to be
// compiled with then. An artifact can hold one instead of code; tools that
// contain the compiler make code of it once they see inputs.

#ifndef TENON_COMPILER_DRIVER_PENDINGMODEL_H
#define TENON_COMPILER_DRIVER_PENDINGMODEL_H

#include "compiler/driver/HostTensor.h"
#include "compiler/driver/LoadModel.h"
#include "compiler/driver/Targets.h"
#include "compiler/import/OpenModel.h"

namespace tenon::driver {

struct PendingModel {
  OpenModel declared;
  /// Sizes that were given to other dimensions.
  std::vector<DimSizes> dims;
  TargetRequest target;
  /// What else it is made of. In an artifact, file names as it holds them.
  WeightSources weights = {};
};

/// Reads what a model declares, without sizes for all of its dimensions, and
/// refuses what is wrong or unsupported whatever they are.
/// Errors as for loadModel, but T0114.
absl::StatusOr<PendingModel> describePending(const ModelRequest &request);

/// As an artifact keeps it, one JSON object.
std::string toJson(const PendingModel &pending);
/// The inverse. The text is a stranger's: an error carries T1005.
absl::StatusOr<PendingModel> parsePending(const std::string &json);

/// What callers see; an open dimension has the size -1.
EntrySpec entrySpec(const DeclaredEntry &entry);

/// The sizes of all of the model's dimensions: `pending.dims`, what `given`
/// adds, and what the shapes of `inputs`, in the signature's order, say.
/// Without inputs `given` must name all. Errors: T0110 for a dimension that is
/// not open, T0114 for one that nothing sizes, T0115 where two say different
/// things, T1025 for an input that is of another shape.
absl::StatusOr<std::vector<DimSizes>>
bindSizes(const PendingModel &pending, const DeclaredEntry &entry,
          const std::vector<DimSizes> &given,
          const std::vector<HostTensor> &inputs);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_PENDINGMODEL_H
