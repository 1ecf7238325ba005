#include "backends/common/stage/RowPlan.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/common/stage/TrialEmission.h"
#include "ir/graph/Reducers.h"

#include <map>

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;

namespace {

/// More instructions than a load and a store of a row of scratch cost.
constexpr int64_t dearCost = 10;
/// What a vector costs that is loaded lane by lane.
constexpr int64_t gatherCost = 12;

/// One request: a value at a place.
struct Request {
  Value tensor;
  IndexMap map;
  /// Instructions for it alone, loads included.
  int64_t cost = 0;
  SmallVector<unsigned, 3> children;
};

/// The requests of one round.
struct Demand {
  std::vector<Request> requests;
  SmallVector<unsigned, 3> roots;
  /// Reductions that were asked for.
  SmallVector<unsigned> reductions;

  unsigned find(Value tensor, const IndexMap &map) {
    for (auto [i, request] : llvm::enumerate(requests))
      if (request.tensor == tensor && request.map == map)
        return i;
    int64_t cost = 0;
    if (auto op = tensor.getDefiningOp<EmitOpInterface>())
      cost = op.getEmitCost();
    requests.push_back({tensor, map, cost, {}});
    return requests.size() - 1;
  }
};

/// Records what is asked for.
class Recorder : public TrialEmission {
public:
  Recorder(EmitContext &context, Demand &demand)
      : TrialEmission(context), demand(demand) {}

  void enter(Value tensor, const IndexMap &map) override {
    unsigned number = demand.find(tensor, map);
    auto &list =
        open.empty() ? demand.roots : demand.requests[open.back()].children;
    if (!llvm::is_contained(list, number))
      list.push_back(number);
    open.push_back(number);
  }
  void leave() override { open.pop_back(); }
  void access(const LaneStep &step) override {
    if (!open.empty())
      demand.requests[open.back()].cost += step.stride ? 1 : gatherCost;
  }

private:
  Demand &demand;
  SmallVector<unsigned> open;
};

/// Builds the plan.
class RowPlanner {
public:
  RowPlanner(KernelFrame &state, ArrayRef<AffineExpr> bound,
             ArrayRef<AffineExpr> row, ArrayRef<StageTarget> targets,
             const IndexMap &root)
      : state(state), c(state.context), bound(bound), row(row),
        targets(targets), root(root) {}

  RowPlan run();

private:
  bool dependsOnRow(ArrayRef<AffineExpr> map) const;
  Value interceptReduction(Value tensor, const IndexMap &map, Demand &demand);
  Demand demandOf(llvm::function_ref<void()> ask);
  int64_t costOf(const Demand &demand, unsigned number) const;
  void chooseKept(ArrayRef<Demand> rounds);

  KernelFrame &state;
  EmitContext &c;
  ArrayRef<AffineExpr> bound, row;
  ArrayRef<StageTarget> targets;
  const IndexMap &root;
  RowPlan plan;
};

} // namespace

bool RowPlanner::dependsOnRow(ArrayRef<AffineExpr> map) const {
  return llvm::any_of(map, [&](AffineExpr index) {
    return llvm::any_of(row, [&](AffineExpr variable) {
      return index.isFunctionOfDim(cast<AffineDimExpr>(variable).getPosition());
    });
  });
}

/// Gives a stand-in for a reduction over the row, and notes it.
Value RowPlanner::interceptReduction(Value tensor, const IndexMap &map,
                                     Demand &demand) {
  auto op = tensor.getDefiningOp<graph::ReduceOp>();
  if (!op || dependsOnRow(map))
    return {};
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(op.getInputs()[0].getType()).getShape();
  auto dims = llvm::to_vector(op.getDimensions());
  llvm::sort(dims);
  if (dims.size() != row.size())
    return {};
  for (auto [dim, variable] : llvm::zip_equal(dims, row))
    if (shape[dim] != c.space.get(variable).upper + 1)
      return {};
  unsigned number = 0;
  for (; number < plan.reductions.size(); ++number)
    if (plan.reductions[number].op == op && plan.reductions[number].map == map)
      break;
  if (number == plan.reductions.size()) {
    RowReduction reduction;
    reduction.op = op;
    reduction.map = map;
    size_t nextKept = 0, nextRow = 0;
    for (size_t dim = 0; dim < shape.size(); ++dim)
      reduction.operandMap.push_back(llvm::is_contained(dims, (int64_t)dim)
                                         ? row[nextRow++]
                                         : map[nextKept++]);
    reduction.splits =
        op.getInputs().size() == 1 &&
        graph::getReductionKind(op.getBody()) != graph::ReductionKind::Generic;
    plan.reductions.push_back(reduction);
  }
  if (!llvm::is_contained(demand.reductions, number))
    demand.reductions.push_back(number);
  return c.zero(c.typeAt(getElementTypeOrSelf(tensor), map));
}

