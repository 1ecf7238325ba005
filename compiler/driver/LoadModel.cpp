#include "compiler/driver/LoadModel.h"

#include "compiler/driver/ModuleText.h"
#include "compiler/import/Import.h"

#include "llvm/Support/Path.h"

namespace tenon::driver {

using report::ErrorCode;

/// The number of an importer's error.
static ErrorCode importErrorCode(const absl::Status &status) {
  switch (status.code()) {
  case absl::StatusCode::kNotFound:
    return ErrorCode::ModelUnreadable;
  case absl::StatusCode::kUnimplemented:
    return ErrorCode::ModelUnsupported;
  case absl::StatusCode::kFailedPrecondition:
    return ErrorCode::BadOption;
  default:
    return ErrorCode::ModelMalformed;
  }
}

absl::StatusOr<LoadedModel> loadModel(const std::string &path,
                                      const std::vector<DimSizes> &dims,
                                      mlir::MLIRContext &context) {
  llvm::StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".mlir" || extension == ".mlirbc") {
    auto module = parseModule(path, context, ErrorCode::ModelMalformed);
    if (!module.ok())
      return module.status();
    return LoadedModel{std::move(*module), folderOf(path)};
  }
  if (extension == ".onnx") {
    ImportOptions options;
    for (const DimSizes &dim : dims)
      options.dims.push_back({dim.name, dim.sizes});
    auto module = importModel(path, options, context);
    if (!module.ok())
      return report::makeError(importErrorCode(module.status()),
                               std::string(module.status().message()));
    return LoadedModel{std::move(*module), folderOf(path)};
  }
  return report::makeError(
      ErrorCode::ModelUnknownFormat,
      path + ": a model's file ends in .onnx, .mlir or .mlirbc");
}

} // namespace tenon::driver
