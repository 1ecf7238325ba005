#include "backends/cpu/codegen/MaskedStores.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

/// The lanes that are on in a constant mask; none where one is not known.
static std::optional<SmallVector<unsigned>> getLanes(const Value *mask) {
  auto *constant = dyn_cast<Constant>(mask);
  auto *type = dyn_cast<FixedVectorType>(mask->getType());
  if (!constant || !type)
    return std::nullopt;
  SmallVector<unsigned> lanes;
  for (unsigned i = 0; i < type->getNumElements(); ++i) {
    auto *lane =
        dyn_cast_or_null<ConstantInt>(constant->getAggregateElement(i));
    if (!lane)
      return std::nullopt;
    if (lane->isOne())
      lanes.push_back(i);
  }
  return lanes;
}

void tenon::cpu::splitSingleLaneStores(Function &function) {
  for (Instruction &instruction :
       make_early_inc_range(instructions(function))) {
    auto *store = dyn_cast<IntrinsicInst>(&instruction);
    if (!store || store->getIntrinsicID() != Intrinsic::masked_store)
      continue;
    auto lanes = getLanes(store->getArgOperand(2));
    if (!lanes || lanes->size() > 1)
      continue;
    if (!lanes->empty()) {
      IRBuilder<> b(store);
      Value *vector = store->getArgOperand(0),
            *pointer = store->getArgOperand(1);
      Value *element = b.CreateExtractElement(vector, uint64_t(lanes->front()));
      Value *place = b.CreateConstInBoundsGEP1_64(element->getType(), pointer,
                                                  lanes->front());
      const DataLayout &layout = function.getDataLayout();
      uint64_t offset =
          lanes->front() * layout.getTypeStoreSize(element->getType());
      b.CreateAlignedStore(
          element, place,
          commonAlignment(store->getParamAlign(1).valueOrOne(), offset));
    }
    store->eraseFromParent();
  }
}