Demand RowPlanner::demandOf(llvm::function_ref<void()> ask) {
  Demand demand;
  Recorder recorder(c, demand);
  for (AffineExpr variable : bound)
    recorder.bind(variable);
  for (AffineExpr variable : row)
    recorder.bind(variable);
  c.intercept = [&](Value tensor, const IndexMap &map) {
    return interceptReduction(tensor, map, demand);
  };
  ask();
  c.intercept = nullptr;
  return demand;
}

int64_t RowPlanner::costOf(const Demand &demand, unsigned number) const {
  const Request &request = demand.requests[number];
  int64_t cost = request.cost;
  // A reduction is there already.
  if (request.tensor.getDefiningOp<graph::ReduceOp>() &&
      !dependsOnRow(request.map))
    return 0;
  for (unsigned child : request.children)
    cost += costOf(demand, child);
  return cost;
}

/// A value that is asked for again, and dear, is kept; what it is made of then
/// is not asked for again.
void RowPlanner::chooseKept(ArrayRef<Demand> rounds) {
  auto isKept = [&](const Request &request) {
    return llvm::any_of(plan.kept, [&](const KeptValue &kept) {
      return kept.tensor == request.tensor && kept.map == request.map;
    });
  };
  for (size_t later = 1; later < rounds.size(); ++later) {
    const Demand &demand = rounds[later];
    std::vector<bool> seen(demand.requests.size(), false);
    std::function<void(unsigned)> visit = [&](unsigned number) {
      if (seen[number])
        return;
      seen[number] = true;
      const Request &request = demand.requests[number];
      if (!dependsOnRow(request.map) || isKept(request))
        return;
      if (costOf(demand, number) >= dearCost)
        for (unsigned before = 0; before < later; ++before)
          for (const Request &other : rounds[before].requests)
            if (other.tensor == request.tensor && other.map == request.map) {
              plan.kept.push_back({request.tensor, request.map, before});
              return;
            }
      for (unsigned child : request.children)
        visit(child);
    };
    for (unsigned number : demand.roots)
      visit(number);
  }
}

RowPlan RowPlanner::run() {
  Demand outputs = demandOf([&] { state.emitTargets(targets, root, {}); });
  // Reductions are found while others' operands are asked for.
  std::vector<Demand> demands;
  for (size_t i = 0; i < plan.reductions.size(); ++i)
    demands.push_back(demandOf([&] {
      RowReduction reduction = plan.reductions[i];
      for (Value input : reduction.op.getInputs())
        c.emit(input, reduction.operandMap);
    }));
  // A reduction needs at most all others first.
  for (size_t pass = 0; pass < plan.reductions.size(); ++pass)
    for (auto [reduction, demand] : llvm::zip_equal(plan.reductions, demands))
      for (unsigned needed : demand.reductions)
        reduction.round =
            std::max(reduction.round, plan.reductions[needed].round + 1);
  for (const RowReduction &reduction : plan.reductions)
    plan.rounds = std::max(plan.rounds, reduction.round + 1);

  std::vector<Demand> rounds(plan.rounds + 1);
  for (auto [reduction, demand] : llvm::zip_equal(plan.reductions, demands)) {
    // What a reduction that does not split reads is read in loops of its own.
    if (!reduction.splits)
      continue;
    Demand &round = rounds[reduction.round];
    unsigned shift = round.requests.size();
    for (Request request : demand.requests) {
      for (unsigned &child : request.children)
        child += shift;
      round.requests.push_back(request);
    }
    for (unsigned number : demand.roots)
      round.roots.push_back(number + shift);
  }
  rounds.back() = outputs;
  chooseKept(rounds);
  return plan;
}

RowPlan tenon::emit::planRow(KernelFrame &state, ArrayRef<AffineExpr> bound,
                             ArrayRef<AffineExpr> row,
                             ArrayRef<StageTarget> targets,
                             const IndexMap &root) {
  return RowPlanner(state, bound, row, targets, root).run();
}
