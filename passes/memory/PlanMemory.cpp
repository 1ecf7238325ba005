//===- PlanMemory.cpp - Give every buffer its offset and write the plan ---===//

#include "passes/Passes.h"

#include "ir/graph/CallerType.h"
#include "passes/analysis/LiveRanges.h"
#include "passes/analysis/OpCategory.h"
#include "passes/memory/OffsetAssignment.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"

namespace tenon {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;
using kernel::FusedOp;
using kernel::LayoutAttr;

static LayoutAttr rowMajor(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return LayoutAttr::getRowMajor(value.getContext(), type.getRank());
}

namespace {

/// The plan.kernel ops of a module: one for all launches that are alike.
class KernelTable {
public:
  KernelTable(SymbolTable &symbols, OpBuilder &builder)
      : symbols(symbols), builder(builder) {}

  FlatSymbolRefAttr get(FusedOp kernel) {
    auto &known = table[hash(kernel)];
    for (plan::KernelOp other : known)
      if (isAlike(kernel, cast<FusedOp>(other.getFused())))
        return FlatSymbolRefAttr::get(other.getSymNameAttr());
    auto op = plan::KernelOp::create(builder, kernel.getLoc(),
                                     kernel.getKernelName());
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&op.getBody());
    IRMapping map;
    for (Value input : kernel.getInputs())
      block->addArgument(input.getType(), input.getLoc());
    Operation *copy = builder.clone(*kernel, map);
    copy->setOperands(block->getArguments());
    symbols.insert(op);
    known.push_back(op);
    return FlatSymbolRefAttr::get(op.getSymNameAttr());
  }

  unsigned size() const {
    unsigned count = 0;
    for (auto &[hash, kernels] : table)
      count += kernels.size();
    return count;
  }

private:
  static llvm::hash_code hash(FusedOp kernel) {
    llvm::hash_code code =
        llvm::hash_combine(kernel.getInputLayoutsAttr(),
                           kernel.getOutputLayoutsAttr(), kernel.getTiesAttr());
    kernel.getBody().walk([&](Operation *op) {
      code = llvm::hash_combine(code,
                                OperationEquivalence::computeHash(
                                    op, OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::IgnoreLocations));
    });
    return code;
  }

  /// Decisions and names differ between kernels whose code is the same.
  static bool isAlike(FusedOp a, FusedOp b) {
    return a.getInputLayoutsAttr() == b.getInputLayoutsAttr() &&
           a.getOutputLayoutsAttr() == b.getOutputLayoutsAttr() &&
           a.getTiesAttr() == b.getTiesAttr() &&
           a.getInputs().getTypes() == b.getInputs().getTypes() &&
           OperationEquivalence::isRegionEquivalentTo(
               &a.getBody(), &b.getBody(),
               OperationEquivalence::IgnoreLocations);
  }

  SymbolTable &symbols;
  OpBuilder &builder;
  std::map<size_t, SmallVector<plan::KernelOp>> table;
};

/// Writes the plan of one entry.
class EntryPlanner {
public:
  EntryPlanner(EntryOp entry, KernelTable &kernels, const SymbolTable &symbols,
               OpBuilder &builder, int64_t alignment)
      : entry(entry), kernels(kernels), symbols(symbols), builder(builder),
        alignment(alignment) {}

  plan::EntryOp run();

private:
  void addInputs();
  void addOutputs();
  Value getBuffer(Value value);
  void addArena();
  void addLaunches();

  EntryOp entry;
  KernelTable &kernels;
  const SymbolTable &symbols;
  OpBuilder &builder;
  int64_t alignment;
  llvm::DenseMap<Value, Value> bufferOf;
};

} // namespace

plan::EntryOp EntryPlanner::run() {
  SmallVector<LiveBuffer> buffers = getLiveBuffers(entry);
  OffsetAssignment assignment = assignOffsets(buffers, alignment);
  auto op = plan::EntryOp::create(
      builder, entry.getLoc(), entry.getSymName(), assignment.size,
      getPeak(buffers, /*logical=*/false), getPeak(buffers, /*logical=*/true),
      entry->getAttrOfType<DictionaryAttr>(EntryOp::kDimsAttr),
      entry->getAttrOfType<StringAttr>(EntryOp::kSpecializesAttr),
      /*prepare=*/entry->hasAttr("tenon.prepare"));
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&op.getBody());
  addInputs();
  addOutputs();
  for (auto [buffer, offset] : llvm::zip_equal(buffers, assignment.offsets))
    for (auto [i, value] : llvm::enumerate(buffer.values)) {
      auto kernel = value.getDefiningOp<FusedOp>();
      LayoutAttr layout =
          kernel.getOutputLayout(cast<OpResult>(value).getResultNumber());
      bufferOf[value] = plan::ArenaOp::create(
          builder, value.getLoc(), builder.getType<plan::BufferType>(), offset,
          getPhysicalBytes(value, layout), value.getType(), layout,
          buffer.first, buffer.last,
          /*in_place=*/i > 0);
    }
  addLaunches();
  return op;
}

