#include "backends/common/stage/TrialEmission.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tenon::emit;

TrialEmission::TrialEmission(EmitContext &context)
    : context(context), scope(context), guard(context.b),
      outer(context.observer) {
  // A region at the insertion point, so that values of the function are legal
  // in it.
  auto region =
      scf::ExecuteRegionOp::create(context.b, context.loc, TypeRange());
  holder = region;
  context.b.setInsertionPointToStart(&region.getRegion().emplaceBlock());
  context.observer = this;
}

TrialEmission::~TrialEmission() {
  context.observer = outer;
  for (AffineExpr variable : bound)
    context.space.get(variable).value = {};
  holder->erase();
}

void TrialEmission::bind(AffineExpr variable) {
  context.space.get(variable).value = context.index(0);
  bound.push_back(variable);
}
