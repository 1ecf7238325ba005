//===- Choice.cpp - Comparison, selection, clamping -----------------------===//

#include "backends/reference/Evaluation.h"
#include "backends/reference/Scalars.h"
#include "backends/reference/View.h"
#include "backends/reference/evaluate/Elementwise.h"
#include "ir/graph/ElementwiseOps.h"

#include <cstring>

using namespace mlir;
using namespace llvm;

namespace tenon::reference {
namespace {

using graph::ComparisonDirection;

template <typename T> bool isTrue(ComparisonDirection direction, T lhs, T rhs) {
  switch (direction) {
  case ComparisonDirection::EQ:
    return lhs == rhs;
  case ComparisonDirection::NE:
    return lhs != rhs;
  case ComparisonDirection::GE:
    return lhs >= rhs;
  case ComparisonDirection::GT:
    return lhs > rhs;
  case ComparisonDirection::LE:
    return lhs <= rhs;
  case ComparisonDirection::LT:
    return lhs < rhs;
  }
  llvm_unreachable("unknown direction");
}

template <typename C>
Tensor compareAs(const Tensor &lhs, const Tensor &rhs,
                 ComparisonDirection direction) {
  return mapElements<C>(
      lhs, rhs, ElementType::I1,
      [direction](C a, C b) -> uint64_t { return isTrue(direction, a, b); });
}

/// Integers in the order of IEEE 754's totalOrder: the bits are sign and
/// magnitude, and -0 comes before +0.
Tensor getTotalOrderKeys(const Tensor &operand) {
  Tensor keys(ElementType::I64, operand.getShape());
  unsigned bits = getBitWidth(operand.getElementType());
  uint64_t sign = uint64_t(1) << (bits - 1);
  for (int64_t i = 0; i < operand.getNumElements(); ++i) {
    uint64_t pattern = operand.getBits(i);
    int64_t magnitude = static_cast<int64_t>(pattern & ~sign);
    keys.set<int64_t>(i, pattern & sign ? -1 - magnitude : magnitude);
  }
  return keys;
}

Tensor compare(graph::CompareOp op, ArrayRef<Tensor> operands) {
  const Tensor &lhs = operands[0], &rhs = operands[1];
  ComparisonDirection direction = op.getDirection();
  if (op.getEffectiveType() == graph::ComparisonType::TOTALORDER)
    return compareAs<int64_t>(getTotalOrderKeys(lhs), getTotalOrderKeys(rhs),
                              direction);
  switch (getElementClass(lhs.getElementType())) {
  case ElementClass::Float:
    return compareAs<double>(lhs, rhs, direction);
  case ElementClass::Signed:
    return compareAs<int64_t>(lhs, rhs, direction);
  case ElementClass::Bool:
  case ElementClass::Unsigned:
    return compareAs<uint64_t>(lhs, rhs, direction);
  case ElementClass::Complex:
    // The verifier admits no order on complex numbers.
    return mapElements<Complex>(
        lhs, rhs, ElementType::I1, [direction](Complex a, Complex b) {
          return uint64_t((a == b) == (direction == ComparisonDirection::EQ));
        });
  }
  llvm_unreachable("unknown element class");
}

Tensor select(graph::SelectOp op, ArrayRef<Tensor> operands) {
  const Tensor &pred = operands[0];
  if (pred.getRank() == 0)
    return pred.get<uint64_t>(0) ? operands[1] : operands[2];
  Tensor result(operands[1].getElementType(), operands[1].getShape());
  int64_t width = getByteWidth(result.getElementType());
  const uint8_t *choices = pred.getDataAs<uint8_t>();
  const char *sources[] = {operands[2].getDataAs<char>(),
                           operands[1].getDataAs<char>()};
  char *to = result.getMutableDataAs<char>();
  for (int64_t i = 0; i < result.getNumElements(); ++i)
    std::memcpy(to + i * width, sources[choices[i] != 0] + i * width, width);
  return result;
}

template <typename C, typename Max, typename Min>
Tensor clampAs(const Tensor &low, const Tensor &operand, const Tensor &high,
               Max max, Min min) {
  ElementType type = operand.getElementType();
  return mapElements<C>(mapElements<C>(operand, low, type, max), high, type,
                        min);
}

Tensor clamp(graph::ClampOp op, ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[1];
  auto expand = [&](const Tensor &bound) {
    return bound.getRank() == operand.getRank()
               ? bound
               : splat(bound, operand.getShape());
  };
  Tensor low = expand(operands[0]), high = expand(operands[2]);
  switch (getElementClass(operand.getElementType())) {
  case ElementClass::Float:
    return clampAs<double>(
        low, operand, high, [](double a, double b) { return maximum(a, b); },
        [](double a, double b) { return minimum(a, b); });
  case ElementClass::Signed:
    return clampAs<int64_t>(
        low, operand, high, [](int64_t a, int64_t b) { return std::max(a, b); },
        [](int64_t a, int64_t b) { return std::min(a, b); });
  case ElementClass::Bool:
  case ElementClass::Unsigned:
    return clampAs<uint64_t>(
        low, operand, high,
        [](uint64_t a, uint64_t b) { return std::max(a, b); },
        [](uint64_t a, uint64_t b) { return std::min(a, b); });
  case ElementClass::Complex:
    return clampAs<Complex>(
        low, operand, high, [](Complex a, Complex b) { return maximum(a, b); },
        [](Complex a, Complex b) { return minimum(a, b); });
  }
  llvm_unreachable("unknown element class");
}

} // namespace

void addElementwiseEvaluations(EvaluationTable &table) {
  table.addSimple<graph::CompareOp>(compare);
  table.addSimple<graph::SelectOp>(select);
  table.addSimple<graph::ClampOp>(clamp);
}

} // namespace tenon::reference
