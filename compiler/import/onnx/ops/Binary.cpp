//===- Binary.cpp - ONNX ops of several tensors, element by element -------===//
//
// Arithmetic, comparison, logic and selection with NumPy's broadcasting.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/onnx/ShapeRules.h"

using namespace tenon;
using namespace tenon::onnx;
using graph::ComparisonDirection;

/// Checks that inputs `i` and `j` broadcast and have one element type.
static absl::Status checkPair(NodeContext &n, size_t i, size_t j) {
  if (n.type(i) != n.type(j))
    return n.invalid(absl::StrCat("inputs of types ", typeName(n.type(i)),
                                  " and ", typeName(n.type(j))));
  if (!broadcastDims(n.dims(i), n.dims(j)))
    return n.invalid(absl::StrCat("shapes ", dimsText(n.dims(i)), " and ",
                                  dimsText(n.dims(j)), " do not broadcast"));
  return absl::OkStatus();
}

template <typename Op> static absl::Status direct(NodeContext &n) {
  TENON_RETURN_IF_ERROR(checkPair(n, 0, 1));
  n.set(0, n.emit().binary<Op>(n.value(0), n.value(1)));
  return absl::OkStatus();
}

template <ComparisonDirection Direction>
static absl::Status comparison(NodeContext &n) {
  TENON_RETURN_IF_ERROR(checkPair(n, 0, 1));
  n.set(0, n.emit().compare(Direction, n.value(0), n.value(1)));
  return absl::OkStatus();
}

/// Max, Min and Sum: any number of inputs.
template <typename Op> static absl::Status variadic(NodeContext &n) {
  Emitter e = n.emit();
  Value result = n.value(0);
  for (size_t i = 1; i < n.numInputs(); ++i) {
    Value next = n.value(i);
    if (n.type(i) != n.type(0))
      return n.invalid("inputs of several element types");
    if (!broadcastDims(dimsOf(result), dimsOf(next)))
      return n.invalid(absl::StrCat("shapes ", dimsText(dimsOf(result)),
                                    " and ", dimsText(dimsOf(next)),
                                    " do not broadcast"));
    result = e.binary<Op>(result, next);
  }
  n.set(0, result);
  return absl::OkStatus();
}

static absl::Status mean(NodeContext &n) {
  TENON_RETURN_IF_ERROR(variadic<graph::AddOp>(n));
  Emitter e = n.emit();
  Value sum = n.result(0).value;
  n.set(0, e.div(sum, e.scalar(sum, static_cast<double>(n.numInputs()))));
  return absl::OkStatus();
}

/// The two operands may differ in type; the result has the base's.
static absl::Status pow(NodeContext &n) {
  if (!broadcastDims(n.dims(0), n.dims(1)))
    return n.invalid(absl::StrCat("shapes ", dimsText(n.dims(0)), " and ",
                                  dimsText(n.dims(1)), " do not broadcast"));
  Emitter e = n.emit();
  Value base = n.value(0), exponent = n.value(1);
  bool baseIsFloat = llvm::isa<mlir::FloatType>(elementOf(base));
  bool exponentIsFloat = llvm::isa<mlir::FloatType>(elementOf(exponent));
  if (!baseIsFloat && exponentIsFloat) {
    Value power = e.binary<graph::PowerOp>(e.convert(base, elementOf(exponent)),
                                           exponent);
    n.set(0, e.convert(power, n.element(0)));
  } else {
    n.set(0, e.binary<graph::PowerOp>(base, e.convert(exponent, n.element(0))));
  }
  return absl::OkStatus();
}

/// The remainder has the divisor's sign; with `fmod` the dividend's.
static absl::Status mod(NodeContext &n) {
  TENON_RETURN_IF_ERROR(checkPair(n, 0, 1));
  Emitter e = n.emit();
  Value a = n.value(0), b = n.value(1);
  Value rest = e.binary<graph::RemainderOp>(a, b);
  auto integer = llvm::dyn_cast<mlir::IntegerType>(n.element(0));
  bool isUnsigned = integer && integer.isUnsigned();
  if (n.attrs().getInt("fmod", 0) == 0 && !isUnsigned) {
    Value zero = e.scalar(rest, 0);
    auto isNegative = [&](Value x) {
      return e.compare(ComparisonDirection::LT, x, zero);
    };
    Value differs =
        e.compare(ComparisonDirection::NE, isNegative(rest), isNegative(b));
    Value wrong = e.binary<graph::AndOp>(
        differs, e.compare(ComparisonDirection::NE, rest, zero));
    rest = e.select(wrong, e.add(rest, b), rest);
  }
  n.set(0, rest);
  return absl::OkStatus();
}

