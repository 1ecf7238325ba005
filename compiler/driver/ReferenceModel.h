// A model that the oracle runs, without any compilation.

#ifndef TENON_COMPILER_DRIVER_REFERENCEMODEL_H
#define TENON_COMPILER_DRIVER_REFERENCEMODEL_H

#include "compiler/driver/HostTensor.h"
#include "compiler/driver/LoadModel.h"
#include "ir/graph/GraphOps.h"

#include "absl/status/statusor.h"
#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace tenon::driver {

/// Holds the module in its own context. For one thread at a time.
class ReferenceModel {
public:
  /// Reads a model, or a dump of any phase before the plan.
  static absl::StatusOr<std::unique_ptr<ReferenceModel>>
  load(const ModelRequest &request);

  /// The entries in the module's order; of one for several sizes, the first.
  std::vector<EntrySpec> entries() const;

  /// Runs an entry from the state's initial values, at the sizes that the
  /// inputs, in the signature's order, have. An error carries T0206, or what
  /// the runtime says of inputs that do not fit: T1021, T1024, T1025, T1028.
  absl::StatusOr<std::vector<HostTensor>>
  run(const std::string &entry, const std::vector<HostTensor> &inputs);

private:
  absl::StatusOr<graph::EntryOp>
  select(const std::string &name, const std::vector<HostTensor> &inputs) const;

  explicit ReferenceModel(const mlir::DialectRegistry &registry)
      : context(registry) {}

  mlir::MLIRContext context;
  LoadedModel model;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_REFERENCEMODEL_H
