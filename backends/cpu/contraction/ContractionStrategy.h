// The policy of contractions: which configuration, from the problem and the
// target description alone.

#ifndef TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONSTRATEGY_H
#define TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONSTRATEGY_H

#include "backends/cpu/contraction/Contraction.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace tenon::cpu {

/// Chooses how to emit `problem` on `target`; `reasons` says why.
ContractionConfig chooseContraction(const ContractionProblem &problem,
                                    const target::TargetDescription &target);

/// Whether `config` can be emitted for `problem` on `target`: what is wrong
/// with it, or an empty string.
std::string checkContraction(const ContractionProblem &problem,
                             const ContractionConfig &config,
                             const target::TargetDescription &target);

/// A configuration as an attribute, so that it stands in the IR, can be read in
/// dumps and be edited there.
mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context,
                                 const ContractionConfig &config);

/// Reads it back. Fails, with a diagnostic at `loc`, on a missing or ill-typed
/// entry.
mlir::FailureOr<ContractionConfig>
parseContractionConfig(mlir::DictionaryAttr attribute, mlir::Location loc);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CONTRACTION_CONTRACTIONSTRATEGY_H
