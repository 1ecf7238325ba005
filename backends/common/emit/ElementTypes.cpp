#include "backends/common/emit/ElementTypes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

Type tenon::emit::getMemoryType(Type elementType) {
  if (elementType.isF64() || elementType.isF32() || elementType.isF16())
    return elementType;
  if (elementType.isBF16())
    return IntegerType::get(elementType.getContext(), 16);
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

/// `number` as i32, or lanes of it.
static Value wordLike(OpBuilder &b, Location loc, Value like, uint32_t number) {
  TypedAttr attr = b.getI32IntegerAttr(number);
  if (auto vector = dyn_cast<VectorType>(like.getType()))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(b, loc, attr);
}

/// The upper half of an f32, rounded to nearest even; NaN stays one.
static Value roundToBf16(OpBuilder &b, Location loc, Value value) {
  Type type = tenon::emit::withShapeOf(b.getI32Type(), value.getType());
  Value word = arith::BitcastOp::create(b, loc, type, value);
  auto number = [&](uint32_t bits) { return wordLike(b, loc, word, bits); };
  Value odd = arith::ShRUIOp::create(b, loc, word, number(16));
  odd = arith::AndIOp::create(b, loc, odd, number(1));
  Value half = arith::AddIOp::create(b, loc, odd, number(0x7fff));
  Value rounded = arith::AddIOp::create(b, loc, word, half);
  // A NaN whose payload lies in the lower half would round to infinity.
  Value quiet = arith::OrIOp::create(b, loc, word, number(0x400000));
  Value isNan =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, value, value);
  word = arith::SelectOp::create(b, loc, isNan, quiet, rounded);
  word = arith::ShRUIOp::create(b, loc, word, number(16));
  return arith::TruncIOp::create(
      b, loc, tenon::emit::withShapeOf(b.getI16Type(), type), word);
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
  if (elementType.isBF16()) {
    Value word = arith::ExtUIOp::create(
        b, loc, withShapeOf(b.getI32Type(), type), memory);
    word = arith::ShLIOp::create(b, loc, word, wordLike(b, loc, word, 16));
    return arith::BitcastOp::create(b, loc, type, word);
  }
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
  if (elementType.isBF16())
    return roundToBf16(b, loc, value);
  return arith::TruncFOp::create(b, loc, type, value);
}
