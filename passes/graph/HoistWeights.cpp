//===- HoistWeights.cpp - Move work on weights to compile time ------------===//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"
#include "passes/analysis/WeightsOnly.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OperationSupport.h"

namespace tenon {
#define GEN_PASS_DEF_HOISTWEIGHTS
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

/// Everything that `value` is computed from, itself included, in order.
static SmallVector<Operation *> getSlice(Value value) {
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitBlockArguments = true;
  options.omitUsesFromAbove = false;
  llvm::SetVector<Operation *> slice;
  (void)getBackwardSlice(value, &slice, options);
  return slice.takeVector();
}

/// Bytes of the weights that a slice reads.
static int64_t getSourceBytes(ArrayRef<Operation *> slice) {
  int64_t bytes = 0;
  for (Operation *op : slice)
    if (categorize(op) == OpCategory::Source)
      bytes += getLogicalBytes(op->getResult(0));
  return bytes;
}

/// Whether computing `value` at compile time is worth its place in the
/// artifact: it does arithmetic, and is not much larger than its sources.
static bool isWorthHoisting(Value value) {
  SmallVector<Operation *> slice = getSlice(value);
  if (llvm::all_of(slice, [](Operation *op) {
        OpCategory category = categorize(op);
        return category == OpCategory::Source ||
               category == OpCategory::Movement;
      }))
    return false;
  constexpr int64_t kSmall = 4096;
  return getLogicalBytes(value) <= std::max(kSmall, 2 * getSourceBytes(slice));
}

/// The right-hand side of a product that is stored in another order: packed for
/// the contraction emitter, or with the features of a convolution last.
static Value getPackedOperand(Operation *op) {
  if (categorize(op) != OpCategory::Contraction && !isa<ConvolutionOp>(op))
    return {};
  return op->getOperand(1);
}

namespace {
struct HoistWeightsPass
    : public tenon::impl::HoistWeightsBase<HoistWeightsPass> {
  void runOnOperation() override {
    SmallVector<EntryOp> entries(getOperation().getOps<EntryOp>());
    SymbolTable table(getOperation());
    symbols = &table;
    for (EntryOp entry : entries)
      if (!entry->hasAttr("tenon.prepare"))
        hoistFrom(entry);
    symbols = nullptr;
  }

  void hoistFrom(EntryOp entry) {
    WeightsOnly weightsOnly;
    llvm::SetVector<Value> boundary;
    SmallVector<OpOperand *> packed;
    for (Operation &op : entry.getBody().front()) {
      if (op.getNumResults() && weightsOnly(op.getResult(0)))
        continue;
      Value rhs = getPackedOperand(&op);
      for (OpOperand &operand : op.getOpOperands()) {
        if (!operand.get().getDefiningOp() || !weightsOnly(operand.get()))
          continue;
        // A packed weight is a tensor of its own, renamings included.
        if (operand.get() == rhs && operand.getOperandNumber() == 1)
          packed.push_back(&operand);
        else
          boundary.insert(operand.get());
      }
    }
    // Elsewhere renamings stay with their readers; what they rename is hoisted.
    llvm::SetVector<Value> values;
    SmallVector<Value> worklist = boundary.takeVector();
    while (!worklist.empty()) {
      Value value = traceMovement(worklist.pop_back_val());
      Operation *op = value.getDefiningOp();
      if (!op || categorize(op) == OpCategory::Source ||
          categorize(op) == OpCategory::Movement)
        continue;
      if (isWorthHoisting(value))
        values.insert(value);
      else
        llvm::append_range(worklist, op->getOperands());
    }
    for (OpOperand *operand : packed) {
      OpBuilder builder(operand->getOwner());
      operand->set(hoist(operand->get(), entry, builder));
    }
    // No value is replaced before all are hoisted: what prepares one of them
    // reads weights, never another prepared tensor.
    SmallVector<Value> prepared;
    for (Value value : values) {
      OpBuilder builder(&getContext());
      builder.setInsertionPointAfterValue(value);
      prepared.push_back(hoist(value, entry, builder));
    }
    for (auto [value, tensor] : llvm::zip_equal(values.takeVector(), prepared))
      value.replaceAllUsesWith(tensor);
  }

  /// Returns a read of the prepared tensor that holds `value`.
  Value hoist(Value value, EntryOp entry, OpBuilder &builder) {
    kernel::PreparedOp prepared = getPrepared(value, entry);
    return kernel::GetPreparedOp::create(
        builder, value.getLoc(), value.getType(),
        FlatSymbolRefAttr::get(prepared.getSymNameAttr()));
  }

  /// The prepared tensor of `value`: a new one, or one that another entry made
  /// of the same computation.
  kernel::PreparedOp getPrepared(Value value, EntryOp entry) {
    Location loc = value.getLoc();
    OpBuilder builder(entry);
    std::string suffix = std::to_string(count);
    auto type = cast<RankedTensorType>(value.getType());
    auto prepare = EntryOp::create(builder, loc, "prepare_" + suffix,
                                   builder.getFunctionType({}, {type}));
    prepare->setAttr("tenon.prepare", builder.getUnitAttr());
    {
      OpBuilder::InsertionGuard guard(builder);
      Block &block = prepare.getBody().empty()
                         ? prepare.getBody().emplaceBlock()
                         : prepare.getBody().front();
      builder.setInsertionPointToEnd(&block);
      IRMapping map;
      for (Operation *op : getSlice(value))
        builder.clone(*op, map);
      ReturnOp::create(builder, loc, ValueRange{map.lookup(value)});
    }
    llvm::hash_code hash = hashBody(prepare);
    for (auto [known, preparedOp] : made[hash])
      if (OperationEquivalence::isRegionEquivalentTo(
              &known.getBody(), &prepare.getBody(),
              OperationEquivalence::IgnoreLocations)) {
        prepare.erase();
        return preparedOp;
      }
    ++hoisted;
    ++count;
    symbols->insert(prepare);
    auto prepared = kernel::PreparedOp::create(
        builder, loc, builder.getStringAttr("prepared_" + suffix),
        FlatSymbolRefAttr::get(prepare.getSymNameAttr()), TypeAttr::get(type),
        kernel::LayoutAttr::getRowMajor(&getContext(), type.getRank()));
    symbols->insert(prepared);
    made[hash].push_back({prepare, prepared});
    return prepared;
  }

  static llvm::hash_code hashBody(EntryOp prepare) {
    llvm::hash_code hash = 0;
    for (Operation &op : prepare.getBody().front())
      hash = llvm::hash_combine(hash,
                                OperationEquivalence::computeHash(
                                    &op, OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::IgnoreLocations));
    return hash;
  }

  /// The module's, while the pass runs: making one takes a look at every op.
  SymbolTable *symbols = nullptr;
  /// Prepared tensors so far; statistics do not count in every build of LLVM.
  unsigned count = 0;
  /// Prepared tensors by the hash of what computes them.
  llvm::DenseMap<llvm::hash_code,
                 SmallVector<std::pair<EntryOp, kernel::PreparedOp>>>
      made;
};
} // namespace
