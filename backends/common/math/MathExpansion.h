// Rewrites math ops into arithmetic, so that no kernel calls libm.

#ifndef TENON_BACKENDS_COMMON_MATH_MATHEXPANSION_H
#define TENON_BACKENDS_COMMON_MATH_MATHEXPANSION_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace tenon::math {

/// Adds the patterns that expand math ops on f32 and f64 into the functions of
/// MathFunctions.h, on f16 and bf16 through f32, and arith.remf exactly. Ops
/// that targets have instructions for (sqrt, fma, floor, ...) stay.
void populateMathExpansionPatterns(mlir::RewritePatternSet &patterns);

/// A pass that applies them to a function.
std::unique_ptr<mlir::Pass> createExpandMathPass();

/// A pass that expands what LLVM lacks, or would call a library for: divisions
/// that round up or down, and conversions of bf16.
std::unique_ptr<mlir::Pass> createExpandArithPass();

} // namespace tenon::math

#endif // TENON_BACKENDS_COMMON_MATH_MATHEXPANSION_H