static absl::Status bitShift(NodeContext &n) {
  std::string direction = n.attrs().getString("direction", "");
  if (direction == "LEFT")
    return direct<graph::ShiftLeftOp>(n);
  // Signed numbers, of version 28, keep their sign.
  if (direction == "RIGHT") {
    auto integer = llvm::dyn_cast<mlir::IntegerType>(n.element(0));
    return integer && !integer.isUnsigned()
               ? direct<graph::ShiftRightArithmeticOp>(n)
               : direct<graph::ShiftRightLogicalOp>(n);
  }
  return n.invalid("its direction is neither LEFT nor RIGHT");
}

static absl::Status where(NodeContext &n) {
  TENON_RETURN_IF_ERROR(checkPair(n, 1, 2));
  if (n.type(0) != TensorProto::BOOL)
    return n.invalid("its condition is not bool");
  auto dims = broadcastDims(n.dims(1), n.dims(2));
  if (!broadcastDims(n.dims(0), *dims))
    return n.invalid("its inputs do not broadcast");
  n.set(0, n.emit().select(n.value(0), n.value(1), n.value(2)));
  return absl::OkStatus();
}

/// min(max(x, low), high); the limits were attributes before version 11.
static absl::Status clip(NodeContext &n) {
  Emitter e = n.emit();
  Value x = n.value(0);
  Value low, high;
  if (n.opset() < 11) {
    if (n.attrs().has("min"))
      low = e.scalar(x, n.attrs().getFloat("min", 0));
    if (n.attrs().has("max"))
      high = e.scalar(x, n.attrs().getFloat("max", 0));
  } else {
    for (size_t i : {1, 2})
      if (n.has(i) && (n.type(i) != n.type(0) || n.rank(i) > 1 ||
                       (n.rank(i) == 1 && n.dims(i)[0] != 1)))
        return n.invalid("a limit is not a scalar of the input's type");
    if (n.has(1))
      low = e.reshape(n.value(1), {});
    if (n.has(2))
      high = e.reshape(n.value(2), {});
  }
  if (low)
    x = e.max(x, low);
  if (high)
    x = e.min(x, high);
  n.set(0, x);
  return absl::OkStatus();
}

llvm::ArrayRef<OpEntry> tenon::onnx::binaryOps() {
  // Before version 7 (8 for the variadic ones) broadcasting was asked for by
  // attributes; no exporter in use writes those.
  static const OpEntry rows[] = {
      {"Add", 7, 2, 2, 1, direct<graph::AddOp>},
      {"And", 7, 2, 2, 1, direct<graph::AndOp>},
      {"BitShift", 11, 2, 2, 1, bitShift},
      {"BitwiseAnd", 18, 2, 2, 1, direct<graph::AndOp>},
      {"BitwiseOr", 18, 2, 2, 1, direct<graph::OrOp>},
      {"BitwiseXor", 18, 2, 2, 1, direct<graph::XorOp>},
      {"Clip", 6, 1, 3, 1, clip},
      {"Div", 7, 2, 2, 1, direct<graph::DivideOp>},
      {"Equal", 7, 2, 2, 1, comparison<ComparisonDirection::EQ>,
       "not on strings"},
      {"Greater", 7, 2, 2, 1, comparison<ComparisonDirection::GT>},
      {"GreaterOrEqual", 12, 2, 2, 1, comparison<ComparisonDirection::GE>},
      {"Less", 7, 2, 2, 1, comparison<ComparisonDirection::LT>},
      {"LessOrEqual", 12, 2, 2, 1, comparison<ComparisonDirection::LE>},
      {"Max", 8, 1, -1, 1, variadic<graph::MaximumOp>},
      {"Mean", 8, 1, -1, 1, mean},
      {"Min", 8, 1, -1, 1, variadic<graph::MinimumOp>},
      {"Mod", 10, 2, 2, 1, mod},
      {"Mul", 7, 2, 2, 1, direct<graph::MultiplyOp>},
      {"Or", 7, 2, 2, 1, direct<graph::OrOp>},
      {"Pow", 7, 2, 2, 1, pow},
      {"Sub", 7, 2, 2, 1, direct<graph::SubtractOp>},
      {"Sum", 8, 1, -1, 1, variadic<graph::AddOp>},
      {"Where", 9, 3, 3, 1, where},
      {"Xor", 7, 2, 2, 1, direct<graph::XorOp>},
  };
  return rows;
}
