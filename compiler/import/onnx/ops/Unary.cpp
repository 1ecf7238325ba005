//===- Unary.cpp - ONNX ops of one tensor, element by element -------------===//
#include "compiler/import/onnx/NarrowTypes.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ops/Saturate.h"

#include <limits>
#include <numbers>

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

template <typename Op> static absl::Status direct(NodeContext &n) {
  n.set(0, n.emit().unary<Op>(n.value(0)));
  return absl::OkStatus();
}

/// Runs `formula(emitter, x)` for an op that is a formula of others.
template <Value (*Formula)(Emitter &, Value)>
static absl::Status formula(NodeContext &n) {
  Emitter e = n.emit();
  n.set(0, Formula(e, n.value(0)));
  return absl::OkStatus();
}

static Value one(Emitter &e, Value x) { return e.scalar(x, 1); }

static Value reciprocal(Emitter &e, Value x) { return e.div(one(e, x), x); }

static Value absolute(Emitter &e, Value x) {
  auto integer = llvm::dyn_cast<mlir::IntegerType>(elementOf(x));
  return integer && integer.isUnsigned() ? x : e.abs(x);
}

/// Unsigned numbers have no sign op: zero or one.
static Value sign(Emitter &e, Value x) {
  auto integer = llvm::dyn_cast<mlir::IntegerType>(elementOf(x));
  return integer && integer.isUnsigned() ? e.min(x, one(e, x))
                                         : e.unary<graph::SignOp>(x);
}

static Value isNaN(Emitter &e, Value x) {
  return e.compare(ComparisonDirection::NE, x, x);
}

// The inverse functions follow from atan2 and the logarithm; the products of
// differences keep their accuracy near +-1.
static Value cathetus(Emitter &e, Value x) {
  return e.sqrt(e.mul(e.sub(one(e, x), x), e.add(one(e, x), x)));
}
static Value acos(Emitter &e, Value x) {
  return e.binary<graph::Atan2Op>(cathetus(e, x), x);
}
static Value asin(Emitter &e, Value x) {
  return e.binary<graph::Atan2Op>(x, cathetus(e, x));
}
static Value atan(Emitter &e, Value x) {
  return e.binary<graph::Atan2Op>(x, one(e, x));
}

// exp(x) / 2 as a product of roots: exp(x) overflows before the result does,
// and x - ln 2 would round.
static Value halfExp(Emitter &e, Value x) {
  Value root = e.exp(e.mul(e.scalar(x, 0.5), x));
  return e.mul(root, e.mul(e.scalar(x, 0.5), root));
}
static Value cosh(Emitter &e, Value x) {
  return e.add(halfExp(e, x), halfExp(e, e.neg(x)));
}
static Value sinh(Emitter &e, Value x) {
  Value large = e.sub(halfExp(e, x), halfExp(e, e.neg(x)));
  // Near zero the difference of exponentials cancels; expm1 does not.
  Value m = e.unary<graph::ExponentialMinusOneOp>(x);
  Value small =
      e.mul(e.scalar(x, 0.5), e.add(m, e.div(m, e.add(m, one(e, x)))));
  return e.select(e.compare(ComparisonDirection::LT, e.abs(x), one(e, x)),
                  small, large);
}

static Value log1p(Emitter &e, Value x) {
  return e.unary<graph::LogPlusOneOp>(x);
}
static Value acosh(Emitter &e, Value x) {
  Value below = e.sub(x, one(e, x));
  return log1p(e,
               e.add(below, e.mul(e.sqrt(below), e.sqrt(e.add(x, one(e, x))))));
}
static Value asinh(Emitter &e, Value x) {
  // sign(x) ln(|x| + sqrt(x^2 + 1)), as log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))).
  Value a = e.abs(x), square = e.mul(a, a);
  Value root = e.sqrt(e.add(square, one(e, x)));
  Value small = log1p(e, e.add(a, e.div(square, e.add(one(e, x), root))));
  // Where the square overflows, the one does not count: ln(2 |x|).
  Value large = e.add(e.log(a), e.scalar(x, std::numbers::ln2));
  double limit = elementOf(x).isF16() ? 128 : 1e10;
  Value value = e.select(
      e.compare(ComparisonDirection::LT, a, e.scalar(x, limit)), small, large);
  return e.mul(e.unary<graph::SignOp>(x), value);
}
static Value atanh(Emitter &e, Value x) {
  return e.mul(e.scalar(x, 0.5), e.sub(log1p(e, x), log1p(e, e.neg(x))));
}

