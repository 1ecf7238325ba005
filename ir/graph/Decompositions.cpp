//===- Decompositions.cpp - Composites as primitives ----------------------===//
//
// Each function spells out the formula of its op's description, step by step:
// what fusion sees is the same whether a model came with the composite or with
// its parts.
//
//===----------------------------------------------------------------------===//

#include "ir/graph/CompositeOps.h"
#include "ir/graph/ValueBuilder.h"

#include <cmath>
#include <limits>
#include <numbers>

using namespace mlir;
using namespace tenon::graph;

using Results = FailureOr<SmallVector<Value>>;

namespace {

/// A value builder that widens operands to at least f32 and narrows results.
struct Composer : ValueBuilder {
  Composer(OpBuilder &builder, Operation *op)
      : ValueBuilder(builder, op->getLoc()) {}

  Value widen(Value value) {
    Type element = getTensor(value).getElementType();
    return element.getIntOrFloatBitWidth() < 32
               ? convert(value, getBuilder().getF32Type())
               : value;
  }

  Value narrowLike(Value value, Value like) {
    return convert(value, getTensor(like).getElementType());
  }
};

} // namespace

/// All dimensions of a value but one.
static SmallVector<int64_t> getOthers(Value value, int64_t dim) {
  return getComplement(getTensor(value).getRank(), {ArrayRef(dim)});
}

/// operand - max(operand) along an axis, the exponent of both softmaxes.
static Value shiftByMaximum(Composer &b, Value x, int64_t axis) {
  Value top = b.reduce(ReductionKind::Maximum, x, {axis});
  return b.subtract(x, b.broadcastLike(top, x, getOthers(x, axis)));
}

static Value composeSoftmax(Composer &b, Value x, int64_t axis) {
  Value e = b.exponential(shiftByMaximum(b, x, axis));
  Value total = b.sum(e, {axis});
  return b.divide(e, b.broadcastLike(total, e, getOthers(e, axis)));
}

Results SoftmaxOp::decompose(OpBuilder &builder) {
  Composer b(builder, *this);
  Value y = composeSoftmax(b, b.widen(getOperand()), getAxis());
  return SmallVector<Value>{b.narrowLike(y, getOperand())};
}

Results LogSoftmaxOp::decompose(OpBuilder &builder) {
  Composer b(builder, *this);
  int64_t axis = getAxis();
  Value c = shiftByMaximum(b, b.widen(getOperand()), axis);
  Value logTotal = b.log(b.sum(b.exponential(c), {axis}));
  Value y = b.subtract(c, b.broadcastLike(logTotal, c, getOthers(c, axis)));
  return SmallVector<Value>{b.narrowLike(y, getOperand())};
}

//===----------------------------------------------------------------------===//
// Norms over rows
//===----------------------------------------------------------------------===//

/// x * rsqrt(mean of squares + epsilon), over the dimensions from `axis`.
static Value scaleToUnit(Composer &b, Value x, int64_t axis, double epsilon) {
  int64_t rank = getTensor(x).getRank();
  auto kept = llvm::to_vector(llvm::seq<int64_t>(0, axis));
  auto row = llvm::to_vector(llvm::seq<int64_t>(axis, rank));
  Value square = b.mean(b.multiply(x, x), row);
  Value factor = b.rsqrt(b.add(square, epsilon));
  return b.multiply(x, b.broadcastLike(factor, x, kept));
}

/// A scale or bias over the dimensions from `axis`, repeated over all rows.
static Value repeatRow(Composer &b, Value row, Value like, int64_t axis) {
  int64_t rank = getTensor(like).getRank();
  return b.broadcastLike(b.widen(row), like,
                         llvm::to_vector(llvm::seq<int64_t>(axis, rank)));
}

Results LayerNormOp::decompose(OpBuilder &builder) {
  Composer b(builder, *this);
  int64_t axis = getAxis();
  Value x = b.widen(getOperand());
  int64_t rank = getTensor(x).getRank();
  Value mean = b.mean(x, llvm::to_vector(llvm::seq<int64_t>(axis, rank)));
  auto kept = llvm::to_vector(llvm::seq<int64_t>(0, axis));
  Value c = b.subtract(x, b.broadcastLike(mean, x, kept));
  Value y = scaleToUnit(b, c, axis, getEpsilon().convertToDouble());
  if (Value scale = getScale())
    y = b.multiply(y, repeatRow(b, scale, y, axis));
  if (Value bias = getBias())
    y = b.add(y, repeatRow(b, bias, y, axis));
  return SmallVector<Value>{b.narrowLike(y, getOperand())};
}

Results RmsNormOp::decompose(OpBuilder &builder) {
  Composer b(builder, *this);
  int64_t axis = getAxis();
  Value y = scaleToUnit(b, b.widen(getOperand()), axis,
                        getEpsilon().convertToDouble());
  if (Value scale = getScale())
    y = b.multiply(y, repeatRow(b, scale, y, axis));
  return SmallVector<Value>{b.narrowLike(y, getOperand())};
}

//===----------------------------------------------------------------------===//
// Norms over batches
//===----------------------------------------------------------------------===//

namespace {

/// A composer for statistics per feature.
struct FeatureComposer : Composer {
  FeatureComposer(OpBuilder &builder, Operation *op, Value operand,
                  int64_t feature, const APFloat &epsilon)
      : Composer(builder, op), x(widen(operand)), feature(feature),
        others(getOthers(operand, feature)), epsilon(epsilon.convertToFloat()) {
  }

  /// Repeats a vector over all dimensions but the feature's.
  Value repeat(Value vector) { return broadcastLike(vector, x, {feature}); }

