// Emits into a block that is thrown away, to see what a stage would ask for.
// The rules of emission stand in one place, the ops' models; whoever plans a
// stage runs them instead of repeating them.

#ifndef TENON_BACKENDS_COMMON_STAGE_TRIALEMISSION_H
#define TENON_BACKENDS_COMMON_STAGE_TRIALEMISSION_H

#include "backends/common/emit/EmitContext.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tenon::emit {

/// While it lives, `context` emits into nowhere, inside the function of the
/// original insertion point. Nothing that was emitted is remembered afterwards.
class TrialEmission : public EmitObserver {
public:
  explicit TrialEmission(EmitContext &context);
  ~TrialEmission() override;

  /// Gives `variable` some value as long as the trial lasts.
  void bind(mlir::AffineExpr variable);

  /// Loads and stores that go lane by lane.
  int64_t getPerLaneAccesses() const { return perLane; }

  void enter(mlir::Value tensor, const IndexMap &map) override {}
  void leave() override {}
  void access(const LaneStep &step) override {
    perLane += !step.stride || (*step.stride != 0 && *step.stride != 1);
  }

protected:
  EmitContext &context;

private:
  EmitContext::Scope scope;
  mlir::OpBuilder::InsertionGuard guard;
  EmitObserver *outer;
  mlir::Operation *holder = nullptr;
  llvm::SmallVector<mlir::AffineExpr> bound;
  int64_t perLane = 0;
};

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_STAGE_TRIALEMISSION_H
