// Emission of comparison, selection and conversion, and of constants.

#include "backends/common/emit/ModelUtils.h"

#include "ir/graph/ElementwiseOps.h"
#include "ir/graph/StructureOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"

#include <cmath>

using namespace mlir;
using namespace tenon;
using namespace tenon::emit;
using llvm::APFloat;
using llvm::APInt;

namespace {

using Values = ArrayRef<Value>;

Value select(EmitContext &c, Value condition, Value ifTrue, Value ifFalse) {
  return arith::SelectOp::create(c.b, c.loc, condition, ifTrue, ifFalse);
}

//===----------------------------------------------------------------------===//
// Comparison and selection
//===----------------------------------------------------------------------===//

/// Maps floats to integers whose signed order is IEEE 754's total order.
Value totalOrder(EmitContext &c, Value value) {
  unsigned width = getElementTypeOrSelf(value).getIntOrFloatBitWidth();
  Type type = withShapeOf(c.b.getIntegerType(width), value.getType());
  Value bits = arith::BitcastOp::create(c.b, c.loc, type, value);
  Value shift = numberLike(c, bits, width - 1);
  Value negative = arith::ShRSIOp::create(c.b, c.loc, bits, shift);
  Value mask = bitsLike(c, bits, APInt::getSignedMaxValue(width));
  Value flip = arith::AndIOp::create(c.b, c.loc, negative, mask);
  return arith::XOrIOp::create(c.b, c.loc, bits, flip);
}

Value compare(EmitContext &c, graph::CompareOp op, Values v) {
  using FloatTest = arith::CmpFPredicate;
  using IntTest = arith::CmpIPredicate;
  struct Tests {
    FloatTest floats;
    IntTest signedInts, unsignedInts;
  };
  static constexpr Tests tests[] = {
      /*EQ*/ {FloatTest::OEQ, IntTest::eq, IntTest::eq},
      /*NE*/ {FloatTest::UNE, IntTest::ne, IntTest::ne},
      /*GE*/ {FloatTest::OGE, IntTest::sge, IntTest::uge},
      /*GT*/ {FloatTest::OGT, IntTest::sgt, IntTest::ugt},
      /*LE*/ {FloatTest::OLE, IntTest::sle, IntTest::ule},
      /*LT*/ {FloatTest::OLT, IntTest::slt, IntTest::ult}};
  const Tests &test = tests[static_cast<int>(op.getDirection())];
  switch (op.getEffectiveType()) {
  case graph::ComparisonType::FLOAT:
    return arith::CmpFOp::create(c.b, c.loc, test.floats, v[0], v[1]);
  case graph::ComparisonType::TOTALORDER:
    return arith::CmpIOp::create(c.b, c.loc, test.signedInts,
                                 totalOrder(c, v[0]), totalOrder(c, v[1]));
  case graph::ComparisonType::SIGNED:
    return arith::CmpIOp::create(c.b, c.loc, test.signedInts, v[0], v[1]);
  case graph::ComparisonType::UNSIGNED:
    return arith::CmpIOp::create(c.b, c.loc, test.unsignedInts, v[0], v[1]);
  }
  llvm_unreachable("all types are handled");
}

Value selectOp(EmitContext &c, graph::SelectOp, Values v) {
  return select(c, v[0], v[1], v[2]);
}

Value clamp(EmitContext &c, graph::ClampOp op, Values v) {
  Type type = elementOf(op.getResult());
  if (isa<FloatType>(type)) {
    Value low = arith::MaximumFOp::create(c.b, c.loc, v[1], v[0]);
    return arith::MinimumFOp::create(c.b, c.loc, low, v[2]);
  }
  if (type.isInteger(1) || type.isUnsignedInteger()) {
    Value low = arith::MaxUIOp::create(c.b, c.loc, v[1], v[0]);
    return arith::MinUIOp::create(c.b, c.loc, low, v[2]);
  }
  Value low = arith::MaxSIOp::create(c.b, c.loc, v[1], v[0]);
  return arith::MinSIOp::create(c.b, c.loc, low, v[2]);
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

Value floatToFloat(EmitContext &c, Type to, Value value) {
  Type type = withShapeOf(getRegisterType(to), value.getType());
  unsigned from = getElementTypeOrSelf(value).getIntOrFloatBitWidth();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  if (from < width)
    value = arith::ExtFOp::create(c.b, c.loc, type, value);
  else if (from > width)
    value = arith::TruncFOp::create(c.b, c.loc, type, value);
  return roundToElement(c.b, c.loc, to, value);
}

/// Truncates towards zero; saturates, and NaN gives 0.
Value floatToInt(EmitContext &c, IntegerType to, Value value) {
  if (to.getWidth() == 1)
    return arith::CmpFOp::create(c.b, c.loc, arith::CmpFPredicate::UNE, value,
                                 numberLike(c, value, 0));
  bool isUnsigned = to.isUnsigned();
  unsigned width = to.getWidth();
  Type type = withShapeOf(getRegisterType(to), value.getType());
  APInt smallest =
      isUnsigned ? APInt::getZero(width) : APInt::getSignedMinValue(width);
  APInt largest =
      isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  auto bound = [&](const APInt &bits) {
    APFloat number(
        cast<FloatType>(getElementTypeOrSelf(value)).getFloatSemantics());
    number.convertFromAPInt(bits, !isUnsigned, APFloat::rmTowardZero);
    return numberLike(c, value, number.convertToDouble());
  };
  // Conversion is undefined out of range, so it only sees what is inside.
  Value low = bound(smallest), high = bound(largest);
  Value inside = arith::MinNumFOp::create(c.b, c.loc, value, high);
  inside = arith::MaxNumFOp::create(c.b, c.loc, inside, low);
  Value number = isUnsigned
                     ? Value(arith::FPToUIOp::create(c.b, c.loc, type, inside))
                     : Value(arith::FPToSIOp::create(c.b, c.loc, type, inside));
  Value above =
      arith::CmpFOp::create(c.b, c.loc, arith::CmpFPredicate::OGT, value, high);
  number = select(c, above, bitsLike(c, number, largest), number);
  Value isNan = arith::CmpFOp::create(c.b, c.loc, arith::CmpFPredicate::UNO,
                                      value, value);
  return select(c, isNan, numberLike(c, number, 0), number);
}

Value intToFloat(EmitContext &c, IntegerType from, Type to, Value value) {
  Type type = withShapeOf(getRegisterType(to), value.getType());
  Value number = from.isUnsigned() || from.getWidth() == 1
                     ? Value(arith::UIToFPOp::create(c.b, c.loc, type, value))
                     : Value(arith::SIToFPOp::create(c.b, c.loc, type, value));
  return roundToElement(c.b, c.loc, to, number);
}

Value intToInt(EmitContext &c, IntegerType from, IntegerType to, Value value) {
  if (to.getWidth() == 1)
    return arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::ne, value,
                                 numberLike(c, value, 0));
  Type type = withShapeOf(getRegisterType(to), value.getType());
  if (to.getWidth() == from.getWidth())
    return value;
  if (to.getWidth() < from.getWidth())
    return arith::TruncIOp::create(c.b, c.loc, type, value);
  if (from.isUnsigned() || from.getWidth() == 1)
    return arith::ExtUIOp::create(c.b, c.loc, type, value);
  return arith::ExtSIOp::create(c.b, c.loc, type, value);
}

Value convert(EmitContext &c, graph::ConvertOp op, Values v) {
  Type from = elementOf(op.getOperand()), to = elementOf(op.getResult());
  if (from == to)
    return v[0];
  auto fromInt = dyn_cast<IntegerType>(from);
  auto toInt = dyn_cast<IntegerType>(to);
  if (fromInt && toInt)
    return intToInt(c, fromInt, toInt, v[0]);
  if (fromInt)
    return intToFloat(c, fromInt, to, v[0]);
  if (toInt)
    return floatToInt(c, toInt, v[0]);
  return floatToFloat(c, to, v[0]);
}

/// The bits of an element, an integer of its width.
Value bitsOf(EmitContext &c, Type elementType, Value value) {
  Value memory = toMemory(c.b, c.loc, elementType, value);
  unsigned width = getElementTypeOrSelf(memory).getIntOrFloatBitWidth();
  Type type = withShapeOf(c.b.getIntegerType(width), memory.getType());
  if (memory.getType() == type)
    return memory;
  return arith::BitcastOp::create(c.b, c.loc, type, memory);
}

/// The element with such bits.
Value fromBits(EmitContext &c, Type elementType, Value bits) {
  Type type = withShapeOf(getMemoryType(elementType), bits.getType());
  if (bits.getType() != type)
    bits = arith::BitcastOp::create(c.b, c.loc, type, bits);
  return toRegister(c.b, c.loc, elementType, bits);
}

/// An index as an integer of `width` bits, a scalar or lanes.
Value partNumber(EmitContext &c, AffineExpr index, unsigned width) {
  bool isUniform = c.space.isUniform(index);
  Value number = isUniform ? c.evaluate(index) : c.evaluateLanes(index);
  Type type = withShapeOf(c.b.getIntegerType(width), number.getType());
  Type element = getElementTypeOrSelf(number);
  if (isa<IndexType>(element))
    return arith::IndexCastUIOp::create(c.b, c.loc, type, number);
  unsigned from = element.getIntOrFloatBitWidth();
  if (from < width)
    return arith::ExtUIOp::create(c.b, c.loc, type, number);
  if (from > width)
    return arith::TruncIOp::create(c.b, c.loc, type, number);
  return number;
}

/// Between types of one width element by element. A wider element is one of a
/// row of narrow ones, the first of which holds the low bits.
struct BitcastModel
    : EmitOpInterface::ExternalModel<BitcastModel, graph::BitcastConvertOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto cast = llvm::cast<graph::BitcastConvertOp>(op);
    Value operand = cast.getOperand();
    Type from = elementOf(operand), to = elementOf(cast.getResult());
    int64_t ratio = shapeOf(operand).size() == map.size() + 1
                        ? shapeOf(operand).back()
                    : shapeOf(operand).size() + 1 == map.size()
                        ? -shapeOf(cast.getResult()).back()
                        : 0;
    if (ratio == 0)
      return fromBits(c, to, bitsOf(c, from, c.emit(operand, map, mask)));
    unsigned width = 8 * getMemoryBytes(to);
    if (ratio < 0) {
      // A part of the operand's element: shifted down by whole parts.
      IndexMap source(ArrayRef(map).drop_back());
      Value values[] = {bitsOf(c, from, c.emit(operand, source, mask)),
                        partNumber(c, map.back(), 8 * getMemoryBytes(from))};
      values[1] = arith::MulIOp::create(c.b, c.loc, values[1],
                                        numberLike(c, values[1], width));
      c.unify(values);
      Value bits = arith::ShRUIOp::create(c.b, c.loc, values[0], values[1]);
      Type narrow = withShapeOf(c.b.getIntegerType(width), bits.getType());
      return fromBits(c, to, arith::TruncIOp::create(c.b, c.loc, narrow, bits));
    }
    Value bits;
    for (int64_t part = 0; part < ratio; ++part) {
      IndexMap source(map);
      source.push_back(c.space.constant(part));
      Value narrow = bitsOf(c, from, c.emit(operand, source, mask));
      Type type = withShapeOf(c.b.getIntegerType(width), narrow.getType());
      Value wide = arith::ExtUIOp::create(c.b, c.loc, type, narrow);
      Value shift = numberLike(c, wide, part * (width / ratio));
      wide = arith::ShLIOp::create(c.b, c.loc, wide, shift);
      if (!bits) {
        bits = wide;
        continue;
      }
      Value both[] = {bits, wide};
      c.unify(both);
      bits = arith::OrIOp::create(c.b, c.loc, both[0], both[1]);
    }
    return fromBits(c, to, bits);
  }
};

