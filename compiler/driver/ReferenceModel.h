// A model that the oracle runs, without any compilation.

#ifndef TENON_COMPILER_DRIVER_REFERENCEMODEL_H
#define TENON_COMPILER_DRIVER_REFERENCEMODEL_H

#include "compiler/driver/HostTensor.h"
#include "compiler/driver/LoadModel.h"

#include "absl/status/statusor.h"
#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace tenon::driver {

/// Holds the module in its own context. For one thread at a time.
class ReferenceModel {
public:
  /// Reads a model, or a dump of any phase before the plan.
  static absl::StatusOr<std::unique_ptr<ReferenceModel>>
  load(const std::string &path, const std::vector<DimSizes> &dims);

  /// The entries in the module's order.
  std::vector<EntrySpec> entries() const;

  /// Runs an entry from the state's initial values. The inputs are in the
  /// signature's order and of its types. An error carries T0206.
  absl::StatusOr<std::vector<HostTensor>>
  run(const std::string &entry, const std::vector<HostTensor> &inputs);

private:
  explicit ReferenceModel(const mlir::DialectRegistry &registry)
      : context(registry) {}

  mlir::MLIRContext context;
  LoadedModel model;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_REFERENCEMODEL_H