void EntryPlanner::addInputs() {
  Type type = builder.getType<plan::BufferType>();
  for (BlockArgument argument : entry.getBody().getArguments()) {
    unsigned index = argument.getArgNumber();
    StringRef name = entry.getArgumentName(index);
    bufferOf[argument] = plan::InputOp::create(
        builder, argument.getLoc(), type, index,
        name.empty() ? "input_" + std::to_string(index) : name.str(),
        getLogicalBytes(argument), getArgumentCallerType(entry, index),
        entry.getArgumentVariable(index));
  }
}

void EntryPlanner::addOutputs() {
  Operation *terminator = entry.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
    StringRef name = entry.getResultName(i);
    auto kernel = value.getDefiningOp<FusedOp>();
    LayoutAttr layout =
        kernel.getOutputLayout(cast<OpResult>(value).getResultNumber());
    std::optional<unsigned> tied = entry.getTiedArgument(i);
    std::string named =
        name.empty() ? "output_" + std::to_string(i) : name.str();
    bufferOf[value] = plan::OutputOp::create(
        builder, value.getLoc(), builder.getType<plan::BufferType>(),
        builder.getI64IntegerAttr(i), builder.getStringAttr(named),
        builder.getI64IntegerAttr(getPhysicalBytes(value, layout)),
        TypeAttr::get(getResultCallerType(entry, i)), layout,
        tied ? builder.getI64IntegerAttr(*tied) : IntegerAttr());
  }
}

/// The buffer of a value, made on first use if it is a weight or a constant.
Value EntryPlanner::getBuffer(Value value) {
  if (Value known = bufferOf.lookup(value))
    return known;
  Operation *op = value.getDefiningOp();
  Type type = builder.getType<plan::BufferType>();
  Value buffer;
  if (auto get = dyn_cast<GetWeightOp>(op)) {
    buffer = plan::WeightOp::create(builder, value.getLoc(), type,
                                    get.getWeight(), getLogicalBytes(value),
                                    value.getType(), rowMajor(value));
  } else if (auto get = dyn_cast<kernel::GetPreparedOp>(op)) {
    auto prepared = symbols.lookup<kernel::PreparedOp>(get.getName());
    buffer =
        plan::WeightOp::create(builder, value.getLoc(), type, get.getName(),
                               getPhysicalBytes(value, prepared.getLayout()),
                               value.getType(), prepared.getLayout());
  } else {
    buffer = plan::ConstantOp::create(builder, value.getLoc(), type,
                                      cast<ConstantOp>(op).getValue(),
                                      getLogicalBytes(value));
  }
  return bufferOf[value] = buffer;
}

void EntryPlanner::addLaunches() {
  for (FusedOp kernel : entry.getOps<FusedOp>()) {
    SmallVector<Value> inputs, outputs;
    for (Value input : kernel.getInputs())
      inputs.push_back(getBuffer(input));
    for (Value output : kernel.getOutputs())
      outputs.push_back(getBuffer(output));
    plan::LaunchOp::create(builder, kernel.getLoc(), kernels.get(kernel),
                           inputs, outputs);
  }
}

namespace {
struct PlanMemoryPass : public tenon::impl::PlanMemoryBase<PlanMemoryPass> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    SmallVector<EntryOp> entries(module.getOps<EntryOp>());
    OpBuilder kernelBuilder(&getContext()), entryBuilder(&getContext());
    if (entries.empty())
      return;
    kernelBuilder.setInsertionPoint(entries.front());
    KernelTable kernelTable(symbols, kernelBuilder);
    entryBuilder.setInsertionPointToEnd(module.getBody());
    for (EntryOp entry : entries) {
      plan::EntryOp planned =
          EntryPlanner(entry, kernelTable, symbols, entryBuilder, alignment)
              .run();
      launches += llvm::range_size(planned.getOps<plan::LaunchOp>());
      arenaBytes += planned.getArenaSize();
    }
    // A planned entry takes over its graph's symbol, which is free only now.
    for (EntryOp entry : entries)
      entry.erase();
    kernels += kernelTable.size();
  }
};
} // namespace
