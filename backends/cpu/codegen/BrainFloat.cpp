#include "backends/cpu/codegen/BrainFloat.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace {

bool isBrainFloat(Type *type) { return type->getScalarType()->isBFloatTy(); }

/// The type with i16 in bf16's place.
Type *integerType(Type *type) {
  Type *integer = Type::getInt16Ty(type->getContext());
  if (auto *vector = dyn_cast<VectorType>(type))
    return VectorType::get(integer, vector->getElementCount());
  return integer;
}

/// Finds or makes the integer with the bits of a bf16 value.
class Integers {
public:
  Value *of(Value *value) {
    if (Value *&known = made[value])
      return known;
    Value *integer = make(value);
    made[value] = integer;
    return integer;
  }

private:
  Value *make(Value *value) {
    Type *type = integerType(value->getType());
    if (auto *constant = dyn_cast<Constant>(value))
      return ConstantExpr::getBitCast(constant, type);
    auto *instruction = dyn_cast<Instruction>(value);
    if (!instruction)
      return bitcastAtEntry(cast<Argument>(value), type);
    IRBuilder<> b(instruction);
    if (auto *bitcast = dyn_cast<BitCastInst>(instruction))
      if (bitcast->getOperand(0)->getType() == type)
        return bitcast->getOperand(0);
    if (auto *load = dyn_cast<LoadInst>(instruction)) {
      LoadInst *copy = b.CreateAlignedLoad(type, load->getPointerOperand(),
                                           load->getAlign());
      copy->copyMetadata(*load);
      return copy;
    }
    if (auto *select = dyn_cast<SelectInst>(instruction))
      return b.CreateSelect(select->getCondition(), of(select->getTrueValue()),
                            of(select->getFalseValue()));
    if (auto *shuffle = dyn_cast<ShuffleVectorInst>(instruction))
      return b.CreateShuffleVector(of(shuffle->getOperand(0)),
                                   of(shuffle->getOperand(1)),
                                   shuffle->getShuffleMask());
    if (auto *insert = dyn_cast<InsertElementInst>(instruction))
      return b.CreateInsertElement(of(insert->getOperand(0)),
                                   of(insert->getOperand(1)),
                                   insert->getOperand(2));
    if (auto *extract = dyn_cast<ExtractElementInst>(instruction))
      return b.CreateExtractElement(of(extract->getVectorOperand()),
                                    extract->getIndexOperand());
    if (auto *phi = dyn_cast<PHINode>(instruction)) {
      PHINode *copy = b.CreatePHI(type, phi->getNumIncomingValues());
      // Known before its operands: they may lead back to it.
      made[phi] = copy;
      for (unsigned i = 0; i < phi->getNumIncomingValues(); ++i)
        copy->addIncoming(of(phi->getIncomingValue(i)),
                          phi->getIncomingBlock(i));
      return copy;
    }
    b.SetInsertPoint(*instruction->getInsertionPointAfterDef());
    return b.CreateBitCast(instruction, type);
  }

  static Value *bitcastAtEntry(Argument *argument, Type *type) {
    IRBuilder<> b(
        &*argument->getParent()->getEntryBlock().getFirstInsertionPt());
    return b.CreateBitCast(argument, type);
  }

  DenseMap<Value *, Value *> made;
};

} // namespace

void tenon::cpu::useIntegersForBrainFloats(Function &function) {
  SmallVector<Instruction *> ends;
  for (Instruction &instruction : instructions(function)) {
    auto *store = dyn_cast<StoreInst>(&instruction);
    if (store && isBrainFloat(store->getValueOperand()->getType()))
      ends.push_back(store);
    auto *bitcast = dyn_cast<BitCastInst>(&instruction);
    if (bitcast && isBrainFloat(bitcast->getSrcTy()) &&
        bitcast->getDestTy() == integerType(bitcast->getSrcTy()))
      ends.push_back(bitcast);
  }
  Integers integers;
  SmallVector<WeakTrackingVH> unused;
  for (Instruction *end : ends) {
    Value *old = end->getOperand(0);
    Value *integer = integers.of(old);
    if (isa<StoreInst>(end)) {
      end->setOperand(0, integer);
      unused.push_back(old);
    } else if (end != integer) {
      end->replaceAllUsesWith(integer);
      unused.push_back(end);
    }
  }
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(unused);
}
