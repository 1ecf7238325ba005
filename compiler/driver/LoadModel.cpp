#include "compiler/driver/LoadModel.h"

#include "compiler/driver/Dialects.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/PendingModel.h"
#include "compiler/import/Import.h"
#include "compiler/import/TextImport.h"
#include "compiler/import/WeightCheck.h"
#include "compiler/import/stablehlo/StablehloImport.h"
#include "compiler/train/TrainingEntries.h"

#include "ir/graph/GraphOps.h"
#include "ir/plan/PlanOps.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace tenon::driver {

using report::ErrorCode;

/// The number of an importer's error.
static ErrorCode importErrorCode(const absl::Status &status) {
  if (isOpenDimensions(status))
    return ErrorCode::SizesOpen;
  switch (status.code()) {
  case absl::StatusCode::kNotFound:
    return ErrorCode::ModelUnreadable;
  case absl::StatusCode::kUnimplemented:
    return ErrorCode::ModelUnsupported;
  case absl::StatusCode::kFailedPrecondition:
    return ErrorCode::BadOption;
  case absl::StatusCode::kDataLoss:
    return ErrorCode::WeightsChanged;
  default:
    return ErrorCode::ModelMalformed;
  }
}

/// `status` of an importer with its number.
static absl::Status importError(const absl::Status &status) {
  return report::makeError(importErrorCode(status),
                           std::string(status.message()));
}

/// A module of our own dialects, once it has an entry and its weights are
/// there.
static absl::StatusOr<LoadedModel>
checked(mlir::OwningOpRef<mlir::ModuleOp> module, const std::string &path,
        ErrorCode malformed) {
  if (module->getOps<graph::EntryOp>().empty() &&
      module->getOps<plan::EntryOp>().empty())
    return report::makeError(malformed, path + ": it holds no entry");
  if (absl::Status status = locateWeightTensors(*module, folderOf(path));
      !status.ok())
    return status;
  if (absl::Status status = checkWeights(*module, path); !status.ok())
    return importError(status);
  return LoadedModel{std::move(module), folderOf(path)};
}

absl::StatusOr<LoadedModel> loadDump(const std::string &path,
                                     mlir::MLIRContext &context) {
  auto module = parseModule(path, context, ErrorCode::DumpMismatch);
  if (!module.ok())
    return module.status();
  return checked(std::move(*module), path, ErrorCode::DumpMismatch);
}

/// What an importer is asked for.
static ImportOptions importOptions(const ModelRequest &request) {
  ImportOptions options;
  for (const DimSizes &dim : request.dims)
    options.dims.push_back({dim.name, dim.sizes});
  return options;
}

/// Reads a model, whose tensors of the names that `weights` hold are theirs.
static absl::StatusOr<LoadedModel>
loadModel(const ModelRequest &request, WeightBindings &weights,
          mlir::MLIRContext &context, const train::TrainingSpec *training) {
  const std::string &path = request.path;
  ImportOptions options = importOptions(request);
  if (isModuleFile(path)) {
    auto module = parseModule(path, context, ErrorCode::ModelMalformed);
    if (!module.ok())
      return module.status();
    if (isStablehlo(**module)) {
      auto converted = convertStablehlo(**module, path, options);
      if (!converted.ok())
        return importError(converted.status());
      bindWeights(**converted, weights, folderOf(path));
      return LoadedModel{std::move(*converted), folderOf(path)};
    }
    if (!options.dims.empty())
      return report::makeError(ErrorCode::BadOption,
                               "--dim=" + options.dims.front().name + ": " +
                                   path +
                                   " has no symbolic dimensions, its shapes "
                                   "are fixed");
    bindWeights(**module, weights, folderOf(path));
    return checked(std::move(*module), path, ErrorCode::ModelMalformed);
  }
  if (llvm::sys::path::extension(path) == ".onnx") {
    options.training = training != nullptr;
    if (training && training->parameters)
      options.parameters = *training->parameters;
    auto module = importOnnx(path, options, weights, context);
    if (!module.ok())
      return importError(module.status());
    return LoadedModel{std::move(*module), folderOf(path)};
  }
  return report::makeError(
      ErrorCode::ModelUnknownFormat,
      path + ": a model's file ends in .onnx, .mlir or .mlirbc");
}

