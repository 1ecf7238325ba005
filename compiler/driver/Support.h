// Whether this compiler can make code of a model: all that it cannot, at once.

#ifndef TENON_COMPILER_DRIVER_SUPPORT_H
#define TENON_COMPILER_DRIVER_SUPPORT_H

#include "compiler/driver/HostTensor.h"
#include "compiler/driver/LoadModel.h"
#include "compiler/driver/PendingModel.h"

#include "ir/target/TargetDescription.h"

#include "absl/status/statusor.h"
#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace tenon::driver {

/// Ok where every op of `module`, at the end of the graph phase, has a kernel
/// for that kind of target, of the form it is in. Otherwise an error with T0103
/// that lists all of them, one line per op and reason, with the model's nodes.
absl::Status checkLowerable(mlir::ModuleOp module,
                            target::TargetKind kind = target::TargetKind::Cpu);

/// What a model is made of.
struct ModelFacts {
  std::vector<EntrySpec> entries;
  /// Ops of the imported graph by name, constants and weights left out.
  std::map<std::string, int64_t> ops;
  int64_t weights = 0;
  uint64_t weightsSize = 0; ///< bytes
  /// Dimensions without a size; `entries` have inputs alone then.
  std::vector<std::string> openDims = {};
  /// Why not all was checked without their sizes; empty where it was.
  std::string unchecked = {};
};

/// Imports and simplifies a model and checks all of it, by
/// checkPending where dimensions have no size. An error
/// carries T0101 to T0104 or a phase's number.
absl::StatusOr<ModelFacts>
checkModel(const ModelRequest &request,
           target::TargetKind kind = target::TargetKind::Cpu);

/// The same for a model with open dimensions, `pending` being what
/// describePending made of it: it is tried at a few sizes. At one that fits the
/// model everything is checked. Where none does, what all of them find
/// unsupported is an error, and anything else may be the sizes' fault.
absl::StatusOr<ModelFacts> checkPending(const ModelRequest &request,
                                        const PendingModel &pending,
                                        target::TargetKind kind);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_SUPPORT_H
