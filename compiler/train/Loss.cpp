//===- Loss.cpp - Losses and metrics as graphs ----------------------------===//

#include "compiler/train/Loss.h"

#include <limits>

using namespace mlir;
using namespace tenon;
using namespace tenon::train;
using graph::ComparisonDirection;
using graph::ReductionKind;
using graph::ValueBuilder;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

RankedTensorType tenon::train::targetType(LossKind kind,
                                          RankedTensorType output) {
  if (kind != LossKind::CrossEntropy)
    return output;
  return RankedTensorType::get(output.getShape().drop_back(),
                               IntegerType::get(output.getContext(), 64));
}

/// In f32 where the type is narrower.
static Value widen(ValueBuilder &b, Value value) {
  Type element = typeOf(value).getElementType();
  return element.getIntOrFloatBitWidth() < 32
             ? b.convert(value, b.getBuilder().getF32Type())
             : value;
}

static LossTerms crossEntropy(ValueBuilder &b, Value output, Value target) {
  RankedTensorType type = typeOf(output);
  int64_t last = type.getRank() - 1, classes = type.getShape().back();
  auto rows = llvm::to_vector(llvm::seq<int64_t>(0, last));
  auto logs = b.make<graph::LogSoftmaxOp>(type, output, last);
  // Picking by comparison instead of a gather keeps the row in one kernel, and
  // its derivative too.
  auto numbers =
      RankedTensorType::get(type.getShape(), typeOf(target).getElementType());
  Value place = b.make<graph::IotaOp>(numbers, last);
  Value isTarget = b.compare(ComparisonDirection::EQ, place,
                             b.broadcast(target, numbers, rows));
  Value picked = b.sum(b.select(isTarget, logs, b.fillLike(0, logs)), {last});
  // Of a target that is no class nothing was picked.
  Value isClass = b.make<graph::AndOp>(
      b.compare(ComparisonDirection::GE, target, b.fillLike(0, target)),
      b.compare(ComparisonDirection::LT, target,
                b.fillLike(static_cast<double>(classes), target)));
  Value losses = b.negate(picked);
  losses =
      b.select(isClass, losses,
               b.fillLike(std::numeric_limits<double>::quiet_NaN(), losses));

  // The first of the largest elements is the answer.
  Value largest =
      b.broadcast(b.reduce(ReductionKind::Maximum, output, {last}), type, rows);
  Value isLargest = b.compare(ComparisonDirection::EQ, output, largest);
  Value answer =
      b.reduce(ReductionKind::Minimum,
               b.select(isLargest, place,
                        b.fillLike(static_cast<double>(classes), place)),
               {last});
  Value hits = b.convert(b.compare(ComparisonDirection::EQ, answer, target),
                         type.getElementType());
  return {losses, hits};
}

static LossTerms binaryCrossEntropy(ValueBuilder &b, Value output,
                                    Value target) {
  Value zero = b.fillLike(0, output);
  Value isPositive = b.compare(ComparisonDirection::GE, output, zero);
  // (1 - target) * x + log(1 + e^-x), where the logarithm is taken of a number
  // between 1 and 2. By selection instead of |x| and max(x, 0), so that the
  // derivative is right at 0 as well, where an untrained model often is.
  Value magnitude = b.select(isPositive, b.negate(output), output);
  Value logarithm = b.add(b.make<graph::LogPlusOneOp>(b.exponential(magnitude)),
                          b.select(isPositive, zero, b.negate(output)));
  Value losses = b.add(
      b.multiply(b.subtract(b.fillLike(1, target), target), output), logarithm);
  Value half = b.fillLike(0.5, target);
  Value isTrue = b.compare(ComparisonDirection::GT, target, half);
  Value isRight =
      b.make<graph::NotOp>(b.make<graph::XorOp>(isPositive, isTrue));
  return {losses, b.convert(isRight, typeOf(output).getElementType())};
}

LossTerms tenon::train::buildLoss(ValueBuilder &b, LossKind kind, Value output,
                                  Value target) {
  output = widen(b, output);
  switch (kind) {
  case LossKind::CrossEntropy:
    return crossEntropy(b, output, target);
  case LossKind::BceLogits:
    return binaryCrossEntropy(
        b, output, b.convert(target, typeOf(output).getElementType()));
  case LossKind::Mse: {
    Value difference =
        b.subtract(output, b.convert(target, typeOf(output).getElementType()));
    return {b.multiply(difference, difference), Value()};
  }
  }
  llvm_unreachable("all losses are handled");
}
