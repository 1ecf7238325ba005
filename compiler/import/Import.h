//===- Import.h - read a model into the graph dialect -----------*- C++ -*-===//
//
// The one entry point of all front ends. Whatever the file format, the result
// is a verified module of the `tenon` dialect whose weights are references
// into files; no weight is read into memory beyond hashing it.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_IMPORT_H
#define TENON_COMPILER_IMPORT_IMPORT_H

#include "absl/status/statusor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tenon {

/// Sizes for one symbolic dimension of a model's inputs.
struct DimBinding {
  std::string name;
  /// At least one; each gives an entry variant.
  std::vector<int64_t> sizes;
};

/// What a user says about a model beyond the file.
struct ImportOptions {
  /// One binding per name. Several lists give their combinations.
  std::vector<DimBinding> dims;
  /// Names of stored tensors that training updates: they stay weights however
  /// small they are, and nothing is computed from them while importing.
  std::vector<std::string> parameters;
  /// The model will be trained: `predict` is the model at inference, and an
  /// entry beside it, marked `tenon.training_forward`, the model as it is
  /// during training, where nodes like BatchNormalization differ. Its further
  /// results, marked `tenon.updates`, are new values of stored tensors.
  bool training = false;
};

/// On an entry: it is the model called by the attribute, a string, as it is
/// during training.
inline constexpr llvm::StringLiteral kTrainingFormAttr =
    "tenon.training_forward";
/// On a result of such an entry: the weight whose new value it is, a symbol.
inline constexpr llvm::StringLiteral kUpdatesAttr = "tenon.updates";

/// Reads the model at `path`: ONNX, or where isModuleFile (TextImport.h) says
/// so, a module of the tenon dialect or of StableHLO. The module of an ONNX
/// model has one entry per combination of dimension sizes, all called by the
/// name `predict`. The `file` of each weight is relative to the folder of
/// `path`.
///
/// Errors, all of one line but the last: NotFound (no such file);
/// InvalidArgument (not a model, or a wrong one); DataLoss (a weights file
/// whose content is no longer what the model states); FailedPrecondition (the
/// options do not fit the model: dimensions without a size or that it has not);
/// Unimplemented (a well-formed model that asks for what is not supported; the
/// message lists all of it, one op type per line with the nodes' names).
///
/// The dialects that the result needs are loaded into `context`.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
importModel(const std::string &path, const ImportOptions &options,
            mlir::MLIRContext &context);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_IMPORT_H
