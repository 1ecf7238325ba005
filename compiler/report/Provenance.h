// From an op's location back to the model: the names of the nodes it came
// from.

#ifndef TENON_COMPILER_REPORT_PROVENANCE_H
#define TENON_COMPILER_REPORT_PROVENANCE_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/SmallVector.h"

#include <string>

namespace tenon::report {

/// The names of the model's nodes in `location`, each once, in order of
/// appearance. A location without names gives "FILE:LINE:COL" entries, without
/// the folder, so that the text does not depend on where a build runs.
llvm::SmallVector<std::string> nodeNames(mlir::Location location);

/// The names joined by ", "; at most `limit` of them, then "and N more".
/// Empty when nothing is known.
std::string provenance(mlir::Location location, unsigned limit = 8);

} // namespace tenon::report

#endif // TENON_COMPILER_REPORT_PROVENANCE_H