static absl::Status isInf(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  auto equals = [&](double value) {
    return e.compare(ComparisonDirection::EQ, x, e.scalar(x, value));
  };
  double infinity = std::numeric_limits<double>::infinity();
  bool positive = n.attrs().getInt("detect_positive", 1) != 0;
  bool negative = n.attrs().getInt("detect_negative", 1) != 0;
  if (positive && negative)
    n.set(0, e.binary<graph::OrOp>(equals(infinity), equals(-infinity)));
  else if (positive || negative)
    n.set(0, equals(positive ? infinity : -infinity));
  else
    n.set(0, e.compare(ComparisonDirection::LT, x, x));
  return absl::OkStatus();
}

static absl::Status cast(NodeContext &n) {
  Emitter e = n.emit();
  int64_t to = n.op() == "CastLike" ? n.type(1) : n.attrs().getInt("to", 0);
  if (!TensorProto::DataType_IsValid(static_cast<int>(to)))
    return n.invalid(absl::StrCat("unknown element type ", to));
  auto type = static_cast<TensorProto::DataType>(to);
  if (!isGraphType(type))
    return n.unsupported(absl::StrCat("to ", typeName(type)));
  if (isCarried(type)) {
    if (n.type(0) == type) {
      n.set(0, n.input(0));
      return absl::OkStatus();
    }
    std::string mode = n.attrs().getString("round_mode", "up");
    if (mode != "up" && mode != "down" && mode != "nearest")
      return n.invalid(absl::StrCat("round_mode '", mode, "'"));
    PowerRounding rounding = mode == "up"     ? PowerRounding::Up
                             : mode == "down" ? PowerRounding::Down
                                              : PowerRounding::Nearest;
    n.set(0,
          castToCarried(e, n.value(0), type,
                        n.attrs().getInt("saturate", 1) != 0, rounding),
          type);
    return absl::OkStatus();
  }
  mlir::Type element = elementType(type, e.context());
  // ONNX saturates by default, the graph's conversion overflows.
  bool toSmallFloat =
      type == TensorProto::FLOAT8E4M3FN || type == TensorProto::FLOAT8E5M2;
  if (toSmallFloat && n.type(0) != type &&
      n.attrs().getInt("saturate", 1) != 0) {
    Value x = n.value(0);
    if (!llvm::isa<mlir::FloatType>(elementOf(x)))
      x = e.convert(x, mlir::Float32Type::get(e.context()));
    n.set(0, saturate(e, x, element));
    return absl::OkStatus();
  }
  n.set(0, e.convert(n.value(0), element));
  return absl::OkStatus();
}

