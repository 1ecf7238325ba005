// What a row stage computes in which round, and what it keeps between rounds.

#ifndef TENON_BACKENDS_COMMON_STAGE_ROWPLAN_H
#define TENON_BACKENDS_COMMON_STAGE_ROWPLAN_H

#include "backends/common/emit/EmitContext.h"
#include "backends/common/stage/KernelFrame.h"
#include "ir/graph/ReductionOps.h"

namespace tenon::emit {

/// A reduction that is computed once per kept index, in a loop of its round.
struct RowReduction {
  graph::ReduceOp op;
  /// The result's indices, over kept variables only.
  IndexMap map;
  /// The operand's, with the row variables in the reduced dimensions.
  IndexMap operandMap;
  /// Reductions of earlier rounds are done when this one runs.
  unsigned round = 0;
  /// Whether it can be made of partial results: one input and a standard body.
  bool splits = false;
};

/// A value that one round computes and a later one needs.
struct KeptValue {
  mlir::Value tensor;
  IndexMap map;
  /// The first round that computes it.
  unsigned round = 0;
};

struct RowPlan {
  llvm::SmallVector<RowReduction> reductions;
  unsigned rounds = 0;
  llvm::SmallVector<KeptValue> kept;
};

/// Finds both by asking for the outputs on trial. All variables in `bound` and
/// `row` are unbound; the lane variable has its kind already. `root` are the
/// indices of the stage's root.
RowPlan planRow(KernelFrame &state, llvm::ArrayRef<mlir::AffineExpr> bound,
                llvm::ArrayRef<mlir::AffineExpr> row,
                llvm::ArrayRef<StageTarget> targets, const IndexMap &root);

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_STAGE_ROWPLAN_H
