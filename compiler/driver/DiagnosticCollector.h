// Turns MLIR's diagnostics into one line that names the model's node.

#ifndef TENON_COMPILER_DRIVER_DIAGNOSTICCOLLECTOR_H
#define TENON_COMPILER_DRIVER_DIAGNOSTICCOLLECTOR_H

#include "mlir/IR/Diagnostics.h"

#include <mutex>
#include <string>
#include <vector>

namespace tenon::driver {

/// While it lives, collects the errors emitted in a context, and the warnings
/// apart from them. Safe with the context's own threads.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext &context);

  /// All errors so far, each as "NODE: message", joined by "; ". At most
  /// `limit` of them are spelled out.
  std::string errors(unsigned limit = 4) const;
  bool hasErrors() const { return !errorTexts.empty(); }
  /// Whether there are errors, and each names an op that a pass does not
  /// support (ir/graph/Unsupported.h): the module is well formed.
  bool isUnsupported() const {
    return hasErrors() && unsupported == errorTexts.size();
  }
  const std::vector<std::string> &warnings() const { return warningTexts; }

private:
  mutable std::mutex mutex;
  std::vector<std::string> errorTexts;
  size_t unsupported = 0;
  std::vector<std::string> warningTexts;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_DIAGNOSTICCOLLECTOR_H
