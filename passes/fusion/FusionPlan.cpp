//===- FusionPlan.cpp - Which ops share a kernel, and why -----------------===//

#include "passes/fusion/FusionPlan.h"

#include "passes/analysis/OpCategory.h"
#include "passes/fusion/ConvolutionInput.h"

#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::fusion;
using namespace tenon::graph;
using kernel::StageKind;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The name a location was given, from the outside in.
static StringRef nameOf(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location inner : fused.getLocations())
      if (StringRef name = nameOf(inner); !name.empty())
        return name;
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return nameOf(call.getCallee());
  return {};
}

llvm::SetVector<Value> tenon::fusion::getReadValues(Operation *op) {
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  return values;
}

std::string tenon::fusion::describe(Operation *op) {
  std::string text = op->getName().stripDialect().str();
  if (StringRef name = nameOf(op->getLoc()); !name.empty())
    text += " '" + name.str() + "'";
  return text;
}

/// The value that fills the iteration space of a stage begun by `op`.
static Value spaceValue(Operation *op) {
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return reduce.getInputs().front();
  return op->getResult(0);
}

FusionPlan::FusionPlan(EntryOp entry, const FusionOptions &options)
    : options(options), entry(entry) {
  Block &block = entry.getBody().front();
  // What an entry returns must be stored, so a movement op before the return
  // is work like any other.
  for (Value value : block.getTerminator()->getOperands())
    if (Operation *op = value.getDefiningOp();
        op && categorize(op) == OpCategory::Movement)
      forced.insert(op);
  for (auto convolution : block.getOps<ConvolutionOp>())
    if (!readsInPlace(convolution))
      forced.insert(convolution.getLhs().getDefiningOp());
  // Each turn refuses joins, of which there are so many and no more. A few find
  // all that matters; after that whole kernels are taken apart.
  constexpr unsigned kCarefulTurns = 16;
  unsigned turn = 0;
  do
    plan();
  while (refuseUnstorable(/*all=*/turn++ >= kCarefulTurns));
}

void FusionPlan::plan() {
  clusters.clear();
  clusterOf.clear();
  stageOf.clear();
  dimMaps.clear();
  place = 0;
  for (Operation &op : entry.getBody().front().without_terminator())
    visit(&op);
  mergeIntoConsumers();
}

std::optional<unsigned> FusionPlan::getCluster(Operation *op) const {
  auto it = clusterOf.find(op);
  return it == clusterOf.end() ? std::nullopt : std::optional(it->second);
}

std::optional<DimMap> FusionPlan::getDimMap(Value computed) const {
  auto it = dimMaps.find(computed);
  return it == dimMaps.end() ? std::nullopt : std::optional(it->second);
}

std::optional<unsigned> FusionPlan::clusterOfValue(Value value) const {
  Operation *op = value.getDefiningOp();
  return op ? getCluster(op) : std::nullopt;
}

/// Like traceMovement, but stops at forced movement ops, which are computed.
static Value traceToComputed(Value value,
                             const llvm::DenseSet<Operation *> &forced) {
  while (Operation *op = value.getDefiningOp()) {
    if (forced.contains(op) || categorize(op) != OpCategory::Movement ||
        op->getNumOperands() == 0)
      break;
    value = op->getOperand(0);
  }
  return value;
}

void FusionPlan::collectRoots(Value value,
                              llvm::SetVector<Value> &roots) const {
  Operation *op = value.getDefiningOp();
  if (!op || forced.contains(op) || categorize(op) != OpCategory::Movement) {
    roots.insert(value);
    return;
  }
  for (Value operand : op->getOperands())
    collectRoots(operand, roots);
}

/// Whether a value that is computed again lies between `value` and what it is
/// traced to.
static bool isRecomputed(Value value, Value root) {
  for (; value != root; value = value.getDefiningOp()->getOperand(0))
    if (value.getDefiningOp()->hasAttr(kRecomputeAttr))
      return true;
  return false;
}

