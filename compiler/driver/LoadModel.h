// A model's file to a module in the graph dialect, whatever the format.

#ifndef TENON_COMPILER_DRIVER_LOADMODEL_H
#define TENON_COMPILER_DRIVER_LOADMODEL_H

#include "compiler/driver/WeightSources.h"
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

/// What a user says of a model beside its file.
struct ModelRequest {
  std::string path; ///< .onnx, .mlir or .mlirbc
  std::vector<DimSizes> dims = {};
  WeightSources weights = {};
};

/// A module and the folder that its weight references start from.
struct LoadedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string folder;
  /// Tensors of the files of weights that the model did not ask for.
  std::vector<std::string> unusedTensors = {};
};

/// Reads a model by its extension: .onnx, .mlir and .mlirbc. With `training`,
/// the module has the weights and the forms of `predict` that the training
/// entries are made of. An error carries T0101 to T0104, T0106, T0107, T0110,
/// T0114, or the runtime's number for a file of weights.
absl::StatusOr<LoadedModel>
loadModel(const ModelRequest &request, mlir::MLIRContext &context,
          const train::TrainingSpec *training = nullptr);

/// Reads the model and gives it the entries of the training spec at
/// `specPath`. An error carries those of loadModel, or T0120 to T0122 with
/// everything that is wrong with the spec.
absl::StatusOr<LoadedModel> loadForTraining(const ModelRequest &request,
                                            const std::string &specPath,
                                            mlir::MLIRContext &context);

/// Reads the dump of a phase. An error carries T0101, T0102, T0105 or T0106.
absl::StatusOr<LoadedModel> loadDump(const std::string &path,
                                     mlir::MLIRContext &context);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_LOADMODEL_H
