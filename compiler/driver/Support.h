// Whether this compiler can make code of a model: all that it cannot, at once.

#ifndef TENON_COMPILER_DRIVER_SUPPORT_H
#define TENON_COMPILER_DRIVER_SUPPORT_H

#include "compiler/driver/HostTensor.h"
#include "compiler/driver/LoadModel.h"

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
};

/// Imports and simplifies the model at `path` and checks all of it. An error
/// carries T0101 to T0104 or a phase's number.
absl::StatusOr<ModelFacts> checkModel(const std::string &path,
                                      const std::vector<DimSizes> &dims);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_SUPPORT_H