std::optional<DimMap> FusionPlan::dimMapOf(Value value) const {
  Value root = traceToComputed(value, forced);
  auto it = dimMaps.find(root);
  return it == dimMaps.end() ? std::nullopt
                             : mapThroughChain(value, root, it->second);
}

void FusionPlan::record(unsigned index, bool fused, Value value,
                        Operation *consumer, StringRef reason) {
  clusters[index].decisions.push_back({fused, describe(value.getDefiningOp()),
                                       describe(consumer), reason.str(),
                                       2 * getLogicalBytes(value)});
}

bool FusionPlan::isInLastStage(Operation *op, unsigned index) const {
  auto it = stageOf.find(op);
  return it != stageOf.end() && clusterOf.lookup(op) == index &&
         it->second + 1 == clusters[index].stages.size();
}

bool FusionPlan::reaches(unsigned from, unsigned to) const {
  // What ends before `from` begins cannot depend on it: without that limit a
  // deep graph would be walked to its start for each shortcut in it.
  unsigned start = clusters[from].firstPlace;
  SmallVector<unsigned> worklist{to};
  llvm::DenseSet<unsigned> seen;
  while (!worklist.empty()) {
    unsigned at = worklist.pop_back_val();
    if (at == from)
      return true;
    for (unsigned producer : clusters[at].producers)
      if (clusters[producer].lastPlace >= start && seen.insert(producer).second)
        worklist.push_back(producer);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Visiting ops in order
//===----------------------------------------------------------------------===//

void FusionPlan::visit(Operation *op) {
  OpCategory category = categorize(op);
  if (category == OpCategory::Source ||
      (category == OpCategory::Movement && !forced.contains(op)))
    return;

  // The producers' clusters, each with a value that comes from it.
  llvm::MapVector<unsigned, Value> producers;
  for (Value operand : getReadValues(op)) {
    llvm::SetVector<Value> roots;
    collectRoots(operand, roots);
    for (Value root : roots)
      if (std::optional<unsigned> index = clusterOfValue(root))
        producers.insert({*index, root});
  }
  SmallVector<unsigned> candidates;
  for (auto [index, value] : producers)
    candidates.push_back(index);
  llvm::sort(candidates, std::greater<>());

  std::optional<unsigned> home;
  for (unsigned index : candidates) {
    bool cycle = llvm::any_of(candidates, [&](unsigned other) {
      return other != index && reaches(index, other);
    });
    std::string reason;
    if (cycle)
      reason = "another operand depends on that kernel";
    else if (const std::string *refusal = getRefusal(op, index))
      reason = *refusal;
    else if (tryJoin(op, index, reason))
      home = index;
    record(index, home.has_value(), producers[index], op, reason);
    if (home)
      break;
  }
  if (!home)
    home = begin(op);
  clusterOf[op] = *home;
  clusters[*home].joins.push_back({op, {op}});
  stageOf[op] = clusters[*home].stages.size() - 1;
  clusters[*home].lastPlace = place++;
  for (unsigned index : candidates)
    if (index != *home)
      clusters[*home].producers.insert(index);
}

unsigned FusionPlan::begin(Operation *op) {
  Stage stage;
  stage.ops.push_back(op);
  stage.space = llvm::to_vector(shapeOf(spaceValue(op)));
  DimMap identity = getIdentityDimMap(stage.space.size());
  switch (categorize(op)) {
  case OpCategory::Contraction:
    stage.kind = StageKind::Contraction;
    break;
  case OpCategory::Reduction:
    stage.kind = StageKind::Row;
    stage.rowDims = llvm::to_vector(cast<ReduceOp>(op).getDimensions());
    break;
  case OpCategory::Special:
    stage.kind = StageKind::Special;
    break;
  default:
    stage.kind = StageKind::Loop;
  }
  for (Value result : op->getResults()) {
    DimMap map;
    for (int64_t dim : identity)
      if (!llvm::is_contained(stage.rowDims, dim))
        map.push_back(dim);
    if (stage.kind != StageKind::Special)
      dimMaps[result] = map;
  }
  clusters.emplace_back();
  clusters.back().stages.push_back(stage);
  clusters.back().firstPlace = place;
  return clusters.size() - 1;
}

bool FusionPlan::tryJoin(Operation *op, unsigned index, std::string &why) {
  Cluster &cluster = clusters[index];
  if (cluster.last().kind == StageKind::Special) {
    why = "its producer has an emitter of its own";
    return false;
  }
  for (Value operand : op->getOperands()) {
    if (!isRecomputed(operand, traceToComputed(operand, forced)))
      continue;
    llvm::SetVector<Value> roots;
    collectRoots(operand, roots);
    if (llvm::any_of(
            roots, [&](Value root) { return clusterOfValue(root) == index; })) {
      why = "it reads the kernel through a value that is computed again";
      return false;
    }
  }
  switch (categorize(op)) {
  case OpCategory::Elementwise:
  case OpCategory::Movement:
    return joinElementwise(op, index, why);
  case OpCategory::Reduction:
    return joinReduction(cast<ReduceOp>(op), index, why);
  case OpCategory::Contraction:
    if (auto dot = dyn_cast<DotGeneralOp>(op))
      return joinContraction(dot, index, why);
    why = "a convolution reads its input from memory";
    return false;
  case OpCategory::Gather:
    why = "its operands are read through an index map that is no renaming";
    return false;
  case OpCategory::Window:
    why = "it reads each operand element many times";
    return false;
  default:
    why = "it has an emitter of its own";
    return false;
  }
}

//===----------------------------------------------------------------------===//
// The rules, one per kind of op that joins
//===----------------------------------------------------------------------===//

/// Movement that changes the shape but keeps every element may end a loop or
/// contraction stage: the store is renamed instead of the load.
static bool isBijectiveChain(Value value, Value root) {
  for (; value != root; value = value.getDefiningOp()->getOperand(0))
    if (!isBijectiveMovement(value.getDefiningOp()))
      return false;
  return true;
}

bool FusionPlan::isFull(Value root, unsigned index) const {
  const Stage &stage = clusters[index].stages.back();
  auto it = dimMaps.find(root);
  if (clusterOfValue(root) == index)
    return it == dimMaps.end() || coversSpace(it->second, stage.space);
  // What the first reduction reads may be a value that another kernel made.
  for (Operation *op : stage.ops)
    if (auto reduce = dyn_cast<ReduceOp>(op))
      return traceToComputed(reduce.getInputs().front(), forced) == root;
  return false;
}

ArrayRef<int64_t> FusionPlan::stageSpaceOf(Value root, unsigned index) const {
  auto it = stageOf.find(root.getDefiningOp());
  if (it == stageOf.end() || clusterOf.lookup(root.getDefiningOp()) != index)
    return {};
  return clusters[index].stages[it->second].space;
}

bool FusionPlan::joinElementwise(Operation *op, unsigned index,
                                 std::string &why) {
  Stage &stage = clusters[index].last();
  Value result = op->getResult(0);
  ArrayRef<int64_t> shape = shapeOf(result);
  DimMap map(shape.size(), -1);
  bool hasMap = true, bijective = true, reached = false, follows = false;
  for (Value operand : op->getOperands()) {
    Value root = traceToComputed(operand, forced);
    // An output is found from what the rows are reduced of, not from their
    // reductions alone.
    reached |= isBijectiveChain(operand, root) && isFull(root, index);
    if (clusterOfValue(root) != index)
      continue;
    bool isOwn = isInLastStage(root.getDefiningOp(), index);
    if (!isOwn && stageSpaceOf(root, index) != ArrayRef<int64_t>(stage.space)) {
      why = "it mixes stages with different iteration spaces";
      return false;
    }
    if (!isOwn && !dimMapOf(operand)) {
      why = "it reads an earlier stage beyond its tile";
      return false;
    }
    bijective &= isBijectiveChain(operand, root);
    follows |= isOwn && isBijectiveChain(operand, root);
    std::optional<DimMap> operandMap = dimMapOf(operand);
    if (operandMap && categorize(op) == OpCategory::Movement)
      operandMap = mapThroughMovement(op, *operandMap);
    if (!operandMap) {
      hasMap = false;
      continue;
    }
    if (shapeOf(operand).size() != shape.size() &&
        categorize(op) != OpCategory::Movement)
      continue; // A scalar operand, the same everywhere.
    for (auto [dim, from] : llvm::zip_equal(map, *operandMap)) {
      if (dim >= 0 && from >= 0 && dim != from) {
        why = "its operands run along different dimensions of the kernel";
        return false;
      }
      dim = std::max(dim, from);
    }
  }
  bool isRow = stage.kind == StageKind::Row;
  // What a product's stage gives is made of the product; values of earlier
  // stages are only read there.
  if (stage.kind == StageKind::Contraction && !follows) {
    why = "it does not follow from the kernel's last product";
    return false;
  }
  if (!hasMap) {
    int64_t count = ShapedType::getNumElements(stage.space);
    if (isRow || !bijective || ShapedType::getNumElements(shape) != count) {
      why = "a reshape between them splits or merges rows";
      return false;
    }
    stage.ops.push_back(op);
    why = "element-wise on a renaming of the kernel's result";
    return true;
  }
  if (isRow && !completeDimMap(map, shape, stage.space)) {
    why = "its result has dimensions that the kernel's rows do not have";
    return false;
  }
  for (auto [dim, size] : llvm::zip_equal(map, shape))
    if (dim < 0 && size != 1) {
      why = "its result is larger than the kernel's iteration space";
      return false;
    }
  // Among single elements a scalar has an iteration space of its own.
  if (!isRow && shape.empty() != stage.space.empty()) {
    why = "only one of them is a scalar";
    return false;
  }
  bool full = coversSpace(map, stage.space);
  bool scalar = isRow && coversSpace(map, stage.space, stage.rowDims) &&
                llvm::none_of(map, [&](int64_t dim) {
                  return dim >= 0 && stage.space[dim] != 1 &&
                         llvm::is_contained(stage.rowDims, dim);
                });
  if (!full && !scalar) {
    why = "its result covers only a part of the kernel's iteration space";
    return false;
  }
  if (isRow && full && !reached) {
    why = "it spreads reduced values over rows that the kernel does not hold";
    return false;
  }
  stage.ops.push_back(op);
  dimMaps[result] = map;
  why =
      full ? "element-wise over the same iteration space" : "one value per row";
  return true;
}

/// A right-hand side that one core reads in about the time that another launch
/// takes, beside a single row: a larger one is better split among cores.
constexpr int64_t kBytesOfOneCore = 64 * 1024;

/// What a contraction of `batch` x [rows x columns] costs when its rows are
/// kept in tile scratch for another stage.
static bool worthRowTiles(const FusionOptions &options, int64_t batch,
                          int64_t rows, int64_t rowBytes, int64_t rhsBytes,
                          std::string &why) {
  int64_t tile = std::min<int64_t>(rows, 64);
  auto tilesOf = [&] { return batch * llvm::divideCeil(rows, tile); };
  while (tile > 8 && (int64_t)tilesOf() < options.minTiles)
    tile = llvm::divideCeil(tile, 2);
  int64_t saved = 2 * batch * rows * rowBytes;
  int64_t extra = (llvm::divideCeil(rows, tile) - 1) * (batch ? rhsBytes : 0);
  auto text = [](int64_t bytes) { return std::to_string(bytes) + " bytes"; };
  if (tile * rowBytes > options.maxTileBytes) {
    why = "rows of " + text(rowBytes) + " do not fit in tile scratch";
    return false;
  }
  if (extra >= saved) {
    why = "whole rows per tile would read " + text(extra) +
          " of the right-hand side again to save " + text(saved);
    return false;
  }
  if ((int64_t)tilesOf() < 2 && (rows > 1 || rhsBytes > kBytesOfOneCore)) {
    why = "whole rows per tile would leave a single tile";
    return false;
  }
  why = "whole rows in tile scratch save " + text(saved);
  return true;
}

bool FusionPlan::joinReduction(ReduceOp op, unsigned index, std::string &why) {
  Stage &stage = clusters[index].last();
  SmallVector<int64_t> rowDims;
  DimMap map;
  for (Value input : op.getInputs()) {
    Value root = traceToComputed(input, forced);
    if (clusterOfValue(root) != index)
      continue;
    std::optional<DimMap> inputMap = dimMapOf(input);
    if (!inputMap || !coversSpace(*inputMap, stage.space)) {
      why = "a reshape between them splits or merges rows";
      return false;
    }
    map = *inputMap;
    rowDims.clear();
    for (int64_t dim : op.getDimensions())
      if (map[dim] >= 0)
        rowDims.push_back(map[dim]);
    llvm::sort(rowDims);
  }
  if (map.empty()) {
    why = "only its initial value comes from the kernel";
    return false;
  }
  // A stage after a product is tiled like the product.
  if (stage.kind == StageKind::Contraction &&
      shapeOf(op.getInputs().front()) != ArrayRef<int64_t>(stage.space)) {
    why = "a reshape or transposition between them moves dimensions";
    return false;
  }
  auto finish = [&](Stage &home) {
    DimMap resultMap;
    for (auto [dim, from] : llvm::enumerate(map))
      if (!llvm::is_contained(op.getDimensions(), (int64_t)dim))
        resultMap.push_back(from);
    for (Value result : op.getResults())
      dimMaps[result] = resultMap;
    home.ops.push_back(op);
    return true;
  };

  if (stage.kind == StageKind::Row) {
    SmallVector<int64_t> own = llvm::to_vector(stage.rowDims);
    llvm::sort(own);
    if (own != rowDims) {
      why = "it reduces other dimensions than the kernel's rows";
      return false;
    }
    auto first = llvm::find_if(stage.ops, llvm::IsaPred<ReduceOp>);
    if (first != stage.ops.end() &&
        shapeOf(spaceValue(*first)) != shapeOf(spaceValue(op))) {
      why = "a reshape or transposition between them moves dimensions";
      return false;
    }
    why = "a further reduction of the same rows";
    return finish(stage);
  }
  if (stage.kind == StageKind::Loop) {
    if (stage.space.empty()) {
      why = "a scalar has no rows";
      return false;
    }
    // Rows are those of the kernel's own values.
    for (auto [dim, size] :
         llvm::zip_equal(map, shapeOf(op.getInputs().front())))
      if (dim < 0 && size != 1) {
        why = "it reduces values that are repeated beyond the kernel's "
              "iteration space";
        return false;
      }
    if (llvm::any_of(stage.ops, [](Operation *other) {
          return categorize(other) == OpCategory::Window;
        })) {
      why = "the reduced values read a window each and would be computed twice";
      return false;
    }
    stage.kind = StageKind::Row;
    stage.rowDims = rowDims;
    why = "reduces rows of an element-wise kernel";
    return finish(stage);
  }

  // Rows of a contraction are complete only where a tile holds all columns.
  auto dot = dyn_cast<DotGeneralOp>(stage.ops.front());
  if (!dot) {
    why = "a convolution's tile does not hold whole rows";
    return false;
  }
  int64_t rank = stage.space.size();
  int64_t columnDims = dot.getRhsFreeDimensions().size();
  SmallVector<int64_t> columns =
      llvm::to_vector(llvm::seq<int64_t>(rank - columnDims, rank));
  if (rowDims != columns) {
    why = "it does not reduce whole rows of the product";
    return false;
  }
  int64_t batchDims = dot.getLhsBatchingDimensions().size();
  ArrayRef<int64_t> space(stage.space);
  int64_t batch = ShapedType::getNumElements(space.take_front(batchDims));
  int64_t rows = ShapedType::getNumElements(
      space.slice(batchDims, rank - columnDims - batchDims));
  int64_t rowBytes = getLogicalBytes(dot) / std::max<int64_t>(1, batch * rows);
  if (!worthRowTiles(options, batch, rows, rowBytes,
                     getLogicalBytes(dot.getRhs()), why))
    return false;
  Stage row;
  row.kind = StageKind::Row;
  row.space = stage.space;
  row.rowDims = rowDims;
  clusters[index].stages.push_back(row);
  return finish(clusters[index].last());
}

bool FusionPlan::joinContraction(DotGeneralOp op, unsigned index,
                                 std::string &why) {
  Cluster &cluster = clusters[index];
  Stage &stage = cluster.last();
  Value root = traceToComputed(op.getLhs(), forced);
  Value rhsRoot = traceToComputed(op.getRhs(), forced);
  if (clusterOfValue(root) != index || clusterOfValue(rhsRoot) == index) {
    why = "a contraction reads its right-hand side from memory";
    return false;
  }
  if (stage.kind != StageKind::Row || cluster.stages.size() != 2) {
    why = "a contraction begins a kernel unless it reads rows of a product";
    return false;
  }
  std::optional<DimMap> map = dimMapOf(op.getLhs());
  if (!map || !coversSpace(*map, stage.space)) {
    why = "a reshape between them splits or merges rows";
    return false;
  }
  // Leading dimensions batch and free, in order; trailing ones contracted.
  SmallVector<int64_t> order;
  for (int64_t dim : op.getLhsBatchingDimensions())
    order.push_back((*map)[dim]);
  for (int64_t dim : op.getLhsFreeDimensions())
    order.push_back((*map)[dim]);
  int64_t domain = stage.space.size() - stage.rowDims.size();
  SmallVector<int64_t> contracted;
  for (int64_t dim : op.getLhsContractingDimensions())
    contracted.push_back((*map)[dim]);
  llvm::sort(contracted);
  if (order != llvm::to_vector(llvm::seq<int64_t>(0, domain)) ||
      contracted != llvm::to_vector(llvm::seq<int64_t>(
                        domain, (int64_t)stage.space.size()))) {
    why = "it does not contract whole rows of the kernel";
    return false;
  }
  bool isOneRow = llvm::all_of(ArrayRef(stage.space).take_front(domain),
                               [](int64_t size) { return size == 1; });
  if (isOneRow && getLogicalBytes(op.getRhs()) > kBytesOfOneCore) {
    why = "a single row would leave a single tile";
    return false;
  }
  Stage product;
  product.kind = StageKind::Contraction;
  product.space = llvm::to_vector(shapeOf(op));
  product.ops.push_back(op);
  dimMaps[op.getResult()] = getIdentityDimMap(product.space.size());
  cluster.stages.push_back(product);
  why = "reads the rows of the kernel from tile scratch";
  return true;
}

//===----------------------------------------------------------------------===//
// Merging small producers
//===----------------------------------------------------------------------===//

bool FusionPlan::canMerge(unsigned producer, unsigned consumer,
                          std::string &why) {
  Cluster &from = clusters[producer], &to = clusters[consumer];
  if (const std::string *refusal =
          getRefusal(from.joins.front().first, consumer)) {
    why = *refusal;
    return false;
  }
  if (from.stages.size() != 1 || from.last().kind != StageKind::Loop ||
      llvm::any_of(from.last().ops, [](Operation *op) {
        return categorize(op) == OpCategory::Window;
      })) {
    why = "only element-wise kernels are computed again inside others";
    return false;
  }
  if (to.stages.size() != 1 || to.last().kind == StageKind::Special ||
      llvm::any_of(to.last().ops, [](Operation *op) {
        OpCategory category = categorize(op);
        return category == OpCategory::Window ||
               category == OpCategory::Contraction ||
               category == OpCategory::Gather;
      })) {
    why = "its consumer reads it through memory";
    return false;
  }
  // A value that passes through a detour must not be pulled in.
  for (unsigned other : to.producers)
    if (other != producer && reaches(producer, other)) {
      why = "another operand of the consumer depends on it";
      return false;
    }
  llvm::DenseSet<Value> results;
  for (Operation *op : from.last().ops)
    results.insert_range(op->getResults());
  for (Operation *consumerOp : to.last().ops)
    for (Value operand : consumerOp->getOperands()) {
      llvm::SetVector<Value> roots;
      collectRoots(operand, roots);
      for (Value root : roots)
        if (results.contains(root) &&
            (operand != root ||
             llvm::to_vector(shapeOf(root)) != to.last().space)) {
          why = "its consumer repeats or reorders its elements";
          return false;
        }
    }
  why = "its only consumer runs over the same iteration space";
  return true;
}

void FusionPlan::mergeIntoConsumers() {
  // Which clusters read each cluster.
  SmallVector<llvm::SetVector<unsigned>> consumers(clusters.size());
  for (auto [index, cluster] : llvm::enumerate(clusters))
    for (unsigned producer : cluster.producers)
      consumers[producer].insert(index);
  llvm::DenseSet<unsigned> returned;
  for (Value value : entry.getBody().front().getTerminator()->getOperands())
    if (std::optional<unsigned> index = clusterOfValue(value))
      returned.insert(*index);

  for (unsigned index = clusters.size(); index-- > 0;) {
    if (returned.contains(index) || consumers[index].size() != 1)
      continue;
    unsigned consumer = consumers[index].front();
    std::string why;
    Value value = clusters[index].last().ops.back()->getResult(0);
    Operation *consumerOp = clusters[consumer].stages.front().ops.front();
    bool merge = canMerge(index, consumer, why);
    record(consumer, merge, value, consumerOp, why);
    if (!merge)
      continue;
    Cluster &from = clusters[index], &to = clusters[consumer];
    SmallVector<Operation *> ops = from.last().ops;
    for (Operation *op : ops)
      clusterOf[op] = consumer;
    to.joins.push_back({from.joins.front().first, {ops.begin(), ops.end()}});
    llvm::append_range(ops, to.last().ops);
    to.last().ops = ops;
    to.producers.remove(index);
    to.firstPlace = std::min(to.firstPlace, from.firstPlace);
    for (unsigned producer : from.producers) {
      to.producers.insert(producer);
      consumers[producer].remove(index);
      consumers[producer].insert(consumer);
    }
    from.dead = true;
  }
}

SmallVector<unsigned> FusionPlan::getOrder() const {
  SmallVector<unsigned> order;
  SmallVector<char> done(clusters.size(), false);
  // Depth first over producers keeps the model's order where it can.
  SmallVector<std::pair<unsigned, unsigned>> stack;
  for (unsigned root = 0; root < clusters.size(); ++root) {
    if (clusters[root].dead || done[root])
      continue;
    done[root] = true;
    stack.push_back({root, 0});
    while (!stack.empty()) {
      auto &[index, next] = stack.back();
      ArrayRef<unsigned> producers = clusters[index].producers.getArrayRef();
      if (next == producers.size()) {
        order.push_back(index);
        stack.pop_back();
        continue;
      }
      unsigned producer = producers[next++];
      if (!done[producer]) {
        done[producer] = true;
        stack.push_back({producer, 0});
      }
    }
  }
  return order;
}
