//===- Schedule.cpp - Order the kernels for a low peak of memory ----------===//

#include "passes/Passes.h"

#include "passes/analysis/LiveRanges.h"
#include "passes/analysis/StateOrder.h"

#include <set>

namespace tenon {
#define GEN_PASS_DEF_SCHEDULE
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using kernel::FusedOp;

namespace {

/// List scheduling over one entry. Kernels are numbered in the model's order.
class ListScheduler {
public:
  explicit ListScheduler(graph::EntryOp entry) {
    for (FusedOp kernel : entry.getOps<FusedOp>()) {
      numberOf[kernel] = kernels.size();
      kernels.push_back(kernel);
    }
    for (const StateEdge &edge : getStateEdges(getStateWrites(entry))) {
      readersBefore[edge.writer].push_back(edge.reader);
      writersAfter[edge.reader].push_back(edge.writer);
    }
  }

  SmallVector<FusedOp> run() {
    SmallVector<unsigned> waiting(kernels.size(), 0);
    for (auto [i, kernel] : llvm::enumerate(kernels)) {
      llvm::SmallDenseSet<Operation *> producers;
      for (Value input : kernel.getInputs()) {
        readersLeft[input] += 1;
        if (auto producer = input.getDefiningOp<FusedOp>())
          producers.insert(producer);
      }
      producers.insert_range(readersBefore.lookup(kernel));
      waiting[i] = producers.size();
      if (producers.empty())
        makeReady(i);
    }
    SmallVector<FusedOp> order;
    while (!ready.empty()) {
      // Growth changes as readers finish, so the best may be stale.
      auto [growth, index] = *ready.begin();
      ready.erase(ready.begin());
      if (int64_t now = getGrowth(kernels[index]); now < growth) {
        ready.insert({now, index});
        continue;
      }
      FusedOp kernel = kernels[index];
      order.push_back(kernel);
      for (Value input : kernel.getInputs()) {
        // The last reader left frees the value: it became more attractive.
        if (--readersLeft[input] == 1)
          refresh(input);
      }
      llvm::SmallDenseSet<Operation *> readers;
      for (Operation *user : kernel->getUsers())
        if (isa<FusedOp>(user))
          readers.insert(user);
      readers.insert_range(writersAfter.lookup(kernel));
      for (Operation *reader : readers)
        if (--waiting[numberOf[reader]] == 0)
          makeReady(numberOf[reader]);
    }
    return order;
  }

private:
  /// Bytes live after the kernel ran, less those before it.
  int64_t getGrowth(FusedOp kernel) {
    int64_t growth = 0;
    for (auto [i, output] : llvm::enumerate(kernel.getOutputs()))
      if (kernel.getTie(i) < 0)
        growth += getPhysicalBytes(output, kernel.getOutputLayout(i));
    llvm::SmallDenseSet<Value> seen;
    for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
      bool tied = kernel.getTies() && llvm::is_contained(*kernel.getTies(), i);
      if (seen.insert(input).second && !tied && readersLeft[input] == 1 &&
          input.getDefiningOp<FusedOp>())
        growth -= getPhysicalBytes(input, kernel.getInputLayout(i));
    }
    return growth;
  }

  void makeReady(unsigned index) {
    int64_t growth = getGrowth(kernels[index]);
    ready.insert({growth, index});
    growthOf[index] = growth;
  }

  void refresh(Value value) {
    for (Operation *user : value.getUsers()) {
      auto it = numberOf.find(user);
      if (it == numberOf.end())
        continue;
      auto known = growthOf.find(it->second);
      if (known == growthOf.end() || !ready.erase({known->second, it->second}))
        continue;
      makeReady(it->second);
    }
  }

  SmallVector<FusedOp> kernels;
  llvm::DenseMap<Operation *, unsigned> numberOf;
  /// Readers of a variable's old value, and who writes the new one.
  llvm::DenseMap<Operation *, SmallVector<Operation *>> readersBefore,
      writersAfter;
  llvm::DenseMap<Value, unsigned> readersLeft;
  llvm::DenseMap<unsigned, int64_t> growthOf;
  /// Kernels whose operands are there, by growth and then model order.
  std::set<std::pair<int64_t, unsigned>> ready;
};

struct SchedulePass : public tenon::impl::ScheduleBase<SchedulePass> {
  void runOnOperation() override {
    graph::EntryOp entry = getOperation();
    SmallVector<FusedOp> before = llvm::to_vector(entry.getOps<FusedOp>());
    int64_t peakBefore = getPeak(getLiveBuffers(entry), /*logical=*/false);
    SmallVector<FusedOp> after = ListScheduler(entry).run();
    reorder(entry, after);
    if (getPeak(getLiveBuffers(entry), /*logical=*/false) >= peakBefore) {
      reorder(entry, before);
      return markAllAnalysesPreserved();
    }
    for (auto [a, b] : llvm::zip_equal(before, after))
      moved += a != b;
  }

  static void reorder(graph::EntryOp entry, ArrayRef<FusedOp> order) {
    Operation *terminator = entry.getBody().front().getTerminator();
    // Sources first: they have no place in the order.
    for (Operation &op : llvm::make_early_inc_range(
             entry.getBody().front().without_terminator()))
      if (!isa<FusedOp>(op))
        op.moveBefore(&entry.getBody().front(),
                      entry.getBody().front().begin());
    for (FusedOp kernel : order)
      kernel->moveBefore(terminator);
  }
};

} // namespace
