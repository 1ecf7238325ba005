// How far rounding may lead two right executors of a graph apart. Nobody can
// say that in general; but it can be tried: the interpreter runs the graph
// again and again, and after each op moves the results by random amounts within
// the error that this op is allowed (Monte Carlo arithmetic; Parker 1997). What
// comes out shows how the whole graph answers to such errors, cancellation and
// decisions included.

#ifndef TENON_COMPILER_CHECK_ROUNDING_H
#define TENON_COMPILER_CHECK_ROUNDING_H

#include "backends/reference/Evaluator.h"
#include "compiler/check/Random.h"

namespace tenon::check {

/// The distance of neighbouring numbers of a float type at `value`.
double getUlp(double value, reference::ElementType type);

/// Moves an op's results within the error that it is allowed:
/// - results that are exact, as those of ops that move or choose elements, not
///   at all;
/// - one rounding: an ulp. Products and sums may be contracted, and narrow
///   floats may stay wider between the ops of a kernel, so that what
///   overflows or underflows a narrow type may also not do so;
/// - a function such as exp: 8 ulp, the op table's bound being 5 (erfc 16);
/// - a sum of n terms t in any order: (2 + sqrt(n)) u sum|t|, with u the
///   rounding unit of f32, or of f64 for f64. Sums that are exact because all
///   terms are whole and small stay.
/// NaN has a sign that means nothing: it is drawn. A conversion to a narrower
/// type may round either way where its operand lies close to the middle.
mlir::LogicalResult moveWithinError(mlir::Operation *op,
                                    llvm::ArrayRef<reference::Tensor> operands,
                                    reference::Tensors &results, Random &rng);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_ROUNDING_H
