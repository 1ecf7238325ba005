//===- Rematerialize.cpp - Compute cheap values again instead of keeping them
//=//

#include "passes/Passes.h"

#include "passes/analysis/OpCategory.h"

#include "llvm/ADT/SetVector.h"

namespace tenon {
#define GEN_PASS_DEF_REMATERIALIZE
#include "passes/Passes.h.inc"
} // namespace tenon

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

/// Element-wise ops of a few instructions.
static bool isCheap(Operation *op) {
  return isa<CompareOp, SelectOp, ClampOp, ConvertOp, AndOp, OrOp, XorOp, NotOp,
             AddOp, SubtractOp, MultiplyOp, NegateOp, AbsOp, SignOp, MaximumOp,
             MinimumOp, IsFiniteOp>(op);
}

/// Whether an op begins kernels: what lies on its two sides is not computed
/// together. A reduction may join the rows before it.
static bool separatesKernels(Operation *op) {
  switch (categorize(op)) {
  case OpCategory::Source:
  case OpCategory::Movement:
  case OpCategory::Elementwise:
  case OpCategory::Reduction:
    return false;
  default:
    return true;
  }
}

namespace {

/// Decides for one entry. Positions count ops of its block.
class Rematerialization {
public:
  explicit Rematerialization(EntryOp entry) : entry(entry) {
    for (Operation &op : entry.getBody().front()) {
      ops.push_back(&op);
      positions[&op] = positions.size();
      if (separatesKernels(&op))
        separators.push_back(positions[&op]);
    }
  }

  /// Visits the ops in order: what is computed again may be made of what is.
  void run() {
    for (Operation *op : ops)
      if (isCheap(op))
        decide(op);
  }

  unsigned count = 0;
  int64_t bytes = 0;

private:
  /// The readers of a value in the kernel that would make it, and behind it.
  struct Readers {
    SmallVector<OpOperand *> near, far;
    unsigned last = 0;
  };

  void decide(Operation *op);
  bool addReader(OpOperand &use, unsigned end, Readers &readers) const;
  bool collectUsers(Value value, SmallVectorImpl<Operation *> &users) const;
  void collectRoots(Value value, llvm::SetVector<Value> &roots) const;
  unsigned getLastUse(Value value, Operation *except) const;
  /// The first separator behind a position; past the end if there is none.
  unsigned getNextSeparator(unsigned position) const {
    auto next = llvm::upper_bound(separators, position);
    return next == separators.end() ? positions.size() : *next;
  }
  bool isAlwaysThere(Value root);
  Operation *computeAgain(Operation *op, const Readers &readers);

  EntryOp entry;
  SmallVector<Operation *> ops;
  llvm::DenseMap<Operation *, unsigned> positions;
  /// Of ops that separate kernels, ascending.
  SmallVector<unsigned> separators;
  /// Values that have a copy which is computed again, and the copy.
  llvm::DenseMap<Value, Value> again;
};

} // namespace

/// The computed ops that read `value`, through renamings and what is computed
/// again. False if one of them cannot take it apart: a product or window reads
/// an element many times, and what is returned has to be stored.
bool Rematerialization::collectUsers(
    Value value, SmallVectorImpl<Operation *> &users) const {
  for (Operation *user : value.getUsers()) {
    switch (categorize(user)) {
    case OpCategory::Movement:
      if (!collectUsers(user->getResult(0), users))
        return false;
      break;
    case OpCategory::Elementwise:
    case OpCategory::Reduction:
      users.push_back(user);
      break;
    default:
      return false;
    }
  }
  return true;
}

/// Sorts one use by whether its readers stand before `end`. False if they
/// cannot be told apart or cannot compute the value.
bool Rematerialization::addReader(OpOperand &use, unsigned end,
                                  Readers &readers) const {
  SmallVector<Operation *> users;
  Operation *owner = use.getOwner();
  if (categorize(owner) == OpCategory::Movement) {
    if (!collectUsers(owner->getResult(0), users))
      return false;
  } else if (categorize(owner) == OpCategory::Elementwise ||
             categorize(owner) == OpCategory::Reduction) {
    users.push_back(owner);
  } else {
    return false;
  }
  bool isNear = false, isFar = false;
  for (Operation *user : users) {
    unsigned position = positions.lookup(user);
    (position < end ? isNear : isFar) = true;
    readers.last = std::max(readers.last, position);
  }
  if (isNear && isFar)
    return false;
  if (isFar)
    readers.far.push_back(&use);
  else
    readers.near.push_back(&use);
  return true;
}

