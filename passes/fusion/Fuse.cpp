//===- Fuse.cpp - Group ops into kernels ----------------------------------===//
//
// Carries out a FusionPlan: each cluster becomes a kernel.fused, each of its
// stages a kernel.stage. Movement ops are cloned into every stage that reads
// through them.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"
#include "passes/fusion/FusionPlan.h"
#include "passes/fusion/PlannedKernel.h"

#include "mlir/IR/IRMapping.h"

namespace tenon {
#define GEN_PASS_DEF_FUSE
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::fusion;
using namespace tenon::graph;

namespace {

/// Rewrites the clusters of one entry.
class KernelBuilder {
public:
  KernelBuilder(EntryOp entry, const FusionPlan &plan)
      : plan(plan), block(entry.getBody().front()),
        builder(block.getTerminator()) {}

  void run() {
    for (unsigned index : plan.getOrder())
      build(index);
    Operation *terminator = block.getTerminator();
    for (OpOperand &operand : terminator->getOpOperands())
      if (Value made = results.lookup(operand.get()))
        operand.set(made);
    // What is left of the old ops has no users but each other.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (&op != terminator && op.use_empty() && isMemoryEffectFree(&op))
        op.erase();
  }

private:
  void build(unsigned index);
  void buildStage(const PlannedKernel &kernel, unsigned index, unsigned number,
                  IRMapping &values);
  Value resolve(Value value, unsigned index, IRMapping &values);
  void collectInputs(Value value, unsigned index,
                     llvm::SetVector<Value> &inputs,
                     llvm::DenseSet<Operation *> &seen);

  const FusionPlan &plan;
  Block &block;
  OpBuilder builder;
  /// The results of kernels, by the value they replace.
  llvm::DenseMap<Value, Value> results;
};

} // namespace

/// Values that `value` is made of outside of the cluster.
void KernelBuilder::collectInputs(Value value, unsigned index,
                                  llvm::SetVector<Value> &inputs,
                                  llvm::DenseSet<Operation *> &seen) {
  Operation *op = value.getDefiningOp();
  std::optional<unsigned> home = op ? plan.getCluster(op) : std::nullopt;
  if (home == index)
    return;
  if (!home && isInlined(op)) {
    if (seen.insert(op).second)
      for (Value operand : op->getOperands())
        collectInputs(operand, index, inputs, seen);
    return;
  }
  inputs.insert(value);
}

Value KernelBuilder::resolve(Value value, unsigned index, IRMapping &values) {
  if (Value mapped = values.lookupOrNull(value))
    return mapped;
  Operation *op = value.getDefiningOp();
  assert(isInlined(op) && "inputs and cluster ops are mapped already");
  for (Value operand : op->getOperands())
    resolve(operand, index, values);
  return builder.clone(*op, values)
      ->getResult(cast<OpResult>(value).getResultNumber());
}

void KernelBuilder::buildStage(const PlannedKernel &kernel, unsigned index,
                               unsigned number, IRMapping &values) {
  const Stage &stage = plan.getClusters()[index].stages[number];
  SmallVector<Value> escaping = kernel.getYielded(number);
  SmallVector<Location> locations;
  for (Operation *op : stage.ops)
    locations.push_back(op->getLoc());
  Location loc = builder.getFusedLoc(locations);

  auto op = kernel::StageOp::create(
      builder, loc, TypeRange(ValueRange(escaping)),
      kernel::StageKindAttr::get(builder.getContext(), stage.kind),
      /*lowering_config=*/Attribute());
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&op.getBody());
  // Clones made in one stage are not visible in the next.
  IRMapping inside = values;
  for (Operation *stageOp : stage.ops) {
    for (Value operand : getReadValues(stageOp))
      resolve(operand, index, inside);
    builder.clone(*stageOp, inside);
  }
  SmallVector<Value> yielded;
  for (Value value : escaping)
    yielded.push_back(inside.lookup(value));
  kernel::YieldOp::create(builder, loc, yielded);
  for (auto [value, result] : llvm::zip_equal(escaping, op.getResults()))
    values.map(value, result);
}

