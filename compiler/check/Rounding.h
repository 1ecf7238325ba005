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

#include <optional>

namespace tenon::check {

/// The distance of neighbouring numbers of a float type at `value`.
double getUlp(double value, reference::ElementType type);

/// What is left to chance in one moved run: distances, and decisions such as
/// whether a sum overflows on its way. One decision among thousands is easily
/// missed where each is drawn on its own, so the first runs decide the same
/// way everywhere, a run for each way, and later ones the same within an op
/// half of the time.
class MovedRun {
public:
  /// Runs are numbered from 1.
  explicit MovedRun(int number);

  /// Before each op.
  void beginOp();
  /// One of 0 .. count - 1; way 0 is the interpreter's own.
  int64_t decide(int64_t count);
  /// Whether a run so far had anything to decide.
  bool hasDecided() const { return decided; }

  Random rng;

private:
  /// No op has as many ways.
  static constexpr int kMostWays = 7;

  int number;
  bool decided = false;
  /// The way of all decisions, if they go together.
  std::optional<int64_t> common;
};

/// Moves an op's results within the error that it is allowed:
/// - results that are exact, as those of ops that move or choose elements, not
///   at all;
/// - one rounding: an ulp. Products and sums may be contracted, and narrow
///   floats may stay wider between the ops of a kernel, so that what
///   overflows or underflows a narrow type may also not do so;
/// - a function such as exp: 8 ulp, the op table's bound being 5 (erfc 16);
/// - a sum of n terms t in any order: (2 + sqrt(n)) u sum|t|, with u the
///   rounding unit of f32, or of f64 for f64. Sums that are exact because all
///   terms are whole and small stay;
/// - n steps that multiply and add, as products of complex numbers do: 2 n u
///   times what they give for the magnitudes, with no difference taken.
/// NaN has a sign that means nothing: it is drawn. A conversion to a narrower
/// type may round either way where its operand lies close to the middle.
mlir::LogicalResult moveWithinError(mlir::Operation *op,
                                    llvm::ArrayRef<reference::Tensor> operands,
                                    reference::Tensors &results, MovedRun &run);

} // namespace tenon::check

#endif // TENON_COMPILER_CHECK_ROUNDING_H
