//===- Composite.cpp - Derivatives of composite ops -----------------------===//
//
// Rules for composites where the formula is shorter or steadier than what their
// primitives give; reverse mode takes the others apart first. As in the
// decompositions, types narrower than f32 are computed in f32.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/CompositeOps.h"
#include "ir/graph/derivatives/Derivatives.h"

#include <numbers>

using namespace mlir;
using namespace tenon::graph;

namespace {

Value widen(Backward &b, Value value) {
  Type element = getTensor(value).getElementType();
  return element.getIntOrFloatBitWidth() < 32
             ? b.convert(value, b.getBuilder().getF32Type())
             : value;
}

/// Gives `operand` a cotangent that was computed in a wider type.
void giveNarrowed(Backward &b, Value operand, Value cotangent) {
  b.give(operand, b.convert(cotangent, getTensor(operand).getElementType()));
}

/// The sum along one axis, repeated along it.
Value repeatedSum(Backward &b, Value value, int64_t axis) {
  return b.broadcastLike(
      b.sum(value, {axis}), value,
      getComplement(getTensor(value).getRank(), {ArrayRef(axis)}));
}

/// x' = y * (dy - sum of dy * y along the axis).
LogicalResult softmaxRule(SoftmaxOp op, Backward &b) {
  Value y = widen(b, op.getResult());
  Value dy = widen(b, b.cotangent(op.getResult()));
  Value mean = repeatedSum(b, b.multiply(dy, y), op.getAxis());
  giveNarrowed(b, op.getOperand(), b.multiply(y, b.subtract(dy, mean)));
  return success();
}

/// x' = dy - e^y * (sum of dy along the axis).
LogicalResult logSoftmaxRule(LogSoftmaxOp op, Backward &b) {
  Value y = widen(b, op.getResult());
  Value dy = widen(b, b.cotangent(op.getResult()));
  Value total = repeatedSum(b, dy, op.getAxis());
  giveNarrowed(b, op.getOperand(),
               b.subtract(dy, b.multiply(b.exponential(y), total)));
  return success();
}

//===----------------------------------------------------------------------===//
// Norms over rows
//===----------------------------------------------------------------------===//

/// The rows of a norm: the dimensions from `axis` on.
struct Rows {
  Rows(Backward &b, Value x, int64_t axis)
      : b(b), like(x), kept(llvm::to_vector(llvm::seq<int64_t>(0, axis))),
        row(llvm::to_vector(llvm::seq<int64_t>(axis, getTensor(x).getRank()))) {
  }

  Value mean(Value value) {
    return b.broadcastLike(b.mean(value, row), like, kept);
  }
  /// A scale in the shape of the rows' elements.
  Value repeat(Value scale) {
    return b.broadcastLike(widen(b, scale), like, row);
  }

  /// Gives a scale or bias the sum over all rows.
  void giveSum(Value operand, Value values) {
    if (operand && b.wants(operand))
      giveNarrowed(b, operand, kept.empty() ? values : b.sum(values, kept));
  }

  Backward &b;
  Value like;
  SmallVector<int64_t> kept, row;
};

/// With c the centered operand, r = rsqrt(mean of c^2 + epsilon), n = c * r and
/// g = dy * scale: x' = r * (g - n * mean(g * n)), and for `centered` rows
/// minus r * mean(g). scale' = sum of dy * n and bias' = sum of dy, over rows.
void pullBackNorm(Backward &b, Value operand, Value scale, Value bias,
                  Value result, int64_t axis, double epsilon, bool centered) {
  Value x = widen(b, operand), dy = widen(b, b.cotangent(result));
  Rows rows(b, x, axis);
  Value c = centered ? b.subtract(x, rows.mean(x)) : x;
  Value r = b.broadcastLike(
      b.rsqrt(b.add(b.mean(b.multiply(c, c), rows.row), epsilon)), x,
      rows.kept);
  Value n = b.multiply(c, r);
  if (b.wants(operand)) {
    Value g = scale ? b.multiply(dy, rows.repeat(scale)) : dy;
    Value inner = b.subtract(g, b.multiply(n, rows.mean(b.multiply(g, n))));
    if (centered)
      inner = b.subtract(inner, rows.mean(g));
    giveNarrowed(b, operand, b.multiply(r, inner));
  }
  rows.giveSum(scale, b.multiply(dy, n));
  rows.giveSum(bias, dy);
}

LogicalResult layerNormRule(LayerNormOp op, Backward &b) {
  pullBackNorm(b, op.getOperand(), op.getScale(), op.getBias(), op.getResult(),
               op.getAxis(), op.getEpsilon().convertToDouble(),
               /*centered=*/true);
  return success();
}

LogicalResult rmsNormRule(RmsNormOp op, Backward &b) {
  pullBackNorm(b, op.getOperand(), op.getScale(), Value(), op.getResult(),
               op.getAxis(), op.getEpsilon().convertToDouble(),
               /*centered=*/false);
  return success();
}

//===----------------------------------------------------------------------===//
// gelu
//===----------------------------------------------------------------------===//

/// (1 + erf(x / sqrt 2)) / 2 + x * e^(-x^2 / 2) / sqrt(2 pi).
Value exactGeluSlope(Backward &b, Value x) {
  constexpr double bell = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  Value area = b.multiply(
      b.add(b.erf(b.multiply(x, std::numbers::sqrt2 / 2)), 1.0), 0.5);
  Value density = b.exponential(b.multiply(b.multiply(x, x), -0.5));
  return b.add(area, b.multiply(b.multiply(x, density), bell));
}

/// With t = tanh(u) and u = k * (x + a * x^3):
/// (1 + t) / 2 + x / 2 * (1 - t^2) * k * (1 + 3 a x^2).
Value tanhGeluSlope(Backward &b, Value x) {
  constexpr double a = 0.044715;
  constexpr double k = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  Value square = b.multiply(x, x);
  Value cube = b.multiply(square, x);
  Value t = b.tanh(b.multiply(b.add(x, b.multiply(cube, a)), k));
  Value left = b.multiply(b.add(t, 1.0), 0.5);
  Value bend = b.subtract(b.fillLike(1.0, t), b.multiply(t, t));
  Value inner = b.add(b.multiply(square, 3 * a * k), k);
  return b.add(left, b.multiply(b.multiply(b.multiply(x, 0.5), bend), inner));
}

LogicalResult geluRule(GeluOp op, Backward &b) {
  Value x = widen(b, op.getOperand());
  Value slope = op.getForm() == GeluForm::Exact ? exactGeluSlope(b, x)
                                                : tanhGeluSlope(b, x);
  giveNarrowed(b, op.getOperand(),
               b.multiply(widen(b, b.cotangent(op.getResult())), slope));
  return success();
}

} // namespace

void tenon::graph::attachCompositeDerivatives(MLIRContext *c) {
  attachRule<SoftmaxOp, softmaxRule>(c);
  attachRule<LogSoftmaxOp, logSoftmaxRule>(c);
  attachRule<LayerNormOp, layerNormRule>(c);
  attachRule<RmsNormOp, rmsNormRule>(c);
  attachRule<GeluOp, geluRule>(c);
}
