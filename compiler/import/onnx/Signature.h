//===- Signature.h - static shapes for a model's inputs ---------*- C++ -*-===//
//
// Binds the symbolic dimensions of a model's inputs to the sizes that the user
// gave. Each combination of sizes is a variant: one entry of the module.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_SIGNATURE_H
#define TENON_COMPILER_IMPORT_ONNX_SIGNATURE_H

#include "compiler/import/Import.h"
#include "compiler/import/OpenModel.h"
#include "compiler/import/onnx/BoundTensors.h"
#include "compiler/import/onnx/UnsupportedReport.h"

#include <map>

namespace tenon::onnx {

/// An input of the entry with its shape decided.
struct InputType {
  std::string name;
  TensorProto::DataType type;
  Dims dims;
};

/// What users call an ONNX model's graph.
inline constexpr char kEntryName[] = "predict";

/// One combination of dimension sizes.
struct Variant {
  /// The symbol of the entry: `predict`, or `predict.seq16` where there are
  /// several, all of which users call by `predict`.
  std::string symbol;
  /// The bound sizes by name; ordered, so that output is deterministic.
  std::map<std::string, int64_t> sizes;
  std::vector<InputType> inputs;
};

/// The variants that `options` ask for; what is `bound` is no input.
/// FailedPrecondition: names without a size (all of them listed), sizes below
/// 1, names that the model does not have. InvalidArgument: inputs that ONNX
/// does not allow. Inputs that are no tensors are added to `report`.
absl::StatusOr<std::vector<Variant>> makeVariants(const Model &model,
                                                  const BoundTensors &bound,
                                                  const ImportOptions &options,
                                                  UnsupportedReport &report);

/// The model's inputs as it declares them, and the dimensions that `options`
/// give no size. Errors as for makeVariants, but that sizes may be missing.
absl::StatusOr<OpenModel> declaredSignature(const Model &model,
                                            const BoundTensors &bound,
                                            const ImportOptions &options,
                                            UnsupportedReport &report,
                                            mlir::MLIRContext &context);

/// Compares what the model declares of an output with what was inferred:
/// element type, rank and static dimensions.
absl::Status checkDeclared(const ValueInfoProto &declared,
                           TensorProto::DataType type, const Dims &dims);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_SIGNATURE_H
