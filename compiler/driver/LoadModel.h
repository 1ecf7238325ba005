// A model's file to a module in the graph dialect, whatever the format.

#ifndef TENON_COMPILER_DRIVER_LOADMODEL_H
#define TENON_COMPILER_DRIVER_LOADMODEL_H

#include "compiler/train/TrainingSpec.h"

#include "absl/status/statusor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace tenon::driver {

/// A symbolic dimension and the sizes that it is compiled for, one variant of
/// each entry per size.
struct DimSizes {
  std::string name;
  std::vector<int64_t> sizes;
};

/// A module and the folder that its weight references start from.
struct LoadedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string folder;
};

/// Reads `path` by its extension: .onnx, .mlir and .mlirbc. `dims` fixes
/// symbolic dimensions. With `training`, the module has the weights and the
/// forms of `predict` that the training entries are made of. An error carries
/// T0101 to T0104, T0106, T0110 or T0114.
absl::StatusOr<LoadedModel>
loadModel(const std::string &path, const std::vector<DimSizes> &dims,
          mlir::MLIRContext &context,
          const train::TrainingSpec *training = nullptr);

/// Reads the model and gives it the entries of the training spec at
/// `specPath`. An error carries those of loadModel, or T0120 to T0122 with
/// everything that is wrong with the spec.
absl::StatusOr<LoadedModel> loadForTraining(const std::string &path,
                                            const std::string &specPath,
                                            const std::vector<DimSizes> &dims,
                                            mlir::MLIRContext &context);

/// Reads the dump of a phase. An error carries T0101, T0102, T0105 or T0106.
absl::StatusOr<LoadedModel> loadDump(const std::string &path,
                                     mlir::MLIRContext &context);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_LOADMODEL_H
