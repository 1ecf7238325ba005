//===- ExternalFiles.h - the files beside an ONNX file ----------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_ONNX_EXTERNALFILES_H
#define TENON_COMPILER_IMPORT_ONNX_EXTERNALFILES_H

#include "compiler/import/onnx/BoundTensors.h"

namespace tenon::onnx {

/// The files of the model's folder that hold external data, of tensors that are
/// not in `bound`, sorted, as the
/// model names them but in the shortest form. Errors as for Model::tensor,
/// which each of these tensors has to pass.
absl::StatusOr<std::vector<std::string>>
externalFiles(Model &model, const BoundTensors &bound);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_EXTERNALFILES_H