/// T0107 where weights do not fit the model that was imported with them.
static absl::Status checkFit(const WeightBindings &weights,
                             const std::string &path) {
  absl::Status status =
      weights.empty() ? absl::OkStatus() : weights.status(path);
  if (status.ok())
    return status;
  return report::makeError(ErrorCode::WeightsUnfit,
                           std::string(status.message()));
}

absl::StatusOr<LoadedModel> loadModel(const ModelRequest &request,
                                      mlir::MLIRContext &context,
                                      const train::TrainingSpec *training) {
  auto weights = openWeights(request.weights);
  if (!weights.ok())
    return weights.status();
  auto model = loadModel(request, *weights, context, training);
  if (!model.ok())
    return model;
  if (absl::Status status = checkFit(*weights, request.path); !status.ok())
    return status;
  model->unusedTensors = weights->unused();
  return model;
}

/// Takes out the inputs that the weights give a value.
static void dropBound(OpenModel &model, WeightBindings &weights) {
  for (DeclaredEntry &entry : model.entries)
    llvm::erase_if(entry.inputs, [&](const DeclaredInput &input) {
      return weights.bind(input.name, input.dtype, input.shape) != nullptr;
    });
}

absl::StatusOr<PendingModel> describePending(const ModelRequest &request) {
  const std::string &path = request.path;
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  auto weights = openWeights(request.weights);
  if (!weights.ok())
    return weights.status();
  ImportOptions options = importOptions(request);
  absl::StatusOr<OpenModel> declared;
  if (!isModuleFile(path)) {
    declared = describeOnnx(path, options, *weights, context);
  } else {
    auto module = parseModule(path, context, ErrorCode::ModelMalformed);
    if (!module.ok())
      return module.status();
    declared = describeStablehlo(**module, path, options);
    if (declared.ok())
      dropBound(*declared, *weights);
  }
  if (!declared.ok())
    return importError(declared.status());
  if (absl::Status status = checkFit(*weights, path); !status.ok())
    return status;
  return PendingModel{std::move(*declared), request.dims, {}, request.weights};
}

absl::StatusOr<LoadedModel> loadForTraining(const ModelRequest &request,
                                            const std::string &specPath,
                                            mlir::MLIRContext &context) {
  auto text = llvm::MemoryBuffer::getFile(specPath);
  if (!text)
    return report::makeError(ErrorCode::SpecUnreadable,
                             "'" + specPath +
                                 "': " + text.getError().message());
  train::SpecErrors errors;
  llvm::StringRef contents = (*text)->getBuffer();
  train::TrainingSpec spec =
      train::parseTrainingSpec({contents.data(), contents.size()}, errors);
  auto fail = [&] {
    absl::Status status = errors.status(specPath);
    return report::makeError(absl::IsUnimplemented(status)
                                 ? ErrorCode::SpecUnsupported
                                 : ErrorCode::SpecWrong,
                             std::string(status.message()));
  };
  auto model = loadModel(request, context, &spec);
  // A spec that is wrong by itself explains more than what follows from it.
  if (!model.ok() && !errors.empty())
    return fail();
  if (report::errorCode(model.status()) == ErrorCode::SizesOpen)
    return report::makeError(ErrorCode::SizesOpen,
                             std::string(model.status().message()) +
                                 "; a training step is compiled for one size");
  if (!model.ok())
    return model.status();
  train::addTrainingEntries(*model->module, spec, errors);
  if (!errors.empty())
    return fail();
  return model;
}

} // namespace tenon::driver
