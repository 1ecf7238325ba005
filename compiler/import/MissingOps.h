//===- MissingOps.h - what is not imported, and what works ------*- C++ -*-===//
//
// The ops of ONNX and StableHLO that have no rule, each with its reason, and
// for whatever is refused the nearest thing that works. Errors, `tenon check`
// and the support pages say it.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_MISSINGOPS_H
#define TENON_COMPILER_IMPORT_MISSINGOPS_H

#include "absl/strings/string_view.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace tenon {

/// An op that its format defines and that is not imported.
struct MissingOp {
  /// As errors name it: `MaxRoiPool`, `ai.onnx.ml.ZipMap`,
  /// `stablehlo.all_reduce`.
  const char *op;
  const char *why;
  /// What does the same and works.
  const char *instead;
};

/// All ops of ONNX's operator sets without a row in the table of ops.
llvm::ArrayRef<MissingOp> missingOnnxOps();
/// All ops of `stablehlo` and `chlo` without a rule.
llvm::ArrayRef<MissingOp> missingStablehloOps();
/// The row of an op of either; null where there is none.
const MissingOp *findMissingOp(absl::string_view op);

/// Why an op of a program, without a rule, is refused.
std::string whyNotImported(const std::string &op);

/// The nearest thing that works where `op` is refused for `reason`, in a few
/// words; empty where nothing is known. An op that no format defines gets the
/// one with the closest name.
std::string nearestThing(absl::string_view op, absl::string_view reason);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_MISSINGOPS_H
