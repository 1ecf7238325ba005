//===- VerifyModule.h - the last check of every front end -------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_VERIFYMODULE_H
#define TENON_COMPILER_IMPORT_VERIFYMODULE_H

#include "absl/status/status.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"

#include <string>

namespace tenon {

/// Collects the diagnostics of this thread while it lives, instead of having
/// them printed.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext &context);

  /// The first error on one line, with where it is: "node 'x': ..." for ops of
  /// an imported model, "file:line:column: ..." for text. Empty without one.
  const std::string &firstError() const { return error; }

private:
  std::string error;
  mlir::ScopedDiagnosticHandler handler;
};

/// Verifies an imported module; InvalidArgument with the first error.
absl::Status verifyImported(mlir::ModuleOp module, const std::string &path);

} // namespace tenon

#endif // TENON_COMPILER_IMPORT_VERIFYMODULE_H
