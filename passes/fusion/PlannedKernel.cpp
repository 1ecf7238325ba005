//===- PlannedKernel.cpp - A kernel before it is built --------------------===//

#include "passes/fusion/PlannedKernel.h"

#include "passes/analysis/OpCategory.h"
#include "passes/analysis/StageForm.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::fusion;
using namespace tenon::graph;
using kernel::StageKind;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool tenon::fusion::isInlined(Operation *op) {
  return op && categorize(op) == OpCategory::Movement;
}

PlannedKernel::PlannedKernel(const FusionPlan &plan, ArrayRef<Stage> stages)
    : plan(plan), stages(stages) {
  for (auto [i, stage] : llvm::enumerate(stages))
    for (Operation *op : stage.ops)
      stageOf[op] = i;
}

bool PlannedKernel::isReadBy(Reader reader, Value value, unsigned stage) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    // What a region reads, its op reads.
    user = value.getParentBlock()->findAncestorOpInBlock(*user);
    if (isa<ReturnOp>(user))
      return reader != Reader::LaterStage;
    if (auto it = stageOf.find(user); it != stageOf.end())
      return reader != Reader::OutsideOfKernel && it->second != stage;
    if (plan.getCluster(user))
      return reader != Reader::LaterStage;
    return isInlined(user) &&
           llvm::any_of(user->getResults(), [&](Value result) {
             return isReadBy(reader, result, stage);
           });
  });
}

SmallVector<Value> PlannedKernel::getRead(Reader reader, unsigned stage) const {
  // A loop runs over the first of them: one of its own space, from which those
  // that are renamed are reached.
  SmallVector<Value> values, renamed;
  for (Operation *op : stages[stage].ops)
    for (Value result : op->getResults()) {
      if (!isReadBy(reader, result, stage))
        continue;
      bool isOwn = stages[stage].kind != StageKind::Loop ||
                   shapeOf(result) == ArrayRef<int64_t>(stages[stage].space);
      (isOwn ? values : renamed).push_back(result);
    }
  llvm::append_range(values, renamed);
  return values;
}

SmallVector<Value> PlannedKernel::getYielded(unsigned stage) const {
  return getRead(Reader::OutsideOfStage, stage);
}

SmallVector<Value> PlannedKernel::getOutputs(unsigned stage) const {
  return getRead(Reader::OutsideOfKernel, stage);
}

bool PlannedKernel::isInside(Operation *op, unsigned stage) const {
  if (auto it = stageOf.find(op); it != stageOf.end())
    return it->second == stage;
  return !plan.getCluster(op) && isInlined(op);
}

/// The dimensions of the root's space that those of a stored value run along.
static std::optional<DimMap> getStoredDims(const StageForm &form,
                                           const StoredValue &stored) {
  if (!stored.path.toRoot.empty())
    return std::nullopt;
  DimMap map;
  for (int64_t dim : getIdentityDimMap(shapeOf(form.root).size()))
    if (!stored.perRow || !llvm::is_contained(form.rowDims, dim))
      map.push_back(dim);
  for (Operation *step : stored.path.toValue) {
    std::optional<DimMap> moved = mapThroughMovement(step, map);
    if (!moved)
      return std::nullopt;
    map = *moved;
  }
  return map;
}

Value PlannedKernel::findUnstorable() const {
  for (auto [i, stage] : llvm::enumerate(stages)) {
    // What is yielded of one op alone is its result.
    if (stage.kind == StageKind::Special ||
        (stages.size() == 1 && stage.ops.size() == 1))
      continue;
    SmallVector<Value> yielded = getYielded(i);
    if (yielded.empty())
      continue;
    std::string reason;
    auto isHere = [&, i = i](Operation *op) { return isInside(op, i); };
    std::optional<StageForm> form =
        findStageForm({stage.kind, stage.ops, yielded, isHere}, reason);
    if (!form) {
      // Which of them it is.
      for (size_t count = 1; count < yielded.size(); ++count)
        if (!findStageForm({stage.kind, stage.ops,
                            ArrayRef(yielded).take_front(count), isHere},
                           reason))
          return yielded[count - 1];
      return yielded.back();
    }
    // Tiles are cut along dimensions of the kernel's space. A later stage finds
    // in its tile what an earlier one stored there, if the value's dimensions
    // run along those for which it was planned.
    for (auto [value, stored] : llvm::zip_equal(yielded, form->stored)) {
      if (!isReadBy(Reader::LaterStage, value, i))
        continue;
      std::optional<DimMap> planned = plan.getDimMap(value);
      std::optional<DimMap> dims = getStoredDims(*form, stored);
      if (!planned || !dims)
        return value;
      for (auto [size, from, to] :
           llvm::zip_equal(shapeOf(value), *planned, *dims))
        if (size != 1 && from != to)
          return value;
    }
  }
  return {};
}
