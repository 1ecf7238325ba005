//===- Normalize.h - Softmax of one row -----------------------------------===//

#ifndef TENON_BACKENDS_REFERENCE_EVALUATE_NORMALIZE_H
#define TENON_BACKENDS_REFERENCE_EVALUATE_NORMALIZE_H

#include "llvm/ADT/ArrayRef.h"

namespace tenon::reference {

/// Replaces each value x by e^(x - m) / sum(e^(x - m)), with m the largest. NaN
/// where all are -inf, or one is NaN or +inf.
void softmaxRow(llvm::MutableArrayRef<double> row);

} // namespace tenon::reference

#endif // TENON_BACKENDS_REFERENCE_EVALUATE_NORMALIZE_H
