//===- Import.cpp - read a model into the graph dialect -------------------===//
#include "compiler/import/Import.h"

#include "compiler/import/MappedFile.h"
#include "compiler/import/OpenModel.h"
#include "compiler/import/StatusMacros.h"
#include "compiler/import/TextImport.h"
#include "compiler/import/onnx/GraphImporter.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"

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
  // The extension decides between formats that have no signature; bytecode has
  // one, and is read whatever its name.
  TENON_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
  bool isBytecode = absl::StartsWith(file->bytes(), "ML\xefR");
  if (isBytecode || absl::EndsWith(path, ".mlir") ||
      absl::EndsWith(path, ".mlirbc"))
    return importText(path, options, context);
  return onnx::importOnnx(path, options, context);
}
