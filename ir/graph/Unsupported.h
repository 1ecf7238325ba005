//===- Unsupported.h - Errors that say what is not supported --------------===//
//
// A pass that meets a well-formed op which it cannot handle says so in a way
// that the driver tells from a failure: the command then ends with its own exit
// status, and lists all such ops.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_UNSUPPORTED_H
#define TENON_IR_GRAPH_UNSUPPORTED_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

namespace tenon::graph {

inline constexpr llvm::StringLiteral kUnsupportedMark = "unsupported";

/// An error on `op` that carries the mark.
inline mlir::InFlightDiagnostic emitUnsupported(mlir::Operation *op) {
  mlir::InFlightDiagnostic diagnostic = op->emitError();
  diagnostic.getUnderlyingDiagnostic()->getMetadata().push_back(
      mlir::DiagnosticArgument(llvm::StringRef(kUnsupportedMark)));
  return diagnostic;
}

/// Whether a diagnostic came from emitUnsupported.
inline bool isUnsupported(mlir::Diagnostic &diagnostic) {
  return llvm::any_of(
      diagnostic.getMetadata(), [](const mlir::DiagnosticArgument &argument) {
        return argument.getKind() ==
                   mlir::DiagnosticArgument::DiagnosticArgumentKind::String &&
               argument.getAsString() == kUnsupportedMark;
      });
}

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_UNSUPPORTED_H