/// A readable name: the telling ops of the kernel, in order.
static std::string nameKernel(const Cluster &cluster) {
  SmallVector<StringRef> names;
  for (const Stage &stage : cluster.stages)
    for (Operation *op : stage.ops)
      names.push_back(op->getName().stripDialect());
  std::string text = names.front().str();
  constexpr unsigned kShown = 4;
  SmallVector<StringRef> shown{names.front()};
  for (StringRef name : ArrayRef(names).drop_front()) {
    if (llvm::is_contained(shown, name))
      continue;
    if (shown.size() == kShown) {
      text += "_etc";
      break;
    }
    shown.push_back(name);
    text += "_" + name.str();
  }
  return text;
}

static DictionaryAttr encodeDecisions(Builder &builder,
                                      const Cluster &cluster) {
  SmallVector<Attribute> fused, refused;
  for (const Decision &decision : cluster.decisions) {
    auto text = [&](StringRef s) { return builder.getStringAttr(s); };
    auto attr = builder.getDictionaryAttr(
        {builder.getNamedAttr("bytes",
                              builder.getI64IntegerAttr(decision.bytes)),
         builder.getNamedAttr("consumer", text(decision.consumer)),
         builder.getNamedAttr("producer", text(decision.producer)),
         builder.getNamedAttr("reason", text(decision.reason))});
    (decision.fused ? fused : refused).push_back(attr);
  }
  SmallVector<NamedAttribute> entries;
  if (!fused.empty())
    entries.push_back(
        builder.getNamedAttr("fused", builder.getArrayAttr(fused)));
  if (!refused.empty())
    entries.push_back(
        builder.getNamedAttr("refused", builder.getArrayAttr(refused)));
  return entries.empty() ? DictionaryAttr()
                         : builder.getDictionaryAttr(entries);
}

void KernelBuilder::build(unsigned index) {
  const Cluster &cluster = plan.getClusters()[index];
  llvm::SetVector<Value> inputs;
  llvm::DenseSet<Operation *> seen;
  SmallVector<Value> outputs;
  SmallVector<Location> locations;
  PlannedKernel kernel(plan, cluster.stages);
  for (auto [number, stage] : llvm::enumerate(cluster.stages)) {
    for (Operation *op : stage.ops) {
      locations.push_back(op->getLoc());
      for (Value operand : getReadValues(op))
        collectInputs(operand, index, inputs, seen);
    }
    llvm::append_range(outputs, kernel.getOutputs(number));
  }

  SmallVector<Value> operands;
  for (Value input : inputs) {
    Value made = results.lookup(input);
    operands.push_back(made ? made : input);
  }
  auto fused = kernel::FusedOp::create(builder, builder.getFusedLoc(locations),
                                       TypeRange(ValueRange(outputs)), operands,
                                       nameKernel(cluster));
  if (DictionaryAttr decisions = encodeDecisions(builder, cluster))
    fused.setDecisionsAttr(decisions);

  OpBuilder::InsertionGuard guard(builder);
  Block &body = fused.getBody().front();
  builder.setInsertionPointToEnd(&body);
  IRMapping values;
  for (auto [input, argument] : llvm::zip_equal(inputs, body.getArguments()))
    values.map(input, argument);
  for (unsigned number = 0; number < cluster.stages.size(); ++number)
    buildStage(kernel, index, number, values);
  SmallVector<Value> yielded;
  for (Value output : outputs)
    yielded.push_back(values.lookup(output));
  kernel::YieldOp::create(builder, fused.getLoc(), yielded);
  for (auto [output, result] : llvm::zip_equal(outputs, fused.getResults()))
    results[output] = result;
}

namespace {
struct FusePass : public tenon::impl::FuseBase<FusePass> {
  using FuseBase::FuseBase;

  void runOnOperation() override {
    FusionPlan plan(getOperation(), FusionOptions{maxTileBytes, minTiles});
    KernelBuilder(getOperation(), plan).run();
    for (const Cluster &cluster : plan.getClusters()) {
      if (cluster.dead)
        continue;
      ++kernels;
      for (const Stage &stage : cluster.stages)
        fusedOps += stage.ops.size();
      --fusedOps;
    }
  }
};
} // namespace
