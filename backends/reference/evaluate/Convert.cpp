//===- Convert.cpp - Changing the element type ----------------------------===//

#include "backends/reference/evaluate/Convert.h"

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/evaluate/Elementwise.h"
#include "ir/graph/ElementwiseOps.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

/// The integer nearest towards zero, at the type's limits where it does not
/// fit, and 0 for NaN.
uint64_t toInteger(double value, ElementType type) {
  if (std::isnan(value))
    return 0;
  value = std::trunc(value);
  // The greatest integers of 64 bits are no doubles, the powers above them are.
  bool isSigned = getElementClass(type) == ElementClass::Signed;
  double limit = std::ldexp(1.0, getBitWidth(type) - isSigned);
  if (value >= limit)
    return getMaxInteger(type);
  if (value < (isSigned ? -limit : 0))
    return static_cast<uint64_t>(getMinInteger(type));
  return isSigned ? static_cast<uint64_t>(static_cast<int64_t>(value))
                  : static_cast<uint64_t>(value);
}

/// Rounds an integer to a float type once: through double, one of 64 bits would
/// be rounded twice.
Tensor integersToFloats(const Tensor &operand, ElementType type) {
  bool isSigned =
      getElementClass(operand.getElementType()) == ElementClass::Signed;
  Tensor result(type, operand.getShape());
  for (int64_t i = 0; i < operand.getNumElements(); ++i) {
    uint64_t value = operand.get<uint64_t>(i);
    APFloat rounded(getSemantics(type));
    rounded.convertFromAPInt(APInt(64, value), isSigned,
                             APFloat::rmNearestTiesToEven);
    result.setBits(i, rounded.bitcastToAPInt().getZExtValue());
  }
  return result;
}

Tensor fromComplex(const Tensor &operand, ElementType type) {
  if (isComplex(type))
    return mapElements<Complex>(operand, type, [](Complex z) { return z; });
  if (type == ElementType::I1)
    return mapElements<Complex>(operand, type,
                                [](Complex z) -> uint64_t { return z != 0.0; });
  if (isFloat(type))
    return mapElements<Complex>(operand, type,
                                [](Complex z) { return z.real(); });
  return mapElements<Complex>(
      operand, type, [type](Complex z) { return toInteger(z.real(), type); });
}

} // namespace

Tensor convertTo(const Tensor &operand, ElementType type) {
  ElementType from = operand.getElementType();
  if (from == type)
    return operand;
  if (isComplex(from))
    return fromComplex(operand, type);
  if (isFloat(from)) {
    if (type == ElementType::I1)
      return mapElements<double>(operand, type,
                                 [](double x) -> uint64_t { return x != 0; });
    if (isInteger(type))
      return mapElements<double>(
          operand, type, [type](double x) { return toInteger(x, type); });
    return mapElements<double>(operand, type, [](double x) { return x; });
  }
  if (isFloat(type))
    return integersToFloats(operand, type);
  if (isComplex(type)) {
    Tensor real = integersToFloats(operand, getRealType(type));
    return mapElements<double>(real, type, [](double x) { return x; });
  }
  return mapElements<uint64_t>(operand, type, [](uint64_t x) { return x; });
}

/// Splits wide elements into narrow ones or joins them, low bits first.
static Tensor bitcast(graph::BitcastConvertOp op, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  ElementType from = operand.getElementType();
  ElementType type = *getElementType(op.getType().getElementType());
  unsigned fromBits = getBitWidth(from), bits = getBitWidth(type);
  SmallVector<int64_t> shape(operand.getShape());
  if (bits < fromBits)
    shape.push_back(fromBits / bits);
  else if (bits > fromBits)
    shape.pop_back();
  Tensor result(type, shape);
  if (isComplex(type) || isComplex(from)) {
    std::memcpy(result.getMutableData(), operand.getData(),
                operand.getByteSize());
    return result;
  }
  unsigned narrow = std::min(bits, fromBits);
  unsigned perElement = std::max(bits, fromBits) / narrow;
  for (int64_t i = 0; i < result.getNumElements(); ++i) {
    if (bits <= fromBits) {
      uint64_t wide = operand.getBits(i / perElement);
      uint64_t piece = wide >> (i % perElement * narrow);
      result.setBits(i, piece & (~uint64_t(0) >> (64 - bits)));
      continue;
    }
    uint64_t wide = 0;
    for (unsigned k = 0; k < perElement; ++k)
      wide |= operand.getBits(i * perElement + k) << (k * narrow);
    result.setBits(i, wide);
  }
  return result;
}

void addConvertEvaluations(EvaluationTable &table) {
  table.addSimple<graph::ConvertOp>(
      [](graph::ConvertOp op, ArrayRef<Tensor> operands) {
        return convertTo(operands[0],
                         *getElementType(op.getType().getElementType()));
      });
  table.addSimple<graph::BitcastConvertOp>(bitcast);
  table.addSimple<graph::ReducePrecisionOp>([](graph::ReducePrecisionOp op,
                                               ArrayRef<Tensor> operands) {
    ElementType type = operands[0].getElementType();
    int exponentBits = op.getExponentBits();
    int mantissaBits = op.getMantissaBits();
    return mapElements<double>(operands[0], type, [=](double x) {
      return reducePrecision(x, getSemantics(type), exponentBits, mantissaBits);
    });
  });
}

} // namespace tenon::reference