/// Rounds values to multiples of a power of two, ties to even; for values far
/// below 2^(stored bits) times of it. Zeros may lose their sign.
Value roundToMultiple(EmitContext &c, Value x, int exponent, int storedBits) {
  // Numbers of this size have neighbours at that distance.
  Value large = numberLike(c, x, std::ldexp(1.5, exponent + storedBits));
  Value sum = arith::AddFOp::create(c.b, c.loc, x, large);
  return arith::SubFOp::create(c.b, c.loc, sum, large);
}

Value reducePrecision(EmitContext &c, graph::ReducePrecisionOp op, Values v) {
  // Rounds the bits of an f32 or f64: to nearest even at the last kept mantissa
  // bit, then overflow to infinity and underflow to zero by the exponent.
  Value x = v[0];
  const llvm::fltSemantics &source =
      cast<FloatType>(elementOf(op.getResult())).getFloatSemantics();
  int leastExponent = APFloat::semanticsMinExponent(source);
  const llvm::fltSemantics &held =
      cast<FloatType>(getElementTypeOrSelf(x)).getFloatSemantics();
  unsigned width = APFloat::getSizeInBits(held);
  auto stored = static_cast<int>(APFloat::semanticsPrecision(held)) - 1;
  int heldBias = APFloat::semanticsMaxExponent(held);
  Type type = withShapeOf(c.b.getIntegerType(width), x.getType());
  auto bits = [&](uint64_t number) {
    return splatBits(c, type, APInt(width, number));
  };
  // Of the number 2^exponent, or beyond the largest one of infinity.
  auto power = [&](int exponent) {
    return static_cast<uint64_t>(heldBias + exponent) << stored;
  };
  uint64_t signBit = uint64_t(1) << (width - 1);
  int mantissa = op.getMantissaBits(), exponent = op.getExponentBits();
  Value word = arith::BitcastOp::create(c.b, c.loc, type, x);
  Value sign = arith::AndIOp::create(c.b, c.loc, word, bits(signBit));
  if (mantissa < stored) {
    uint64_t last = uint64_t(1) << (stored - mantissa);
    Value odd =
        arith::ShRUIOp::create(c.b, c.loc, word, bits(stored - mantissa));
    odd = arith::AndIOp::create(c.b, c.loc, odd, bits(1));
    Value half = bits((last >> 1) - 1);
    Value rounded = arith::AddIOp::create(
        c.b, c.loc, word, arith::AddIOp::create(c.b, c.loc, odd, half));
    // Its low bits are 0, and all others 1.
    Value kept = splatBits(
        c, type, APInt::getHighBitsSet(width, width - (stored - mantissa)));
    word = arith::AndIOp::create(c.b, c.loc, rounded, kept);
    if (leastExponent > APFloat::semanticsMinExponent(held)) {
      // Subnormals of the source, which are none here, share one last bit.
      Value multiple = roundToMultiple(c, x, leastExponent - mantissa, stored);
      multiple = arith::BitcastOp::create(c.b, c.loc, type, multiple);
      multiple = arith::OrIOp::create(c.b, c.loc, multiple, sign);
      Value magnitude =
          arith::AndIOp::create(c.b, c.loc, word, bits(signBit - 1));
      Value isSmall =
          arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::ult,
                                magnitude, bits(power(leastExponent)));
      word = select(c, isSmall, multiple, word);
    }
  }
  int bias = (1 << (exponent - 1)) - 1;
  if (bias < 1 - leastExponent) {
    Value magnitude =
        arith::AndIOp::create(c.b, c.loc, word, bits(signBit - 1));
    Value over = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::uge,
                                       magnitude, bits(power(bias + 1)));
    Value under = arith::CmpIOp::create(c.b, c.loc, arith::CmpIPredicate::ult,
                                        magnitude, bits(power(1 - bias)));
    Value infinity =
        arith::OrIOp::create(c.b, c.loc, sign, bits(power(heldBias + 1)));
    word = select(c, over, infinity, select(c, under, sign, word));
  }
  Value result = arith::BitcastOp::create(c.b, c.loc, x.getType(), word);
  Value isNan =
      arith::CmpFOp::create(c.b, c.loc, arith::CmpFPredicate::UNO, x, x);
  return select(c, isNan, x, result);
}

