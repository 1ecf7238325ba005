//===- OpenModel.h - a model before all sizes are known ---------*- C++ -*-===//
//
// What front ends can say of a model whose inputs have dimensions without a
// size, and the error that says so.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_OPENMODEL_H
#define TENON_COMPILER_IMPORT_OPENMODEL_H

#include "compiler/import/Import.h"

namespace tenon {

/// An input of a model as the model declares it.
struct DeclaredInput {
  std::string name;
  std::string dtype; ///< as MLIR prints it
  /// -1 for a symbolic dimension, however it may be bound.
  std::vector<int64_t> shape;
  /// Of each dimension: its symbol, or empty for one of a stated size.
  std::vector<std::string> symbols;
};

/// What callers call, before the sizes of all inputs are known.
struct DeclaredEntry {
  std::string name;
  std::vector<DeclaredInput> inputs;
};

/// A model that can be compiled once its open dimensions have sizes.
struct OpenModel {
  std::vector<DeclaredEntry> entries;
  /// The symbols that the options give no size, sorted.
  std::vector<std::string> openDims;
  /// All files that an import reads, relative to the model's folder and with
  /// '/' between the parts; the model's own comes first.
  std::vector<std::string> files;
};

/// The error that says which dimensions an import misses sizes of: a
/// FailedPrecondition that isOpenDimensions tells from others.
absl::Status openDimensionsError(const std::string &message);
bool isOpenDimensions(const absl::Status &status);

/// Describes the ONNX model at `path`, whose inputs need not have sizes.
/// Refuses what is wrong with it, or not supported, whatever the sizes are:
/// its structure, and ops that are not known at all. Errors as importModel
/// says, but that sizes may be missing.
absl::StatusOr<OpenModel> describeOnnx(const std::string &path,
                                       const ImportOptions &options,
                                       mlir::MLIRContext &context);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_OPENMODEL_H
