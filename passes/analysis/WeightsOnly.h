//===- WeightsOnly.h - What is known when the model is compiled -----------===//

#ifndef TENON_PASSES_ANALYSIS_WEIGHTSONLY_H
#define TENON_PASSES_ANALYSIS_WEIGHTSONLY_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace tenon {

/// Answers whether values depend on weights and constants alone. Answers are
/// remembered, so the IR must not change while one is in use, except for ops
/// added.
class WeightsOnly {
public:
  bool operator()(mlir::Value value);

private:
  llvm::DenseMap<mlir::Operation *, bool> known;
};

} // namespace tenon

#endif // TENON_PASSES_ANALYSIS_WEIGHTSONLY_H
