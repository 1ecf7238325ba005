//===- OpCategory.cpp - What fusion needs to know of an op ----------------===//

#include "passes/analysis/OpCategory.h"

#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"
#include "passes/analysis/PaddedImage.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::graph;

static bool isSplat(ConstantOp op) {
  return isa<SplatElementsAttr>(op.getValue());
}

static bool isEmpty(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements() == 0;
}

/// The contraction emitter takes floating point products with one free
/// dimension group per side.
static bool isDirectDot(DotGeneralOp op) {
  Type type = getElementTypeOrSelf(op.getLhs().getType());
  return type.isF32() && type == getElementTypeOrSelf(op.getType()) &&
         !isEmpty(op.getLhs()) && !isEmpty(op.getRhs()) &&
         !op.getLhsContractingDimensions().empty();
}

static bool isDirectConvolution(ConvolutionOp op) {
  Type type = getElementTypeOrSelf(op.getLhs().getType());
  auto notOne = [](int64_t n) { return n != 1; };
  return type.isF32() && type == getElementTypeOrSelf(op.getType()) &&
         op.getFeatureGroupCount() == 1 && op.getBatchGroupCount() == 1 &&
         op.getSpatialRank() > 0 && !isEmpty(op.getLhs()) &&
         !isEmpty(op.getRhs()) && !isEmpty(op.getResult()) &&
         (llvm::none_of(op.getLhsDilation(), notOne) ||
          getPaddedImage(op).fitsScratch()) &&
         llvm::none_of(op.getWindowReversal(), [](bool b) { return b; });
}

OpCategory tenon::categorize(Operation *op) {
  if (op->hasAttr(kRecomputeAttr))
    return OpCategory::Movement;
  // Where it changes the width, it takes elements apart or together.
  if (auto cast = dyn_cast<BitcastConvertOp>(op))
    return cast.getOperand().getType().getShape() == cast.getType().getShape()
               ? OpCategory::Elementwise
               : OpCategory::Gather;
  if (op->hasTrait<Elementwise>())
    return OpCategory::Elementwise;
  return llvm::TypeSwitch<Operation *, OpCategory>(op)
      .Case<GetWeightOp, kernel::GetPreparedOp>(
          [](auto) { return OpCategory::Source; })
      .Case([](ConstantOp constant) {
        return isSplat(constant) ? OpCategory::Movement : OpCategory::Source;
      })
      .Case<ReshapeOp, TransposeOp, BroadcastInDimOp, SliceOp, ReverseOp,
            IotaOp>([](auto) { return OpCategory::Movement; })
      .Case<ConcatenateOp, PadOp, GatherOp, DynamicSliceOp>(
          [](auto) { return OpCategory::Gather; })
      .Case<ReduceOp>([](auto) { return OpCategory::Reduction; })
      .Case<ReduceWindowOp, SelectAndScatterOp>(
          [](auto) { return OpCategory::Window; })
      .Case([](DotGeneralOp dot) {
        return isDirectDot(dot) ? OpCategory::Contraction : OpCategory::Window;
      })
      .Case([](ConvolutionOp conv) {
        return isDirectConvolution(conv) ? OpCategory::Contraction
                                         : OpCategory::Window;
      })
      .Default([](auto) { return OpCategory::Special; });
}

StringRef tenon::stringify(OpCategory category) {
  switch (category) {
  case OpCategory::Source:
    return "source";
  case OpCategory::Movement:
    return "movement";
  case OpCategory::Elementwise:
    return "element-wise";
  case OpCategory::Gather:
    return "gather";
  case OpCategory::Reduction:
    return "reduction";
  case OpCategory::Window:
    return "window";
  case OpCategory::Contraction:
    return "contraction";
  case OpCategory::Special:
    return "special";
  }
  llvm_unreachable("unknown category");
}

Value tenon::traceMovement(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (categorize(op) != OpCategory::Movement || op->getNumOperands() == 0)
      break;
    value = op->getOperand(0);
  }
  return value;
}

bool tenon::isBijectiveMovement(Operation *op) {
  return isa<ReshapeOp, TransposeOp, ReverseOp>(op);
}

int64_t tenon::getElementBytes(Type element) {
  int64_t bits = 0;
  if (auto complexType = dyn_cast<ComplexType>(element))
    bits = 2 * complexType.getElementType().getIntOrFloatBitWidth();
  else
    bits = element.getIntOrFloatBitWidth();
  // Booleans and 4-bit integers are stored one to a byte at run time.
  return std::max<int64_t>(bits, 8) / 8;
}

int64_t tenon::getLogicalBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() * getElementBytes(type.getElementType());
}