/// The same bits as another type of the same width.
static absl::Status bitCast(NodeContext &n) {
  Emitter e = n.emit();
  int64_t to = n.attrs().getInt("to", 0);
  if (!TensorProto::DataType_IsValid(static_cast<int>(to)))
    return n.invalid(absl::StrCat("unknown element type ", to));
  auto type = static_cast<TensorProto::DataType>(to);
  if (elementBits(type) != elementBits(n.type(0)))
    return n.invalid("its types have different widths");
  if (!isGraphType(type))
    return n.unsupported(absl::StrCat("to ", typeName(type)));
  mlir::Type element = elementType(type, e.context());
  Value x = n.value(0);
  if (isCarried(type) || isCarried(n.type(0))) {
    // What stands at an entry's edge is the bits.
    auto bitcast = [&](Value from, mlir::Type to) {
      return e.make<graph::BitcastConvertOp>(
          mlir::RankedTensorType::get(n.dims(0), to), from);
    };
    mlir::Type byte = elementType(TensorProto::UINT8, e.context());
    Value bits = toEdge(e, x, n.type(0));
    bits = llvm::isa<mlir::FloatType>(elementOf(bits)) ? bitcast(bits, byte)
                                                       : e.convert(bits, byte);
    mlir::Type edge = edgeElementType(type, e.context());
    bits = llvm::isa<mlir::FloatType>(edge) ? bitcast(bits, edge)
                                            : e.convert(bits, edge);
    n.set(0, fromEdge(e, bits, type), type);
    return absl::OkStatus();
  }
  // A bool is a byte that holds 0 or 1.
  bool hasBool = type == TensorProto::BOOL || n.type(0) == TensorProto::BOOL;
  bool hasFloat8 = llvm::isa<mlir::FloatType>(element) ||
                   llvm::isa<mlir::FloatType>(elementOf(x));
  if (hasBool && hasFloat8)
    return n.unsupported("between bools and 8-bit floats");
  if (elementOf(x) == element)
    n.set(0, x);
  else if (hasBool)
    n.set(0, e.convert(x, element));
  else
    n.set(0, e.make<graph::BitcastConvertOp>(
                 mlir::RankedTensorType::get(n.dims(0), element), x));
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::unaryOps() {
  static const OpEntry rows[] = {
      {"Abs", 6, 1, 1, 1, formula<absolute>},
      {"Acos", 7, 1, 1, 1, formula<acos>},
      {"Acosh", 9, 1, 1, 1, formula<acosh>},
      {"Asin", 7, 1, 1, 1, formula<asin>},
      {"Asinh", 9, 1, 1, 1, formula<asinh>},
      {"Atan", 7, 1, 1, 1, formula<atan>},
      {"Atanh", 9, 1, 1, 1, formula<atanh>},
      {"BitCast", 26, 1, 1, 1, bitCast},
      {"BitwiseNot", 18, 1, 1, 1, direct<graph::NotOp>},
      {"Cast", 6, 1, 1, 1, cast, "not strings"},
      {"CastLike", 15, 2, 2, 1, cast, "not strings"},
      {"Ceil", 6, 1, 1, 1, direct<graph::CeilOp>},
      {"Cos", 7, 1, 1, 1, direct<graph::CosineOp>},
      {"Cosh", 9, 1, 1, 1, formula<cosh>},
      {"Erf", 9, 1, 1, 1, direct<graph::ErfOp>},
      {"Exp", 6, 1, 1, 1, direct<graph::ExponentialOp>},
      {"Floor", 6, 1, 1, 1, direct<graph::FloorOp>},
      {"IsInf", 10, 1, 1, 1, isInf},
      {"IsNaN", 9, 1, 1, 1, formula<isNaN>},
      {"Log", 6, 1, 1, 1, direct<graph::LogOp>},
      {"Neg", 6, 1, 1, 1, direct<graph::NegateOp>},
      {"Not", 1, 1, 1, 1, direct<graph::NotOp>},
      {"Reciprocal", 6, 1, 1, 1, formula<reciprocal>},
      {"Round", 11, 1, 1, 1, direct<graph::RoundNearestEvenOp>},
      {"Sigmoid", 6, 1, 1, 1, direct<graph::LogisticOp>},
      {"Sign", 9, 1, 1, 1, formula<sign>},
      {"Sin", 7, 1, 1, 1, direct<graph::SineOp>},
      {"Sinh", 9, 1, 1, 1, formula<sinh>},
      {"Sqrt", 6, 1, 1, 1, direct<graph::SqrtOp>},
      {"Tan", 7, 1, 1, 1, direct<graph::TanOp>},
      {"Tanh", 6, 1, 1, 1, direct<graph::TanhOp>},
  };
  return rows;
}