LogicalResult checkReducePrecision(graph::ReducePrecisionOp op,
                                   std::string &reason) {
  if (op.getExponentBits() >= 2)
    return success();
  reason = "reduces the precision to one exponent bit";
  return failure();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The constant as a global of the module that is being emitted into.
Value tableOf(EmitContext &c, graph::ConstantOp op, int64_t count) {
  Type elementType = elementOf(op.getResult());
  Type memoryType = getMemoryType(elementType);
  auto flat = RankedTensorType::get({count}, memoryType);
  SmallVector<Attribute> elements;
  for (Attribute element : op.getValue().getValues<Attribute>()) {
    if (auto number = dyn_cast<FloatAttr>(element);
        number && isa<IntegerType>(memoryType))
      element =
          IntegerAttr::get(memoryType, number.getValue().bitcastToAPInt());
    if (auto integer = dyn_cast<IntegerAttr>(element))
      element = IntegerAttr::get(
          memoryType,
          integer.getValue().zextOrTrunc(memoryType.getIntOrFloatBitWidth()));
    elements.push_back(element);
  }
  auto data = DenseElementsAttr::get(flat, elements);
  auto type = MemRefType::get({count}, memoryType);
  auto module =
      c.b.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  memref::GlobalOp global;
  int64_t number = 0;
  for (auto other : module.getOps<memref::GlobalOp>()) {
    ++number;
    if (other.getInitialValueAttr() == Attribute(data))
      global = other;
  }
  if (!global) {
    OpBuilder::InsertionGuard guard(c.b);
    c.b.setInsertionPointToStart(module.getBody());
    std::string name = "table_" + std::to_string(number);
    global = memref::GlobalOp::create(
        c.b, op.getLoc(), name, c.b.getStringAttr("private"), type, data,
        /*constant=*/true, /*alignment=*/c.b.getI64IntegerAttr(64));
  }
  return memref::GetGlobalOp::create(c.b, c.loc, type, global.getSymName());
}

struct ConstantModel
    : EmitOpInterface::ExternalModel<ConstantModel, graph::ConstantOp> {
  Value emitAt(Operation *op, EmitContext &c, unsigned, const IndexMap &map,
               Value mask) const {
    auto constantOp = cast<graph::ConstantOp>(op);
    auto value = cast<ElementsAttr>(constantOp.getValue());
    Type type = elementOf(constantOp.getResult());
    if (value.isSplat())
      return c.constant(type, value.getSplatValue<Attribute>());
    ArrayRef<int64_t> shape = shapeOf(constantOp.getResult());
    AffineExpr linear = c.space.linearize(map, shape);
    if (auto known = dyn_cast<AffineConstantExpr>(linear))
      return c.constant(type, value.getValues<Attribute>()[known.getValue()]);
    Value table = tableOf(c, constantOp, value.getNumElements());
    Storage storage{table, [&](ArrayRef<AffineExpr>) { return linear; }};
    return c.load(type, storage, map, mask);
  }
};

} // namespace

void tenon::emit::attachTypeModels(MLIRContext *context) {
  using namespace graph;
  CompareOp::attachInterface<ElementwiseModel<CompareOp, compare>>(*context);
  SelectOp::attachInterface<ElementwiseModel<SelectOp, selectOp>>(*context);
  ClampOp::attachInterface<ElementwiseModel<ClampOp, clamp, 2>>(*context);
  ConvertOp::attachInterface<ElementwiseModel<ConvertOp, convert, 2>>(*context);
  BitcastConvertOp::attachInterface<BitcastModel>(*context);
  ReducePrecisionOp::attachInterface<ElementwiseModel<
      ReducePrecisionOp, reducePrecision, 8, checkReducePrecision>>(*context);
  ConstantOp::attachInterface<ConstantModel>(*context);
}
