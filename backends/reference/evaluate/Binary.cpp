//===- Binary.cpp - Element-wise ops of two operands ----------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/evaluate/Elementwise.h"
#include "ir/graph/BinaryOps.h"

#include <cmath>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

using FloatFn = double (*)(double, double);
using SignedFn = int64_t (*)(int64_t, int64_t);
using UnsignedFn = uint64_t (*)(uint64_t, uint64_t);
using ComplexFn = Complex (*)(Complex, Complex);

/// What an op does in each class of element type; null where it is not defined.
struct BinaryFunctions {
  FloatFn onFloat = nullptr;
  SignedFn onSigned = nullptr;
  UnsignedFn onUnsigned = nullptr;
  UnsignedFn onBool = nullptr;
  ComplexFn onComplex = nullptr;
};

FailureOr<Tensors> apply(Operation *op, ArrayRef<Tensor> operands,
                         const BinaryFunctions &functions) {
  const Tensor &lhs = operands[0], &rhs = operands[1];
  ElementType type = lhs.getElementType();
  switch (getElementClass(type)) {
  case ElementClass::Float:
    if (functions.onFloat)
      return Tensors{mapElements<double>(lhs, rhs, type, functions.onFloat)};
    break;
  case ElementClass::Signed:
    if (functions.onSigned)
      return Tensors{mapElements<int64_t>(lhs, rhs, type, functions.onSigned)};
    break;
  case ElementClass::Unsigned:
    if (functions.onUnsigned)
      return Tensors{
          mapElements<uint64_t>(lhs, rhs, type, functions.onUnsigned)};
    break;
  case ElementClass::Bool:
    if (functions.onBool)
      return Tensors{mapElements<uint64_t>(lhs, rhs, type, functions.onBool)};
    break;
  case ElementClass::Complex:
    if (functions.onComplex)
      return Tensors{mapElements<Complex>(lhs, rhs, type, functions.onComplex)};
    break;
  }
  return op->emitOpError("is not defined on ") << getElementTypeName(type);
}

template <typename OpT>
void addBinary(EvaluationTable &table, BinaryFunctions functions) {
  table.add<OpT>([functions](OpT op, ArrayRef<Tensor> operands, Evaluator &) {
    return apply(op, operands, functions);
  });
}

/// Shifts work on the bit pattern, whatever the sign.
template <typename OpT>
void addShift(EvaluationTable &table,
              uint64_t (*shift)(uint64_t, uint64_t, unsigned)) {
  table.addSimple<OpT>([shift](OpT, ArrayRef<Tensor> operands) {
    ElementType type = operands[0].getElementType();
    unsigned bits = getBitWidth(type);
    uint64_t mask = ~uint64_t(0) >> (64 - bits);
    return mapElements<uint64_t>(operands[0], operands[1], type,
                                 [=](uint64_t lhs, uint64_t rhs) {
                                   return shift(lhs & mask, rhs & mask, bits);
                                 });
  });
}

template <typename OpT>
void addBitwise(EvaluationTable &table, SignedFn onSigned,
                UnsignedFn onUnsigned) {
  addBinary<OpT>(table, {nullptr, onSigned, onUnsigned, onUnsigned, nullptr});
}

/// The angle of y over x for complex numbers: -i log((x + iy) / |(x, y)|).
Complex complexAtan2(Complex y, Complex x) {
  Complex i(0, 1);
  return -i * std::log((x + i * y) / std::sqrt(x * x + y * y));
}

uint64_t logicalOr(uint64_t lhs, uint64_t rhs) { return lhs | rhs; }
uint64_t logicalAnd(uint64_t lhs, uint64_t rhs) { return lhs & rhs; }

} // namespace

void addBinaryEvaluations(EvaluationTable &table) {
  using namespace graph;
  addBinary<AddOp>(table,
                   {[](double a, double b) { return a + b; }, addWrapped,
                    [](uint64_t a, uint64_t b) { return a + b; }, logicalOr,
                    [](Complex a, Complex b) { return a + b; }});
  addBinary<SubtractOp>(
      table, {[](double a, double b) { return a - b; }, subtractWrapped,
              [](uint64_t a, uint64_t b) { return a - b; }, nullptr,
              [](Complex a, Complex b) { return a - b; }});
  addBinary<MultiplyOp>(
      table, {[](double a, double b) { return a * b; }, multiplyWrapped,
              [](uint64_t a, uint64_t b) { return a * b; }, logicalAnd,
              [](Complex a, Complex b) { return a * b; }});
  addBinary<DivideOp>(table,
                      {[](double a, double b) { return a / b; }, divide, divide,
                       nullptr, [](Complex a, Complex b) { return a / b; }});
  addBinary<RemainderOp>(table,
                         {[](double a, double b) { return std::fmod(a, b); },
                          remainder, remainder, nullptr, nullptr});
  addBinary<MaximumOp>(
      table, {maximum, [](int64_t a, int64_t b) { return std::max(a, b); },
              [](uint64_t a, uint64_t b) { return std::max(a, b); }, logicalOr,
              maximum});
  addBinary<MinimumOp>(
      table, {minimum, [](int64_t a, int64_t b) { return std::min(a, b); },
              [](uint64_t a, uint64_t b) { return std::min(a, b); }, logicalAnd,
              minimum});
  addBinary<PowerOp>(table, {[](double a, double b) { return std::pow(a, b); },
                             power, power, nullptr, power});
  addBinary<Atan2Op>(table,
                     {[](double a, double b) { return std::atan2(a, b); },
                      nullptr, nullptr, nullptr, complexAtan2});
  addBitwise<AndOp>(
      table, [](int64_t a, int64_t b) { return a & b; },
      [](uint64_t a, uint64_t b) { return a & b; });
  addBitwise<OrOp>(
      table, [](int64_t a, int64_t b) { return a | b; },
      [](uint64_t a, uint64_t b) { return a | b; });
  addBitwise<XorOp>(
      table, [](int64_t a, int64_t b) { return a ^ b; },
      [](uint64_t a, uint64_t b) { return a ^ b; });
  addShift<ShiftLeftOp>(table, shiftLeft);
  addShift<ShiftRightArithmeticOp>(table, shiftRightArithmetic);
  addShift<ShiftRightLogicalOp>(table, shiftRightLogical);
  table.addSimple<ComplexOp>([](ComplexOp, ArrayRef<Tensor> operands) {
    ElementType type = operands[0].getElementType() == ElementType::F64
                           ? ElementType::C128
                           : ElementType::C64;
    return mapElements<double>(
        operands[0], operands[1], type,
        [](double a, double b) { return Complex(a, b); });
  });
}

} // namespace tenon::reference