  /// sqrt(variance + epsilon), per feature.
  Value deviation(Value variance) { return sqrt(add(variance, epsilon)); }

  /// centered / deviation * scale + offset.
  Value normalize(Value centered, Value variance, Value scale, Value offset) {
    Value y = divide(centered, repeat(deviation(variance)));
    return add(multiply(y, repeat(widen(scale))), repeat(widen(offset)));
  }

  Value x;
  int64_t feature;
  SmallVector<int64_t> others;
  double epsilon;
};

} // namespace

Results BatchNormInferenceOp::decompose(OpBuilder &builder) {
  FeatureComposer b(builder, *this, getOperand(), getFeatureIndex(),
                    getEpsilon());
  Value centered = b.subtract(b.x, b.repeat(b.widen(getMean())));
  Value y =
      b.normalize(centered, b.widen(getVariance()), getScale(), getOffset());
  return SmallVector<Value>{b.narrowLike(y, getOperand())};
}

Results BatchNormTrainingOp::decompose(OpBuilder &builder) {
  FeatureComposer b(builder, *this, getOperand(), getFeatureIndex(),
                    getEpsilon());
  Value mean = b.mean(b.x, b.others);
  Value centered = b.subtract(b.x, b.repeat(mean));
  Value variance = b.mean(b.multiply(centered, centered), b.others);
  Value y = b.normalize(centered, variance, getScale(), getOffset());
  return SmallVector<Value>{b.narrowLike(y, getOperand()),
                            b.narrowLike(mean, getOperand()),
                            b.narrowLike(variance, getOperand())};
}

Results BatchNormGradOp::decompose(OpBuilder &builder) {
  FeatureComposer b(builder, *this, getOperand(), getFeatureIndex(),
                    getEpsilon());
  Value grad = b.widen(getGradOutput()), variance = b.widen(getVariance());
  double count = 1;
  Dims dims = getDims(getOperand());
  for (int64_t dim : b.others)
    count *= dims[dim].size;
  Value centered = b.subtract(b.x, b.repeat(b.widen(getMean())));
  Value deviation = b.deviation(variance);
  Value gradOffset = b.sum(grad, b.others);
  Value normalized = b.divide(centered, b.repeat(deviation));
  Value gradScale = b.sum(b.multiply(grad, normalized), b.others);
  Value slope = b.divide(b.sum(b.multiply(grad, centered), b.others),
                         b.add(variance, b.epsilon));
  Value rest =
      b.subtract(b.subtract(b.multiply(grad, count), b.repeat(gradOffset)),
                 b.multiply(centered, b.repeat(slope)));
  Value factor = b.divide(b.divide(b.widen(getScale()), deviation), count);
  Value gradOperand = b.multiply(b.repeat(factor), rest);
  return SmallVector<Value>{b.narrowLike(gradOperand, getOperand()),
                            b.narrowLike(gradScale, getOperand()),
                            b.narrowLike(gradOffset, getOperand())};
}

//===----------------------------------------------------------------------===//
// gelu, attention
//===----------------------------------------------------------------------===//

Results GeluOp::decompose(OpBuilder &builder) {
  Composer b(builder, *this);
  Value x = b.widen(getOperand()), inner;
  if (getForm() == GeluForm::Exact) {
    inner = b.erf(b.multiply(x, std::numbers::sqrt2 / 2));
  } else {
    Value cube = b.multiply(b.multiply(x, x), x);
    Value sum = b.add(x, b.multiply(cube, 0.044715));
    double factor = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    inner = b.tanh(b.multiply(sum, factor));
  }
  Value y = b.multiply(b.multiply(x, 0.5), b.add(inner, 1.0));
  return SmallVector<Value>{b.narrowLike(y, getOperand())};
}

/// The score with -inf where `allowed` does not hold.
static Value hide(Composer &b, Value score, Value allowed) {
  double minusInf = -std::numeric_limits<double>::infinity();
  return b.select(allowed, score, b.fillLike(minusInf, score));
}

Results AttentionOp::decompose(OpBuilder &builder) {
  Composer b(builder, *this);
  int64_t rank = getTensor(getQuery()).getRank();
  auto batch = llvm::to_vector(llvm::seq<int64_t>(0, rank - 2));
  Type element = getTensor(getQuery()).getElementType();
  Type wide = element.getIntOrFloatBitWidth() < 32 ? Type(builder.getF32Type())
                                                   : element;
  Value score =
      b.dot(getQuery(), getKey(), batch, batch, {rank - 1}, {rank - 1}, wide);
  score = b.multiply(score, getScale().convertToDouble());
  if (Value mask = getMask()) {
    int64_t maskRank = getTensor(mask).getRank();
    Value full = b.broadcastLike(
        mask, score,
        llvm::to_vector(llvm::seq<int64_t>(rank - maskRank, rank)));
    score = getTensor(mask).getElementType().isInteger(1)
                ? hide(b, score, full)
                : b.add(score, b.widen(full));
  }
  if (getCausal()) {
    Dims dims = getDims(score);
    Type places = withElement(score.getType(), builder.getI64Type());
    Value row = b.make<IotaOp>(places, rank - 2);
    Value last = b.add(
        row, static_cast<double>(dims[rank - 1].size - dims[rank - 2].size));
    Value column = b.make<IotaOp>(places, rank - 1);
    score = hide(b, score, b.compare(ComparisonDirection::LE, column, last));
  }
  // Kept whole: its derivative is shorter than that of its primitives.
  Value softmax = b.make<SoftmaxOp>(score, rank - 1);
  Value weights = b.convert(softmax, element);
  Value y = b.matmul(weights, getValue(), wide);
  return SmallVector<Value>{b.convert(y, element)};
}
