//===- AssignLayouts.cpp - Choose the physical layout of every value ------===//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"
#include "passes/analysis/StateOrder.h"
#include "passes/layout/LayoutRules.h"

#include "mlir/IR/SymbolTable.h"

namespace tenon {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;
using namespace tenon::layout;
using kernel::FusedOp;
using kernel::LayoutAttr;
using kernel::PreparedOp;
using kernel::StageOp;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Gives every value of one entry its layout.
namespace {
class EntryLayouts {
public:
  EntryLayouts(EntryOp entry, const SymbolTable &symbols)
      : entry(entry), symbols(symbols), context(entry.getContext()) {}

  void run() {
    separateReturns();
    settleState();
    for (FusedOp kernel : llvm::to_vector(entry.getOps<FusedOp>()))
      assign(kernel);
    tie();
  }

  unsigned relayouts = 0, inPlace = 0, stateCopies = 0;

private:
  void separateReturns();
  void settleState();
  bool mustCopy(const StateWrite &write, ArrayRef<StateEdge> settled);
  void assign(FusedOp kernel);
  void tie();
  LayoutAttr getLayout(Value value);
  LayoutAttr chooseOutput(FusedOp kernel, unsigned index,
                          ArrayRef<LayoutAttr> inputs);
  Value relayout(Value value, LayoutAttr to, OpBuilder &builder);

  EntryOp entry;
  const SymbolTable &symbols;
  MLIRContext *context;
};
} // namespace

static LayoutAttr rowMajor(Value value) {
  return LayoutAttr::getRowMajor(value.getContext(), typeOf(value).getRank());
}

LayoutAttr EntryLayouts::getLayout(Value value) {
  if (auto result = dyn_cast<OpResult>(value)) {
    if (auto kernel = dyn_cast<FusedOp>(result.getOwner()))
      return kernel.getOutputLayout(result.getResultNumber());
    if (auto get = dyn_cast<kernel::GetPreparedOp>(result.getOwner()))
      return symbols.lookup<PreparedOp>(get.getName()).getLayout();
  }
  return rowMajor(value);
}

/// A kernel that copies `value`, into the layout `to` if that is given.
Value EntryLayouts::relayout(Value value, LayoutAttr to, OpBuilder &builder) {
  Location loc = value.getLoc();
  auto copy = FusedOp::create(builder, loc, TypeRange(value.getType()),
                              ValueRange(value), "relayout");
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&copy.getBody().front());
  auto stage = StageOp::create(
      builder, loc, TypeRange(value.getType()),
      kernel::StageKindAttr::get(context, kernel::StageKind::Loop),
      Attribute());
  kernel::YieldOp::create(builder, loc, stage.getResults());
  builder.createBlock(&stage.getBody());
  kernel::YieldOp::create(builder, loc, copy.getBody().getArguments());
  if (to) {
    copy.setInputLayoutsAttr(builder.getArrayAttr({getLayout(value)}));
    copy.setOutputLayoutsAttr(builder.getArrayAttr({to}));
  }
  ++relayouts;
  return copy.getResult(0);
}

/// Every result that an entry returns must be a kernel's, and each another:
/// a buffer of the caller is written once, by the kernel that computes it.
void EntryLayouts::separateReturns() {
  Operation *terminator = entry.getBody().front().getTerminator();
  OpBuilder builder(terminator);
  llvm::DenseSet<Value> seen;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = operand.get();
    if (!value.getDefiningOp<FusedOp>() || !seen.insert(value).second)
      operand.set(relayout(value, /*to=*/{}, builder));
  }
}

/// Whether `to` depends on `from`, by its operands or an edge.
static bool reaches(Operation *from, Operation *to, ArrayRef<StateEdge> edges) {
  llvm::DenseMap<Operation *, SmallVector<Operation *>> writersAfter;
  for (const StateEdge &edge : edges)
    writersAfter[edge.reader].push_back(edge.writer);
  SmallVector<Operation *> worklist{from};
  llvm::DenseSet<Operation *> seen;
  while (!worklist.empty()) {
    Operation *at = worklist.pop_back_val();
    if (at == to)
      return true;
    if (!seen.insert(at).second)
      continue;
    llvm::append_range(worklist, at->getUsers());
    if (auto it = writersAfter.find(at); it != writersAfter.end())
      llvm::append_range(worklist, it->second);
  }
  return false;
}

