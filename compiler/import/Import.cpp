//===- Import.cpp - read a model into the graph dialect -------------------===//
#include "compiler/import/Import.h"

#include "compiler/import/OpenModel.h"
#include "compiler/import/TextImport.h"
#include "compiler/import/onnx/GraphImporter.h"

#include "absl/strings/cord.h"

using namespace tenon;

static constexpr char kOpenDimensionsUrl[] = "tenon/open-dimensions";

absl::Status tenon::openDimensionsError(const std::string &message) {
  absl::Status status = absl::FailedPreconditionError(message);
  status.SetPayload(kOpenDimensionsUrl, absl::Cord());
  return status;
}

bool tenon::isOpenDimensions(const absl::Status &status) {
  return status.GetPayload(kOpenDimensionsUrl).has_value();
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
tenon::importModel(const std::string &path, const ImportOptions &options,
                   mlir::MLIRContext &context) {
  return isModuleFile(path) ? importText(path, options, context)
                            : onnx::importOnnx(path, options, context);
}
