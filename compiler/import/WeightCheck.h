//===- WeightCheck.h - a module's weights and their files -------*- C++ -*-===//
//
// A module refers to its weights; this holds the references against the files.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_WEIGHTCHECK_H
#define TENON_COMPILER_IMPORT_WEIGHTCHECK_H

#include "absl/status/status.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace tenon {

/// Checks that each weight of the module that was read from `path` stands in
/// its file, which counts from the module's folder, and has the content that a
/// stated hash (`xxh3:HEX` or `sha256:HEX`) says. InvalidArgument: a file that
/// is missing or too short, or a hash of another form. DataLoss: other content.
absl::Status checkWeights(mlir::ModuleOp module, const std::string &path);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_WEIGHTCHECK_H