/// Whether the new value cannot be written where the old one stands: its kernel
/// reads the old value out of order, or another one needs both.
bool EntryLayouts::mustCopy(const StateWrite &write,
                            ArrayRef<StateEdge> settled) {
  FusedOp writer = write.getWriter();
  for (auto [i, input] : llvm::enumerate(writer.getInputs()))
    if (input == write.argument &&
        !canComputeInPlace(writer, i, write.value.getResultNumber()))
      return true;
  for (const StateEdge &edge : getStateEdges(write))
    if (reaches(writer, edge.reader, settled))
      return true;
  return false;
}

/// Makes sure that each new value of a variable can be written over the old
/// one, by a copy of its own where its kernel cannot, and orders the kernels so
/// that all readers of the old value come first.
void EntryLayouts::settleState() {
  SmallVector<StateWrite> writes = getStateWrites(entry);
  if (writes.empty())
    return;
  Operation *terminator = entry.getBody().front().getTerminator();
  OpBuilder builder(terminator);
  SmallVector<StateEdge> edges;
  for (StateWrite &write : writes) {
    if (mustCopy(write, edges)) {
      auto copy = cast<OpResult>(relayout(write.value, /*to=*/{}, builder));
      terminator->replaceUsesOfWith(write.value, copy);
      write.value = copy;
      ++stateCopies;
    }
    llvm::append_range(edges, getStateEdges(write));
  }
  sortKernels(entry, edges);
}

LayoutAttr EntryLayouts::chooseOutput(FusedOp kernel, unsigned index,
                                      ArrayRef<LayoutAttr> inputs) {
  Value output = kernel.getOutputs()[index];
  int64_t rank = typeOf(output).getRank();
  SmallVector<int64_t> order, low(rank, 0), high(rank, 0);
  bool agree = true;
  for (OpOperand &use : output.getUses()) {
    auto reader = dyn_cast<FusedOp>(use.getOwner());
    if (!reader)
      return rowMajor(output); // The caller sees logical order only.
    InputWish wish = getInputWish(reader, use.getOperandNumber());
    if (wish.order.empty()) {
      continue;
    }
    if (!order.empty() && order != wish.order)
      agree = false;
    order = wish.order;
    for (int64_t dim = 0; dim < rank && !wish.haloLow.empty(); ++dim) {
      low[dim] = std::max(low[dim], wish.haloLow[dim]);
      high[dim] = std::max(high[dim], wish.haloHigh[dim]);
    }
  }
  if (!agree || order.empty())
    order = getOutputOrder(kernel, index, inputs);
  if (order.empty())
    return rowMajor(output);
  auto isZero = [](int64_t n) { return n == 0; };
  bool halo =
      agree && !(llvm::all_of(low, isZero) && llvm::all_of(high, isZero));
  SmallVector<int64_t> blocks(rank, 0);
  return LayoutAttr::get(context, order, blocks,
                         halo ? ArrayRef<int64_t>(low) : ArrayRef<int64_t>(),
                         halo ? ArrayRef<int64_t>(high) : ArrayRef<int64_t>());
}

/// Whether a value in `layout` can be read as `wish` asks.
static bool fulfills(LayoutAttr layout, const InputWish &wish) {
  if (!wish.required)
    return true;
  auto covers = [](ArrayRef<int64_t> halo, ArrayRef<int64_t> wanted) {
    for (auto [dim, size] : llvm::enumerate(wanted))
      if (size > (halo.empty() ? 0 : halo[dim]))
        return false;
    return true;
  };
  return !layout.isBlocked() && layout.getDims() == ArrayRef(wish.order) &&
         covers(layout.getHaloLow(), wish.haloLow) &&
         covers(layout.getHaloHigh(), wish.haloHigh);
}

void EntryLayouts::assign(FusedOp kernel) {
  if (kernel.getOutputLayouts())
    return; // A relayout, made with its layouts.
  OpBuilder builder(kernel);
  SmallVector<LayoutAttr> inputs;
  for (OpOperand &operand : kernel->getOpOperands()) {
    InputWish wish = getInputWish(kernel, operand.getOperandNumber());
    LayoutAttr layout = getLayout(operand.get());
    if (!fulfills(layout, wish)) {
      SmallVector<int64_t> blocks(wish.order.size(), 0);
      layout = LayoutAttr::get(context, wish.order, blocks, wish.haloLow,
                               wish.haloHigh);
      operand.set(relayout(operand.get(), layout, builder));
    } else if (scattersRows(kernel, operand.getOperandNumber(), layout)) {
      layout = rowMajor(operand.get());
      operand.set(relayout(operand.get(), layout, builder));
    }
    inputs.push_back(layout);
  }
  auto toArray = [&](ArrayRef<LayoutAttr> layouts) {
    return builder.getArrayAttr(
        SmallVector<Attribute>(layouts.begin(), layouts.end()));
  };
  kernel.setInputLayoutsAttr(toArray(inputs));
  SmallVector<LayoutAttr> outputs;
  for (unsigned i = 0; i < kernel.getNumResults(); ++i)
    outputs.push_back(chooseOutput(kernel, i, inputs));
  kernel.setOutputLayoutsAttr(toArray(outputs));
}

