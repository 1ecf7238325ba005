//===- StageForm.cpp - What a stage runs over and what it can store -------===//

#include "passes/analysis/StageForm.h"

#include "ir/graph/GraphOps.h"
#include "passes/analysis/OpCategory.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tenon;
using kernel::StageKind;
using kernel::StageOp;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return typeOf(value).getShape();
}

//===----------------------------------------------------------------------===//
// Paths
//===----------------------------------------------------------------------===//

bool tenon::isRenaming(Operation *op) {
  if (auto broadcast = dyn_cast<graph::BroadcastInDimOp>(op))
    return typeOf(broadcast.getOperand()).getNumElements() ==
           typeOf(broadcast.getResult()).getNumElements();
  return isBijectiveMovement(op);
}

/// Calls `step` with each operand of `op` whose elements are at the places of
/// the result's, or at those that the second argument renames.
static void forEachStepUp(Operation *op,
                          llvm::function_ref<void(Value, Operation *)> step) {
  if (op->hasTrait<graph::Elementwise>() ||
      categorize(op) == OpCategory::Elementwise) {
    for (Value operand : op->getOperands())
      if (shapeOf(operand) == shapeOf(op->getResult(0)))
        step(operand, nullptr);
  } else if (isRenaming(op)) {
    step(op->getOperand(0), op);
  }
}

namespace {

/// Searches for a path, depth first from the value upwards.
class PathSearch {
public:
  PathSearch(llvm::function_ref<bool(Value)> isRoot,
             llvm::function_ref<bool(Operation *)> isInside)
      : isRoot(isRoot), isInside(isInside) {}

  /// The value at which the search ended; null if there is none.
  Value run(Value value) {
    if (isRoot(value))
      return value;
    Operation *op = value.getDefiningOp();
    if (!op || !isInside(op) || !dead.insert(value).second)
      return {};
    Value found;
    forEachStepUp(op, [&](Value operand, Operation *renaming) {
      if (found)
        return;
      found = run(operand);
      if (found && renaming)
        steps.push_back(renaming);
    });
    return found;
  }

  /// The renamings from there to the value.
  SmallVector<Operation *, 2> steps;

private:
  llvm::function_ref<bool(Value)> isRoot;
  llvm::function_ref<bool(Operation *)> isInside;
  /// Values from which the search has gone on already.
  llvm::DenseSet<Value> dead;
};

/// The values that a root is made of element by element, itself included.
class RootOrigins {
public:
  RootOrigins(Value root, llvm::function_ref<bool(Operation *)> isInside) {
    origins[root] = {};
    SmallVector<Value> worklist{root};
    for (size_t i = 0; i < worklist.size(); ++i) {
      Value value = worklist[i];
      Operation *op = value.getDefiningOp();
      if (!op || !isInside(op))
        continue;
      forEachStepUp(op, [&](Value operand, Operation *renaming) {
        if (origins.insert({operand, {value, renaming}}).second)
          worklist.push_back(operand);
      });
    }
  }

  bool contains(Value value) const { return origins.contains(value); }

  /// The renamings from an origin to the root.
  SmallVector<Operation *, 2> getSteps(Value origin) const {
    SmallVector<Operation *, 2> steps;
    for (auto [next, renaming] = origins.lookup(origin); next;
         std::tie(next, renaming) = origins.lookup(next))
      if (renaming)
        steps.push_back(renaming);
    return steps;
  }

private:
  /// Of each: the value one step nearer to the root, and what renames it.
  llvm::DenseMap<Value, std::pair<Value, Operation *>> origins;
};

} // namespace

std::optional<StagePath>
tenon::findStagePath(Value value, llvm::function_ref<bool(Value)> isRoot,
                     llvm::function_ref<bool(Operation *)> isInside) {
  PathSearch search(isRoot, isInside);
  if (!search.run(value))
    return std::nullopt;
  return StagePath{{}, std::move(search.steps)};
}

std::optional<StagePath>
tenon::findStagePath(Value value, llvm::function_ref<bool(Value)> isRoot) {
  return findStagePath(value, isRoot, [](Operation *op) {
    return isa<StageOp>(op->getParentOp());
  });
}

/// The path over any value that both `value` and the root are made of.
static std::optional<StagePath>
findPathOverOrigins(Value value, const RootOrigins &origins,
                    llvm::function_ref<bool(Operation *)> isInside) {
  auto isOrigin = [&](Value other) { return origins.contains(other); };
  PathSearch search(isOrigin, isInside);
  Value origin = search.run(value);
  if (!origin)
    return std::nullopt;
  return StagePath{origins.getSteps(origin), std::move(search.steps)};
}

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

static bool isEmpty(Value value) { return typeOf(value).getNumElements() == 0; }

/// The root of a contraction stage.
static Value findProduct(ArrayRef<Operation *> ops) {
  Value product;
  for (Operation *op : ops) {
    if (!isa<graph::DotGeneralOp, graph::ConvolutionOp>(op))
      continue;
    if (product)
      return {};
    product = op->getResult(0);
  }
  return product;
}

