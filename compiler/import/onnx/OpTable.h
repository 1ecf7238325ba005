//===- OpTable.h - the ONNX ops that can be imported ------------*- C++ -*-===//
//
// One row per op and range of operator sets, in one list per family. The same
// rows drive the import, the check of a model, and docs/generated/onnx-ops.md.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_ONNX_OPTABLE_H
#define TENON_COMPILER_IMPORT_ONNX_OPTABLE_H

#include "compiler/import/onnx/NodeContext.h"

#include "absl/status/status.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace tenon::onnx {

/// Builds one node's ops. Unimplemented: a form that is not supported;
/// InvalidArgument: a node that ONNX does not allow.
using Converter = absl::Status (*)(NodeContext &);

/// The newest version of ONNX's default operator set that rows were checked
/// against.
constexpr int64_t kNewestOpset = 28;

/// One row of the table.
struct OpEntry {
  const char *op;
  /// The first version of the default operator set that the row covers.
  int since;
  /// The fewest and most inputs; -1: any number.
  int minInputs;
  int maxInputs;
  int maxOutputs;
  Converter convert;
  /// What is not covered, or how the op is expressed. Empty: all of it.
  const char *note = "";
  /// The last version that the row covers.
  int until = static_cast<int>(kNewestOpset);
  /// The operator set; empty for the default one.
  const char *domain = "";
};

/// The row for `op` at version `opset` of the operator set `domain`, or null.
const OpEntry *findOp(llvm::StringRef op, int64_t opset,
                      llvm::StringRef domain = "");
/// The first row for `op` at any version, or null.
const OpEntry *findAnyVersion(llvm::StringRef op, llvm::StringRef domain = "");
/// Whether the result of `op` always has the shape of its first input.
bool keepsShapeOfFirstInput(llvm::StringRef op);
/// Whether `op` combines two inputs element by element, with broadcasting.
bool isBroadcastingPair(llvm::StringRef op);
/// The table as the Markdown page docs/generated/onnx-ops.md.
std::string opTablePage();

// The families, each in ops/<Family>.cpp.
llvm::ArrayRef<OpEntry> unaryOps();
llvm::ArrayRef<OpEntry> binaryOps();
llvm::ArrayRef<OpEntry> activationOps();
llvm::ArrayRef<OpEntry> constantOps();
llvm::ArrayRef<OpEntry> shapeOps();
llvm::ArrayRef<OpEntry> sliceOps();
llvm::ArrayRef<OpEntry> padOps();
llvm::ArrayRef<OpEntry> indexingOps();
llvm::ArrayRef<OpEntry> reductionOps();
llvm::ArrayRef<OpEntry> matmulOps();
llvm::ArrayRef<OpEntry> convolutionOps();
llvm::ArrayRef<OpEntry> poolingOps();
llvm::ArrayRef<OpEntry> normalizationOps();
llvm::ArrayRef<OpEntry> legacyOps();
llvm::ArrayRef<OpEntry> classicalMlOps();
llvm::ArrayRef<OpEntry> selectionOps();
llvm::ArrayRef<OpEntry> randomOps();
llvm::ArrayRef<OpEntry> trainingOps();
llvm::ArrayRef<OpEntry> signalOps();
llvm::ArrayRef<OpEntry> linearAttentionOps();
llvm::ArrayRef<OpEntry> unfoldingOps();
llvm::ArrayRef<OpEntry> samplingOps();
llvm::ArrayRef<OpEntry> controlFlowOps();
llvm::ArrayRef<OpEntry> resizeOps();
llvm::ArrayRef<OpEntry> attentionOps();
llvm::ArrayRef<OpEntry> lossOps();
llvm::ArrayRef<OpEntry> quantizationOps();
llvm::ArrayRef<OpEntry> einsumOps();
llvm::ArrayRef<OpEntry> recurrentOps();
llvm::ArrayRef<OpEntry> sequenceOps();

/// Whether inputs of `op` may be sequences; all other ops take tensors.
bool takesSequence(llvm::StringRef op);

} // namespace tenon::onnx

#endif // TENON_COMPILER_IMPORT_ONNX_OPTABLE_H
