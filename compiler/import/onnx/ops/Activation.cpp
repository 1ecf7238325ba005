//===- Activation.cpp - ONNX's activation functions -----------------------===//
//
// Element-wise formulas with parameters. Each is written with primitives;
// fusion makes one kernel of it.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

namespace {

/// The node's input, and the words its formula is written with.
struct Formula {
  NodeContext &n;
  Emitter e;
  Value x;

  explicit Formula(NodeContext &n) : n(n), e(n.emit()), x(n.value(0)) {}

  Value number(double value) { return e.scalar(x, value); }
  Value parameter(absl::string_view name, float otherwise) {
    return number(n.attrs().getFloat(name, otherwise));
  }
  Value isNegative() {
    return e.compare(ComparisonDirection::LT, x, number(0));
  }
  Value expMinusOne(Value of) {
    return e.unary<graph::ExponentialMinusOneOp>(of);
  }
  /// ln(1 + e^of) without overflow.
  Value softplus(Value of) {
    Value tail = e.unary<graph::LogPlusOneOp>(e.exp(e.neg(e.abs(of))));
    return e.add(e.max(of, number(0)), tail);
  }
  /// max(0, min(1, alpha x + beta)).
  Value hardSigmoid(Value alpha, Value beta) {
    Value line = e.add(e.mul(alpha, x), beta);
    return e.max(number(0), e.min(number(1), line));
  }
  absl::Status is(Value result) {
    n.set(0, result);
    return absl::OkStatus();
  }
};

absl::Status relu(NodeContext &n) {
  Formula f(n);
  return f.is(f.e.max(f.x, f.number(0)));
}

absl::Status leakyRelu(NodeContext &n) {
  Formula f(n);
  Value scaled = f.e.mul(f.parameter("alpha", 0.01f), f.x);
  return f.is(f.e.select(f.isNegative(), scaled, f.x));
}

absl::Status pRelu(NodeContext &n) {
  if (n.type(0) != n.type(1))
    return n.invalid("the slope has another element type than the input");
  auto dims = broadcastDims(n.dims(0), n.dims(1));
  if (!dims || llvm::ArrayRef<int64_t>(*dims) != n.dims(0))
    return n.invalid("the slope does not broadcast to the input's shape");
  Formula f(n);
  return f.is(f.e.select(f.isNegative(), f.e.mul(n.value(1), f.x), f.x));
}

absl::Status elu(NodeContext &n) {
  Formula f(n);
  Value below = f.e.mul(f.parameter("alpha", 1), f.expMinusOne(f.x));
  return f.is(f.e.select(f.isNegative(), below, f.x));
}

absl::Status celu(NodeContext &n) {
  Formula f(n);
  Value alpha = f.parameter("alpha", 1);
  Value below = f.e.mul(alpha, f.expMinusOne(f.e.div(f.x, alpha)));
  return f.is(f.e.select(f.isNegative(), below, f.x));
}

absl::Status selu(NodeContext &n) {
  Formula f(n);
  Value alpha = f.parameter("alpha", 1.67326319217681884765625f);
  Value gamma = f.parameter("gamma", 1.05070102214813232421875f);
  Value below = f.e.mul(alpha, f.expMinusOne(f.x));
  return f.is(f.e.mul(gamma, f.e.select(f.isNegative(), below, f.x)));
}

absl::Status hardSigmoid(NodeContext &n) {
  Formula f(n);
  return f.is(
      f.hardSigmoid(f.parameter("alpha", 0.2f), f.parameter("beta", 0.5f)));
}

absl::Status hardSwish(NodeContext &n) {
  Formula f(n);
  return f.is(f.e.mul(f.x, f.hardSigmoid(f.number(1.0 / 6), f.number(0.5))));
}

absl::Status mish(NodeContext &n) {
  Formula f(n);
  return f.is(f.e.mul(f.x, f.e.unary<graph::TanhOp>(f.softplus(f.x))));
}

absl::Status softplus(NodeContext &n) {
  Formula f(n);
  return f.is(f.softplus(f.x));
}

absl::Status softsign(NodeContext &n) {
  Formula f(n);
  return f.is(f.e.div(f.x, f.e.add(f.number(1), f.e.abs(f.x))));
}

absl::Status swish(NodeContext &n) {
  Formula f(n);
  Value inner = f.e.mul(f.parameter("alpha", 1), f.x);
  return f.is(f.e.mul(f.x, f.e.unary<graph::LogisticOp>(inner)));
}

/// The first input as a gate for the second.
absl::Status swiGlu(NodeContext &n) {
  if (n.type(0) != n.type(1) || n.dims(0) != n.dims(1))
    return n.invalid("its inputs have not one type and shape");
  Formula f(n);
  Value inner = f.e.mul(f.parameter("alpha", 1), f.x);
  Value gate = f.e.mul(f.x, f.e.unary<graph::LogisticOp>(inner));
  return f.is(f.e.mul(gate, n.value(1)));
}

absl::Status thresholdedRelu(NodeContext &n) {
  Formula f(n);
  Value above =
      f.e.compare(ComparisonDirection::GT, f.x, f.parameter("alpha", 1));
  return f.is(f.e.select(above, f.x, f.number(0)));
}

absl::Status shrink(NodeContext &n) {
  Formula f(n);
  double limit = n.attrs().getFloat("lambd", 0.5f);
  Value bias = f.number(n.attrs().getFloat("bias", 0));
  Value below = f.e.compare(ComparisonDirection::LT, f.x, f.number(-limit));
  Value above = f.e.compare(ComparisonDirection::GT, f.x, f.number(limit));
  Value high = f.e.select(above, f.e.sub(f.x, bias), f.number(0));
  return f.is(f.e.select(below, f.e.add(f.x, bias), high));
}

} // namespace

llvm::ArrayRef<OpEntry> tenon::onnx::activationOps() {
  static const OpEntry rows[] = {
      {"Celu", 12, 1, 1, 1, celu},
      {"Elu", 6, 1, 1, 1, elu},
      {"HardSigmoid", 6, 1, 1, 1, hardSigmoid},
      {"HardSwish", 14, 1, 1, 1, hardSwish},
      {"LeakyRelu", 6, 1, 1, 1, leakyRelu},
      {"Mish", 18, 1, 1, 1, mish},
      {"PRelu", 7, 2, 2, 1, pRelu},
      {"Relu", 6, 1, 1, 1, relu},
      {"Selu", 6, 1, 1, 1, selu},
      {"Shrink", 9, 1, 1, 1, shrink},
      {"Softplus", 1, 1, 1, 1, softplus},
      {"Softsign", 1, 1, 1, 1, softsign},
      {"SwiGLU", 28, 2, 2, 1, swiGlu},
      {"Swish", 24, 1, 1, 1, swish},
      {"ThresholdedRelu", 10, 1, 1, 1, thresholdedRelu},
  };
  return rows;
}