/// Ties an output to an input that has no later reader.
void EntryLayouts::tie() {
  for (FusedOp kernel : entry.getOps<FusedOp>()) {
    SmallVector<int64_t> ties(kernel.getNumResults(), -1);
    for (unsigned output = 0; output < kernel.getNumResults(); ++output) {
      for (unsigned input = 0; input < kernel.getInputs().size(); ++input) {
        Value value = kernel.getInputs()[input];
        // Buffers of the caller and weights are not ours to overwrite, and a
        // returned result has a buffer of its own, which is the variable's
        // for its new value.
        bool ours =
            value.getDefiningOp<FusedOp>() &&
            llvm::none_of(kernel.getOutputs()[output].getUsers(),
                          [](Operation *user) { return isa<ReturnOp>(user); });
        bool isState = isStateTie(kernel, input, output);
        if ((ours || isState) && !llvm::is_contained(ties, input) &&
            kernel.getInputLayout(input) == kernel.getOutputLayout(output) &&
            canComputeInPlace(kernel, input, output) &&
            (isState || isLastReader(kernel, input))) {
          ties[output] = input;
          ++inPlace;
          break;
        }
      }
    }
    kernel.setTies(ties);
  }
}

namespace {
struct AssignLayoutsPass
    : public tenon::impl::AssignLayoutsBase<AssignLayoutsPass> {
  using AssignLayoutsBase::AssignLayoutsBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    packWeights(symbols);
    for (EntryOp entry : getOperation().getOps<EntryOp>()) {
      EntryLayouts layouts(entry, symbols);
      layouts.run();
      relayouts += layouts.relayouts;
      inPlace += layouts.inPlace;
      stateCopies += layouts.stateCopies;
    }
    finishPrepared(symbols);
  }

  /// Every prepared tensor that contractions alone read becomes panels.
  void packWeights(const SymbolTable &symbols) {
    llvm::DenseMap<PreparedOp, LayoutAttr> chosen;
    getOperation().walk([&](kernel::GetPreparedOp get) {
      auto prepared = symbols.lookup<PreparedOp>(get.getName());
      for (OpOperand &use : get->getUses()) {
        LayoutAttr layout = getPackedUse(use);
        auto [it, isNew] = chosen.insert({prepared, layout});
        if (!isNew && it->second != layout)
          it->second = {};
      }
    });
    getOperation().walk([&](PreparedOp prepared) {
      if (LayoutAttr layout = chosen.lookup(prepared)) {
        prepared.setLayoutAttr(layout);
        ++packed;
      }
    });
  }

  /// The panels that the kernel reading `use` wants, or null.
  LayoutAttr getPackedUse(OpOperand &use) {
    auto reader = dyn_cast<FusedOp>(use.getOwner());
    if (!reader)
      return {};
    Value argument = reader.getBody().getArgument(use.getOperandNumber());
    LayoutAttr layout;
    for (Operation *user : argument.getUsers()) {
      auto stage = dyn_cast<StageOp>(user->getParentOp());
      if (!stage || user->getOperand(0) == argument)
        return {};
      auto conv = dyn_cast<ConvolutionOp>(user);
      if (getContraction(stage) == user)
        layout = getPanelLayout(user, panelWidth);
      else if (conv && categorize(conv) == OpCategory::Window)
        layout = getFeaturesLastLayout(conv);
      else
        return {};
    }
    return layout;
  }

  /// What a prepare entry returns is stored as its readers want it.
  void finishPrepared(const SymbolTable &symbols) {
    for (PreparedOp prepared : getOperation().getOps<PreparedOp>()) {
      auto entry = symbols.lookup<EntryOp>(prepared.getEntry());
      auto result = cast<OpResult>(
          entry.getBody().front().getTerminator()->getOperand(0));
      auto kernel = cast<FusedOp>(result.getOwner());
      SmallVector<Attribute> layouts(kernel.getOutputLayoutsAttr().begin(),
                                     kernel.getOutputLayoutsAttr().end());
      layouts[result.getResultNumber()] = prepared.getLayout();
      kernel.setOutputLayoutsAttr(ArrayAttr::get(&getContext(), layouts));
    }
  }
};
} // namespace
