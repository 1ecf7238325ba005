#include "backends/common/emit/ElementTypes.h"

#include "backends/common/emit/SmallFloats.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

Type tenon::emit::getMemoryType(Type elementType) {
  if (elementType.isF64() || elementType.isF32() || elementType.isF16())
    return elementType;
  if (isSmallFloat(elementType))
    return IntegerType::get(elementType.getContext(),
                            elementType.getIntOrFloatBitWidth());
  auto integer = dyn_cast<IntegerType>(elementType);
  if (!integer)
    return {};
  unsigned width = integer.getWidth() == 1 ? 8 : integer.getWidth();
  if (width < 8)
    return {};
  return IntegerType::get(elementType.getContext(), width);
}

Type tenon::emit::getRegisterType(Type elementType) {
  Type memory = getMemoryType(elementType);
  if (!memory)
    return {};
  if (elementType.isInteger(1))
    return elementType;
  if (isa<FloatType>(elementType) && memory.getIntOrFloatBitWidth() < 32)
    return Float32Type::get(memory.getContext());
  return memory;
}

int64_t tenon::emit::getMemoryBytes(Type elementType) {
  return getMemoryType(elementType).getIntOrFloatBitWidth() / 8;
}

Type tenon::emit::withShapeOf(Type type, Type like) {
  if (auto vector = dyn_cast<VectorType>(like))
    return VectorType::get(vector.getShape(), type);
  return type;
}

Value tenon::emit::toRegister(OpBuilder &b, Location loc, Type elementType,
                              Value memory) {
  Type type = withShapeOf(getRegisterType(elementType), memory.getType());
  if (elementType.isInteger(1)) {
    Value zero =
        arith::ConstantOp::create(b, loc, b.getZeroAttr(memory.getType()));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, memory,
                                 zero);
  }
  if (isSmallFloat(elementType))
    return widenSmallFloat(b, loc, elementType, memory);
  if (type == memory.getType())
    return memory;
  return arith::ExtFOp::create(b, loc, type, memory);
}

Value tenon::emit::toMemory(OpBuilder &b, Location loc, Type elementType,
                            Value value) {
  Type type = withShapeOf(getMemoryType(elementType), value.getType());
  if (type == value.getType())
    return value;
  if (elementType.isInteger(1))
    return arith::ExtUIOp::create(b, loc, type, value);
  if (isSmallFloat(elementType))
    return narrowToSmallFloat(b, loc, elementType, value);
  return arith::TruncFOp::create(b, loc, type, value);
}

Value tenon::emit::roundToElement(OpBuilder &b, Location loc, Type elementType,
                                  Value value) {
  return toRegister(b, loc, elementType, toMemory(b, loc, elementType, value));
}