/// Sets loops, root and rows.
static LogicalResult setRoot(const StageContents &contents, StageForm &form,
                             std::string &reason) {
  form.kind = contents.kind;
  form.root = contents.yielded.empty() ? Value() : contents.yielded.front();
  if (contents.kind == StageKind::Contraction) {
    form.root = findProduct(contents.ops);
    if (!form.root)
      reason = "must hold exactly one dot_general or convolution";
    return success(form.root != nullptr);
  }
  if (contents.kind != StageKind::Row)
    return success();
  auto first = llvm::find_if(contents.ops, llvm::IsaPred<graph::ReduceOp>);
  if (first == contents.ops.end()) {
    reason = "of kind row holds no reduction";
    return failure();
  }
  auto reduce = cast<graph::ReduceOp>(*first);
  Value rows = reduce.getInputs().front();
  // Without elements there are no rows to go through: what is yielded has none
  // either, or is the value of a sum of nothing.
  if (isEmpty(rows)) {
    form.kind = StageKind::Loop;
    for (Value value : llvm::reverse(contents.yielded))
      if (!isEmpty(value))
        form.root = value;
    return success();
  }
  form.root = rows;
  form.rowDims = llvm::to_vector(reduce.getDimensions());
  llvm::sort(form.rowDims);
  if (form.rowDims.empty())
    form.kind = StageKind::Loop;
  return success();
}

std::optional<StageForm> tenon::findStageForm(const StageContents &contents,
                                              std::string &reason) {
  StageForm form;
  if (failed(setRoot(contents, form, reason)))
    return std::nullopt;
  if (!form.root)
    return form;
  ArrayRef<int64_t> shape = shapeOf(form.root);
  SmallVector<int64_t> keptShape;
  for (auto [dim, extent] : llvm::enumerate(shape))
    if (!llvm::is_contained(form.rowDims, (int64_t)dim))
      keptShape.push_back(extent);
  std::optional<RootOrigins> origins;

  auto find = [&](Value value, llvm::function_ref<bool(Value)> isRoot) {
    return findStagePath(value, isRoot, contents.isInside);
  };
  auto overOrigins = [&](Value value) {
    if (!origins)
      origins.emplace(form.root, contents.isInside);
    return findPathOverOrigins(value, *origins, contents.isInside);
  };
  auto isRoot = [&](Value other) { return other == form.root; };
  auto isShapedLikeRoot = [&](Value other) { return shapeOf(other) == shape; };
  // Each index of a value is computed on its own. So values of one shape are
  // one iteration space, related or not.
  auto findWide = [&](Value value) -> std::optional<StagePath> {
    if (form.kind == StageKind::Contraction)
      return find(value, isRoot);
    if (form.kind == StageKind::Row) {
      // Through the root if that is possible: another value of its shape may
      // be a permutation of it.
      if (auto path = find(value, isRoot))
        return path;
      if (auto path = overOrigins(value))
        return path;
      return find(value, isShapedLikeRoot);
    }
    if (auto path = find(value, isShapedLikeRoot))
      return path;
    return overOrigins(value);
  };

  for (auto [i, value] : llvm::enumerate(contents.yielded)) {
    StoredValue stored;
    std::optional<StagePath> path = findWide(value);
    if (!path && form.kind == StageKind::Row) {
      stored.perRow = true;
      path = find(value, [&](Value other) {
        return shapeOf(other) == ArrayRef<int64_t>(keptShape);
      });
    }
    // Nothing of it is stored.
    if (!path && isEmpty(value)) {
      stored.perRow = false;
      path = StagePath();
    }
    if (!path) {
      reason = "yields value #" + std::to_string(i);
      reason += form.kind == StageKind::Contraction
                    ? ", which is not made of the product element by element"
                : form.kind == StageKind::Row
                    ? ", which has neither an element per element nor one per "
                      "row of what it reduces"
                    : ", which is not made of the stage's root element by "
                      "element";
      return std::nullopt;
    }
    stored.path = *path;
    form.stored.push_back(stored);
  }
  return form;
}

static SmallVector<Operation *> getOps(StageOp stage) {
  return llvm::map_to_vector(stage.getBody().front().without_terminator(),
                             [](Operation &op) { return &op; });
}

/// The form of a built stage if it were of `kind`.
static std::optional<StageForm> findFormAs(StageOp stage, StageKind kind,
                                           std::string &reason) {
  SmallVector<Operation *> ops = getOps(stage);
  SmallVector<Value> yielded = llvm::to_vector(stage.getYieldedValues());
  auto isInside = [&](Operation *op) { return op->getParentOp() == stage; };
  return findStageForm({kind, ops, yielded, isInside}, reason);
}

FailureOr<StageForm> tenon::findStageForm(StageOp stage) {
  std::string reason;
  std::optional<StageForm> form = findFormAs(stage, stage.getKind(), reason);
  if (!form)
    return stage.emitOpError(reason);
  return *form;
}

std::optional<StageForm> tenon::findContractionForm(StageOp stage) {
  std::string reason;
  return findFormAs(stage, StageKind::Contraction, reason);
}

Value tenon::getStageRoot(StageOp stage) {
  SmallVector<Operation *> ops = getOps(stage);
  SmallVector<Value> yielded = llvm::to_vector(stage.getYieldedValues());
  StageForm form;
  std::string reason;
  if (failed(setRoot({stage.getKind(), ops, yielded, {}}, form, reason)))
    return {};
  return form.root;
}