/// The stored values that `value` is made of, through the same.
void Rematerialization::collectRoots(Value value,
                                     llvm::SetVector<Value> &roots) const {
  if (Value copy = again.lookup(value))
    value = copy;
  Operation *op = value.getDefiningOp();
  if (!op || categorize(op) != OpCategory::Movement) {
    roots.insert(value);
    return;
  }
  for (Value operand : op->getOperands())
    collectRoots(operand, roots);
}

/// The last position at which a value is read, through the same, by others than
/// `except`.
unsigned Rematerialization::getLastUse(Value value, Operation *except) const {
  unsigned last = 0;
  for (Operation *user : value.getUsers())
    if (user != except)
      last = std::max(last, categorize(user) == OpCategory::Movement
                                ? getLastUse(user->getResult(0), except)
                                : positions.lookup(user));
  return last;
}

/// Weights, constants and what the caller gives and keeps. A variable is
/// overwritten once its last reader is done, which no new reader may delay.
bool Rematerialization::isAlwaysThere(Value root) {
  if (auto argument = dyn_cast<BlockArgument>(root)) {
    unsigned index = argument.getArgNumber();
    return !entry.getArgumentVariable(index) && !entry.isArgumentDonated(index);
  }
  return categorize(root.getDefiningOp()) == OpCategory::Source;
}

/// The op that far readers read: the op itself if it has no others, else a copy
/// of it.
Operation *Rematerialization::computeAgain(Operation *op,
                                           const Readers &readers) {
  Operation *copy = op;
  if (!readers.near.empty()) {
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    copy = builder.clone(*op);
    positions[copy] = positions.lookup(op);
    for (OpOperand *use : readers.far)
      use->set(copy->getResult(0));
    again[op->getResult(0)] = copy->getResult(0);
  }
  for (OpOperand &operand : copy->getOpOperands())
    if (Value made = again.lookup(operand.get()))
      operand.set(made);
  return copy;
}

void Rematerialization::decide(Operation *op) {
  llvm::SetVector<Value> roots;
  for (Value operand : op->getOperands())
    collectRoots(operand, roots);
  // It would join the kernel of its last operand, wherever it stands itself.
  unsigned made = 0;
  for (Value root : roots)
    if (Operation *producer = root.getDefiningOp())
      made = std::max(made, positions.lookup(producer));
  Readers readers;
  for (OpOperand &use : op->getResult(0).getUses())
    if (!addReader(use, getNextSeparator(made), readers))
      return;
  if (readers.far.empty())
    return;
  int64_t extra = 0;
  for (Value root : roots)
    // With no product or window between its other last reader and this
    // value's, it is alive all the same.
    if (!isAlwaysThere(root) &&
        getNextSeparator(getLastUse(root, op)) < readers.last)
      extra += getLogicalBytes(root);
  int64_t saved = getLogicalBytes(op->getResult(0)) - extra;
  if (saved <= 0)
    return;
  Operation *recomputed = computeAgain(op, readers);
  Builder builder(op->getContext());
  recomputed->setAttr(
      kRecomputeAttr,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("bytes", builder.getI64IntegerAttr(saved)),
           builder.getNamedAttr(
               "reason",
               builder.getStringAttr("its operands are kept for later readers, "
                                     "and it takes few instructions"))}));
  ++count;
  bytes += saved;
}

/// Whether an entry trains: it has a backward pass, or writes its state.
static bool isStep(EntryOp entry) {
  if (entry->hasAttr(kDifferentiatedAttr))
    return true;
  for (unsigned i = 0; i < entry.getResultTypes().size(); ++i)
    if (entry.getTiedArgument(i))
      return true;
  return false;
}

namespace {
struct RematerializePass
    : public tenon::impl::RematerializeBase<RematerializePass> {
  void runOnOperation() override {
    if (!isStep(getOperation()))
      return;
    Rematerialization decisions(getOperation());
    decisions.run();
    recomputed += decisions.count;
    savedBytes += decisions.bytes;
  }
};
} // namespace
