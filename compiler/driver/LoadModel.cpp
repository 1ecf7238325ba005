#include "compiler/driver/LoadModel.h"

#include "compiler/driver/ModuleText.h"

#include "llvm/Support/Path.h"

namespace tenon::driver {

using report::ErrorCode;

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
  return report::makeError(ErrorCode::ModelUnknownFormat,
                           path + ": a model's file ends in .mlir or .mlirbc");
}

} // namespace tenon::driver
